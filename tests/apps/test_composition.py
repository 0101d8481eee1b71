"""The whole house as uvicorn runs it: a lesson is announced, taught, followed, ended, through real addresses."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from halqa.lessons import services
from halqa.lessons.cues import MOST_BYTES
from halqa.lessons.models import Lesson
from halqa.site import asgi
from halqa.site.asgi import House
from halqa.timeline import KEY, Draft, encode_draft

FRAMES = {"Content-Type": "application/vnd.halqa.frames"}


class Lifespan:
    """What uvicorn does around a house: start it, and stop it."""

    def __init__(self, house: House) -> None:
        self._asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._told: asyncio.Queue[Any] = asyncio.Queue()
        self._task = asyncio.create_task(house({"type": "lifespan"}, self._asked.get, self._told.put))

    async def ask(self, what: str) -> None:
        await self._asked.put({"type": f"lifespan.{what}"})
        told = await self._told.get()
        assert told["type"] == f"lifespan.{what}.complete", told


@pytest.fixture
async def door() -> AsyncIterator[httpx.AsyncClient]:
    """A client before a house that has started."""
    house = House()
    lifespan = Lifespan(house)
    await lifespan.ask("startup")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house), base_url="http://testserver") as client:
        yield client
    await lifespan.ask("shutdown")


async def announced(door: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    """A new lesson's id, and the headers of whoever teaches it."""
    key = {"X-Halqa-Key": settings.HALQA_TEACHER_KEY}
    lesson = (await door.post("/api/lessons", json={"title": "Par les ondes"}, headers=key)).json()["id"]
    slip = (await door.post(f"/api/lessons/{lesson}/tickets/say", headers=key)).json()
    return lesson, FRAMES | {"Authorization": f"Bearer {slip['ticket']}", "X-Speaker": slip["speaker"]}


def one(speaker: str, number: int, track: str = "board") -> bytes:
    at = (number - 1) * 1000
    return encode_draft(Draft(track, speaker, number, at, 1000, KEY, b"{}"))


def token_in(html: str) -> str:
    """The token of the (first) form on a page."""
    return str(re.findall(r'csrfmiddlewaretoken" value="([^"]+)', html)[0])


async def told(door: httpx.AsyncClient, lesson: str, status: str) -> dict[str, Any]:
    """The lesson as the API tells it, once it has this status: the gateway answers before it notes it in the row."""
    async with asyncio.timeout(20):
        while (answer := (await door.get(f"/api/lessons/{lesson}")).json())["status"] != status:
            pass
    return dict(answer)


async def test_a_lesson_from_announcement_to_replay(door: httpx.AsyncClient) -> None:
    lesson, teacher = await announced(door)
    said = await door.post(f"/timelines/{lesson}/entries", content=one(teacher["X-Speaker"], 1), headers=teacher)
    assert said.status_code == 200, said.text
    await told(door, lesson, "live")
    on_air = (await door.get("/api/lessons?status=live")).json()["lessons"]
    assert [one["id"] for one in on_air] == [lesson]
    assert on_air[0]["tracks"][0]["name"] == "board"
    assert f"/lessons/{lesson}" in (await door.get("/")).text

    ticket = (await door.post(f"/api/lessons/{lesson}/tickets/follow")).json()["ticket"]
    followed = await door.get(f"/timelines/{lesson}/entries", headers={"Authorization": f"Bearer {ticket}"})
    assert followed.status_code == 200
    assert b"board" in followed.content
    refused = await door.post(f"/timelines/{lesson}/seal", headers={"Authorization": f"Bearer {ticket}"})
    assert refused.status_code == 403

    assert (await door.post(f"/timelines/{lesson}/seal", headers=teacher)).status_code == 200
    assert (await told(door, lesson, "ended"))["duration_ms"] == 1000


async def test_a_killed_server_catches_up(door: httpx.AsyncClient) -> None:
    lesson, teacher = await announced(door)
    await door.post(f"/timelines/{lesson}/entries", content=one(teacher["X-Speaker"], 1), headers=teacher)
    await door.post(f"/timelines/{lesson}/seal", headers=teacher)
    await told(door, lesson, "ended")
    row = Lesson.objects.filter(pk=lesson)
    await row.aupdate(status="planned", started_at=None, ended_at=None, duration_ms=None, tracks=[])
    house = House()
    lifespan = Lifespan(house)
    await lifespan.ask("startup")
    made = await Lesson.objects.aget(pk=lesson)
    assert (made.status, made.duration_ms) == ("ended", 1000)
    await lifespan.ask("shutdown")


