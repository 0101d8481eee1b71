"""Somebody who speaks: numbers what is said, holds it until it is acknowledged, and says it again after any doubt."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import httpx
import msgspec

from halqa.timeline import Draft, Passing

from .client import Client, Refused
from .retry import Backoff

REQUEST_BYTES = 1 << 20
"""Payload in one request: a quarter of what the server takes, so that little is lost with a cut line."""
REQUEST_ENTRIES = 500


class Speaker:
    """One speaker on one timeline. `say` returns when everything is on the server's disk.

    With `numbers` (per track, what is already acknowledged) a speaker goes on after a restart. `say` may be called
    while another `say` is under way: order is kept.
    """

    def __init__(self, client: Client, timeline: str, name: str, *, numbers: dict[str, int] | None = None) -> None:
        self._client = client
        self._timeline = timeline
        self.name = name
        self._numbers = dict(numbers or {})
        self._held: deque[Draft] = deque()
        self._turn = asyncio.Lock()
        self.last: dict[str, Any] = {}
        """The last acknowledgement: `head`, `followers`, `narrow`."""
        self.said_again = 0
        """How often a request had to be repeated."""

    @property
    def held(self) -> int:
        """How many entries are not acknowledged yet."""
        return len(self._held)

    def number(self, drafts: Iterable[Draft]) -> list[Draft]:
        """The same drafts under this speaker's name, each with its next number."""
        numbered = []
        for draft in drafts:
            number = self._numbers[draft.track] = self._numbers.get(draft.track, 0) + 1
            numbered.append(msgspec.structs.replace(draft, speaker=self.name, number=number))
        return numbered

    async def say(self, drafts: Sequence[Draft]) -> dict[str, Any]:
        """Number these drafts, say them, and again, until they are acknowledged. Raises `Refused` when that is
        final; they are then still held."""
        self._held.extend(self.number(drafts))
        async with self._turn:
            while self._held:
                batch = self._batch()
                self.last = await self._insist(batch)
                for _ in batch:
                    self._held.popleft()
        return self.last

    async def show(self, passing: Sequence[Passing]) -> None:
        """Say these under this speaker's name to whoever is there now: once, whatever becomes of them. Raises `Refused`
        when that is final."""
        named = [msgspec.structs.replace(one, speaker=self.name) for one in passing]
        try:
            await self._client.say(self._timeline, [], named)
        except Refused as refused:
            if not refused.retry:
                raise
        except httpx.TransportError:
            return

    def _batch(self) -> list[Draft]:
        batch: list[Draft] = []
        size = 0
        for draft in self._held:
            if batch and (size + len(draft.payload) > REQUEST_BYTES or len(batch) >= REQUEST_ENTRIES):
                break
            batch.append(draft)
            size += len(draft.payload)
        return batch

    async def _insist(self, batch: list[Draft]) -> dict[str, Any]:
        backoff = Backoff()
        while True:
            try:
                return await self._client.say(self._timeline, batch)
            except Refused as refused:
                if not refused.retry:
                    raise
                wait = backoff.failed(float(refused.problem.get("wait", 0)))
            except httpx.TransportError:
                wait = backoff.failed()
            self.said_again += 1
            await asyncio.sleep(wait)
