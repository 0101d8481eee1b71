"""The API: what it tells, to whom, and how it refuses."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import AsyncClient, Client

from halqa.lessons import house, services
from halqa.lessons.models import Lesson
from halqa.stores import MemoryStores
from halqa.tickets import Tickets
from halqa.timeline import KEY, Draft


def say(client: Client, path: str, told: Any = None, **headers: str) -> Any:
    body = "" if told is None else json.dumps(told)
    return client.post(path, body, content_type="application/json", headers=headers)


def arabic(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


def test_lessons_by_status_and_title(reader: Client, lesson: Callable[..., Lesson]) -> None:
    live, ended = lesson("Fractions", status="live"), lesson("Newton")
    told = reader.get("/api/lessons").json()
    assert {one["id"] for one in told["lessons"]} == {live.pk, ended.pk}
    assert (told["page"], told["pages"], told["total"]) == (1, 1, 2)
    assert [one["id"] for one in reader.get("/api/lessons?status=live").json()["lessons"]] == [live.pk]
    assert [one["id"] for one in reader.get("/api/lessons?q=newton&status=ended").json()["lessons"]] == [ended.pk]
    assert reader.get("/api/lessons?status=planned").json()["lessons"] == []


def test_one_lesson(reader: Client) -> None:
    made = services.create("Les fractions", subject="maths", level="1ac")
    services.began(made.pk)
    told = reader.get(f"/api/lessons/{made.pk}", headers={"accept-language": "ar"}).json()
    assert told["title"] == "Les fractions"
    assert (told["subject"], told["subject_name"], told["status"]) == ("maths", "الرياضيات", "live")
    assert told["page"] == f"/lessons/{made.pk}"
    assert told["hls"] == f"/lessons/{made.pk}/hls/master.m3u8"
    assert told["started_at"].endswith("+00:00")
    assert told["tracks"] == []


@pytest.fixture
async def stores() -> AsyncIterator[MemoryStores]:
    stores = MemoryStores()
    house.open_house(stores)
    yield stores
    house.open_house(None)
    await stores.close()


async def test_a_live_lesson_tells_what_its_timeline_has(stores: MemoryStores) -> None:
    made = await sync_to_async(services.create)("Sur les ondes")
    timeline = await stores.open(made.pk, create=True)
    for number in (1, 2):
        await timeline.append(
            [
                Draft(
                    track="audio",
                    t=number * 1000,
                    duration=1000,
                    speaker="s1",
                    number=number,
                    flags=KEY,
                    payload=b"12345678",
                )
            ]
        )
    await sync_to_async(services.began)(made.pk)
    told = (await AsyncClient().get(f"/api/lessons/{made.pk}")).json()
    assert told["duration_ms"] == 3000
    assert told["silent"] is False
    assert told["tracks"] == [{"name": "audio", "bytes": 16, "begins": 1000, "ends": 3000}]
    home = (await AsyncClient().get("/")).content.decode()
    assert f'data-on-air="{made.pk}"' in home
    await sync_to_async(services.sealed)(made.pk, await timeline.seal())
    told = (await AsyncClient().get("/api/lessons?status=ended")).json()["lessons"][0]
    assert (told["status"], told["duration_ms"], len(told["tracks"])) == ("ended", 3000, 1)


async def test_a_cut_studio_is_shown(stores: MemoryStores, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await sync_to_async(services.create)("Coupée")
    timeline = await stores.open(made.pk, create=True)
    await timeline.append([Draft(track="audio", t=0, duration=1, speaker="s", number=1, flags=KEY, payload=b"x")])
    await sync_to_async(services.began)(made.pk)
    monkeypatch.setattr(house, "SILENT_AFTER_S", -1)
    assert (await AsyncClient().get(f"/api/lessons/{made.pk}")).json()["silent"] is True
    home = (await AsyncClient().get("/", headers={"accept-language": "fr"})).content.decode()
    assert "La ligne du studio est coupée" in home
    assert f'data-on-air="{made.pk}~"' in home


# -- announcing and tickets ---------------------------------------------------------------------------------------


def test_announcing_with_the_key(reader: Client, key: dict[str, str]) -> None:
    answer = say(reader, "/api/lessons", {"title": "Par programme", "subject": "svt"}, **key)
    assert answer.status_code == 201
    assert answer.json()["status"] == "planned"
    assert Lesson.objects.get().pk == answer.json()["id"]


def test_announcing_without_it(reader: Client) -> None:
    for headers, code, status in (({}, "teacher-only", 401), ({"X-Halqa-Key": "wrong"}, "wrong-key", 401)):
        answer = say(reader, "/api/lessons", {"title": "x"}, **headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer["Content-Type"] == "application/problem+json"
    assert Lesson.objects.count() == 0


def test_announcing_from_a_teachers_page(teacher: Client) -> None:
    assert say(teacher, "/api/lessons", {"title": "x"}).status_code == 201
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sessionid"] = teacher.cookies["sessionid"].value
    assert say(strict, "/api/lessons", {"title": "x"}).json()["code"] == "no-token"
    strict.get("/lessons/new")
    token = strict.cookies["csrftoken"].value
    assert say(strict, "/api/lessons", {"title": "x"}, **{"X-CSRFToken": token}).status_code == 201


def test_anybody_may_follow(lesson: Callable[..., Lesson]) -> None:
    made = lesson()
    strict = Client(enforce_csrf_checks=True)
    told = strict.post(f"/api/lessons/{made.pk}/tickets/follow").json()
    grant = Tickets(settings.HALQA_SECRET).check(told["ticket"], made.pk, "follow")
    assert grant.may == {"follow"}
    assert told["timeline"] == f"/timelines/{made.pk}"
    assert abs(told["expires_at"] / 1000 - made.created_at.timestamp() - 12 * 3600) < 60


def test_only_a_teacher_may_say(reader: Client, key: dict[str, str], lesson: Callable[..., Lesson]) -> None:
    path = f"/api/lessons/{lesson(status='live').pk}/tickets/say"
    assert say(reader, path).status_code == 401
    told = say(reader, path, **key).json()
    assert told["speaker"]
    again = say(reader, path, {"speaker": told["speaker"]}, **key).json()
    assert again["speaker"] == told["speaker"]
    assert say(reader, path, {"speaker": "né ici"}, **key).json()["field"] == "speaker"


def test_a_class_hears_its_own(reader: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson(status="live")
    told = say(reader, f"/api/lessons/{made.pk}/tickets/answer", {"as": "class", "name": "C", "key": "k"}).json()
    grant = Tickets(settings.HALQA_SECRET).check(told["ticket"], made.pk, "follow")
    assert grant.heard == (f"private/{told['speaker']}-*",)
    assert grant.guest
    assert "private/here" in grant.tracks
    assert not {"*", "private/*", "board/*"} & {*grant.tracks, *grant.heard}


VOICE = "c-abcdefghjkmn"


def test_the_floor_is_the_teachers_to_give(
    reader: Client, key: dict[str, str], lesson: Callable[..., Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "HALQA_STUN", "stun:s.example.ma")
    monkeypatch.setattr(settings, "HALQA_TURN", ["turn:t.example.ma:3478"])
    monkeypatch.setattr(settings, "HALQA_TURN_SECRET", "north")
    made = lesson(status="live")
    path = f"/api/lessons/{made.pk}/floor"
    assert say(reader, path, {"voice": VOICE}).status_code == 401
    told = say(reader, path, {"voice": VOICE}, **key).json()
    assert told["pen"] == ""
    stun, turn = told["servers"]
    assert stun == {"urls": "stun:s.example.ma"}
    until, voice = turn["username"].split(":")
    assert voice == VOICE
    assert 3000 < int(until) - time.time() <= 3600
    mark = hmac.new(b"north", turn["username"].encode(), "sha1").digest()
    assert base64.b64decode(turn["credential"]) == mark
    pen = say(reader, path, {"voice": VOICE, "pen": True}, **key).json()["pen"]
    grant = Tickets(settings.HALQA_SECRET).check(pen, made.pk, "say")
    assert (grant.tracks, grant.speaker, grant.guest) == (("board/*",), VOICE, True)
    assert grant.seconds <= 60
    for wrong in ("p-abcdefghjkmn", "c-ABCDEFGHJKMN", "c-abc", "s", ""):
        assert say(reader, path, {"voice": wrong}, **key).json()["field"] == "voice"
    monkeypatch.setattr(settings, "HALQA_STUN", "")
    monkeypatch.setattr(settings, "HALQA_TURN", [])
    assert say(reader, path, {"voice": VOICE}, **key).json()["servers"] == []
    over = lesson(status="ended")
    late = say(reader, f"/api/lessons/{over.pk}/floor", {"voice": VOICE, "pen": True}, **key)
    assert (late.status_code, late.json()["code"]) == (409, "lesson-over")


# -- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "field"),
    [
        ("get", "/api/lessons/nowhere2", None, 404, "no-such-lesson", None),
        ("get", "/api/lessons?status=gone", None, 422, "bad-question", "status"),
        ("get", "/api/lessons?page=0", None, 422, "bad-question", "page"),
        ("post", "/api/lessons", {}, 422, "bad-question", "title"),
        ("post", "/api/lessons", {"title": " "}, 422, "lesson-refused", "title"),
        ("post", "/api/lessons", {"title": "x", "level": "z"}, 422, "lesson-refused", "level"),
        ("post", "/api/lessons/nowhere2/tickets/follow", None, 404, "no-such-lesson", None),
        ("post", "/api/lessons/nowhere2/tickets/say", None, 404, "no-such-lesson", None),
    ],
)
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_refusals(
    method: str, path: str, body: Any, status: int, code: str, field: str | None, language: str,
    reader: Client, key: dict[str, str],
) -> None:  # fmt: skip
    headers = key | {"accept-language": language}
    answer = reader.get(path, headers=headers) if method == "get" else say(reader, path, body, **headers)
    told = answer.json()
    assert (answer.status_code, told["code"], told.get("field")) == (status, code, field)
    assert answer["Content-Type"] == "application/problem+json"
    assert told["status"] == status
    assert arabic(told["title"]) == (language == "ar")
    if field:
        assert arabic(told["detail"]) == (language == "ar")


def test_a_body_that_is_no_json(reader: Client, key: dict[str, str]) -> None:
    answer = reader.post("/api/lessons", "{", content_type="application/json", headers=key)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_hidden_lessons_are_told_to_nobody(reader: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson()
    services.hide(made)
    assert reader.get(f"/api/lessons/{made.pk}").status_code == 404
    assert reader.get("/api/lessons").json()["total"] == 0
    assert reader.post(f"/api/lessons/{made.pk}/tickets/follow").status_code == 404


def test_described(reader: Client) -> None:
    told = reader.get("/api/openapi.json").json()
    assert set(told["paths"]) == {
        "/api/lessons",
        "/api/lessons/{lesson_id}",
        "/api/lessons/{lesson_id}/attendance",
        "/api/lessons/{lesson_id}/plan",
        "/api/lessons/{lesson_id}/tickets/follow",
        "/api/lessons/{lesson_id}/tickets/say",
        "/api/lessons/{lesson_id}/tickets/answer",
        "/api/lessons/{lesson_id}/floor",
    }
    schemas = told["components"]["schemas"]
    for schema in ("LessonIn", "LessonOut"):
        assert {"starts_at", "minutes"} <= set(schemas[schema]["properties"])
    assert "starts_at" not in schemas["LessonIn"]["required"], "whoever announces may leave it out"
    assert "swagger-ui-bundle.js" in reader.get("/api/docs").content.decode()
