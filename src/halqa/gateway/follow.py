"""One answer to `follow`: the question read, the place found, then the stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from halqa.fanout import Follower
from halqa.tickets import Grant
from halqa.timeline import encode_notice
from halqa.timeline.errors import CursorAhead, Mistake

from .answers import FRAMES, HEADERS, Receive, Scope, Send
from .flight import Flight, flight_of
from .hub import NARROW_S, Hub
from .moment import last_by, with_page
from .place import place
from .question import Question, ask
from .squeeze import squeezed

if TYPE_CHECKING:
    from .app import Gateway

HINDERED_S = 0.3
"""A line that had no room for this long is not one to try a higher rung on."""
CHUNK = 64 << 10
"""Bytes read from the store at once: what is given at once."""
PACKET = 1_200
"""Bytes given at once to who asks for a slow answer, at least: what fits a packet, or heads would outweigh it."""
PIECE_S = 0.25
"""What is given at once to who asks for a faster one: what the line carries in this time."""


class TooManyFollowers(Mistake):
    """Too many follow already. Ask again in a moment."""

    code, status, retry = "too-many-followers", 503, True


async def serve(
    gateway: Gateway, timeline: str, grant: Grant, query: dict[str, str], scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer one `follow`."""
    question = ask(query, grant)
    now = asyncio.get_running_loop().time()
    hub = await gateway.hubs.get(timeline, now, create=question.follow or question.wait > 0)
    if question.follow and sum(len(h.streams) for h in gateway.hubs.all()) >= gateway.limits.followers:
        raise TooManyFollowers
    if question.after is not None and question.after > hub.tail.head:
        raise CursorAhead(expected=hub.tail.head)
    question, page = await with_page(question, grant, hub.timeline, hub.tail)
    opening, follower = await place(hub, question, now)
    send = squeezed(question, scope, send)
    stream = Stream(gateway, hub, follower, question, receive, send, flight_of(scope))
    await stream.run(opening, page)


