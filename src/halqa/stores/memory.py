"""Timelines in memory: for tests and trials. Held to the same promises as those on disk, except surviving."""

from __future__ import annotations

import bisect
import time
from collections.abc import Callable, Sequence

from halqa.timeline import EVERYTHING, Acknowledged, Draft, Entry, Summary, Timeline, Tracks
from halqa.timeline.errors import NoSuchTimeline
from halqa.timeline.tracks import check_timeline, is_media

from .order import Facts, Order


class MemoryTimeline:
    """One timeline in a list."""

    def __init__(self, name: str) -> None:
        self.id = name
        self._order = Order()
        self._entries: list[Entry] = []
        self._by_number: dict[tuple[str, str, int], Entry] = {}
        self._facts: dict[str, Facts] = {}
        self._heard: list[Callable[[Sequence[Entry]], None]] = []
        self._started_at: int | None = None
        self._said_at: int | None = None

    @property
    def head(self) -> int:
        return self._order.head

    @property
    def sealed(self) -> bool:
        return self._order.sealed

    async def append(self, drafts: Sequence[Draft]) -> Acknowledged:
        order = self._order.copy()
        entries = order.judge(drafts, lambda *voice: self._by_number.get(voice))
        self._order = order
        if entries:
            self._said_at = int(time.time() * 1000)
            self._started_at = self._started_at or self._said_at
        for entry in entries:
            self._entries.append(entry)
            self._by_number[entry.speaker, entry.track, entry.number] = entry
            self._facts.setdefault(entry.track, Facts()).add(entry)
        if entries:
            self._tell(entries)
        return Acknowledged(order.acknowledged(drafts), entries, order.head)

    async def read(
        self, after: int, *, tracks: Tracks = EVERYTHING, limit: int = 1 << 18, upto: int | None = None
    ) -> list[Entry]:
        got: list[Entry] = []
        size = 0
        for entry in self._entries[max(0, after) : upto]:
            if entry.track in tracks:
                got.append(entry)
                size += len(entry.payload)
                if size >= limit:
                    break
        return got

    async def seek(self, at: int, track: str, *, key: bool = True) -> int | None:
        places = [e for e in self._entries if e.track == track and not e.init and (e.key or not key)]
        index = bisect.bisect_right(places, at, key=lambda entry: entry.t)
        return places[max(0, index - 1)].seq if places else None

    async def inits(self, before: int, tracks: Tracks) -> list[Entry]:
        chosen: dict[str, Entry] = {}
        for entry in self._entries:
            wanted = entry.init and is_media(entry.track) and entry.track in tracks
            if wanted and (entry.track not in chosen or entry.seq <= before):
                chosen[entry.track] = entry
        return sorted(chosen.values(), key=lambda entry: entry.seq)

    async def summary(self) -> Summary:
        tracks = {name: facts.told() for name, facts in self._facts.items()}
        duration = max((facts.ends for facts in tracks.values()), default=0)
        return Summary(self.id, self.head, duration, self.sealed, self._started_at, self._said_at, tracks)

    async def seal(self) -> Summary:
        if not self._order.sealed:
            self._order.sealed = True
            for facts in self._facts.values():
                facts.digest = facts.hash.hexdigest()
            self._tell([])
        return await self.summary()

    def listen(self, heard: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        self._heard.append(heard)
        return lambda: self._heard.remove(heard)

    def _tell(self, entries: Sequence[Entry]) -> None:
        for heard in list(self._heard):
            heard(entries)


class MemoryStores:
    """A house of timelines that is gone when the process is."""

    def __init__(self) -> None:
        self._timelines: dict[str, MemoryTimeline] = {}

    async def open(self, timeline: str, *, create: bool = False) -> Timeline:
        check_timeline(timeline)
        if timeline not in self._timelines:
            if not create:
                raise NoSuchTimeline
            self._timelines[timeline] = MemoryTimeline(timeline)
        return self._timelines[timeline]

    async def names(self) -> list[str]:
        return sorted(self._timelines)

    async def delete(self, timeline: str) -> None:
        if self._timelines.pop(check_timeline(timeline), None) is None:
            raise NoSuchTimeline

    async def close(self) -> None:
        return None
