"""A crowd: thousands of followers of one timeline in one process, as light as they can be.

Each follower asks with the same `follow` as a classroom and reads every frame's header, but keeps no payload. Its line
can be narrowed (`kbit`) by reading no faster: the server then meets a full socket, as with a real narrow line.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
from collections import Counter
from dataclasses import dataclass, field
from struct import Struct
from urllib.parse import urlencode, urlsplit

from halqa.timeline.frames import ENTRY, NOTICE, PASSING

_HEAD = Struct(">IBBBBIII")
"""An entry's head: length, kind, flags, lengths of track and speaker, seq, number, t."""
SAMPLE = 200_000
"""Delays kept for the percentiles; beyond that each new one replaces one by chance (reservoir sampling)."""
NARROW_RECEIVES = 4 << 10
"""Bytes that a narrowed line holds unread (Linux doubles it)."""


@dataclass
class Tally:
    """What the crowd saw. `delays`: seconds from said to read, of entries whose saying time is known."""

    followers: int = 0
    entries: int = 0
    bytes: int = 0
    payload_bytes: int = 0
    passing: int = 0
    shed: int = 0
    lost_connections: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    rungs: Counter[str] = field(default_factory=Counter)
    gaps: int = 0
    delays: list[float] = field(default_factory=list)
    _seen: int = 0

    def delay(self, seconds: float) -> None:
        self._seen += 1
        if len(self.delays) < SAMPLE:
            self.delays.append(seconds)
        else:
            place = random.randrange(self._seen)
            if place < SAMPLE:
                self.delays[place] = seconds

    def percentile(self, percent: float) -> float | None:
        """The delay that this share of the entries did not exceed, in seconds."""
        if not self.delays:
            return None
        ordered = sorted(self.delays)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class Crowd:
    """`count` followers of one timeline. `said` tells, per seq, the loop time at which it was said; where seqs are not
    known beforehand, `zero` tells the loop time of the timeline's beginning, if every entry is said at its own `t`.

    With `first_heard` neither need be known: delays of what was said since a follower came are then counted from the
    moment at which anybody heard it first.
    """

    def __init__(
        self,
        server: str,
        timeline: str,
        ticket: str,
        *,
        count: int,
        question: dict[str, str | int] | None = None,
        kbit: float | None = None,
        first_heard: bool = False,
    ) -> None:
        parts = urlsplit(server)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        asked = urlencode({"follow": 1, "at": "live", **(question or {})})
        self._request = (
            f"GET /timelines/{timeline}/entries?{asked} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Authorization: Bearer {ticket}\r\n\r\n"
        ).encode()
        self._count = count
        self._kbit = kbit
        self._first_heard = first_heard
        self._open: set[_Reader] = set()
        self.tally = Tally()
        self.said: dict[int, float] = {}
        self.zero: float | None = None
        self.live = 0

    async def gather(self, at_once: int = 100) -> None:
        """Connect everyone, some at a time."""
        gate = asyncio.Semaphore(at_once)

        async def one() -> None:
            async with gate:
                await self._connect()
                self.tally.followers += 1

        await asyncio.gather(*(one() for _ in range(self._count)))

    async def enter(self) -> None:
        """One more comes; returns when its first frame is there, or its refusal. Raises `OSError`."""
        reader = await self._connect()
        self.tally.followers += 1
        await reader.begun.wait()

    async def _connect(self) -> _Reader:
        loop = asyncio.get_running_loop()
        if self._kbit is None:
            return (await loop.create_connection(lambda: _Reader(self), self._host, self._port))[1]
        # A kernel would take in a minute of a narrow line's sound before anybody read it, and acknowledge it.
        [(family, _, _, _, address), *_] = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        line = socket.socket(family, socket.SOCK_STREAM)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_RECEIVES)
        line.setblocking(False)
        try:
            await loop.sock_connect(line, address)
        except OSError:
            line.close()
            raise
        return (await loop.create_connection(lambda: _Reader(self), sock=line))[1]

    def disperse(self) -> None:
        """Hang up."""
        for reader in list(self._open):
            reader.leave()