class Stream:
    """One follower's answer while it lasts."""

    def __init__(
        self,
        gateway: Gateway,
        hub: Hub,
        follower: Follower,
        question: Question,
        receive: Receive,
        send: Send,
        flight: Flight,
    ) -> None:
        self._gateway = gateway
        self._hub = hub
        self._follower = follower
        self._question = question
        self.attends = question.attends
        """Whether it follows the lesson itself, its sound or its pictures."""
        self._bell = hub.bell if self.attends else hub.doorbells
        self._receive = receive
        self._send = send
        self._flight = flight
        self._gone = False
        self._busy_since: float | None = None
        self._task = asyncio.current_task()

    # -- asked by the hub ---------------------------------------------------------------------------------------------

    def narrow(self, now: float, lately: float) -> bool:
        """Whether this follower's line carried less than it wanted lately, or it wants no picture."""
        return self._question.video == 0 or now - self._follower.shed_at < lately

    def dead(self, now: float, patience: float) -> bool:
        """Whether its line has taken nothing at all for so long."""
        return self._busy_since is not None and now - self._busy_since > patience

    def drop(self) -> None:
        """Give it up."""
        if self._task is not None:
            self._task.cancel()

    # -- the stream ---------------------------------------------------------------------------------------------------

    async def run(self, opening: bytes, page: str | None) -> None:
        headers = [*HEADERS, (b"content-type", FRAMES), (b"x-accel-buffering", b"no")]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._give(await self._hello(page) + opening)
        watch = asyncio.ensure_future(self._watch())
        if self._question.follow:
            self._hub.join(self)
        try:
            why = await (self._follow() if self._question.follow else self._page())
            if not self._gone:
                end = self._notice("end", why=why)
                await self._send({"type": "http.response.body", "body": end, "more_body": False})
        except asyncio.CancelledError:
            if not self._gone:
                raise
        finally:
            self._hub.leave(self)
            self._hub.used_at = asyncio.get_running_loop().time()
            watch.cancel()

    async def _follow(self) -> str:
        """The backlog, then the tail, until sealed, stopped or gone. Returns why it ended."""
        clock, hub, follower, send = asyncio.get_running_loop().time, self._hub, self._follower, self._send
        tail, bell, gateway, flight = hub.tail, self._bell, self._gateway, self._flight
        pulse, passage = hub.pulse, hub.passage
        passed = passage.count
        reached = False
        while not gateway.stopping:
            free = flight.landed()
            if not free and flight.full:
                await self._room()
                passed = passage.count  # what passed while the line was busy is not for this follower
            now = clock()
            since = now if free else now - follower.lag(tail, now)
            was = follower.cursor
            data = follower.take(tail, now, 0.0 if free else flight.late(now))
            if data is None:
                data = await self._from_store()
            if passed != passage.count:
                if reached and follower.cursor >= tail.head and self._sees_what_passes(now):
                    data = self._with_what_passes(data, passed, was, now)
                passed = passage.count
            if pulse != hub.pulse:
                pulse = hub.pulse
                data += self._notice("pulse", followers=hub.audience)
            if not reached and (follower.cursor >= tail.head or self._question.live):
                reached, follower.live = True, self.attends
                data += self._notice("live")
            if data:
                self._busy_since = now
                flight.hand(len(data), since)
                await send({"type": "http.response.body", "body": data, "more_body": True})
                self._busy_since = None
                passed = passage.count
            if follower.cursor >= tail.head:
                if tail.sealed:
                    return "sealed"
                await bell.wait(follower.wants)
        return "stopping"

    def _sees_what_passes(self, now: float) -> bool:
        """Whether its line is free: what passes must never keep an entry waiting."""
        return self._flight.clear and not self.narrow(now, NARROW_S)

    def _with_what_passes(self, data: bytes, passed: int, was: int, now: float) -> bytes:
        """The next bytes, with the frames that passed since so many had: each where it was said among the entries."""
        passage, wants, cursor = self._hub.passage, self._follower.wants, self._follower.cursor
        ahead = passage.since(passed, was, wants, now)
        if not data and cursor == was:
            return ahead
        behind = passage.since(passed, cursor, wants, now) if cursor != was else b""
        return b"".join((ahead, data, behind))

    async def _room(self) -> None:
        """Wait until the line has taken what it was given: what is chosen then is fresh."""
        clock = asyncio.get_running_loop().time
        self._busy_since = began = clock()
        while self._flight.full and not self._gateway.stopping:
            await self._flight.room()
        self._busy_since = None
        if clock() - began > HINDERED_S:
            self._follower.hindered(clock())

    async def _page(self) -> str:
        """What is there, up to the limit; or the first that comes while waiting."""
        hub, follower, left = self._hub, self._follower, self._question.limit
        if follower.cursor >= hub.tail.head and self._question.wait and not hub.tail.sealed:
            try:
                await asyncio.wait_for(self._something(), self._question.wait)
            except TimeoutError:
                return "head"
        upto = hub.tail.head
        if self._question.until is not None:
            seq, _ = await last_by(hub.timeline, self._question.until, follower.wants)
            upto = min(upto, seq)
        while follower.cursor < upto and not self._gone:
            if left <= 0:
                return "limit"
            data = await self._from_store(min(left, CHUNK), upto)
            left -= len(data)
            await (self._give(data) if self._question.pace is None else self._give_slowly(data, self._question.pace))
        if follower.cursor < hub.tail.head:
            return "until" if self._question.until is not None else "head"
        return "sealed" if hub.tail.sealed else "head"

    async def _something(self) -> None:
        while self._follower.cursor >= self._hub.tail.head and not self._hub.tail.sealed:
            if self._gateway.stopping or self._gone:
                return
            await self._bell.wait(self._follower.wants)

    async def _from_store(self, limit: int = CHUNK, upto: int | None = None) -> bytes:
        """The next entries, read from where the timeline lives."""
        hub, follower = self._hub, self._follower
        upto = hub.tail.head if upto is None else upto
        tracks = follower.wants
        entries = await hub.timeline.read(follower.cursor, tracks=tracks, limit=limit, upto=upto)
        now = asyncio.get_running_loop().time()
        data = follower.sift(entries, hub.tail, now)
        if not entries:
            follower.cursor = upto
        return data

    async def _give(self, data: bytes) -> None:
        self._busy_since = asyncio.get_running_loop().time()
        await self._send({"type": "http.response.body", "body": data, "more_body": True})
        self._busy_since = None

    async def _give_slowly(self, data: bytes, kbps: int) -> None:
        """In pieces, so that what else comes over this line keeps its place.

        A server that stops gives the rest at once: what follows must not be read as the end of a frame.
        """
        piece = max(PACKET, round(kbps * 1000 / 8 * PIECE_S))
        while data and not self._gone:
            given = data if self._gateway.stopping else data[:piece]
            data = data[len(given) :]
            await self._give(given)
            if not self._gateway.stopping:
                await asyncio.sleep(len(given) * 8 / 1000 / kbps)

    async def _watch(self) -> None:
        """Notice that the follower hung up."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._gone = True
                if self._task is not None:
                    self._task.cancel()
                return

    async def _hello(self, page: str | None) -> bytes:
        hub = self._hub
        summary = await hub.timeline.summary()
        tracks = {
            name: {"begins": f.begins, "ends": f.ends, "bytes": f.bytes, "entries": f.entries}
            for name, f in summary.tracks.items()
            if name in self._question.wants
        }
        told = {} if page is None else {"page": page}
        return encode_notice(
            {
                "notice": "hello",
                "head": hub.tail.head,
                "after": self._follower.cursor,
                "t": hub.tail.t,
                "sealed": hub.tail.sealed,
                "followers": hub.audience,
                "tracks": msgspec.to_builtins(tracks),
                **told,
            }
        )

    def _notice(self, name: str, **members: object) -> bytes:
        body = {"notice": name, "after": self._follower.cursor, "t": self._hub.tail.t, **members}
        return encode_notice(body)
