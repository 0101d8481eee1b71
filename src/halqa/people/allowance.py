"""How often an address may do something that costs the house a little. Pure: no clock, no request.

So much is saved up at most, and comes back at a steady pace: a school that has been quiet may come all at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from .attempts import KEPT_ADDRESSES, network_of


class Allowance:
    """`most` at once, and one more every `every` seconds, for each address."""

    def __init__(self, now: Callable[[], float], most: int, every: float) -> None:
        self._now = now
        self._most, self._every = most, every
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """What of its allowance an address has used, and when that was so; who was here last comes last."""

    def take(self, address: str) -> float:
        """0: it may, and has one less now. Else the seconds until it may, and nothing is taken."""
        name, now = network_of(address), self._now()
        used, then = self._used.pop(name, (0.0, now))
        used = max(0.0, used - (now - then) / self._every)
        wait = round((used + 1 - self._most) * self._every, 6)
        self._used[name] = (used if wait > 0 else used + 1, now)
        while len(self._used) > KEPT_ADDRESSES:
            self._used.popitem(last=False)
        return max(0.0, wait)
