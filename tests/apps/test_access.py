"""Who may, who may not, and how often one may try."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from halqa.lessons import services
from halqa.lessons.models import Lesson
from halqa.people.attempts import FREE_SLIPS, LONGEST_WAIT_S, Attempts
from halqa.site.keepsakes import kept, make_teacher_key

from .conftest import Clock

FORM = {"title": "Les fractions", "subject": "maths", "level": "1ac", "teacher": "A. Tazi", "language": "fr"}


def test_only_teachers_get_beyond_the_door(reader: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson(status="live")
    for path in ("/lessons/new", made.studio, f"{made.page}/edit"):
        answer = reader.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/studio/enter?next=%2F")
    for path in ("/lessons/new", f"{made.page}/edit", f"{made.page}/hide", f"{made.page}/show"):
        assert reader.post(path, FORM)["Location"] == "/studio/enter?next=%2F"
    made.refresh_from_db()
    assert (made.hidden_at, Lesson.objects.count()) == (None, 1)


@pytest.mark.parametrize("written", [str.lower, str.upper, lambda key: key.replace("-", " "), lambda key: f" {key} "])
def test_the_key_opens(written: Callable[[str], str], reader: Client) -> None:
    answer = reader.post("/studio/enter?next=/lessons/new", {"key": written(settings.HALQA_TEACHER_KEY)})
    assert answer["Location"] == "/lessons/new"
    assert reader.get("/lessons/new").status_code == 200
    cookie = reader.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert settings.HALQA_TEACHER_KEY not in cookie.value
    reader.post("/studio/leave")
    assert reader.get("/lessons/new").status_code == 302


@pytest.mark.parametrize("key", ["", "x", "é" * 20, "ABCD-EFGH-JKMN-PQRS-TUVW", "9" * 5000])
def test_a_wrong_key_does_not(key: str, reader: Client) -> None:
    answer = reader.post("/studio/enter", {"key": key})
    assert answer.status_code == 403
    assert "cinq groupes" in answer.content.decode()
    assert reader.get("/lessons/new").status_code == 302


def test_a_session_ends_with_its_key(teacher: Client, settings_key: Callable[[str], None]) -> None:
    assert teacher.get("/lessons/new").status_code == 200
    settings_key("AAAA-BBBB-CCCC-DDDD-EEEE")
    assert teacher.get("/lessons/new").status_code == 302


def test_a_forged_session_is_none(teacher: Client) -> None:
    value = teacher.cookies["sessionid"].value
    forger = Client()
    forger.cookies["sessionid"] = value[:-2] + ("aa" if value[-2:] != "aa" else "bb")
    assert forger.get("/lessons/new").status_code == 302


def test_too_many_wrong_keys(reader: Client, clock: Clock, key: dict[str, str]) -> None:
    for _ in range(FREE_SLIPS):
        assert reader.post("/studio/enter", {"key": "wrong"}).status_code == 403
    answer = reader.post("/studio/enter", {"key": settings.HALQA_TEACHER_KEY})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "15"
    assert "15 secondes" in answer.content.decode()
    told = reader.post("/api/lessons", {"title": "x"}, "application/json", headers=key)
    assert (told.status_code, told["Retry-After"]) == (429, "15")
    assert told.json()["retry"] is True
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post("/studio/enter", {"key": settings.HALQA_TEACHER_KEY}).status_code == 302
    proxied = reader.post("/studio/enter", {"key": "wrong"}, headers={"X-Forwarded-For": "127.0.0.1, 192.0.2.8"})
    assert proxied.status_code == 403, "a proxy on this machine says for whom it asks"
    clock.now += 15
    assert reader.post("/studio/enter", {"key": settings.HALQA_TEACHER_KEY}).status_code == 302
    assert reader.post("/studio/enter", {"key": "wrong"}).status_code == 403, "whoever knew the key begins anew"


def test_waiting_doubles_up_to_a_bound_and_is_forgotten() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    waits = []
    for _ in range(FREE_SLIPS + 9):
        attempts.slipped("192.0.2.1")
        waits.append(attempts.wait("192.0.2.1"))
        clock.now += waits[-1]
    assert waits[FREE_SLIPS - 2 : FREE_SLIPS + 3] == [0, 15, 30, 60, 120]
    assert waits[-1] == LONGEST_WAIT_S
    clock.now += 3601
    attempts.slipped("192.0.2.1")
    assert attempts.wait("192.0.2.1") == 0


def test_one_household_is_one_address_and_memory_is_bounded() -> None:
    attempts = Attempts(Clock())
    for last in range(FREE_SLIPS):
        attempts.slipped(f"2001:db8::{last}")
    assert attempts.wait("2001:db8::ffff") > 0
    assert attempts.wait("2001:db8:1::1") == 0
    for number in range(10_050):
        attempts.slipped(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(attempts._slips) == 10_000


def test_forms_need_their_token(lesson: Callable[..., Lesson]) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/studio/enter", {"key": settings.HALQA_TEACHER_KEY}).status_code == 403
    made = lesson()
    strict = Client(enforce_csrf_checks=True)
    easy = Client()
    easy.post("/studio/enter", {"key": settings.HALQA_TEACHER_KEY})
    strict.cookies["sessionid"] = easy.cookies["sessionid"].value
    answer = strict.post(f"{made.page}/hide")
    assert answer.status_code == 403
    assert "restée ouverte trop longtemps" in answer.content.decode()
    assert services.access_lesson(made.pk)


# -- what is kept in the data folder ------------------------------------------------------------------------------


def test_keys_are_kept_for_their_owner_only() -> None:
    for name in ("secret", "teacher-key"):
        file = settings.HALQA_DATA / name
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(settings.HALQA_SECRET) == 32
    assert settings.HALQA_SECRET.hex() != settings.SECRET_KEY


def test_a_keepsake_is_made_once(tmp_path: Path) -> None:
    first = kept(tmp_path / "deep" / "teacher-key", make_teacher_key)
    assert [len(group) for group in first.split("-")] == [4] * 5
    assert kept(tmp_path / "deep" / "teacher-key", make_teacher_key) == first
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["teacher-key"]


def test_who_comes_second_reads_what_the_first_wrote(tmp_path: Path) -> None:
    def slow() -> str:
        kept(tmp_path / "secret", lambda: "first")
        return "second"

    assert kept(tmp_path / "secret", slow) == "first"


@pytest.fixture
def settings_key() -> Iterator[Callable[[str], None]]:
    from django.test import override_settings

    changed = override_settings()

    def change(key: str) -> None:
        changed.options = {"HALQA_TEACHER_KEY": key}
        changed.enable()

    yield change
    changed.disable()
