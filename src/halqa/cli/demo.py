"""`halqa demo`: a small province: a lesson on air, one to replay, two to come. What `make demo` runs."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import sys
import threading
from pathlib import Path
from typing import Any

from .serve import address, port_of, prepare, where

LIVE = {"title": "Le théorème de Thalès", "subject": "maths", "level": "3ac", "teacher": "Mme Alaoui", "language": "fr"}
TAUGHT = {"title": "الدورة الدموية", "subject": "svt", "level": "3ac", "teacher": "الأستاذ بنعلي", "language": "ar"}
PLANNED = [
    {"title": "Les fonctions affines", "subject": "maths", "level": "tc", "teacher": "Mme Alaoui", "language": "fr"},
    {"title": "النص السردي", "subject": "arabic", "level": "2ac", "teacher": "الأستاذة العمراني", "language": "ar"},
]
IN_MINUTES, TOMORROW_AT = 20, dt.time(10, 0)
"""When the planned ones are to begin: soon enough to watch the countdown, and on another day."""
LIVE_SECONDS, TAUGHT_SECONDS = 120, 240


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "demo",
        help="a small province: one lesson on air now, one to replay",
        description="Serve a small province made on this machine: a lesson on air now, another that can be replayed.",
        epilog="example: PORT=8080 halqa demo",
    )
    where(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve, and teach beside it, until Ctrl-C."""
    from halqa.gateway.server import listen, run

    prepare(args)
    listener = listen(args.host, port_of(args))
    port = listener.getsockname()[1]
    from django.conf import settings

    from halqa.site.asgi import application

    local = f"http://127.0.0.1:{port}"
    teaching = _Beside(local, settings.HALQA_TEACHER_KEY, Path(settings.HALQA_DATA, "demo"))

    def stop() -> None:
        teaching.stop()
        if application.gateway is not None:
            application.gateway.stop()

    print(f"Halqa is at        {address(args, port)}", flush=True)
    print(f"Teacher key        {settings.HALQA_TEACHER_KEY}", flush=True)
    print("Ctrl-C stops it.", flush=True)
    teaching.start()
    try:
        run(application, listener, stop)
    finally:
        teaching.stop()
        teaching.join(10)
    return 0


def plan_ahead() -> None:
    """The lessons to come. Those of a demo that ran before are put off: their hours have passed."""
    from django.utils import timezone

    from halqa.lessons import services

    now = timezone.localtime()
    tomorrow = timezone.make_aware(dt.datetime.combine(now.date() + dt.timedelta(days=1), TOMORROW_AT))
    for planned, hour in zip(PLANNED, (now + dt.timedelta(minutes=IN_MINUTES), tomorrow), strict=True):
        known = [one for one in services.find(planned["title"], "planned").lessons if one.title == planned["title"]]
        if known:
            services.rewrite(known[0], **planned, starts_at=hour, minutes=45)
        else:
            services.create(**planned, starts_at=hour, minutes=45)


class _Beside(threading.Thread):
    """The demo's teacher: a client of the server like any other, on a thread and an event loop of its own."""

    def __init__(self, server: str, key: str, folder: Path) -> None:
        super().__init__(name="demo teacher", daemon=True)
        self._server, self._key, self._folder = server, key, folder
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = threading.Event()

    def run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._stopped.is_set():
            return
        from halqa.client import Refused
        from halqa.timeline.errors import Mistake

        try:
            await self._teach()
        except (Mistake, Refused, OSError) as error:
            print(f"halqa demo: {error}", file=sys.stderr, flush=True)

    def stop(self) -> None:
        """End the lesson's saying; the lesson itself goes on at the next start."""
        self._stopped.set()
        if self._loop is not None and self._task is not None and self.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._task.cancel)

    async def _teach(self) -> None:
        from halqa.media.demo_clip import make_clip
        from halqa.media.teach import Desk

        self._folder.mkdir(parents=True, exist_ok=True)
        live, taught = self._folder / "live-2.mp4", self._folder / "taught-2.mp4"
        await _until_it_answers(self._server)
        await asyncio.to_thread(plan_ahead)
        desk = Desk(self._server, self._key)
        if not live.exists():
            _tell("drawing and speaking the lesson that goes on air …")
            await make_clip(live, LIVE_SECONDS, LIVE["title"], LIVE["language"])
        await self._end_what_was_on_air(desk)
        on_air = asyncio.create_task(self._on_air(desk, live))
        try:
            if not await _find(self._server, "ended", TAUGHT["title"]):
                if not taught.exists():
                    _tell("drawing and speaking the lesson to replay …")
                    await make_clip(taught, TAUGHT_SECONDS, TAUGHT["title"], TAUGHT["language"])
                lesson = await self._say(desk, taught, TAUGHT)
                _tell(f"to replay          {self._server}/lessons/{lesson}")
            await on_air
        finally:
            on_air.cancel()
            await asyncio.gather(on_air, return_exceptions=True)

    async def _end_what_was_on_air(self, desk: Any) -> None:
        """A demo that was stopped left its lesson open: it ends now, and can be replayed."""
        from halqa.media.teach import Teacher

        for lesson in await _find(self._server, "live", LIVE["title"]):
            async with Teacher(desk, lesson) as teacher:
                await teacher.client.seal(lesson)

    async def _on_air(self, desk: Any, clip: Path) -> None:
        from halqa.media.demo_board import thales_for_ever
        from halqa.media.demo_slides import lay
        from halqa.media.teach import Teacher, file_batches, written_beside

        lesson = await desk.announce(**LIVE)
        slides = await lay(self._server, lesson, (await desk.say_ticket(lesson))["ticket"], self._folder)
        _tell(f"on air now         {self._server}/lessons/{lesson}")
        async with Teacher(desk, lesson) as teacher:
            batches = file_batches(str(clip), speed=1, starts_at=0, fragment_ms=250, loop=True, most=360)
            await teacher.say_all(written_beside(batches, thales_for_ever(LIVE_SECONDS * 1000, slides)))

    async def _say(self, desk: Any, clip: Path, about: dict[str, str]) -> str:
        from halqa.media.demo_board import circulation
        from halqa.media.teach import Teacher, file_batches, written_beside

        lesson = str(await desk.announce(**about))
        async with Teacher(desk, lesson) as teacher:
            batches = file_batches(str(clip), speed=0, starts_at=0, fragment_ms=500, most=360)
            await teacher.say_all(written_beside(batches, circulation()))
            await teacher.client.seal(lesson)
        return lesson


def _tell(line: str) -> None:
    print(line, flush=True)


async def _until_it_answers(server: str) -> None:
    import httpx

    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await http.get(f"{server}/healthz")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


async def _find(server: str, status: str, title: str) -> list[str]:
    """The ids of the lessons of this title and status."""
    import httpx

    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        answer = await http.get(f"{server}/api/lessons", params={"status": status, "q": title})
    return [lesson["id"] for lesson in answer.json()["lessons"] if lesson["title"] == title]
