"""What is said (`Draft`) and what then stands on a timeline for ever (`Entry`)."""

from __future__ import annotations

import msgspec

KEY = 1
"""Flag: decoding of this track can start here."""
INIT = 2
"""Flag: this is the init segment of its media track (no duration, nothing to play by itself)."""
FLAGS = KEY | INIT


class Draft(msgspec.Struct, frozen=True, gc=False):
    """One thing said by one speaker, before it has a place on the timeline.

    `number` counts 1, 2, 3 … per speaker **and track**; it makes saying idempotent. `t` and `duration` are
    milliseconds on the lesson's clock, unsigned 32 bit (49 days).
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


def committed(seq: int, draft: Draft) -> Entry:
    """The entry this draft became."""
    return Entry(seq, draft.track, draft.speaker, draft.number, draft.t, draft.duration, draft.flags, draft.payload)
