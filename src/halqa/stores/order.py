"""What may be appended, and what a timeline's figures then are. Pure: every store keeps the same order by it.

An `Order` is what must be known of a timeline to judge the next append: the head, the end of each track, and how far
each speaker has counted. A store judges a batch with `judge`, commits, and only then keeps the order that came out:
an append that fails on the disk leaves no trace here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from halqa.timeline import Draft, Entry, TrackFacts, committed, encode_entry
from halqa.timeline.errors import NumberGap, SaidOtherwise, Sealed, TimeGoesBack

Known = Callable[[str, str, int], Entry | None]
"""Looks up what a speaker said on a track under a number."""


class Order(msgspec.Struct):
    """The state of a timeline as far as appending goes."""

    head: int = 0
    sealed: bool = False
    last_t: dict[str, int] = {}
    numbers: dict[tuple[str, str], int] = {}

    def copy(self) -> Order:
        return Order(self.head, self.sealed, dict(self.last_t), dict(self.numbers))

    def judge(self, drafts: Sequence[Draft], known: Known) -> list[Entry]:
        """The entries that these drafts become, in order; what was said before becomes nothing.

        Moves this order on. Raises a `SpeakerMistake` for the first draft that does not fit; then this order is
        spoilt and the one it was copied from still holds.
        """
        entries: list[Entry] = []
        fresh: dict[tuple[str, str, int], Entry] = {}
        for frame, draft in enumerate(drafts):
            voice = (draft.speaker, draft.track)
            expected = self.numbers.get(voice, 0) + 1
            if draft.number < expected:
                before = fresh.get((*voice, draft.number)) or known(*voice, draft.number)
                if before is None or committed(before.seq, draft) != before:
                    raise SaidOtherwise(frame=frame, field="number", track=draft.track)
                continue
            if self.sealed:
                raise Sealed(frame=frame)
            if draft.number > expected:
                raise NumberGap(frame=frame, field="number", track=draft.track, expected=expected)
            if draft.t < self.last_t.get(draft.track, 0):
                raise TimeGoesBack(frame=frame, field="t", track=draft.track, expected=self.last_t[draft.track])
            self.head += 1
            self.last_t[draft.track] = draft.t
            self.numbers[voice] = draft.number
            entry = committed(self.head, draft)
            fresh[(*voice, draft.number)] = entry
            entries.append(entry)
        return entries

    def acknowledged(self, drafts: Sequence[Draft]) -> dict[tuple[str, str], int]:
        """For each voice of these drafts, the highest number kept."""
        return {(d.speaker, d.track): self.numbers.get((d.speaker, d.track), 0) for d in drafts}


class Facts:
    """The figures of one track, kept as it grows."""

    __slots__ = ("begins", "bytes", "digest", "ends", "entries", "hash")

    def __init__(self) -> None:
        self.entries = self.bytes = self.ends = 0
        self.begins: int | None = None
        self.digest = ""
        self.hash = hashlib.sha256()

    def add(self, entry: Entry, *, hashed: bool = True) -> None:
        self.entries += 1
        self.bytes += len(entry.payload)
        if not entry.init:
            self.begins = entry.t if self.begins is None else min(self.begins, entry.t)
            self.ends = max(self.ends, entry.end)
        if hashed:
            self.hash.update(encode_entry(entry))

    def told(self) -> TrackFacts:
        return TrackFacts(self.entries, self.bytes, self.begins or 0, self.ends, self.digest)

    @classmethod
    def from_told(cls, told: TrackFacts) -> Facts:
        facts = cls()
        facts.entries, facts.bytes, facts.begins, facts.ends = told.entries, told.bytes, told.begins, told.ends
        facts.digest = told.digest
        return facts
