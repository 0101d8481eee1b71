"""What is said (`Draft`) and what then stands on a timeline for ever (`Entry`)."""

from __future__ import annotations

import msgspec

KEY = 1
"""Flag: decoding of this track can start here."""
INIT = 2
"""Flag: this is the init segment of its media track (no duration, nothing to play by itself)."""
STAMP = 4
"""Flag of a draft only: the timeline gives it its `t` (`docs/protocol.md`, Stamp). It is not kept."""
FLAGS = KEY | INIT
"""What an entry may carry."""


class Draft(msgspec.Struct, frozen=True, gc=False):
    """One thing said by one speaker, before it has a place on the timeline.

    `number` counts 1, 2, 3 … per speaker **and track**; it makes saying idempotent. `t` and `duration` are
    milliseconds on the lesson's clock, unsigned 32 bit (49 days); with the flag `STAMP` its `t` means nothing.
    """

    track: str
    speaker: str
    number: int
    t: int
    duration: int
    flags: int
    payload: bytes

    @property
    def key(self) -> bool:
        return bool(self.flags & KEY)

    @property
    def init(self) -> bool:
        return bool(self.flags & INIT)

    @property
    def stamp(self) -> bool:
        return bool(self.flags & STAMP)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A draft that was committed: `seq` counts 1, 2, 3 … without a gap over the whole timeline."""

    seq: int
    track: str
    speaker: str
    number: int
    t: int
    duration: int
    flags: int
    payload: bytes

    @property
    def key(self) -> bool:
        return bool(self.flags & KEY)

    @property
    def init(self) -> bool:
        return bool(self.flags & INIT)

    @property
    def end(self) -> int:
        """The moment this entry ends, in ms on the lesson's clock."""
        return self.t + self.duration


def committed(seq: int, draft: Draft, t: int | None = None) -> Entry:
    """The entry this draft became; `t` is what a stamped one was given."""
    at = draft.t if t is None else t
    flags = draft.flags & FLAGS
    return Entry(seq, draft.track, draft.speaker, draft.number, at, draft.duration, flags, draft.payload)
