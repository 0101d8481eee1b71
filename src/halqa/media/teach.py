"""A file goes on air: encoded here, paced, and said by the same verbs as any studio's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

import httpx

from halqa.client import Client, Refused, Speaker
from halqa.timeline import Draft, Summary

from .encode import encode_file, paced

Told = Callable[[int, Speaker], None]
"""Called now and then with how far the lesson is (ms on its clock)."""


class Desk:
    """The API of one server, with the teacher key: lessons and tickets."""

    def __init__(self, server: str, key: str) -> None:
        self.server = server.rstrip("/")
        self._key = key

    async def ask(self, path: str, body: dict[str, str] | None = None) -> dict[str, str]:
        """POST something as the teacher. Raises `Refused` or `httpx.TransportError`."""
        async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
            headers = {"x-halqa-key": self._key}
            answer = await http.post(f"{self.server}{path}", json=body or {}, headers=headers)
        try:
            told = answer.json()
        except ValueError:
            told = {}
        if answer.status_code >= 400:
            raise Refused(answer.status_code, told)
        return dict(told)

    async def announce(self, title: str, **about: str) -> str:
        """A new lesson; its id."""
        return str((await self.ask("/api/lessons", {"title": title, **about}))["id"])

    async def say_ticket(self, lesson: str, speaker: str = "") -> dict[str, str]:
        """A ticket to teach this lesson, and the prefix of its speakers' names."""
        return await self.ask(f"/api/lessons/{lesson}/tickets/say", {"speaker": speaker} if speaker else None)


class Teacher:
    """Somebody on air: a client and a speaker whose ticket renews itself."""

    def __init__(self, desk: Desk, lesson: str) -> None:
        self.lesson = lesson
        self._desk = desk
        self._prefix = ""
        self.client = Client(desk.server, self._ticket)
        self.speaker: Speaker | None = None
        self.starts_at = 0

    async def _ticket(self) -> str:
        told = await self._desk.say_ticket(self.lesson, self._prefix)
        self._prefix = told["speaker"]
        return told["ticket"]

    async def __aenter__(self) -> Teacher:
        self.client.use(await self._ticket())
        summary = await self.summary()
        self.starts_at = summary.duration if summary else 0
        self.speaker = Speaker(self.client, self.lesson, f"{self._prefix}.file")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    async def summary(self) -> Summary | None:
        """The lesson so far; None when nothing was said yet."""
        try:
            return await self.client.summary(self.lesson)
        except Refused as refused:
            if refused.code == "no-such-timeline":
                return None
            raise

    async def say_all(self, batches: AsyncIterator[list[Draft]], told: Told | None = None) -> int:
        """Say everything, several batches in one request when the line is slower. The end, ms on the lesson's clock."""
        assert self.speaker is not None
        speaker, end = self.speaker, self.starts_at
        waiting: asyncio.Queue[list[Draft] | None] = asyncio.Queue(maxsize=400)

        async def fill() -> None:
            async for batch in batches:
                await waiting.put(batch)
            await waiting.put(None)

        filling = asyncio.create_task(fill())
        try:
            more = True
            while more:
                drafts: list[Draft] = []
                batch = await _next(waiting, filling)
                while batch is not None:
                    drafts += batch
                    if waiting.empty() or len(drafts) > 400:
                        break
                    batch = waiting.get_nowait()
                more = batch is not None
                if drafts:
                    await speaker.say(drafts)
                    end = max(end, *(draft.t + draft.duration for draft in drafts))
                    if told is not None:
                        told(end, speaker)
            await filling
        finally:
            filling.cancel()
            await asyncio.gather(filling, return_exceptions=True)
        return end


async def _next(waiting: asyncio.Queue[list[Draft] | None], filling: asyncio.Task[None]) -> list[Draft] | None:
    """The next batch; whatever went wrong while filling comes out here."""
    getting = asyncio.ensure_future(waiting.get())
    try:
        await asyncio.wait({getting, filling}, return_when=asyncio.FIRST_COMPLETED)
        if not getting.done() and filling.exception() is not None:
            filling.result()
        return await getting
    finally:
        # Whoever is stopped here leaves nobody waiting.
        getting.cancel()


async def file_batches(
    path: str, *, speed: float, starts_at: int, fragment_ms: int, loop: bool = False, most: int = 720
) -> AsyncIterator[list[Draft]]:
    """The drafts of a file, paced; with `loop`, of the file again and again on one clock."""
    began_at, clock = starts_at, asyncio.get_running_loop()
    began = clock.time()
    while True:
        end = starts_at
        encoded = encode_file(path, fragment_ms=fragment_ms, starts_at=starts_at, most=most)
        async for batch in paced(encoded, speed, began_at, began):
            end = max(end, *(draft.t + draft.duration for draft in batch))
            yield batch
        if not loop or end == starts_at:
            return
        starts_at = end


async def written_beside(batches: AsyncIterator[list[Draft]], written: Iterable[Draft]) -> AsyncIterator[list[Draft]]:
    """What is written on the board between what is said and shown: each draft once the lesson has got to its end."""
    waiting = iter(written)
    draft = next(waiting, None)
    async for batch in batches:
        reached = max(said.t + said.duration for said in batch)
        due = []
        while draft is not None and draft.t + draft.duration <= reached:
            due.append(draft)
            draft = next(waiting, None)
        yield due + batch
