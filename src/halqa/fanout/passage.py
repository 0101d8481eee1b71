"""What only passes: shown to whoever is there now, kept by nobody.

Theory of operation. A passing frame belongs to one moment of the timeline: it came when the head was at some seq, ahead
of every entry behind it. Whoever was at the end then gets it before those entries; whoever was not never gets it, for
the entries say better what it said. A follower therefore remembers how many had passed when it last looked, and asks
for those since, at the head it had. Like entries, each is encoded once, and all who ask for the same get the same
bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from halqa.timeline import Passing, Tracks, encode_passing

HELD = 200
"""Frames held for those who have not looked yet: two of the largest bodies, 0.8 MB at most."""
HELD_S = 2.0
"""As long as the tip of a pen is shown without its entry."""


class Passage:
    """The last frames that passed. `count`: how many there were ever."""

    def __init__(self) -> None:
        self.count = 0
        self._held: deque[tuple[Passing, bytes, int, float]] = deque(maxlen=HELD)
        self._shared: dict[tuple[int, int, Tracks], bytes] = {}

    def push(self, passing: Iterable[Passing], head: int, now: float) -> None:
        """These pass now (seconds, monotonic), while the timeline's last seq is `head`."""
        self.forget(now)
        for one in passing:
            self._held.append((one, encode_passing(one), head, now))
            self.count += 1
        self._shared.clear()

    def since(self, seen: int, head: int, wants: Tracks, now: float) -> bytes:
        """The frames of those on `wants` that passed at `head`, after the first `seen` ones."""
        self.forget(now)
        asked = (seen, head, wants)
        known = self._shared.get(asked)
        if known is None:
            skip = seen - self.count + len(self._held)
            known = self._shared[asked] = b"".join(
                frame
                for index, (one, frame, at, _) in enumerate(self._held)
                if index >= skip and at == head and one.track in wants
            )
        return known

    def forget(self, now: float) -> None:
        """Let go of what passed too long ago."""
        held = self._held
        while held and now - held[0][3] > HELD_S:
            held.popleft()
            self._shared.clear()
