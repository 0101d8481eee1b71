"""The ASGI app for everything under `/timelines/`: find the door, check the ticket, and hand over.

GET  /timelines/{id}            summary
GET  /timelines/{id}/entries    follow
POST /timelines/{id}/entries    say
POST /timelines/{id}/seal       seal
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from halqa.tickets import NoTicket, Tickets
from halqa.timeline import Stores, Summary, Tracks
from halqa.timeline.errors import Mistake, NoSuchTimeline, SpeakerMistake, Stopping
from halqa.timeline.tracks import check_timeline, is_teaching

from . import follow, say
from .answers import Receive, Scope, Send, answer_json, answer_problem, header
from .hub import Hub, Hubs
from .limits import Allowance, Limits

log = logging.getLogger("halqa.gateway")

_PATH = re.compile(r"/timelines/([^/]+)(?:/(entries|seal))?/?")
Began = Callable[[str], Awaitable[None]]
SealedCall = Callable[[str, Summary], Awaitable[None]]


class MethodNotAllowed(Mistake):
    """This address does not know this verb."""

    code, status = "method-not-allowed", 405


async def _nobody_cares(*_: Any) -> None:
    return None


class Gateway:
    """`say` and `follow` for every timeline of `stores`, to those whose ticket says so.

    `began(timeline)` is awaited after the first entry of sound, picture or board that this process sees said on a
    timeline (what is prepared beforehand begins no lesson); `sealed(timeline, summary)` after it was sealed. Both may
    come again for the same timeline (after a restart); neither can undo what was said: if one fails, the speaker is
    still acknowledged, and it is awaited again until it succeeds.
    """

    def __init__(
        self,
        stores: Stores,
        tickets: Tickets,
        *,
        began: Began = _nobody_cares,
        sealed: SealedCall = _nobody_cares,
        limits: Limits | None = None,
    ) -> None:
        self.stores = stores
        self.tickets = tickets
        self.limits = limits or Limits()
        self.hubs = Hubs(stores)
        self.allowance = Allowance(self.limits.rate, self.limits.burst)
        self.guests = Allowance(self.limits.guest_rate, self.limits.guest_burst, names=20_000)
        self.stopping = False
        self._began = began
        self._sealed = sealed
        self._ticker: asyncio.Task[None] | None = None
        self._notes: set[asyncio.Task[None]] = set()
        self._untold: list[Callable[[], Awaitable[None]]] = []

    # -- for the house ------------------------------------------------------------------------------------------------

    def follower_count(self, timeline: str) -> int:
        """How many follow this timeline live now."""
        hub = self.hubs.known(timeline)
        return hub.audience if hub else 0

    def stop(self) -> None:
        """End every open stream with a notice; from now on nobody is let in. Call it before the server waits."""
        self.stopping = True
        for hub in self.hubs.all():
            hub.ring()

    async def close(self) -> None:
        """After the last request: stop the ticker and stop listening to the timelines."""
        self.stop()
        if self._ticker is not None:
            self._ticker.cancel()
        if self._notes:
            await asyncio.wait(self._notes, timeout=5)
        for hub in self.hubs.all():
            hub.close()

    # -- for the world ------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        language = header(scope, b"accept-language")
        try:
            await self._serve(scope, receive, send)
        except Mistake as mistake:
            if mistake.status >= 500 and not mistake.retry:
                log.error("%s on %s: %s", mistake.code, scope["path"], mistake)
            await answer_problem(send, mistake, language)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            raise NoSuchTimeline
        timeline, door = check_timeline(match[1]), match[2] or ""
        if self.stopping:
            raise Stopping
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        ticket = _ticket(scope, query)
        match scope["method"], door:
            case "POST", "entries":
                await self._say(timeline, ticket, scope, receive, send)
            case "GET", "entries":
                grant = self.tickets.check(ticket, timeline, "follow")
                await follow.serve(self, timeline, grant, query, scope, receive, send)
            case "POST", "seal":
                grant = self.tickets.check(ticket, timeline, "seal")
                await self._seal(timeline, Tracks(grant.tracks), send)
            case "GET", "":
                grant = self.tickets.check(ticket, timeline, "follow")
                hub = await self.hubs.get(timeline, _now(), create=False)
                await answer_json(send, _visible(await hub.timeline.summary(), Tracks(grant.heard)))
            case _:
                raise MethodNotAllowed

    async def _say(self, timeline: str, ticket: str | None, scope: Scope, receive: Receive, send: Send) -> None:
        grant = self.tickets.check(ticket, timeline, "say")
        body = await say.read(scope, receive, grant, self.limits)
        least = say.GUEST_FRAME if grant.guest else 0
        size = sum(max(len(said.payload), least) for said in body.frames)
        allowance = self.guests if grant.guest else self.allowance
        allowance.spend(f"{timeline} {grant.speaker}", size, _now())
        if not body.drafts:
            hub = self.hubs.known(timeline)
            if hub is not None:
                hub.pass_on(body.passing, _now())
            return await answer_json(send, _told(hub, {}))
        hub = await self.hubs.get(timeline, _now(), create=not grant.guest)
        try:
            acknowledged = await hub.timeline.append(body.drafts)
        except SpeakerMistake as mistake:
            if (frame := mistake.details.get("frame")) is not None:
                mistake.details["frame"] = body.place(int(frame))
            raise
        hub.pass_on(body.passing, _now())
        if not hub.told_began and any(is_teaching(draft.track) for draft in body.drafts):
            hub.told_began = True
            self._note(partial(self._began, timeline))
        await answer_json(send, _told(hub, acknowledged.numbers) | {"head": acknowledged.head})

    async def _seal(self, timeline: str, tracks: Tracks, send: Send) -> None:
        hub = await self.hubs.get(timeline, _now(), create=False)
        summary = await hub.timeline.seal()
        self._note(partial(self._sealed, timeline, summary))
        await answer_json(send, _visible(summary, tracks))

    def _note(self, telling: Callable[[], Awaitable[None]], *, again: bool = False) -> None:
        """Tell the house something without making the speaker wait for it; the ticker tells again what failed."""

        async def tell() -> None:
            try:
                await telling()
            except Exception:
                if not again:
                    log.exception("The house could not take note; it is told again until it can.")
                self._untold.append(telling)

        task = asyncio.create_task(tell())
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _tick(self) -> None:
        """Every few seconds: a pulse to all, the dead are dropped, the unused let go, the house told what it missed."""
        while True:
            await asyncio.sleep(self.limits.pulse)
            untold, self._untold = self._untold, []
            for telling in untold:
                self._note(telling, again=True)
            now = _now()
            for hub in self.hubs.all():
                hub.pulse += 1
                hub.passage.forget(now)
                for stream in list(hub.streams):
                    if stream.dead(now, self.limits.send_wait):
                        stream.drop()
                await hub.ring_in_turn()
            self.hubs.let_go(now)


def _told(hub: Hub | None, numbers: dict[tuple[str, str], int]) -> dict[str, object]:
    """The answer to what was said. Where nobody follows or has said anything of late, the timeline is not opened for
    what only passes."""
    return {
        "acknowledged": {track: number for (_, track), number in numbers.items()},
        "head": hub.tail.head if hub else 0,
        "followers": hub.audience if hub else 0,
        "narrow": hub.narrow(_now()) if hub else 0,
    }


def _visible(summary: Summary, tracks: Tracks) -> object:
    """The summary as somebody may see it who may have these tracks."""
    seen = {name: facts for name, facts in summary.tracks.items() if name in tracks}
    return msgspec.to_builtins(msgspec.structs.replace(summary, tracks=seen))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _ticket(scope: Scope, query: dict[str, str]) -> str | None:
    given = header(scope, b"authorization")
    if given is None:
        return query.get("ticket")
    kind, _, ticket = given.partition(" ")
    if kind.lower() != "bearer":
        raise NoTicket("The ticket is sent as 'Authorization: Bearer <ticket>'.")
    return ticket.strip()
