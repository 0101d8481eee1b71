"""The composition: which part of the house answers which address. `halqa.site.asgi:application` is what uvicorn runs.

| address | who |
|---|---|
| `/timelines/…` | the gateway: say and follow |
| `/lessons/<id>/hls/…` | the HLS view of a timeline |
| `/lessons/<id>/slides` | documents become pages on a timeline |
| `/healthz` | `health.py` |
| `/static/…` | `static.py` |
| everything else | Django |
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from .start import ready

ready(migrate=False)

from asgiref.sync import sync_to_async  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402

from halqa.gateway import Gateway  # noqa: E402
from halqa.gateway.answers import answer_problem, header  # noqa: E402
from halqa.gateway.app import MethodNotAllowed  # noqa: E402
from halqa.gateway.body import BodyCutShort, read_body  # noqa: E402
from halqa.lessons import house, services  # noqa: E402
from halqa.media.hls import HlsApp  # noqa: E402
from halqa.media.slides import SlidesApp  # noqa: E402
from halqa.stores import SqliteStores  # noqa: E402
from halqa.tickets import Tickets  # noqa: E402
from halqa.timeline import Stores, Summary  # noqa: E402
from halqa.timeline.errors import Mistake, NoSuchTimeline, StoreMistake, TooLarge  # noqa: E402

from .health import health  # noqa: E402
from .static import StaticApp  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger("halqa.site")
MOST_FORM = 64 << 10
"""Bytes of a form or of JSON: a lesson is a title of 200 letters and a few words."""
FORM_S = 30.0
"""How long it may take to come: 64 kB need 16 s at 32 kbit/s."""
MOST_MATERIAL = 2 << 20
"""Bytes of what is prepared for a lesson: an hour of handwriting is 600 kB, twenty questions with pictures 1.2 MB,
captions 1 MB."""
MATERIAL_S = 150.0
"""How long that may take to come: 128 kbit/s, from home."""
_MATERIAL = re.compile(r"/api/lessons/[^/]+/plan|/lessons/[^/]+/(again|captions)")
_HLS = re.compile(r"/lessons/[^/]+/hls/.+", re.DOTALL)
_SLIDES = re.compile(r"/lessons/[^/]+/slides")


class RequestCutShort(Mistake):
    """The body of this request stopped coming. Send it again."""

    code, status, retry = "bad-question", 400, True


class House:
    """One process of Halqa. `gateway` is there once the lifespan has started."""

    def __init__(self) -> None:
        self.django = get_asgi_application()
        self.static = StaticApp()
        self.gateway: Gateway | None = None
        self.hls: HlsApp | None = None
        self.slides: SlidesApp | None = None
        self._stores: Stores | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith("/timelines/") and self.gateway is not None:
            await self.gateway(scope, receive, send)
        elif self.hls is not None and _HLS.fullmatch(path):
            await self.hls(scope, receive, send)
        elif self.slides is not None and _SLIDES.fullmatch(path):
            await self.slides(scope, receive, send)
        elif path == "/healthz" and scope["method"] in ("GET", "HEAD"):
            await _answer_health(send)
        elif path == "/healthz":
            await answer_problem(send, MethodNotAllowed(), header(scope, b"accept-language"))
        elif path in self.static:
            await self.static(scope, receive, send)
        else:
            await self._ask_django(scope, receive, send)

    async def _ask_django(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Django gets a request when it is whole: it would wait for a body without end, and keep one of any size."""
        material = _MATERIAL.fullmatch(scope["path"])
        most, seconds = (MOST_MATERIAL, MATERIAL_S) if material else (MOST_FORM, FORM_S)
        try:
            async with asyncio.timeout(seconds):
                body = await read_body(receive, most, FORM_S)
        except (TimeoutError, BodyCutShort):
            return await answer_problem(send, RequestCutShort(), header(scope, b"accept-language"))
        except TooLarge as mistake:
            return await answer_problem(send, mistake, header(scope, b"accept-language"))
        given = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def whole() -> Any:
            return next(given, None) or await receive()

        await self.django(dict(scope), whole, cast(Any, send))

    # -- from start to stop ---------------------------------------------------------------------------------------

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._start()
        except Exception as error:
            log.exception("This house cannot start.")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        await sync_to_async(ready)()
        stores = SqliteStores(settings.HALQA_TIMELINES)
        self._stores = stores
        tickets = Tickets(settings.HALQA_SECRET)
        self.gateway = Gateway(stores, tickets, began=_began, sealed=_sealed)
        self.hls = HlsApp(stores, MayWatch())
        self.slides = SlidesApp(stores, tickets, settings.HALQA_DATA / "decks")
        house.open_house(stores)
        await _catch_up(stores)

    async def _stop(self) -> None:
        house.open_house(None)
        if self.gateway is not None:
            await self.gateway.close()
        if self._stores is not None:
            await self._stores.close()


async def _answer_health(send: Send) -> None:
    status, told = await asyncio.to_thread(health, settings.HALQA_TIMELINES)
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


# -- what timelines tell lessons ----------------------------------------------------------------------------------


async def _began(lesson_id: str) -> None:
    await sync_to_async(services.began)(lesson_id)


async def _sealed(lesson_id: str, summary: Summary) -> None:
    await sync_to_async(services.sealed)(lesson_id, summary)


async def _catch_up(stores: Stores) -> None:
    """A server killed between a timeline's commit and the lesson's row left the row behind: the timeline is right."""
    for lesson_id in await sync_to_async(services.unended)():
        try:
            summary = await (await stores.open(lesson_id)).summary()
        except NoSuchTimeline:
            continue
        except StoreMistake:
            log.exception("The timeline of lesson %s cannot be read.", lesson_id)
            continue
        if summary.sealed:
            await sync_to_async(services.sealed)(lesson_id, summary)
        elif summary.started_at is not None:
            await sync_to_async(services.began)(lesson_id, services.moment(summary.started_at))


class MayWatch:
    """Every lesson that can be found can be watched by HLS; a hidden one cannot. A ticket tells nothing more for now.

    A player asks for something every second, so a yes is remembered for a while: Django stays off that way.
    """

    REMEMBERED_S = 10.0
    REMEMBERED = 1_000

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    async def __call__(self, lesson_id: str, ticket: str | None) -> bool:
        now = time.monotonic()
        if self._until.get(lesson_id, 0.0) > now:
            return True
        try:
            await sync_to_async(services.access_lesson)(lesson_id)
        except services.NoSuchLesson:
            self._until.pop(lesson_id, None)
            return False
        if len(self._until) >= self.REMEMBERED:
            self._until.clear()
        self._until[lesson_id] = now + self.REMEMBERED_S
        return True


application = House()
