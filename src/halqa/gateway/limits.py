"""How much one speaker and one server may be asked for."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

from halqa.timeline.errors import TooFast


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds, each with its reason.

    `body`: bytes in one `say`; a studio that was cut off for a minute says 4 MiB at a time. `frames`: entries in one
    `say`. `passing`: passing frames in one: the tip of a pen at each refresh of a fast screen for most of a second.
    `rate` and `burst`: bytes a second of one ticket, and how much it may have saved up: the whole ladder is 2 Mbit/s,
    so 8 MiB/s lets a studio that comes back catch up thirty times faster than it teaches. `followers`: open streams of
    this process; each costs a socket and some 40 kB. `body_wait`: seconds between two pieces of a body. `send_wait`:
    seconds a follower's line may take nothing at all before the follower counts as dead.
    """

    body: int = 4 << 20
    frames: int = 1_000
    passing: int = 100
    rate: int = 8 << 20
    burst: int = 96 << 20
    followers: int = 10_000
    body_wait: float = 30.0
    send_wait: float = 45.0
    pulse: float = 5.0


class Allowance:
    """Token buckets by name: `spend` or be told how long to wait. Pure; the least used names are forgotten first."""

    def __init__(self, rate: float, burst: float, names: int = 4_096) -> None:
        self._rate, self._burst, self._names = rate, burst, names
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, name: str, amount: float, now: float) -> None:
        """Take `amount` from the bucket of `name`, or raise `TooFast` with the seconds to wait."""
        left, since = self._left.pop(name, (self._burst, now))
        left = min(self._burst, left + max(0.0, now - since) * self._rate)
        if left < amount:
            self._left[name] = (left, now)
            wait = math.ceil((amount - left) / self._rate)
            raise TooFast(f"Wait {wait} s, then say the same again.", wait=wait)
        self._left[name] = (left - amount, now)
        if len(self._left) > self._names:
            self._left.popitem(last=False)
