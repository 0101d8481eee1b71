"""Who may answer: classes, pupils who know the code; and what is kept about them (nothing)."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from halqa.lessons import services
from halqa.lessons.access import FREE_CODES
from halqa.lessons.models import Lesson
from halqa.tickets import Tickets, TicketVerb
from halqa.timeline import Summary

from .conftest import Clock

Make = Callable[..., Lesson]


def ask(client: Client, lesson: Lesson, **told: Any) -> Any:
    return client.post(f"/api/lessons/{lesson.pk}/tickets/answer", told, "application/json")


def grant(lesson: Lesson, ticket: str) -> Any:
    return Tickets(settings.HALQA_SECRET).check(ticket, lesson.pk, "say")


# -- tickets ------------------------------------------------------------------------------------------------------


def test_a_class_says_its_answers_and_hears_its_own(reader: Client, lesson: Make) -> None:
    made = lesson(status="live")
    told = ask(reader, made, **{"as": "class", "name": "Collège Al Massira"}).json()
    allowed = grant(made, told["ticket"])
    own = f"private/{told['speaker']}-*"
    assert allowed.may == {"say", "follow"}
    assert allowed.tracks == ("private/answers", "private/questions", "private/here", own)
    assert allowed.hears == (own,)
    assert allowed.guest is True
    assert allowed.speaker == told["speaker"]
    assert re.fullmatch(r"c-[a-z2-9]{12}", told["speaker"])
    assert told["timeline"] == f"/timelines/{made.pk}"
    with pytest.raises(TicketVerb):
        Tickets(settings.HALQA_SECRET).check(told["ticket"], made.pk, "seal")


def test_one_is_the_same_again_by_a_secret_and_never_by_a_name(reader: Client, lesson: Make) -> None:
    made, other = lesson(status="live"), lesson(status="live")
    speakers = [
        ask(reader, made, **{"as": "class", "name": "A", "key": "0123456789abcdef"}).json()["speaker"],
        ask(reader, made, **{"as": "class", "name": "B", "key": "0123456789abcdef"}).json()["speaker"],
        ask(reader, made, **{"as": "class", "name": "A", "key": "fedcba9876543210"}).json()["speaker"],
        ask(reader, made, **{"as": "class", "name": "A"}).json()["speaker"],
        ask(reader, made, **{"as": "class", "name": "A"}).json()["speaker"],
        ask(reader, other, **{"as": "class", "name": "A", "key": "0123456789abcdef"}).json()["speaker"],
    ]
    assert speakers[0] == speakers[1]
    assert len(set(speakers)) == 5


def test_a_pupil_needs_the_code_of_this_very_lesson(reader: Client, lesson: Make) -> None:
    made, other = lesson(status="live"), lesson(status="live")
    code = services.join_code(made)
    assert re.fullmatch(r"\d{6}", code)
    told = ask(reader, made, **{"as": "pupil", "name": "Amina", "code": f"{code[:3]} {code[3:]}"})
    assert told.status_code == 200
    assert told.json()["speaker"].startswith("p-")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for asked in (code[:5], "", wrong, "٠١٢٣٤٥", services.join_code(other)):
        refused = ask(reader, made, **{"as": "pupil", "name": "Amina", "code": asked})
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong-code")


def test_what_is_asked_is_within_bounds(reader: Client, lesson: Make) -> None:
    made = lesson(status="live")
    for body in (
        {"as": "class", "name": ""},
        {"as": "class", "name": "x" * 61},
        {"as": "teacher", "name": "x"},
        {"as": "class"},
        {"as": "class", "name": "x", "key": "x" * 65},
        {"as": "class", "name": "x", "key": "not a key"},
        {"as": "pupil", "name": "x", "code": "1" * 21},
    ):
        assert ask(reader, made, **body).status_code == 422


def test_an_ended_or_hidden_lesson_is_not_answered(reader: Client, lesson: Make) -> None:
    ended = lesson(status="ended")
    refused = ask(reader, ended, **{"as": "class", "name": "A"})
    assert (refused.status_code, refused.json()["code"]) == (409, "lesson-over")
    hidden = lesson(status="live")
    code = services.join_code(hidden)
    services.hide(hidden)
    assert ask(reader, hidden, **{"as": "class", "name": "A"}).status_code == 404
    assert services.joined_by(code) is None


def test_only_a_teacher_hears_what_is_private(reader: Client, key: dict[str, str], lesson: Make) -> None:
    made = lesson(status="live")
    follow = reader.post(f"/api/lessons/{made.pk}/tickets/follow").json()["ticket"]
    teach = reader.post(f"/api/lessons/{made.pk}/tickets/say", {}, "application/json", headers=key).json()["ticket"]
    tickets = Tickets(settings.HALQA_SECRET)
    assert tickets.check(follow, made.pk, "follow").tracks == ("*",)
    assert tickets.check(teach, made.pk, "follow").tracks == ("*", "private/*")


# -- codes --------------------------------------------------------------------------------------------------------


def test_a_code_is_of_one_lesson_until_it_ends(lesson: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([123456, 123456, 7, 123456])
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))
    first, second, third = (lesson(status="live") for _ in range(3))
    assert [services.join_code(first), services.join_code(second)] == ["123456", "000007"]
    assert services.join_code(first) == "123456"
    services.sealed(first.pk, Summary(first.pk, 1, 1000, True, 1, 1, {}))
    first.refresh_from_db()
    assert (first.join_code, services.join_code(first), services.joined_by("123456")) == ("", "", None)
    assert services.join_code(third) == "123456"
    assert services.joined_by("123456") == third


def test_guessing_codes_is_slow_and_knowing_one_does_not_help(reader: Client, clock: Clock, lesson: Make) -> None:
    made = lesson(status="live")
    code = services.join_code(made)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(FREE_CODES):
        assert ask(reader, made, **{"as": "pupil", "name": "x", "code": wrong}).status_code == 403
        clock.now += 0.01
    known = ask(reader, made, **{"as": "pupil", "name": "x", "code": code})
    assert (known.status_code, known.json()["code"], known["Retry-After"]) == (429, "too-many-codes", "15")
    page = reader.post("/join", {"name": "x", "code": code})
    assert (page.status_code, page["Retry-After"]) == (429, "15")
    assert "codes faux" in page.content.decode()
    assert ask(Client(REMOTE_ADDR="192.0.2.9"), made, **{"as": "pupil", "name": "x", "code": code}).status_code == 200
    clock.now += 15
    assert ask(reader, made, **{"as": "pupil", "name": "x", "code": code}).status_code == 200
    assert ask(reader, made, **{"as": "pupil", "name": "x", "code": wrong}).status_code == 403
    assert ask(reader, made, **{"as": "pupil", "name": "x", "code": code}).status_code == 429


# -- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "says"), [("fr", "Votre prénom"), ("ar", "اسمك الشخصي"), ("en", "Your first name")]
)
def test_the_form_is_whole_before_any_script(reader: Client, language: str, says: str) -> None:
    html = reader.get("/join?code=123456", headers={"accept-language": language}).content.decode()
    assert says in html
    assert 'value="123456"' in html
    assert '<form class="card stack" method="post" action="/join"' in html


def test_a_pupil_joins_and_finds_only_what_can_be_answered(reader: Client, lesson: Make) -> None:
    made = lesson("Les fractions", status="live")
    code = services.join_code(made)
    answer = reader.post("/join", {"code": code, "name": "  Amina <b> ", "key": "0123456789abcdef"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<halqa-pupil>" in html
    assert "<b> " not in html
    facts = json.loads(re.search(r'<script id="lesson" type="application/json">(.*?)</script>', html)[1])  # type: ignore[index]
    assert facts["answering"]["name"] == "Amina <b>"
    assert grant(made, facts["answering"]["ticket"]).speaker == facts["answering"]["speaker"]
    again = reader.post("/join", {"code": code, "name": "Amina <b>", "key": "0123456789abcdef"}).content.decode()
    assert facts["answering"]["speaker"] in again


def test_mistakes_are_told_beside_their_field(reader: Client, lesson: Make) -> None:
    code = services.join_code(lesson(status="live"))
    wrong = reader.post("/join", {"code": "12", "name": '"><script>'})
    assert wrong.status_code == 403
    assert "Relisez-le" in wrong.content.decode()
    assert '"><script>' not in wrong.content.decode()
    nameless = reader.post("/join", {"code": code, "name": "  "})
    assert nameless.status_code == 422
    assert "Écrivez votre prénom" in nameless.content.decode()


def test_the_form_carries_its_token(lesson: Make) -> None:
    code = services.join_code(lesson(status="live"))
    assert Client(enforce_csrf_checks=True).post("/join", {"code": code, "name": "A"}).status_code == 403


def test_nothing_about_a_pupil_is_kept(reader: Client, lesson: Make, caplog: pytest.LogCaptureFixture) -> None:
    made = lesson(status="live")
    with caplog.at_level("DEBUG"):
        answer = reader.post("/join", {"code": services.join_code(made), "name": "Zouhaira"})
        ask(reader, made, **{"as": "class", "name": "Zouhaira"})
    assert "sessionid" not in answer.cookies
    assert "Zouhaira" not in caplog.text
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert "Zouhaira" not in str(cursor.fetchall()), table


def test_the_studio_knows_the_code_and_the_classroom_does_not(teacher: Client, reader: Client, lesson: Make) -> None:
    made = lesson(status="live")
    assert f'"code": "{services.join_code(made)}"' in teacher.get(made.studio).content.decode()
    html = reader.get(made.page).content.decode()
    assert services.join_code(made) not in html
    assert f"/api/lessons/{made.pk}/tickets/answer" in html
