"""The law of slates: over seeded histories, no answer to anybody but the teacher and its voice has a byte of one."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import httpx
import pytest

from halqa.client import Client, Refused
from halqa.gateway import Limits
from halqa.stores import MemoryStores
from halqa.timeline import STAMP, Draft, Entry, Passing
from house import House, drafts, open_house

VOICES = ("c-abcdefghjkmn", "c-nmkjhgfedcba", "p-abcdefghjkmn")
PUBLIC = ("private/answers", "private/questions", "private/here")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(MemoryStores(), limits=Limits(pulse=0.2, guest_burst=1 << 20)) as house:
        yield house


def guest(house: House, voice: str) -> Client:
    own = (f"private/{voice}-*",)
    return house.client(may=("say", "follow"), tracks=(*PUBLIC, *own), hears=own, speaker=voice, guest=True)


async def everything(client: Client, **question: str | int) -> bytes:
    """All payloads and names that come in answer to this question."""
    said = [one for one in await client.read("lesson", **question) if isinstance(one, Entry)]
    return b"".join(one.track.encode() + one.payload for one in said)


@pytest.mark.parametrize("seed", range(12))
async def test_slates_never_leak(house: House, seed: int) -> None:
    chance = random.Random(seed)
    numbers: dict[tuple[str, str], int] = {}

    async def said(client: Client, track: str, speaker: str, payload: bytes) -> None:
        number = numbers[speaker, track] = numbers.get((speaker, track), 0) + 1
        await client.say("lesson", [Draft(track, speaker, number, 0, 0, STAMP, payload)])

    async with house.client(speaker="s", tracks=("*", "private/*")) as teacher:
        await teacher.say("lesson", drafts("audio", 1, 3))
        for step in range(30):
            voice = chance.choice(VOICES)
            track = f"private/{voice}-{chance.choice(('s1', 's2', 'note'))}"
            secret = f"secret of {voice} {step}".encode()
            async with guest(house, voice) as own:
                if chance.random() < 0.7:
                    await said(own, track, f"{voice}.1", secret)
                else:
                    await said(teacher, track, "s.9", secret)
                if chance.random() < 0.3:
                    await own.say("lesson", [], [Passing(f"private/{voice}-call", f"{voice}.1", secret)])
        head = 1 + max(one.seq for one in await teacher.read("lesson", after=0) if isinstance(one, Entry))

        # Whoever follows the lesson, from wherever and whatever is asked for.
        async with house.client(may=("follow",)) as classroom:
            for question in ({"after": 0}, {"at": 0}, {"at": 500}, {"after": head // 2}, {"after": 0, "video": 360}):
                assert b"secret" not in await everything(classroom, limit=8 << 20, **question)
            for asked in ("private/*", f"private/{VOICES[0]}-*", f"private/{VOICES[0]}-s1", "*,private/c-*"):
                with pytest.raises(Refused) as refused:
                    await everything(classroom, after=0, tracks=asked)
                assert refused.value.code == "ticket-tracks"
            assert [name for name in (await classroom.summary("lesson")).tracks if "private" in name] == []

        # A voice hears its own, all of it, and nothing of the others.
        for voice in VOICES:
            async with guest(house, voice) as own:
                heard = await everything(own, after=0, limit=8 << 20)
                assert all(other.encode() not in heard for other in VOICES if other != voice)
                told = await own.summary("lesson")
                assert all(name.startswith(f"private/{voice}-") for name in told.tracks)
                for other in VOICES:
                    if other == voice:
                        continue
                    for asked in (f"private/{other}-*", f"private/{other}-s1", "private/*"):
                        with pytest.raises(Refused) as refused:
                            await everything(own, after=0, tracks=asked)
                        assert refused.value.code == "ticket-tracks"
                    with pytest.raises(Refused) as refused:
                        await said(own, f"private/{other}-s1", f"{voice}.1", b"x")
                    numbers[f"{voice}.1", f"private/{other}-s1"] -= 1
                    assert refused.value.code == "ticket-tracks"
        assert b"secret" in await everything(teacher, after=0, tracks="private/*", limit=8 << 20)

    # And nobody without a ticket.
    async with httpx.AsyncClient(trust_env=False) as stranger:
        answer = await stranger.get(f"{house.url}/timelines/lesson/entries?after=0&tracks=private/*")
        assert answer.status_code == 401
