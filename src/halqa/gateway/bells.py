"""Who is woken by what was said."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable

from halqa.timeline import Tracks
from halqa.timeline.tracks import patterns_of

IN_TURN = 50
"""So many are woken at once where nobody is in a hurry: some milliseconds, in which nothing else is done."""


class Bell:
    """Wakes everyone who waits, at once. One future a waiter: cancelling one leaves the others alone."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def ring(self) -> None:
        waiting, self._waiting = self._waiting, []
        _wake(waiting)

    def wait(self, wants: Tracks) -> asyncio.Future[None]:
        """Done when it rings."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future


class Doorbells:
    """Wakes those who want what was said, and looks at nobody else: kept by the patterns they asked for."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    def __len__(self) -> int:
        return len({future for waiting in self._waiting.values() for future in waiting if not future.done()})

    def ring(self) -> None:
        """Wake everyone."""
        waiting, self._waiting = self._waiting, {}
        for futures in waiting.values():
            _wake(futures)

    async def ring_in_turn(self) -> None:
        """Wake everyone, some at a time: there may be thousands, and none of them is in a hurry."""
        waiting, self._waiting = self._waiting, {}
        everyone = [future for futures in waiting.values() for future in futures]
        for begin in range(0, len(everyone), IN_TURN):
            _wake(everyone[begin : begin + IN_TURN])
            await asyncio.sleep(0)

    def ring_for(self, tracks: Collection[str]) -> None:
        """Wake those who want one of these tracks."""
        for track in tracks:
            for pattern in patterns_of(track):
                _wake(self._waiting.pop(pattern, ()))

    def wait(self, wants: Tracks) -> asyncio.Future[None]:
        """Done when it rings for one of these tracks."""
        future = asyncio.get_running_loop().create_future()
        for pattern in wants.patterns:
            self._waiting.setdefault(pattern, []).append(future)
        return future


def _wake(futures: Iterable[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