async def test_slides_laid_beforehand_do_not_put_a_lesson_on_air(door: httpx.AsyncClient) -> None:
    lesson, teacher = await announced(door)
    slides = one(teacher["X-Speaker"], 1, "slides/1280")
    assert (await door.post(f"/timelines/{lesson}/entries", content=slides, headers=teacher)).status_code == 200
    house = House()
    lifespan = Lifespan(house)
    await lifespan.ask("startup")
    await lifespan.ask("shutdown")
    assert (await door.get(f"/api/lessons/{lesson}")).json()["status"] == "planned"
    await door.post(f"/timelines/{lesson}/entries", content=one(teacher["X-Speaker"], 1), headers=teacher)
    await told(door, lesson, "live")


async def test_hls_is_for_lessons_that_can_be_found(door: httpx.AsyncClient) -> None:
    lesson, teacher = await announced(door)
    await door.post(f"/timelines/{lesson}/entries", content=one(teacher["X-Speaker"], 1), headers=teacher)
    await told(door, lesson, "live")
    await sync_to_async(services.hide)(await Lesson.objects.aget(pk=lesson))
    for name in (lesson, "nowhere2"):
        assert (await door.get(f"/lessons/{name}/hls/master.m3u8")).status_code in (403, 404)


async def test_health_and_static_need_no_django(door: httpx.AsyncClient) -> None:
    health = await door.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    bundle = await door.get("/static/ninja/swagger-ui.css")
    assert bundle.status_code == 200
    assert bundle.headers["content-type"].startswith("text/css")
    assert bundle.headers["x-content-type-options"] == "nosniff"
    again = await door.get("/static/ninja/swagger-ui.css", headers={"If-None-Match": bundle.headers["etag"]})
    assert again.status_code == 304
    assert (await door.get("/static/../settings.py")).status_code == 404
    assert json.loads((await door.get("/timelines/x")).text)["code"] == "no-ticket"


async def test_a_form_that_stops_half_way_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "FORM_S", 0.05)
    given = iter([{"type": "http.request", "body": b'{"title": ', "more_body": True}])
    told: list[Any] = []

    async def receive() -> Any:
        return next(given, None) or await asyncio.Event().wait()

    async def send(message: Any) -> None:
        told.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/lessons", "headers": [(b"accept-language", b"en")]}
    await House()(scope, receive, send)
    assert told[0]["status"] == 400
    assert json.loads(told[1]["body"])["title"] == "The body of this request stopped coming. Send it again."
    assert json.loads(told[1]["body"])["retry"] is True


async def test_captions_may_be_larger_than_any_other_form(door: httpx.AsyncClient) -> None:
    entering = {"csrfmiddlewaretoken": token_in((await door.get("/studio/enter")).text)}
    await door.post("/studio/enter", data=entering | {"key": settings.HALQA_TEACHER_KEY})
    lesson, _ = await announced(door)
    page = f"/lessons/{lesson}/captions"
    sent = {"csrfmiddlewaretoken": token_in((await door.get(page)).text), "language": "fr"}
    lines = (f"00:{m:02}:{s:02}.000 --> 00:{m:02}:{s:02}.900\n{'سطر ' * 100}\n" for m in range(60) for s in range(15))
    long = "WEBVTT\n\n" + "\n".join(lines)
    assert 300_000 < len(long.encode()) < MOST_BYTES
    for text, status in ((long, 302), ("x" * (MOST_BYTES + 1), 422), ("x" * (3 << 20), 413)):
        answer = await door.post(page, data=sent, files={"file": ("a.vtt", text.encode())})
        assert answer.status_code == status, answer.text
    assert "سطر" in (await door.get(f"/lessons/{lesson}/captions/fr.vtt")).text
    other = await door.post("/lessons/new", content=b"x" * 100_000, headers={"content-type": "text/plain"})
    assert other.status_code == 413, "other forms stay small"
