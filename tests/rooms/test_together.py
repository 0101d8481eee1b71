"""Those who ask for the same at the same time share one search."""

from __future__ import annotations

import asyncio

import pytest

from halqa.gateway.together import FRESH_S, Together


class Searches:
    def __init__(self) -> None:
        self.begun = 0
        self.go = asyncio.Event()

    async def search(self) -> int:
        self.begun += 1
        found = self.begun
        await self.go.wait()
        return found


async def test_one_search_for_all_who_come_meanwhile_and_another_for_who_comes_later() -> None:
    searches, together = Searches(), Together[int]()
    asked = [asyncio.ensure_future(together.get("a", searches.search, now)) for now in (0.0, 0.05, FRESH_S)]
    other = asyncio.ensure_future(together.get("b", searches.search, 0.05))
    later = asyncio.ensure_future(together.get("a", searches.search, FRESH_S + 0.01))
    await asyncio.sleep(0)
    searches.go.set()
    assert await asyncio.gather(*asked) == [1, 1, 1]
    assert (await other, await later) == (2, 3)


async def test_one_who_goes_does_not_take_the_search_from_the_others() -> None:
    searches, together = Searches(), Together[int]()
    first, second = (asyncio.ensure_future(together.get("a", searches.search, 0.0)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    searches.go.set()
    assert await second == 1
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_what_it_raises_everyone_gets() -> None:
    async def fail() -> int:
        raise LookupError

    together = Together[int]()
    told = await asyncio.gather(*(together.get("a", fail, 0.0) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in told] == [LookupError, LookupError]
