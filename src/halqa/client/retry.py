"""The retry rule of `docs/protocol.md`: 0.25 s, doubling up to 8 s, each with ±25 % of chance."""

from __future__ import annotations

import random

FIRST_S, MOST_S, CHANCE = 0.25, 8.0, 0.25


class Backoff:
    """How long to wait before the next try. Pure but for its dice, which can be given."""

    def __init__(self, dice: random.Random | None = None) -> None:
        self._dice = dice or random.Random()
        self._next = FIRST_S

    def failed(self, retry_after: float = 0.0) -> float:
        """Seconds to wait after one more failure."""
        wait = self._next * self._dice.uniform(1 - CHANCE, 1 + CHANCE)
        self._next = min(MOST_S, self._next * 2)
        return max(wait, retry_after)

    def succeeded(self) -> None:
        """Begin anew at the shortest wait."""
        self._next = FIRST_S
