"""The hot tail: what was said last, encoded once and shared by everyone who follows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

from halqa.timeline import Entry, Tracks, encode_entry
from halqa.timeline.tracks import is_page, is_video, patterns_of

TAIL_BYTES = 8 << 20
"""What one lesson on air may hold in memory. The whole ladder is about 2 Mbit/s: 8 MiB are the last half minute, so
a follower whose line hung for some seconds is still served without touching the disk."""

BATCH_BYTES = 64 << 10
"""The most that goes to one follower in one send: a second of the highest rung or so, and thereby (with the
transport's buffer) the bound of the memory that a follower costs."""


class Said:
    """One entry in the tail: itself, its frame, and when it became known (seconds, monotonic)."""

    __slots__ = ("at", "entry", "frame")

    def __init__(self, entry: Entry, at: float) -> None:
        self.entry = entry
        self.frame = encode_entry(entry)
        self.at = at


class Tail:
    """The last entries of one timeline, and what is known of each track.

    `head` is the last seq; entries `first … head` are held here, anything older has to be read from the store.
    """

    def __init__(self, head: int) -> None:
        self.head = head
        self._since = head
        self._newest: dict[str, int] = {}
        """Per pattern, the seq of the last entry since then that matches it."""
        self.sealed = False
        self.t = 0
        """The end of the lesson so far, ms on its clock."""
        self.ends: dict[str, int] = {}
        """Per track, the moment it ends so far (ms)."""
        self.page: str | None = None
        """The track of the page of the board that was written on last."""
        self.last_key: dict[str, int] = {}
        """Per picture track, the seq of its newest key entry."""
        self.inits: dict[str, Said] = {}
        """Per media track, the init entry in force at the end."""
        self._said: deque[Said] = deque()
        self._bytes = 0
        self._batches: dict[tuple[int, Tracks, str | None, int], tuple[bytes, int]] = {}

    @property
    def first(self) -> int:
        return self.head - len(self._said) + 1

    def learn_end(self, track: str, end: int) -> None:
        """This track ends here (at least)."""
        if end > self.ends.get(track, -1):
            self.ends[track] = end
            self.t = max(self.t, end)

    def push(self, entries: Sequence[Entry], now: float) -> None:
        """Add what was just committed."""
        for entry in entries:
            if entry.seq != self.head + 1:  # a copy that skipped ahead: what is held no longer joins up
                self._said.clear()
                self._bytes = 0
            said = Said(entry, now)
            self._said.append(said)
            self._bytes += len(said.frame)
            self.head = entry.seq
            for pattern in patterns_of(entry.track):
                self._newest[pattern] = entry.seq
            if is_page(entry.track):
                self.page = entry.track
            if entry.init:
                self.inits[entry.track] = said
            else:
                self.learn_end(entry.track, entry.end)
                if entry.key and is_video(entry.track):
                    self.last_key[entry.track] = entry.seq
        while self._bytes > TAIL_BYTES and len(self._said) > 1:
            self._bytes -= len(self._said.popleft().frame)
        self._batches.clear()

    def learn_init(self, entry: Entry) -> None:
        """Take an init entry that was said before this tail began to listen."""
        known = self.inits.get(entry.track)
        if known is None or known.entry.seq < entry.seq:
            self.inits[entry.track] = Said(entry, 0.0)

    def holds(self, cursor: int) -> bool:
        """Whether everything after `cursor` is here."""
        return cursor >= self.first - 1

    def nothing(self, cursor: int, wants: Tracks) -> bool:
        """Whether nothing on these tracks was said after `cursor`, as far as is known without looking at each entry."""
        newest = self._newest
        return cursor >= self._since and all(newest.get(pattern, 0) <= cursor for pattern in wants.patterns)

    def lag(self, cursor: int, now: float) -> float:
        """For how long the oldest entry after `cursor` has been waiting, in seconds (at least; it may be longer)."""
        if cursor >= self.head or not self._said:
            return 0.0
        return now - self._said[max(0, cursor + 1 - self.first)].at

    def after(self, cursor: int) -> Iterable[Said]:
        """What is held after `cursor`, in order."""
        skip = cursor + 1 - self.first
        return islice(self._said, skip, None) if skip > 0 else iter(self._said)

    def batch(self, cursor: int, wants: Tracks, rung: str | None, bound: int) -> tuple[bytes, int] | None:
        """The frames after `cursor` on `wants` (pictures: only of `rung`, if it is not ""), some `bound` bytes at most,
        and the new cursor.

        Shared: everyone at the same cursor with the same wishes gets the very same bytes object. None when a picture's
        init entry lies among them: then somebody has to look at each.
        """
        asked = (cursor, wants, rung, bound)
        known = self._batches.get(asked)
        if known is None:
            frames, size = [], 0
            for said in self.after(cursor):
                entry = said.entry
                if is_video(entry.track) and rung != "":
                    if entry.init:
                        return None
                    wanted = entry.track == rung
                else:
                    wanted = entry.track in wants
                cursor = entry.seq
                if wanted:
                    frames.append(said.frame)
                    size += len(said.frame)
                    if size >= bound:
                        break
            known = self._batches[asked] = (b"".join(frames), cursor)
        return known