class _Reader(asyncio.Protocol):
    """One follower: HTTP head, chunks, frames; three small machines in one, because there are thousands of them."""

    __slots__ = (
        "_chunk",
        "_crowd",
        "_frame",
        "_head",
        "_held",
        "_leaving",
        "_line",
        "_loop",
        "_notice",
        "_since",
        "_transport",
        "begun",
    )

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._loop = asyncio.get_running_loop()
        self._head = bytearray()  # the HTTP head, until it is complete; then None-like (empty) with _line used
        self._line: bytearray | None = None  # a chunk's size line under way
        self._chunk = -1  # bytes left of this chunk (and its CRLF); -1: the head is not read yet
        self._held = bytearray()  # a frame's header under way
        self._frame = 0  # bytes of this frame to skip
        self._notice: bytearray | None = None
        self._since = 0  # the head of the timeline when this follower came
        self._leaving = False
        self._transport: asyncio.Transport | None = None
        self.begun = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._crowd._open.add(self)
        transport.write(self._crowd._request)

    def leave(self) -> None:
        self._leaving = True
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd._open.discard(self)
        self.begun.set()
        if not self._leaving:
            self._crowd.tally.lost_connections += 1

    def data_received(self, data: bytes) -> None:
        self._crowd.tally.bytes += len(data)
        if self._crowd._kbit and self._transport is not None:
            self._transport.pause_reading()
            self._loop.call_later(len(data) * 8 / 1000 / self._crowd._kbit, self._resume)
        view = memoryview(data)
        if self._chunk == -1:
            view = self._read_head(data)
        while len(view):
            if self._chunk > 2:
                body = view[: self._chunk - 2]
                self._chunk -= len(body)
                view = view[len(body) :]
                self._read_body(body)
            elif self._chunk > 0:
                skipped = min(self._chunk, len(view))
                self._chunk -= skipped
                view = view[skipped:]
            else:
                view = self._read_size(view)

    def _resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _read_head(self, data: bytes) -> memoryview:
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return memoryview(b"")
        status = int(self._head[9:12])
        if status != 200:
            self._crowd.tally.refused[status] += 1
            self.leave()
            return memoryview(b"")
        rest = bytes(self._head[end + 4 :])
        self._head.clear()
        self._chunk, self._line = 0, bytearray()
        return memoryview(rest)

    def _read_size(self, view: memoryview) -> memoryview:
        assert self._line is not None
        for index, byte in enumerate(view):
            if byte == 10:
                size = int(bytes(self._line).strip(), 16)
                self._line.clear()
                self._chunk = size + 2
                return view[index + 1 :]
            self._line.append(byte)
        return memoryview(b"")

    def _read_body(self, body: memoryview) -> None:
        while len(body):
            if self._frame:
                skipped = min(self._frame, len(body))
                if self._notice is not None:
                    self._notice += body[:skipped]
                self._frame -= skipped
                body = body[skipped:]
                if not self._frame and self._notice is not None:
                    self._take_notice(bytes(self._notice))
                    self._notice = None
                continue
            # An entry is at least 24 bytes long, any other frame 8: the first 8 tell which it is.
            wanted = 8 if len(self._held) < 8 else _HEAD.size
            taken = body[: wanted - len(self._held)]
            self._held += taken
            body = body[len(taken) :]
            if len(self._held) == 8 and self._held[4] != ENTRY:
                self._frame = int.from_bytes(self._held[:4], "big") - 4
                if self._held[4] == NOTICE:
                    self._notice = bytearray()
                self._crowd.tally.passing += self._held[4] == PASSING
                self._held.clear()
                self.begun.set()
            elif len(self._held) == _HEAD.size:
                length, _, _, track, speaker, seq, _, t = _HEAD.unpack(self._held)
                self._held.clear()
                self._frame = length - (_HEAD.size - 4)
                self.begun.set()
                self._take_entry(seq, t, length - 20 - track - speaker)

    def _take_entry(self, seq: int, t: int, payload: int) -> None:
        crowd = self._crowd
        crowd.tally.entries += 1
        crowd.tally.payload_bytes += payload
        said = crowd.said.get(seq) if crowd.zero is None else crowd.zero + t / 1000
        if crowd._first_heard:
            said = crowd.said.setdefault(seq, self._loop.time()) if seq > self._since else None
        if said is not None:
            crowd.tally.delay(self._loop.time() - said)

    def _take_notice(self, body: bytes) -> None:
        notice = json.loads(body)
        match notice.get("notice"):
            case "shed":
                self._crowd.tally.shed += int(notice["entries"])
            case "rung":
                self._crowd.tally.rungs[str(notice["track"])] += 1
            case "hello":
                self._since = int(notice["head"])
            case "live":
                self._crowd.live += 1
