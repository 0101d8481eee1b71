"""`say` and `follow` over httpx, with the retry rule built in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from halqa.timeline import Draft, Entry, Frame, FrameReader, Notice, Passing, Summary, encode_draft, encode_passing

from .retry import Backoff

TicketSource = Callable[[], Awaitable[str]]
"""Asked for a ticket at first and whenever the last one was refused as expired."""

SILENT_S = 20.0
"""A stream gives a pulse every 5 s; after four that did not come the line is taken for cut."""


class Refused(Exception):
    """The server answered that this cannot be done. `code` is the protocol's, `retry` whether it may go later."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('detail') or problem.get('title', '')}")
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", ""))
        self.retry = bool(problem.get("retry", status >= 500))


@dataclass
class Followed:
    """Where a follower is: hand it to `follow` again to go on from there, even in another process."""

    cursor: int = 0
    rung: str | None = None
    reconnects: int = 0
    bytes: int = 0
    sealed: bool = False
    last: Notice = field(default_factory=dict)


class Client:
    """One server, one ticket. Use as `async with Client(url, ticket) as client`."""

    def __init__(
        self, server: str, ticket: str | TicketSource, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._ticket_source = ticket if callable(ticket) else None
        self._ticket = "" if callable(ticket) else ticket
        self._http = httpx.AsyncClient(
            base_url=server, transport=transport, timeout=httpx.Timeout(SILENT_S, connect=10.0), trust_env=False
        )

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def use(self, ticket: str) -> None:
        """From now on, this ticket."""
        self._ticket = ticket

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    # -- the verbs ----------------------------------------------------------------------------------------------------

    async def say(self, timeline: str, drafts: Sequence[Draft], passing: Sequence[Passing] = ()) -> dict[str, Any]:
        """Say these drafts once, then what passes. Returns the acknowledgement; raises `Refused` or
        `httpx.TransportError`."""
        body = b"".join([*map(encode_draft, drafts), *map(encode_passing, passing)])
        answer = await self._ask(
            "POST", f"/timelines/{timeline}/entries", content=body, kind="application/vnd.halqa.frames"
        )
        return dict(answer.json())

    async def seal(self, timeline: str) -> Summary:
        """End the lesson, however often it takes. Raises `Refused` when that is final."""
        return msgspec.convert((await self._insist("POST", f"/timelines/{timeline}/seal")).json(), Summary)

    async def summary(self, timeline: str) -> Summary:
        """The timeline in figures."""
        return msgspec.convert((await self._insist("GET", f"/timelines/{timeline}")).json(), Summary)

    async def read(self, timeline: str, **question: str | int) -> list[Entry | Notice]:
        """One bounded answer: entries and notices (the last one is `end`)."""
        answer = await self._ask("GET", f"/timelines/{timeline}/entries", params=question)
        return [item for item in FrameReader().feed(answer.content) if not isinstance(item, Passing)]

    async def follow(
        self,
        timeline: str,
        place: Followed | None = None,
        *,
        at: str | int | None = None,
        tracks: str | None = None,
        video: int | None = None,
        start: int | None = None,
    ) -> AsyncIterator[Frame]:
        """Every entry after the place (or from the moment `at`), then every further one, until the timeline is sealed;
        between them notices, and what passes.

        Goes on by itself after cuts and restarts, from the cursor that `place` keeps. Raises `Refused` for what no
        waiting mends.
        """
        place = place or Followed()
        backoff = Backoff()
        begun = False
        while not place.sealed:
            params: dict[str, str | int] = {"follow": 1}
            if tracks is not None:
                params["tracks"] = tracks
            if video is not None:
                params["video"] = video
            if start is not None:
                params["start"] = start
            if at is not None and not begun and place.cursor == 0:
                params["at"] = at
            else:
                params["after"] = place.cursor
                if video is not None and place.rung:
                    params["rung"] = place.rung
            try:
                async for item in self._stream(timeline, params, place):
                    begun = True
                    backoff.succeeded()
                    yield item
                wait = 0.0 if place.sealed else backoff.failed()
            except Refused as refused:
                if not refused.retry:
                    raise
                wait = backoff.failed(float(refused.problem.get("wait", 0)))
            except (httpx.TransportError, httpx.StreamError):
                wait = backoff.failed()
            if not place.sealed:
                place.reconnects += 1
                await asyncio.sleep(wait)

    async def _stream(self, timeline: str, params: Mapping[str, str | int], place: Followed) -> AsyncIterator[Frame]:
        reader = FrameReader()
        url = f"/timelines/{timeline}/entries"
        for attempt in (1, 2):
            async with self._http.stream("GET", url, params=dict(params), headers=await self._headers()) as answer:
                if answer.status_code != 200:
                    await answer.aread()
                    if attempt == 1 and await self._renew(answer):
                        continue
                    raise _refusal(answer)
                async for data in answer.aiter_raw():
                    place.bytes += len(data)
                    for item in reader.feed(data):
                        _move(place, item)
                        yield item
                return

    # -- how ----------------------------------------------------------------------------------------------------------

    async def _insist(self, method: str, url: str) -> httpx.Response:
        backoff = Backoff()
        while True:
            try:
                return await self._ask(method, url)
            except Refused as refused:
                if not refused.retry:
                    raise
                wait = backoff.failed(float(refused.problem.get("wait", 0)))
            except httpx.TransportError:
                wait = backoff.failed()
            await asyncio.sleep(wait)

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        kind: str | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> httpx.Response:
        for attempt in (1, 2):
            headers = await self._headers()
            if kind:
                headers["content-type"] = kind
            answer = await self._http.request(method, url, content=content, headers=headers, params=dict(params or {}))
            if answer.status_code < 400:
                return answer
            if not (attempt == 1 and await self._renew(answer)):
                break
        raise _refusal(answer)

    async def _headers(self) -> dict[str, str]:
        if not self._ticket and self._ticket_source is not None:
            self._ticket = await self._ticket_source()
        return {"authorization": f"Bearer {self._ticket}"}

    async def _renew(self, answer: httpx.Response) -> bool:
        if answer.status_code != 401 or self._ticket_source is None:
            return False
        self._ticket = await self._ticket_source()
        return True


def _move(place: Followed, item: Frame) -> None:
    if isinstance(item, Passing):
        return
    if isinstance(item, Entry):
        place.cursor = max(place.cursor, item.seq)
        return
    place.last = item
    after = item.get("after")
    if isinstance(after, int) and item.get("notice") in ("shed", "end", "live", "pulse"):
        place.cursor = max(place.cursor, after)
    if item.get("notice") == "rung":
        place.rung = item.get("track")
    if item.get("notice") == "end" and item.get("why") == "sealed":
        place.sealed = True


def _refusal(answer: httpx.Response) -> Refused:
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    if "retry-after" in answer.headers and answer.headers["retry-after"].isdecimal():
        problem.setdefault("wait", int(answer.headers["retry-after"]))
    return Refused(answer.status_code, problem)
