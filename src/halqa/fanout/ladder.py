"""Which rung of the picture a follower gets.

Theory of operation. A follower with `video=H` gets one rung of `video/*` at a time, never higher than H. Rungs come
and go during a lesson (the studio's PC or uplink may not carry the highest), so a rung counts as *alive* only while
it keeps up with the lesson's end.

A change of rung happens at a key entry of the new one; until it comes, a step *up* goes on sending the old rung, a
step *down* sends no picture at all, because the line is already too full. Stepping down is at once; stepping up waits
for a calm time that doubles with each step down that soon follows a step up (a line that carries 180p but not 360p
is probed ever more rarely).
"""

from __future__ import annotations

from collections.abc import Mapping

from halqa.timeline.tracks import height

ALIVE_MS = 3_000
"""A rung whose last entry ended this long before the lesson's end has stopped. Key entries come every 2 s and
fragments are at most 1 s, so a rung that still runs is never this late."""
CALM_S = 8.0
"""How long a line must have been free before a higher rung is tried: four key entries."""
CALM_MAX_S = 120.0
BLIND_MAX_S = 24.0
"""The same where there is no picture at all: the lowest rung costs the sound a second at worst, seeing nothing costs a
class its lesson."""
LOOK_AGAIN_S = 1.0
"""How soon to look again for a rung when the lesson has none (the camera may be switched on at any moment)."""
PROBATION_S = 20.0
"""Falling down this soon after a step up says that the step was wrong."""


class Ladder:
    """The rung a follower is on, the rung it waits for, and when it may try a higher one."""

    def __init__(self, limit: int, *, rung: str | None = None, start: int | None = None) -> None:
        self.limit = limit
        self.first = limit if start is None else start
        """The height to begin with: climbing is for later."""
        self.rung = rung
        """What is being sent now; None: no picture."""
        self.waiting: str | None = None
        """The rung that begins at its next key entry."""
        self.why = "start"
        self._steady: str | None = None
        self._calm = CALM_S
        self._climb_at = float("-inf")
        self._climbed_at = float("-inf")

    def alive(self, ends: Mapping[str, int], t: int) -> list[str]:
        """The rungs that may be sent at the moment `t`, lowest first."""
        rungs = [r for r, end in ends.items() if self.allows(r) and end >= t - ALIVE_MS]
        return sorted(rungs, key=height)

    def allows(self, track: str) -> bool:
        """Whether this track is a rung within the limit."""
        return 0 < height(track) <= self.limit

    def on_probation(self, now: float) -> bool:
        """Whether a step up was tried a moment ago."""
        return self.why == "clear" and now - self._climbed_at < PROBATION_S

    def lowest(self, ends: Mapping[str, int], t: int) -> bool:
        """Whether there is no smaller picture than the one being sent."""
        return self.rung in self.alive(ends, t)[:1]

    def begin(self, rungs: list[str]) -> None:
        """Wait for the next key entry of the rung to begin with, of these (lowest first; none: nothing changes)."""
        if not rungs:
            return
        low = [rung for rung in rungs if height(rung) <= self.first]
        self.waiting, self.why = (low or rungs[:1])[-1], "start"

    def settled(self, ends: Mapping[str, int], t: int, now: float) -> bool:
        """Whether nothing about the rung can change now. Cheap: asked before every send."""
        if self.limit == 0:
            return True
        if self.waiting is not None or now >= self._climb_at:
            return False
        return self.rung is None or ends.get(self.rung, 0) >= t - ALIVE_MS

    def settle(self, ends: Mapping[str, int], t: int, now: float) -> None:
        """Replace a rung that has stopped, and try a higher one when its time has come."""
        rungs = self.alive(ends, t)
        if not rungs:
            self._climb_at = max(self._climb_at, now + LOOK_AGAIN_S)
            return
        if self.rung is not None and self.rung not in rungs:
            self.waiting, self.why = _below(rungs, self.rung) or rungs[0], "start"
            self.rung = None
        elif self.waiting is not None and self.waiting not in rungs:
            self.waiting = None
        if self.waiting is None and now >= self._climb_at:
            if self.rung is None and self._climbed_at == float("-inf"):
                self.begin(rungs)
            elif self._climb_at != float("-inf"):
                self.waiting, self.why = _above(rungs, self.rung), "clear"
            self._climb_at = now + self._calm

    def arrive(self, rung: str, now: float) -> None:
        """The key entry of this rung is here: from now on it is what is sent."""
        if self.rung is not None and self.why == "clear":
            self._steady = self.rung  # it left the line free for a calm time
        self.rung, self.waiting = rung, None
        self._climbed_at = now
        self._climb_at = now + self._calm

    def hold(self, now: float) -> None:
        """The line had no room for a while: it is not calm now.

        Not for all of a doubled calm time: a lossy line of 300 ms has no room for a moment several times a minute, and
        would never be tried again.
        """
        if self._climb_at != float("-inf"):
            self._climb_at = max(self._climb_at, now + CALM_S)

    def fall(self, ends: Mapping[str, int], t: int, now: float) -> None:
        """The line is full: no picture at all until the next key entry of a rung that fits.

        After a step up that was wrong, this is the rung that was steady before; else the lowest: relief first.
        """
        rungs = self.alive(ends, t)
        current = self.rung or self.waiting
        if now - self._climbed_at < PROBATION_S:
            self._calm = min(self._calm * 2, CALM_MAX_S)
        else:
            self._steady = None
        lower = [r for r in rungs if current is not None and height(r) < height(current)]
        self.waiting = self._steady if self._steady in lower else (lower[0] if lower else None)
        self.rung, self.why = None, "slow"
        if self.waiting is None:
            self._calm = min(self._calm, BLIND_MAX_S)
        self._climb_at = now + self._calm


def _above(rungs: list[str], rung: str | None) -> str | None:
    if rung is None:
        return rungs[0]
    return next((r for r in rungs if height(r) > height(rung)), None)


def _below(rungs: list[str], rung: str) -> str | None:
    return next((r for r in reversed(rungs) if height(r) < height(rung)), None)
