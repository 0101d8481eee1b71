"""What may be appended, and what a timeline's figures then are. Pure: every store keeps the same order by it.

An `Order` is what must be known of a timeline to judge the next append: the head, where the lesson and each track have
come to, and how far each speaker has counted. A store judges a batch on an order `ahead` of the real one, commits, and
only then joins the two: a batch that is refused, or a commit that fails on the disk, leaves no trace here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from halqa.timeline import INIT, Draft, Entry, Summary, TrackFacts, committed, encode_entry
from halqa.timeline.errors import MalformedFrame, NumberGap, SaidOtherwise, Sealed, TimeGoesBack
from halqa.timeline.frames import MAX_U32
from halqa.timeline.tracks import is_teaching

Voice = tuple[str, str]
"""A speaker on a track: who counts 1, 2, 3 …"""
Known = Callable[[str, str, int], Entry | None]
"""Looks up what a speaker said on a track under a number."""


class Order:
    """The state of a timeline as far as appending goes; or, `ahead` of another one, what would change in it."""

    __slots__ = ("_base", "_fresh", "_last_t", "_numbers", "end", "head", "sealed")

    def __init__(self, base: Order | None = None) -> None:
        self._base = base
        self.head: int = base.head if base else 0
        self.sealed: bool = base.sealed if base else False
        self.end: int = base.end if base else 0
        """The end of the lesson so far (ms): what it is for those who are stamped."""
        self._last_t: dict[str, int] = {}
        self._numbers: dict[Voice, int] = {}
        self._fresh: dict[tuple[str, str, int], Entry] = {}

    @classmethod
    def learned(cls, head: int, sealed: bool, end: int, last_t: dict[str, int], numbers: dict[Voice, int]) -> Order:
        """The order of a timeline that was read from where it lives."""
        order = cls()
        order.head, order.sealed, order.end, order._last_t, order._numbers = head, sealed, end, last_t, numbers
        return order

    def ahead(self) -> Order:
        """An order to try things on; this one stays as it is until they `join`."""
        return Order(self)

    def join(self) -> None:
        """What was tried holds now for the order this one was ahead of."""
        base = self._base
        assert base is not None
        base.head, base.end = self.head, self.end
        base._last_t.update(self._last_t)
        base._numbers.update(self._numbers)
        if base._base is not None:
            base._fresh.update(self._fresh)

    def number(self, voice: Voice) -> int:
        """The highest number of this voice; 0 if it said nothing."""
        order: Order | None = self
        while order is not None:
            if voice in order._numbers:
                return order._numbers[voice]
            order = order._base
        return 0

    def last_t(self, track: str) -> int:
        """Where the last entry of this track begins; 0 if it is empty."""
        order: Order | None = self
        while order is not None:
            if track in order._last_t:
                return order._last_t[track]
            order = order._base
        return 0

    def judge(self, drafts: Sequence[Draft], known: Known) -> list[Entry]:
        """The entries that these drafts become, in order; what was said before becomes nothing.

        Moves this order on. Raises a `SpeakerMistake` for the first draft that does not fit; this order is spoilt
        then, and the one it is ahead of still holds.
        """
        entries: list[Entry] = []
        for frame, draft in enumerate(drafts):
            voice = (draft.speaker, draft.track)
            expected = self.number(voice) + 1
            if draft.number < expected:
                before = self._recent(*voice, draft.number) or known(*voice, draft.number)
                if before is None or not _is_the_same(draft, before):
                    raise SaidOtherwise(frame=frame, field="number", track=draft.track)
                continue
            if self.sealed:
                raise Sealed(frame=frame)
            if draft.number > expected:
                raise NumberGap(frame=frame, field="number", track=draft.track, expected=expected)
            entry = committed(self.head + 1, draft, self._moment(draft, frame))
            self.head = entry.seq
            self._last_t[draft.track] = entry.t
            self._numbers[voice] = draft.number
            self.end = max(self.end, 0 if entry.init else entry.end)
            self._fresh[(*voice, draft.number)] = entry
            entries.append(entry)
        return entries

    def _moment(self, draft: Draft, frame: int) -> int:
        """Where this draft begins: as it says, or, stamped, where the lesson is after all that was said before it."""
        last_t = self.last_t(draft.track)
        if not draft.stamp:
            if draft.t < last_t:
                raise TimeGoesBack(frame=frame, field="t", track=draft.track, expected=last_t)
            return draft.t
        t = max(self.end, last_t)
        if t + draft.duration > MAX_U32:
            raise MalformedFrame("An entry ends within 2^32 ms.", frame=frame, field="duration", track=draft.track)
        return t

    def _recent(self, speaker: str, track: str, number: int) -> Entry | None:
        order: Order | None = self
        while order is not None:
            entry = order._fresh.get((speaker, track, number))
            if entry is not None:
                return entry
            order = order._base
        return None

    def acknowledged(self, drafts: Sequence[Draft]) -> dict[Voice, int]:
        """For each voice of these drafts, the highest number kept."""
        return {voice: self.number(voice) for voice in {(draft.speaker, draft.track) for draft in drafts}}


def _is_the_same(draft: Draft, before: Entry) -> bool:
    """Whether this draft says again what became this entry. The moment of a stamped one was never its own."""
    return committed(before.seq, draft, before.t if draft.stamp else None) == before


class TrackFigures:
    """The figures of one track, kept as it grows. An init is bytes, but no time: it sounds and shows nothing."""

    __slots__ = ("begins", "bytes", "digest", "ends", "entries")

    def __init__(
        self, entries: int = 0, bytes: int = 0, begins: int | None = None, ends: int = 0, digest: str = ""
    ) -> None:
        self.entries, self.bytes, self.begins, self.ends, self.digest = entries, bytes, begins, ends, digest

    def count(self, t: int, duration: int, flags: int, size: int) -> None:
        """One more entry, of so many bytes of payload."""
        self.entries += 1
        self.bytes += size
        if not flags & INIT:
            self.begins = t if self.begins is None else self.begins
            self.ends = max(self.ends, t + duration)

    def told(self) -> TrackFacts:
        return TrackFacts(self.entries, self.bytes, self.begins or 0, self.ends, self.digest)


class Figures:
    """One timeline in figures, kept as it grows: what its summary says."""

    __slots__ = ("head", "said_at", "sealed", "started_at", "tracks")

    def __init__(self) -> None:
        self.head = 0
        self.sealed = False
        self.started_at: int | None = None
        self.said_at: int | None = None
        self.tracks: dict[str, TrackFigures] = {}

    @classmethod
    def from_summary(cls, summary: Summary) -> Figures:
        figures = cls()
        figures.head, figures.sealed = summary.head, summary.sealed
        figures.started_at, figures.said_at = summary.started_at, summary.said_at
        figures.tracks = {
            track: TrackFigures(facts.entries, facts.bytes, facts.begins, facts.ends, facts.digest)
            for track, facts in summary.tracks.items()
        }
        return figures

    @property
    def end(self) -> int:
        """The end of the lesson so far (ms)."""
        return max((track.ends for track in self.tracks.values()), default=0)

    def copy(self) -> Figures:
        """The same figures, to be counted on independently. (A summary cannot say of a track that it has not begun.)"""
        figures = Figures()
        figures.head, figures.sealed = self.head, self.sealed
        figures.started_at, figures.said_at = self.started_at, self.said_at
        figures.tracks = {
            track: TrackFigures(own.entries, own.bytes, own.begins, own.ends, own.digest)
            for track, own in self.tracks.items()
        }
        return figures

    def add(self, entries: Iterable[Entry], said_at: int) -> None:
        """These were appended, at this moment of the wall clock."""
        for entry in entries:
            figures = self.tracks.get(entry.track)
            if figures is None:
                figures = self.tracks[entry.track] = TrackFigures()
            figures.count(entry.t, entry.duration, entry.flags, len(entry.payload))
            self.head = entry.seq
            self.said_at = said_at
            if self.started_at is None and is_teaching(entry.track):
                self.started_at = said_at - entry.end

    def summary(self, name: str) -> Summary:
        tracks = {track: figures.told() for track, figures in self.tracks.items()}
        return Summary(name, self.head, self.end, self.sealed, self.started_at, self.said_at, tracks)


class Digests:
    """The SHA-256 of each track over its frames, kept as it grows, so that sealing an hour has nothing to read.

    `through` is the last seq taken in; entries must come in order and without a gap.
    """

    __slots__ = ("_hashes", "through")

    def __init__(self) -> None:
        self.through = 0
        self._hashes: dict[str, hashlib._Hash] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            hash_ = self._hashes.get(entry.track)
            if hash_ is None:
                hash_ = self._hashes[entry.track] = hashlib.sha256()
            hash_.update(encode_entry(entry))
            self.through = entry.seq

    def told(self) -> dict[str, str]:
        return {track: hash_.hexdigest() for track, hash_ in self._hashes.items()}
