"""What a timeline promises, wherever it lives. `tests/promises` holds every store to this page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from .entry import Draft, Entry
from .tracks import EVERYTHING, Tracks


class Acknowledged(msgspec.Struct, frozen=True):
    """What is safe on disk after an append.

    `numbers`: for each (speaker, track) of the drafts, the highest number of it on the timeline. `entries`: those
    of the drafts that were new, with their place; said again, a draft is acknowledged and adds nothing.
    """

    numbers: dict[tuple[str, str], int]
    entries: list[Entry]
    head: int


class TrackFacts(msgspec.Struct, frozen=True):
    """One track in figures: counts, bytes of payload, ms on the lesson's clock, SHA-256 (when sealed)."""

    entries: int
    bytes: int
    begins: int
    ends: int
    digest: str = ""


class Summary(msgspec.Struct, frozen=True):
    """One timeline in figures.

    `head` is the last seq (0: nothing was said yet), `duration` the latest end of any entry in ms. On the server's wall
    clock (ms since 1970, UTC): `started_at` is when the lesson's clock showed 0, as the first entry on a track of
    sound, picture or board tells it (its commit less its `end`; None before), `said_at` the last append.
    """

    id: str
    head: int
    duration: int
    sealed: bool
    started_at: int | None
    said_at: int | None
    tracks: dict[str, TrackFacts]


class Mark(msgspec.Struct, frozen=True, gc=False):
    """An entry without its payload: where it lies, and `size`, the bytes of payload."""

    seq: int
    t: int
    duration: int
    flags: int
    size: int


class Timeline(Protocol):
    """An ordered, durable, append-only sequence of entries.

    Order: `seq` counts 1, 2, 3 … without a gap, in the order of commits. Time: on each track `t` never goes back.
    Numbers: per (speaker, track) 1, 2, 3 … without a gap; a number said again is acknowledged and adds nothing if it
    says the same, else `SaidOtherwise`. A stamped draft begins where the lesson is at its commit: at the end so far, or
    at the last `t` of its track if that is later; said again, its `t` is not looked at. An append is all or nothing,
    and answered after its commit. After `seal` nothing is added. Every method may raise `StoreMistake`.
    """

    @property
    def id(self) -> str: ...

    @property
    def head(self) -> int:
        """The last committed seq, 0 if none. Known without touching the disk."""

    @property
    def sealed(self) -> bool: ...

    async def append(self, drafts: Sequence[Draft]) -> Acknowledged:
        """Commit all of `drafts`, in their order, or none. Raises a `SpeakerMistake` that names the first bad one."""

    async def read(
        self, after: int, *, tracks: Tracks = EVERYTHING, limit: int = 1 << 18, upto: int | None = None
    ) -> list[Entry]:
        """Entries with `after < seq (<= upto)` on `tracks`, in order, until `limit` payload bytes are passed.

        At least one entry is returned if there is any. An empty list means: nothing (more) there now.
        """

    async def seek(self, at: int, track: str, *, key: bool = True) -> int | None:
        """The seq of the last entry of `track` (not an init) that begins at or before `at` ms.

        With `key`, of the last one where decoding can start. The track's first (key) entry when all begin later;
        None when the track has none.
        """

    async def inits(self, before: int, tracks: Tracks) -> list[Entry]:
        """For each media track among `tracks`, its last init entry with `seq <= before` (or its first one after)."""

    async def outline(self, track: str, after: int = 0) -> list[Mark]:
        """The entries of one track with `seq > after`, in order, without their payloads."""

    async def summary(self) -> Summary: ...

    async def seal(self) -> Summary:
        """End the lesson: write duration and per-track digests. Sealing again changes nothing."""

    def listen(self, heard: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        """Call `heard` with what each commit added, in order, on the event loop; `[]` when sealed. Returns the way
        to stop listening."""


class Stores(Protocol):
    """The house of timelines."""

    async def open(self, timeline: str, *, create: bool = False) -> Timeline:
        """The one `Timeline` of this name. Raises `NoSuchTimeline`, `ForeignFile`, `TornFile`."""

    async def names(self) -> list[str]:
        """The names of all timelines kept here, sorted."""

    async def delete(self, timeline: str) -> None:
        """Remove a timeline for good."""

    async def close(self) -> None: ...
