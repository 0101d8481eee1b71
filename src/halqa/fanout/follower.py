"""One follower: a cursor, not a queue.

Theory of operation. The gateway asks `take` for what to send next and gives the line its time; whatever the line does
shows as *lag*: how long the oldest entry this follower has not been given has been waiting. A line that keeps up has
none. When the lag passes `Policy.patience`, **pictures are shed, nothing else ever is**: what is old of them is left
out up to the newest key entry, and with a ladder the follower goes on in a smaller rung. A follower that has not
reached the end yet (it asked for the backlog) is not late but behind by its own wish, and nothing is shed; but one
that says to be watching (a ladder, from a cursor) has as long as anybody to catch up what it missed.

The quick way (`Tail.batch`) serves everyone to whom nothing is happening, with bytes that all of them share. The
slow way (`_sift`) looks at each entry. Both give the same frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from halqa.timeline import Entry, Notice, Tracks, encode_entry, encode_notice
from halqa.timeline.tracks import height, is_video

from .ladder import ALIVE_MS, Ladder
from .tail import BATCH_BYTES, Said, Tail


@dataclass(frozen=True, slots=True)
class Policy:
    """When is a line too slow?

    `patience`: seconds an entry may be late before pictures are shed. Sound is then this late too, and the classroom's
    buffer (at least a second on such lines) still covers it. `hasty`: the same soon after a step up, which the line
    may not bear. On the lowest rung it is `lenient` instead of `patience`, and `patience` instead of `hasty`: below is
    no picture, and one lost packet alone costs two round trips and more (0.6 to 0.9 s late on a line of 300 ms: with
    `hasty`, a school on such a line lost its picture again soon after each return). `grace`: seconds after shedding
    before it is done again: the sound that piled up meanwhile must get a chance to drain first. `tell_every`: at most
    one `shed` notice in this many seconds. `small_batch`: bytes given at once to a follower that was slow in the last
    `wary` seconds, so that it is soon looked at again.
    """

    patience: float = 1.0
    hasty: float = 0.7
    lenient: float = 2.0
    grace: float = 3.0
    tell_every: float = 2.0
    small_batch: int = 16 << 10
    wary: float = 30.0


POLICY = Policy()


class Follower:
    """What one follower has, wants and gets. `take` and `sift` return bytes to send; both move the cursor.

    `wants`: its tracks. `cursor`: the seq it has. `ladder`: with it, one rung of the picture at a time. `inits`: the
    init entries in force at the cursor (where that is not the end of the timeline). `floors`: per track, the seq it
    begins at, where that is later than the cursor. `live`: it is at the end, or means to be; `began` (seconds,
    monotonic): nothing it had to wait for before that counts as late.
    """

    def __init__(
        self,
        wants: Tracks,
        cursor: int,
        *,
        ladder: Ladder | None = None,
        inits: Iterable[Entry] = (),
        floors: Mapping[str, int] | None = None,
        live: bool = False,
        began: float = float("-inf"),
        policy: Policy = POLICY,
    ) -> None:
        self.wants = wants
        self.cursor = cursor
        self.ladder = ladder
        self.live = live
        """Whether it is at the end, or meant to be: only then can it be late."""
        self.shed_at = float("-inf")
        """When pictures were last shed (seconds, monotonic)."""
        self._policy = policy
        self._began = began
        self._easy = False
        self._floors = dict(floors or {})
        self._inits = {entry.track: encode_entry(entry) for entry in inits}
        self._inits_given: set[bytes] = set()
        self._passed: dict[str, int] = {}
        self._broken: set[str] = set()
        self._shed_count = 0
        self._shed_tracks: set[str] = set()
        self._shed_from = self._shed_to = 0
        self._told_at = float("-inf")
        self._told_rung = ladder.rung if ladder else None

    # -- what the gateway asks ----------------------------------------------------------------------------------------

    def lag(self, tail: Tail, now: float) -> float:
        """For how long the next entry has been kept waiting by the line (seconds)."""
        return min(tail.lag(self.cursor, now), now - self._began) if self.live else 0.0

    def take(self, tail: Tail, now: float, late: float = 0.0) -> bytes | None:
        """The next bytes from the hot tail; b"" when there is nothing; None when they must be read from the store.

        `late`: for how long (seconds) what was taken before has been on its way beyond what the way takes.
        """
        if not self.live and tail.nothing(self.cursor, self.wants):
            self.cursor = tail.head
            return b""
        if self._easy and late < self._policy.hasty and self.lag(tail, now) < self._policy.hasty:
            # The common case (8,000 times a second with 2,000 followers): at the end until just now, nothing special.
            ladder = self.ladder
            if tail.holds(self.cursor) and (ladder is None or ladder.settled(tail.ends, tail.t, now)):
                rung = "" if ladder is None else ladder.rung
                batch = tail.batch(self.cursor, self.wants, rung, self._bound(now))
                if batch is not None:
                    data, self.cursor = batch
                    return data
        return self._take_carefully(tail, now, late)

    def _take_carefully(self, tail: Tail, now: float, late: float) -> bytes | None:
        late = max(late, self.lag(tail, now))
        if late > self._policy.hasty and late > self._patience(tail, now):
            self._fall(tail, now)
        if not tail.holds(self.cursor):
            return None
        data = self._sift(tail.after(self.cursor), tail, now) if self.cursor < tail.head else b""
        leisurely = self.live or self.ladder is None
        self._easy = leisurely and not (self._broken or self._floors or self._shed_count)
        return data

    def sift(self, entries: Iterable[Entry], tail: Tail, now: float) -> bytes:
        """The same for entries that were read from the store (in order, from behind the cursor on)."""
        said_at = float("-inf") if self.live else now
        return self._sift((Said(entry, said_at) for entry in entries), tail, now)

    def hindered(self, now: float) -> None:
        """Its line had no room for a while."""
        if self.ladder is not None:
            self.ladder.hold(now)

    # -- how it is decided --------------------------------------------------------------------------------------------

    def _patience(self, tail: Tail, now: float) -> float:
        if self.ladder is None or self.ladder.rung is None:
            return self._policy.patience
        careful, usual = self._policy.hasty, self._policy.patience
        if self.ladder.lowest(tail.ends, tail.t):
            careful, usual = self._policy.patience, self._policy.lenient
        return careful if self.ladder.on_probation(now) else usual

    def _bound(self, now: float) -> int:
        return self._policy.small_batch if now - self.shed_at < self._policy.wary else BATCH_BYTES

    def _fall(self, tail: Tail, now: float) -> None:
        if now - self.shed_at < self._policy.grace:
            return
        self.shed_at = now
        self._easy = False
        if self.ladder is not None:
            self.ladder.fall(tail.ends, tail.t, now)
        else:
            self._broken |= {track for track in tail.ends if is_video(track) and track in self.wants}

    def _sift(self, said: Iterable[Said], tail: Tail, now: float) -> bytes:
        out: list[bytes] = []
        size = 0
        bound = self._bound(now)
        if self.ladder is not None and self.live:
            self.ladder.settle(tail.ends, tail.t, now)
            if self._told_rung is not None and self.ladder.rung is None:
                self._told_rung = None
                out.append(encode_notice({"notice": "rung", "track": None, "why": self.ladder.why}))
        for one in said:
            size += self._give(one, tail, now, out)
            self.cursor = one.entry.seq
            if size >= bound:
                break
        if self._floors and self.cursor >= max(self._floors.values()):
            self._floors = {}
        interrupted = self._broken or (self.ladder is not None and self.ladder.rung is None)
        if self._shed_count and (not interrupted or now - self._told_at >= self._policy.tell_every):
            out.append(encode_notice(self._tell_shed(now)))
        return b"".join(out)

    def _give(self, one: Said, tail: Tail, now: float, out: list[bytes]) -> int:
        """Give, keep back or shed one entry; the number of bytes given."""
        entry = one.entry
        if entry.seq < self._floors.get(entry.track, 0):
            return 0
        if not is_video(entry.track):
            given = one.frame if entry.track in self.wants else b""
        elif self.ladder is None:
            given = self._picture(one, tail, now)
        else:
            given = self._rung(one, self.ladder, tail, now)
        if given:
            out.append(given)
        return len(given)

    def _picture(self, one: Said, tail: Tail, now: float) -> bytes:
        """A picture that was asked for by name."""
        entry = one.entry
        if entry.track not in self.wants:
            return b""
        if entry.track in self._broken and not entry.init:
            if not self._fresh_key(one, tail, now):
                return self._shed(entry)
            self._broken.discard(entry.track)
        return one.frame

    def _rung(self, one: Said, ladder: Ladder, tail: Tail, now: float) -> bytes:
        """A picture of which one rung is sent."""
        entry = one.entry
        if not ladder.allows(entry.track):
            return b""
        if entry.init:
            self._inits[entry.track] = one.frame
            return self._init(entry.track, tail) if entry.track == ladder.rung else b""
        begins = entry.track == ladder.waiting or (not self.live and self._better(entry, ladder))
        self._passed[entry.track] = entry.end
        if begins and self._fresh_key(one, tail, now):
            ladder.arrive(entry.track, now)
            self._told_rung = entry.track
            notice = encode_notice({"notice": "rung", "track": entry.track, "why": ladder.why})
            return notice + self._init(entry.track, tail) + one.frame
        if entry.track == ladder.rung:
            return one.frame
        if ladder.rung is None and ladder.why == "slow" and entry.track == ladder.waiting:
            return self._shed(entry)
        return b""

    def _better(self, entry: Entry, ladder: Ladder) -> bool:
        """While reading what was said long ago: whether the picture should go on in this rung.

        It should when it is higher than the present one (the studio came to carry more), or when the present one has
        stopped.
        """
        if not entry.key or ladder.waiting is not None or ladder.rung is None:
            return entry.key and ladder.waiting is None
        if height(entry.track) > height(ladder.rung):
            return True
        passed = self._passed.setdefault(ladder.rung, entry.t)
        return entry.track != ladder.rung and passed < entry.t - ALIVE_MS

    def _fresh_key(self, one: Said, tail: Tail, now: float) -> bool:
        """Whether a picture that was interrupted may go on with this entry: at leisure with any key, else not with one
        that is already old while a newer one waits behind it."""
        if not one.entry.key:
            return False
        newest = tail.last_key.get(one.entry.track, 0)
        return not self.live or one.entry.seq >= newest or now - one.at < self._policy.patience

    def _init(self, track: str, tail: Tail) -> bytes:
        """The init frame in force for this rung, if this answer has not carried it yet."""
        known = self._inits.get(track) or (tail.inits[track].frame if track in tail.inits else b"")
        if known in self._inits_given:
            return b""
        self._inits_given.add(known)
        return known

    def _shed(self, entry: Entry) -> bytes:
        if not self._shed_count:
            self._shed_from = entry.t
        self._shed_count += 1
        self._shed_tracks.add(entry.track)
        self._shed_to = entry.end
        return b""

    def _tell_shed(self, now: float) -> Notice:
        notice: Notice = {
            "notice": "shed",
            "tracks": sorted(self._shed_tracks),
            "entries": self._shed_count,
            "after": self.cursor,
            "from": self._shed_from,
            "to": self._shed_to,
        }
        self._shed_count = 0
        self._shed_tracks.clear()
        self._told_at = now
        return notice
