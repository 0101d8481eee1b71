"""Timelines in memory: for tests and trials. Held to the same promises as those on disk, except surviving."""

from __future__ import annotations

import bisect
import itertools
import time
from collections.abc import Callable, Sequence

from halqa.timeline import EVERYTHING, Acknowledged, Draft, Entry, Mark, Stores, Summary, Timeline, Tracks
from halqa.timeline.errors import Mistake, NoSuchTimeline, Stopping
from halqa.timeline.tracks import check_timeline, is_media

from .order import Digests, Figures, Order


class MemoryTimeline:
    """One timeline in a list."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.gone: type[Mistake] | None = None
        self._order = Order()
        self._figures = Figures()
        self._entries: list[Entry] = []
        self._by_number: dict[tuple[str, str, int], Entry] = {}
        self._heard: list[Callable[[Sequence[Entry]], None]] = []

    @property
    def head(self) -> int:
        return self._order.head

    @property
    def sealed(self) -> bool:
        return self._order.sealed

    async def append(self, drafts: Sequence[Draft]) -> Acknowledged:
        self._check()
        ahead = self._order.ahead()
        entries = ahead.judge(drafts, lambda *said: self._by_number.get(said))
        ahead.join()
        self._figures.add(entries, int(time.time() * 1000))
        self._entries += entries
        for entry in entries:
            self._by_number[entry.speaker, entry.track, entry.number] = entry
        if entries:
            self._tell(entries)
        return Acknowledged(self._order.acknowledged(drafts), entries, self.head)

    async def read(
        self, after: int, *, tracks: Tracks = EVERYTHING, limit: int = 1 << 18, upto: int | None = None
    ) -> list[Entry]:
        self._check()
        got: list[Entry] = []
        size = 0
        for entry in itertools.islice(self._entries, max(0, after), upto):
            if entry.track in tracks:
                got.append(entry)
                size += len(entry.payload)
                if size >= limit:
                    break
        return got

    async def seek(self, at: int, track: str, *, key: bool = True) -> int | None:
        self._check()
        places = [e for e in self._entries if e.track == track and not e.init and (e.key or not key)]
        index = bisect.bisect_right(places, at, key=lambda entry: entry.t)
        return places[max(0, index - 1)].seq if places else None

    async def inits(self, before: int, tracks: Tracks) -> list[Entry]:
        self._check()
        chosen: dict[str, Entry] = {}
        for entry in self._entries:
            wanted = entry.init and is_media(entry.track) and entry.track in tracks
            if wanted and (entry.track not in chosen or entry.seq <= before):
                chosen[entry.track] = entry
        return sorted(chosen.values(), key=lambda entry: entry.seq)

    async def outline(self, track: str, after: int = 0) -> list[Mark]:
        self._check()
        told = self._entries[max(0, after) :]
        return [Mark(e.seq, e.t, e.duration, e.flags, len(e.payload)) for e in told if e.track == track]

    async def summary(self) -> Summary:
        self._check()
        return self._figures.summary(self.id)

    async def seal(self) -> Summary:
        self._check()
        if not self._order.sealed:
            self._order.sealed = self._figures.sealed = True
            digests = Digests()
            digests.add(self._entries)
            for track, digest in digests.told().items():
                self._figures.tracks[track].digest = digest
            self._tell([])
        return await self.summary()

    def listen(self, heard: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        self._heard.append(heard)

        def deaf() -> None:
            if heard in self._heard:
                self._heard.remove(heard)

        return deaf

    def _tell(self, entries: Sequence[Entry]) -> None:
        for heard in list(self._heard):
            heard(entries)

    def _check(self) -> None:
        if self.gone is not None:
            raise self.gone


class MemoryStores:
    """A house of timelines that is gone when the process is."""

    def __init__(self) -> None:
        self._timelines: dict[str, MemoryTimeline] = {}
        self._closed = False

    async def open(self, timeline: str, *, create: bool = False) -> Timeline:
        check_timeline(timeline)
        if self._closed:
            raise Stopping
        if timeline not in self._timelines:
            if not create:
                raise NoSuchTimeline
            self._timelines[timeline] = MemoryTimeline(timeline)
        return self._timelines[timeline]

    async def names(self) -> list[str]:
        return sorted(self._timelines)

    async def delete(self, timeline: str) -> None:
        known = self._timelines.pop(check_timeline(timeline), None)
        if known is None:
            raise NoSuchTimeline
        known.gone = NoSuchTimeline

    async def close(self) -> None:
        self._closed = True
        for timeline in self._timelines.values():
            timeline.gone = Stopping


_promised: type[Stores] = MemoryStores
