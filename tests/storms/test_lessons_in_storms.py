"""Seeded storms over a whole lesson. Laws: every follower ends with the same lesson, and replay equals live."""

from __future__ import annotations

import asyncio
import random
from unittest import mock

import pytest

from halqa.client import Backoff, Client, Followed, Speaker
from halqa.gateway import Gateway, Limits
from halqa.stores import MemoryStores
from halqa.tickets import Grant, Tickets
from halqa.timeline import INIT, KEY, Draft, Entry, Stores, Summary, encode_entry
from weather import Weather

SECRET = b"storm storm storm storm storm storm storm"
SEEDS = 200


async def follow(client: Client, **wishes: object) -> list[Entry]:
    got: list[Entry] = []
    async for item in client.follow("lesson", Followed(), **wishes):  # type: ignore[arg-type]
        if isinstance(item, Entry):
            got.append(item)
    return got


def lesson(dice: random.Random) -> list[list[Draft]]:
    """Sound, two rungs and ink, in batches of chance."""
    drafts = [Draft(track, "", 0, 0, 0, INIT, track.encode()) for track in ("audio", "video/90", "video/360")]
    for n in range(30):
        key = KEY if n % 4 == 0 else 0
        drafts.append(Draft("audio", "", 0, n * 500, 500, KEY, dice.randbytes(40)))
        drafts.append(Draft("video/90", "", 0, n * 500, 500, key, dice.randbytes(80)))
        drafts.append(Draft("video/360", "", 0, n * 500, 500, key, dice.randbytes(300)))
        if dice.random() < 0.5:
            drafts.append(Draft("board", "", 0, n * 500 + dice.randint(0, 400), 0, 0, dice.randbytes(20)))
    batches = []
    while drafts:
        size = dice.randint(1, 9)
        batches.append(drafts[:size])
        drafts = drafts[size:]
    return batches


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_a_storm(seed: int) -> None:
    dice = random.Random(seed)
    stores: Stores = MemoryStores()
    tickets = Tickets(SECRET)
    weather = Weather(Gateway(stores, tickets), dice)
    ticket = tickets.issue(Grant(timeline="lesson", may=frozenset({"say", "follow", "seal"})))

    async def restart() -> None:
        old = weather.gateway
        weather.gateway = Gateway(stores, tickets)
        await old.close()

    with mock.patch.object(Backoff, "failed", return_value=0.0):
        async with Client("http://house", ticket, transport=weather) as client:
            following = [asyncio.create_task(follow(client, tracks="*")) for _ in range(3)]
            speaker = Speaker(client, "lesson", "studio")
            for batch in lesson(dice):
                await speaker.say(batch)
                if dice.random() < 0.05:
                    await restart()
            weather.calm = True
            live = [asyncio.create_task(follow(client, tracks="*")) for _ in range(2)]
            await client.seal("lesson")
            copies = [await task for task in (*following, *live)]
            replay = await follow(client, tracks="*")
    await weather.gateway.close()

    timeline = await stores.open("lesson")
    kept = await timeline.read(0, limit=1 << 30)
    said = b"".join(map(encode_entry, kept))
    assert [entry.seq for entry in kept] == list(range(1, len(kept) + 1))
    for copy in (*copies, replay):
        assert b"".join(map(encode_entry, copy)) == said


async def test_a_house_that_cannot_take_note_is_told_again() -> None:
    """Its database may be locked or full for a while: the speaker is acknowledged, and the house knows in the end."""
    dice, tickets = random.Random(0), Tickets(SECRET)
    told: list[str] = []
    knows = asyncio.Event()

    async def sealed(timeline: str, summary: Summary) -> None:
        told.append(f"{timeline} {summary.head}")
        if len(told) < 4:
            raise OSError("database is locked")
        knows.set()

    weather = Weather(Gateway(MemoryStores(), tickets, sealed=sealed, limits=Limits(pulse=0.02)), dice)
    weather.calm = True
    ticket = tickets.issue(Grant(timeline="lesson", may=frozenset({"say", "seal"})))
    async with Client("http://house", ticket, transport=weather) as client:
        await Speaker(client, "lesson", "s").say([Draft("audio", "", 0, 0, 500, KEY, b"x")])
        await client.seal("lesson")
        await knows.wait()
    await weather.gateway.close()
    assert told == ["lesson 1"] * 4
