"""A timeline as HLS, for any player: an ASGI app for `/lessons/<id>/hls/…`.

    master.m3u8                       every rung, and the sound alone
    <track>/index.m3u8                the whole lesson so far; `?window=sliding`: its last sixteen seconds
    <track>/init-<seq>.mp4            an init entry
    <track>/<first>-<last>.m4s        entries of the track, joined: nothing is transcoded or stored

Segments never change, so caches may keep them for ever; a lesson that needs a ticket is for this reader's cache only.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, quote

from halqa.timeline import INIT, Stores, Timeline, Tracks
from halqa.timeline.errors import BadQuestion, Mistake, NoSuchTimeline
from halqa.timeline.tracks import is_media

from .cmaf import Init, read_init
from .playlists import Index, address, master, media

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Allowed = Callable[[str, str | None], Awaitable[bool]]

_PATH = re.compile(
    r"/lessons/([a-z0-9][a-z0-9-]{0,63})/hls/"
    r"(?:master\.m3u8|([a-z]{1,16}(?:-[a-z0-9-]{1,40})?)/(?:index\.m3u8|init-(\d{1,10})\.mp4|(\d{1,10})-(\d{1,10})\.m4s))"
)
SEGMENT_ENTRIES = 256
"""The most entries of one segment asked for: a key comes every two seconds, entries last a quarter or more."""
KEPT = 200
"""Indexes kept: all lessons of a busy day; an hour of one is 1,800 small objects a track."""
PLAYLIST, VIDEO, AUDIO = "application/vnd.apple.mpegurl", "video/mp4", "audio/mp4"


class NotAllowed(Mistake):
    """This lesson is not to be watched with this address."""

    code, status = "no-such-timeline", 404


class HlsApp:
    """The HLS view of every timeline of `stores` that `allowed(lesson, ticket)` lets this reader watch."""

    def __init__(self, stores: Stores, allowed: Allowed) -> None:
        self._stores = stores
        self._allowed = allowed
        self._indexes: OrderedDict[tuple[str, str], Index] = OrderedDict()
        self._inits: OrderedDict[tuple[str, str, int], Init] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._serve(scope, send)
        except Mistake as mistake:
            problem = {"title": mistake.sentence(), "status": mistake.status, "detail": mistake.detail}
            problem |= {"code": mistake.code, "retry": mistake.retry, **mistake.details}
            headers = {"content-type": "application/problem+json", "cache-control": "no-store"}
            await _answer(scope, send, mistake.status, json.dumps(problem).encode(), headers)

    async def _serve(self, scope: Scope, send: Send) -> None:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            raise NoSuchTimeline
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed
        lesson, track, init, first, last = match.groups()
        query = parse_qs(scope["query_string"].decode("latin-1"))
        ticket = query.get("ticket", [None])[0]
        if not await self._allowed(lesson, ticket):
            raise NotAllowed
        timeline = await self._stores.open(lesson)
        name = await _track(timeline, track) if track else ""
        scheme = "public" if ticket is None else "private"
        forever = f"{scheme}, max-age=31536000, immutable"
        if init or first:
            body = await (self._init(timeline, name, int(init)) if init else _segment(timeline, name, first, last))
            kind = AUDIO if name == "audio" else VIDEO
            return await _answer(scope, send, 200, body, _headers(kind, forever, open_=ticket is None))
        again = f"?ticket={quote(ticket, safe='')}" if ticket else ""
        sliding = query.get("window", [""])[0] == "sliding"
        if sliding:
            again += ("&" if again else "?") + "window=sliding"
        text = await (self._media(timeline, name, sliding, again) if track else self._master(timeline, again))
        headers = _headers(PLAYLIST, "no-cache", open_=ticket is None) | {"vary": "accept-encoding"}
        body = text.encode()
        if any(k == b"accept-encoding" and b"gzip" in v for k, v in scope["headers"]) and len(body) > 500:
            body = gzip.compress(body, 4)
            headers["content-encoding"] = "gzip"
        await _answer(scope, send, 200, body, headers)

    async def _master(self, timeline: Timeline, query: str) -> str:
        tracks: dict[str, tuple[Index, Init]] = {}
        for name in (await timeline.summary()).tracks:
            if is_media(name):
                index = await self._index(timeline, name)
                if index.closed:
                    tracks[name] = (index, await self._said(timeline, name, index.closed[-1].init))
        if not tracks:
            raise NoSuchTimeline("Nothing can be played of this lesson yet.")
        return master(tracks, query)

    async def _media(self, timeline: Timeline, track: str, sliding: bool, query: str) -> str:
        index = await self._index(timeline, track)
        started_at = (await timeline.summary()).started_at
        return media(index, sealed=timeline.sealed, sliding=sliding, started_at=started_at, query=query)

    async def _index(self, timeline: Timeline, track: str) -> Index:
        """The index of a track, brought up to date: only what is new is read, and no payloads."""
        key = (timeline.id, track)
        index = self._indexes.get(key)
        if index is None or index.read > timeline.head:
            index = self._indexes[key] = Index(track)
        self._indexes.move_to_end(key)
        while len(self._indexes) > KEPT:
            self._indexes.popitem(last=False)
        sealed = timeline.sealed
        marks = await timeline.outline(track, index.read)
        index.add(mark for mark in marks if mark.seq > index.read)
        if sealed:
            index.finish()
        return index

    async def _said(self, timeline: Timeline, track: str, seq: int) -> Init:
        key = (timeline.id, track, seq)
        if key not in self._inits:
            self._inits[key] = read_init(await self._init(timeline, track, seq))
            while len(self._inits) > KEPT * 4:
                self._inits.popitem(last=False)
        return self._inits[key]

    async def _init(self, timeline: Timeline, track: str, seq: int) -> bytes:
        entries = await timeline.read(seq - 1, tracks=Tracks.shared((track,)), limit=1, upto=seq)
        if not entries or not entries[0].flags & INIT:
            raise NoSuchTimeline("There is no such init segment.")
        return entries[0].payload


class MethodNotAllowed(Mistake):
    """Playlists and segments can only be read."""

    code, status = "method-not-allowed", 405


async def _track(timeline: Timeline, told: str) -> str:
    name = next((n for n in (await timeline.summary()).tracks if address(n) == told and is_media(n)), None)
    if name is None:
        raise NoSuchTimeline("There is no such track.")
    return name


async def _segment(timeline: Timeline, track: str, first: str, last: str) -> bytes:
    begin, end = int(first), int(last)
    if not 1 <= begin <= end <= timeline.head:
        raise BadQuestion("A segment is named by its first and last seq.", field="segment")
    entries = await timeline.read(begin - 1, tracks=Tracks.shared((track,)), limit=1 << 24, upto=end)
    wanted = [entry for entry in entries if not entry.init][:SEGMENT_ENTRIES]
    if not wanted or wanted[0].seq != begin or wanted[-1].seq != end:
        raise NoSuchTimeline("There is no such segment.")
    return b"".join(entry.payload for entry in wanted)


def _headers(kind: str, cache: str, *, open_: bool) -> dict[str, str]:
    headers = {"content-type": kind, "cache-control": cache, "x-content-type-options": "nosniff"}
    # What needs no ticket may be played by a page elsewhere (an hls.js player on a school's own site).
    return headers | {"access-control-allow-origin": "*"} if open_ else headers


async def _answer(scope: Scope, send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    told = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    told.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
