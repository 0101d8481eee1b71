"""One answer to `follow`: the question read, the place found, then the stream."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from halqa.fanout import Follower, Ladder
from halqa.tickets import Grant, allowed_tracks
from halqa.timeline import Timeline, Tracks, encode_entry, encode_notice
from halqa.timeline.errors import BadQuestion, CursorAhead, Mistake
from halqa.timeline.tracks import check_track, height, is_media, is_video

from .answers import FRAMES, HEADERS, Receive, Scope, Send
from .flight import Flight, flight_of
from .hub import NARROW_S, Hub
from .squeeze import squeezed

if TYPE_CHECKING:
    from .app import Gateway

HINDERED_S = 0.3
"""A line that had no room for this long is not one to try a higher rung on."""
RUNG_NEAR_MS = 5_000
"""A rung whose last key entry lies further back than this had stopped by then (key entries come every 2 s)."""
RUNGS_APART_MS = 1_000
"""Rungs that begin together do so within a fragment; one that begins later has no picture of this moment."""
CHUNK = 64 << 10
"""Bytes read from the store at once: what is given at once."""


class TooManyFollowers(Mistake):
    """Too many follow already. Ask again in a moment."""

    code, status, retry = "too-many-followers", 503, True


class Question(NamedTuple):
    """What was asked for, checked (`docs/protocol.md`, follow)."""

    wants: Tracks
    after: int | None
    at: int | None
    live: bool
    follow: bool
    limit: int
    wait: float
    video: int | None
    rung: str | None
    start: int | None


def ask(query: dict[str, str], grant: Grant) -> Question:
    """Read the parameters. Raises `BadQuestion` naming the one that cannot be understood."""
    asked = [part for part in query["tracks"].split(",") if part] if "tracks" in query else None
    at = query.get("at")
    if at is not None and "after" in query:
        raise BadQuestion("Give 'after' or 'at', not both.", field="at")
    rung = query.get("rung") or None
    if rung is not None and not is_video(check_track(rung)):
        raise BadQuestion("'rung' is a track like 'video/180'.", field="rung")
    video = _whole(query, "video", 0, 0, 4_320) if "video" in query else None
    patterns = allowed_tracks(grant.heard, asked).patterns
    if video:
        patterns += allowed_tracks(grant.heard, ["video/*"]).patterns
    return Question(
        wants=Tracks.shared(patterns),
        after=None if at is not None else _whole(query, "after", 0, 0, 0xFFFFFFFF),
        at=None if at in (None, "live") else _whole(query, "at", 0, 0, 0xFFFFFFFF),
        live=at == "live",
        follow=_whole(query, "follow", 0, 0, 1) == 1,
        limit=_whole(query, "limit", 1 << 20, 1_024, 8 << 20),
        wait=float(_whole(query, "wait", 0, 0, 60)),
        video=video,
        rung=rung,
        start=_whole(query, "start", 0, 0, 4_320) if "start" in query else None,
    )


def _whole(query: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    given = query.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdecimal() and least <= int(given[:12]) <= most):
        raise BadQuestion(f"'{name}' is a whole number from {least} to {most}.", field=name)
    return int(given)


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
    opening, follower = await _place(hub, question, now)
    send = squeezed(question, scope, send)
    stream = Stream(gateway, hub, follower, question, receive, send, flight_of(scope))
    await stream.run(opening)


async def _place(hub: Hub, question: Question, now: float) -> tuple[bytes, Follower]:
    """Where this follower begins, and the init frames that its first entries need."""
    ladder = None if question.video is None else Ladder(question.video, rung=question.rung, start=question.start)
    timeline = hub.timeline
    if question.after is not None:
        inits = await timeline.inits(question.after, question.wants) if ladder and question.after else []
        if ladder is not None and ladder.rung is None and question.after:
            await _begin_ladder(hub, ladder, hub.tail.t)
        watching = ladder is not None and question.follow
        return b"", Follower(question.wants, question.after, ladder=ladder, inits=inits, live=watching, began=now)

    at = hub.tail.t if question.at is None else question.at
    if ladder is not None:
        await _begin_ladder(hub, ladder, at)
    pictures = [t for t in hub.tail.ends if is_video(t) and (t == ladder.waiting if ladder else t in question.wants)]
    floors: dict[str, int] = {}
    begins = at
    for track in pictures:
        seq = await timeline.seek(at, track, key=True)
        if seq is not None:
            floors[track] = seq
            [entry] = await timeline.read(seq - 1, tracks=Tracks([track]), limit=1)
            begins = min(begins, entry.t)
    others = [track for track in hub.tail.ends if track in question.wants and not is_video(track)]
    floors |= await _floors(timeline, begins, [track for track in others if is_media(track)])
    if not floors:  # beside sound and picture, what is not media has no place of its own: it may be very old
        floors = await _floors(timeline, begins, others)
    cursor = min(floors.values(), default=hub.tail.head + 1) - 1
    inits = await timeline.inits(cursor, Tracks(["audio", "video/*"]))
    opening = [e for e in inits if e.seq <= cursor and is_media(e.track) and _opens(e.track, ladder, question)]
    follower = Follower(
        question.wants, cursor, ladder=ladder, inits=inits, floors=floors, live=question.live, began=now
    )
    return b"".join(encode_entry(entry) for entry in opening), follower


async def _floors(timeline: Timeline, at: int, tracks: list[str]) -> dict[str, int]:
    """Per track, the seq of its last entry that begins at or before this moment (or of its first one)."""
    sought = {track: await timeline.seek(at, track, key=False) for track in tracks}
    return {track: seq for track, seq in sought.items() if seq is not None}


def _opens(track: str, ladder: Ladder | None, question: Question) -> bool:
    return track in question.wants and not (is_video(track) and ladder is not None)


async def _begin_ladder(hub: Hub, ladder: Ladder, at: int) -> None:
    """Begin with one of the rungs that run at this moment; where none does yet, of those that begin first after it."""
    begins: dict[str, int] = {}
    for track in sorted((t for t in hub.tail.ends if ladder.allows(t)), key=height):
        seq = await hub.timeline.seek(at, track, key=True)
        if seq is None:
            continue
        [entry] = await hub.timeline.read(seq - 1, tracks=Tracks([track]), limit=1)
        if entry.t >= at - RUNG_NEAR_MS:
            begins[track] = entry.t
    if begins:
        late = max(at, min(begins.values()) + RUNGS_APART_MS)
        ladder.begin([track for track, t in begins.items() if t <= late])


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
        self.private = any(pattern.startswith("private/") for pattern in question.wants.patterns)
        """Whether it hears what is said in private too."""
        self.attends = any(pattern == "*" or is_media(pattern) for pattern in question.wants.patterns)
        """Whether it follows the lesson itself, its sound or its pictures."""
        self._bell = hub.confidants if self.private else hub.bell
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

    async def run(self, opening: bytes) -> None:
        headers = [*HEADERS, (b"content-type", FRAMES), (b"x-accel-buffering", b"no")]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._give(await self._hello() + opening)
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
                follower.live = reached = True
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
        while follower.cursor < upto and not self._gone:
            if left <= 0:
                return "limit"
            data = await self._from_store(min(left, CHUNK))
            left -= len(data)
            await self._give(data)
        return "sealed" if hub.tail.sealed and follower.cursor >= hub.tail.head else "head"

    async def _something(self) -> None:
        while self._follower.cursor >= self._hub.tail.head and not self._hub.tail.sealed:
            if self._gateway.stopping or self._gone:
                return
            await self._bell.wait(self._follower.wants)

    async def _from_store(self, limit: int = CHUNK) -> bytes:
        """The next entries, read from where the timeline lives."""
        hub, follower = self._hub, self._follower
        upto = hub.tail.head
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

    async def _watch(self) -> None:
        """Notice that the follower hung up."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._gone = True
                if self._task is not None:
                    self._task.cancel()
                return

    async def _hello(self) -> bytes:
        hub = self._hub
        summary = await hub.timeline.summary()
        tracks = {
            name: {"begins": f.begins, "ends": f.ends, "bytes": f.bytes, "entries": f.entries}
            for name, f in summary.tracks.items()
            if name in self._question.wants
        }
        return encode_notice(
            {
                "notice": "hello",
                "head": hub.tail.head,
                "after": self._follower.cursor,
                "t": hub.tail.t,
                "sealed": hub.tail.sealed,
                "followers": hub.audience,
                "tracks": msgspec.to_builtins(tracks),
            }
        )

    def _notice(self, name: str, **members: object) -> bytes:
        body = {"notice": name, "after": self._follower.cursor, "t": self._hub.tail.t, **members}
        return encode_notice(body)
