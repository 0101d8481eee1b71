"""One timeline that is being used: its hot tail, its followers, and the bell that wakes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from halqa.fanout import Passage, Tail
from halqa.timeline import EVERYTHING, Entry, Passing, Stores, Timeline

from .bells import Bell, Doorbells
from .moment import PAGES, last_by
from .together import Together

if TYPE_CHECKING:
    from .follow import Stream
    from .place import Place

NARROW_S = 30.0
"""A follower that had pictures shed this recently counts as one on a narrow line."""


PASS_ON_S = 50e-6
"""The least time between two rounds of passing frames, a follower. A send costs some 25 µs (bench/fanout.py): showing a
pen's tip takes half a core at most, and entries need not wait. 500 followers: 40 rounds a second; 2,000: 10."""
ASIDE_S = 0.25
"""What is said in private wakes whoever may hear it at once, the classrooms (whose cursors move on) this much later at
most: 500 answers a second would else wake every one of them hundreds of times a second for nothing. Well under the
lateness (`Policy.hasty`) at which a line counts as slow."""


class Hub:
    """A timeline, its tail, and everyone who follows it now."""

    def __init__(self, timeline: Timeline, tail: Tail) -> None:
        self.timeline = timeline
        self.tail = tail
        self.passage = Passage()
        self.bell = Bell()
        """Of those who follow the lesson itself."""
        self.doorbells = Doorbells()
        """Of all others: a pupil's telephone, the teacher's list of answers, what is between teacher and class."""
        self.places: Together[Place] = Together()
        """At the end, per wishes; what was said since is given from memory."""
        self.streams: set[Stream] = set()
        self._attending = 0
        self.pulse = 0
        self.used_at = 0.0
        self.told_began = False
        self._narrow, self._narrow_at = 0, float("-inf")
        self._passed_at = float("-inf")
        self._to_pass: set[str] = set()
        self._ringing: asyncio.TimerHandle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._deaf: Callable[[], None] | None = timeline.listen(self._heard)

    @classmethod
    async def open(cls, timeline: Timeline) -> Hub:
        """Start listening, then learn what was said before. What is said in between is heard, not lost."""
        hub = cls(timeline, Tail(timeline.head))
        summary = await timeline.summary()
        for entry in await timeline.inits(timeline.head, EVERYTHING):
            hub.tail.learn_init(entry)
        for track, facts in summary.tracks.items():
            hub.tail.learn_end(track, facts.ends)
        _, page = await last_by(timeline, hub.tail.t, PAGES)
        hub.tail.page = hub.tail.page or page
        hub.tail.sealed = hub.tail.sealed or summary.sealed
        return hub

    def _heard(self, entries: Sequence[Entry]) -> None:
        if not entries:
            self.tail.sealed = True
            self.ring()
            return
        self.tail.push(entries, asyncio.get_running_loop().time())
        tracks = {entry.track for entry in entries}
        self.doorbells.ring_for(tracks)
        if _private(tracks):
            self._ring_soon()
        else:
            self._ring_bell()

    def _ring_soon(self) -> None:
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(ASIDE_S, self._ring_bell)

    def _ring_bell(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self.bell.ring()

    def ring(self) -> None:
        """Wake everyone."""
        self._ring_bell()
        self.doorbells.ring()

    async def ring_in_turn(self) -> None:
        """Wake everyone; those who do not follow the lesson itself some at a time."""
        self._ring_bell()
        await self.doorbells.ring_in_turn()

    @property
    def audience(self) -> int:
        """How many follow the lesson's sound or pictures: neither the teacher's list of answers nor a telephone."""
        return self._attending

    def join(self, stream: Stream) -> None:
        """This one follows from now on."""
        self.streams.add(stream)
        self._attending += stream.attends

    def leave(self, stream: Stream) -> None:
        if stream in self.streams:
            self.streams.remove(stream)
            self._attending -= stream.attends

    def pass_on(self, passing: Sequence[Passing], now: float) -> None:
        """Show these to everyone who is at the end now. On a sealed timeline nobody is."""
        if not passing or not self.streams or self.tail.sealed:
            return
        self.passage.push(passing, self.tail.head, now)
        tracks = {one.track for one in passing}
        if _private(tracks):
            self.doorbells.ring_for(tracks)
            self._ring_soon()
            return
        self._to_pass |= tracks
        if self._ringing is not None:
            return
        next_at = self._passed_at + PASS_ON_S * len(self.streams)
        if now >= next_at:
            self._pass_now()
        else:
            self._ringing = asyncio.get_running_loop().call_at(next_at, self._pass_now)

    def _pass_now(self) -> None:
        self._ringing = None
        self._passed_at = asyncio.get_running_loop().time()
        tracks, self._to_pass = self._to_pass, set()
        self.doorbells.ring_for(tracks)
        self._ring_bell()

    def narrow(self, now: float) -> int:
        """How many of the followers are on a narrow line, or want no picture. Counted once a second."""
        if now - self._narrow_at >= 1.0:
            self._narrow_at = now
            self._narrow = sum(stream.attends and stream.narrow(now, NARROW_S) for stream in self.streams)
        return self._narrow

    def close(self) -> None:
        """Stop listening."""
        if self._deaf is not None:
            self._deaf()
            self._deaf = None
        if self._ringing is not None:
            self._ringing.cancel()
            self._ringing = None
        if self._later is not None:
            self._later.cancel()
            self._later = None


def _private(tracks: Collection[str]) -> bool:
    return all(track not in EVERYTHING for track in tracks)


class Hubs:
    """The hubs of all timelines in use; one that nobody has used for a while is let go."""

    IDLE_S = 60.0

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._hubs: dict[str, Hub] = {}
        self._opening: dict[str, asyncio.Lock] = {}

    async def get(self, timeline: str, now: float, *, create: bool) -> Hub:
        """The hub of this timeline. Raises what `Stores.open` raises."""
        hub = self._hubs.get(timeline)
        if hub is None:
            async with self._opening.setdefault(timeline, asyncio.Lock()):
                hub = self._hubs.get(timeline)
                if hub is None:
                    hub = await Hub.open(await self._stores.open(timeline, create=create))
                    self._hubs[timeline] = hub
            self._opening.pop(timeline, None)
        hub.used_at = now
        return hub

    def known(self, timeline: str) -> Hub | None:
        """The hub of this timeline if it is in use."""
        return self._hubs.get(timeline)

    def all(self) -> list[Hub]:
        """Every hub in use."""
        return list(self._hubs.values())

    def let_go(self, now: float) -> None:
        """Close the hubs that nobody follows and that were not used lately."""
        for name, hub in list(self._hubs.items()):
            if not hub.streams and now - hub.used_at > self.IDLE_S:
                hub.close()
                del self._hubs[name]

    def forget(self, timeline: str) -> None:
        """Close the hub of a timeline that is being deleted."""
        hub = self._hubs.pop(timeline, None)
        if hub is not None:
            hub.tail.sealed = True
            hub.ring()
            hub.close()
