"""A search that many ask for at the same time is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

FRESH_S = 0.1
"""How old what was found may be."""

Found = TypeVar("Found")


class Together(Generic[Found]):
    """Those who ask for the same within `FRESH_S` share one search."""

    def __init__(self) -> None:
        self._searches: dict[object, tuple[float, asyncio.Task[Found]]] = {}

    async def get(self, wishes: object, search: Callable[[], Coroutine[None, None, Found]], now: float) -> Found:
        """What the search that was begun a moment ago for these wishes found, or a new one. Raises what it raised."""
        at, task = self._searches.get(wishes, (float("-inf"), None))
        if task is None or now - at > FRESH_S:
            self._searches = {w: kept for w, kept in self._searches.items() if now - kept[0] <= FRESH_S}
            task = asyncio.ensure_future(search())
            self._searches[wishes] = (now, task)
        return await asyncio.shield(task)
