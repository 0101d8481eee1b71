"""A hostile classroom at the door: what a ticket to answer does not allow, and what it cannot do to the lesson."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from halqa.client import Client, Refused
from halqa.gateway import Limits
from halqa.stores import MemoryStores
from halqa.timeline import KEY, STAMP, Draft, Entry, Passing, encode_draft, encode_passing
from house import House, drafts, open_house, until

VOICE = "p-abcdefghjkmn"
TRACKS = ("private/answers", "private/questions")
FRAMES = {"content-type": "application/vnd.halqa.frames"}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(MemoryStores(), limits=Limits(pulse=0.2, guest_burst=8192)) as house:
        yield house


def pupil(house: House, voice: str = VOICE) -> Client:
    return house.client(may=("say",), tracks=TRACKS, speaker=voice, guest=True)


def answer(number: int = 1, *, payload: bytes = b"{}", track: str = TRACKS[0], **other: int) -> Draft:
    told = {"t": 0, "duration": 0, "flags": STAMP} | other
    return Draft(track, f"{VOICE}.1", number, told["t"], told["duration"], told["flags"], payload)


async def test_an_answer_stands_where_it_arrived_and_moves_no_clock(house: House) -> None:
    async with house.client() as studio, pupil(house) as phone, house.client(tracks=("*", "private/*")) as teacher:
        await studio.say("lesson", drafts("audio", 1, 4))
        said = json.dumps({"poll": "p", "answer": 1, "at": 500, "who": "<b>Amina</b>"}).encode()
        for _ in range(2):
            told = await phone.say("lesson", [answer(payload=said)])
            assert told["acknowledged"] == {TRACKS[0]: 1}
        await studio.say("lesson", drafts("audio", 5, 1))
        async for item in teacher.follow("lesson", tracks="private/*"):
            if isinstance(item, Entry):
                assert (item.t, item.duration, item.flags, item.payload) == (2000, 0, 0, said)
                break


@pytest.mark.parametrize(
    ("draft", "status", "code"),
    [
        (answer(flags=0), 403, "ticket-guest"),
        (answer(t=4_000_000_000, flags=0), 403, "ticket-guest"),
        (answer(duration=4_000_000_000), 403, "ticket-guest"),
        (answer(flags=STAMP | KEY), 403, "ticket-guest"),
        (answer(payload=b"x" * 4097), 413, "too-large"),
        (answer(payload=b"x" * (1 << 20)), 413, "too-large"),
        (answer(track="talk"), 403, "ticket-tracks"),
        (answer(track="audio"), 403, "ticket-tracks"),
        (answer(track="private/marks"), 403, "ticket-tracks"),
        (Draft(TRACKS[0], "p-nmkjhgfedcba.1", 1, 0, 0, STAMP, b"{}"), 403, "ticket-speaker"),
        (Draft(TRACKS[0], "s", 1, 0, 0, STAMP, b"{}"), 403, "ticket-speaker"),
    ],
)
async def test_what_a_guest_may_not_say(house: House, draft: Draft, status: int, code: str) -> None:
    async with house.client() as studio, pupil(house) as phone:
        await studio.say("lesson", drafts("audio", 1, 1))
        with pytest.raises(Refused) as refused:
            await phone.say("lesson", [draft])
        assert (refused.value.status, refused.value.code) == (status, code)
        assert (await studio.say("lesson", drafts("audio", 2, 1)))["head"] == 2


OWN = f"private/{VOICE}-*"
HERE = "private/here"


async def test_what_a_guest_shows_in_passing_is_seen_by_the_teacher_alone(house: House) -> None:
    """That it is here, its hand; nothing of it is kept, and nobody else gets it."""
    async with (
        house.client() as studio,
        house.client(may=("say",), tracks=(*TRACKS, HERE), speaker=VOICE, guest=True) as phone,
        house.client(may=("follow",)) as classroom,
        house.client(tracks=("*", "private/*")) as teacher,
    ):
        await studio.say("lesson", drafts("audio", 1, 1))
        seen, other = teacher.follow("lesson", tracks=HERE), classroom.follow("lesson", tracks="audio")
        for stream in (seen, other):
            while (item := await anext(stream)) and not (isinstance(item, dict) and item.get("notice") == "live"):
                pass
        await phone.say("lesson", [], [Passing(HERE, f"{VOICE}.1", b"hand")])
        while not isinstance(item := await anext(seen), Passing):
            pass
        assert item == Passing(HERE, f"{VOICE}.1", b"hand")
        await studio.say("lesson", drafts("audio", 2, 1))
        while not isinstance(item := await anext(other), Entry):
            assert not isinstance(item, Passing)
        hub = await house.gateway.hubs.get("lesson", 0.0, create=False)
        assert HERE not in (await hub.timeline.summary()).tracks


async def test_what_is_between_the_teacher_and_one_voice(house: House) -> None:
    """Each hears its own, neither another's nor all of it; what is asked for the others wakes it for nothing."""
    mine, its = f"private/{VOICE}-note", "private/p-nmkjhgfedcba-note"
    grant: dict[str, Any] = {
        "may": ("say", "follow"),
        "tracks": (*TRACKS, HERE, OWN),
        "hears": (OWN,),
        "speaker": VOICE,
        "guest": True,
    }
    async with house.client() as studio, house.client(**grant) as phone:
        await studio.say("lesson", drafts("audio", 1, 1))
        async with house.client(tracks=("*", "private/*"), speaker="s") as teacher:
            await teacher.say("lesson", [Draft(its, "s.1", 1, 0, 0, STAMP, b"for another")])
            await teacher.say("lesson", [Draft(mine, "s.1", 1, 0, 0, STAMP, b"for you")])
        heard = await _heard(phone, 1, tracks=OWN)
        assert [(entry.track, entry.payload) for entry in heard] == [(mine, b"for you")]
        for asked in (its, "private/*", "private/p-*", TRACKS[0], "audio", "*", HERE):
            with pytest.raises(Refused) as refused:
                await _heard(phone, 1, tracks=asked)
            assert refused.value.code == "ticket-tracks", asked
        with pytest.raises(Refused) as refused:
            await phone.say("lesson", [Draft(its, f"{VOICE}.1", 1, 0, 0, STAMP, b"x")])
        assert refused.value.code == "ticket-tracks"
        told = await phone.say("lesson", [Draft(f"private/{VOICE}-s1", f"{VOICE}.1", 1, 0, 0, STAMP, b"x")])
        assert told["acknowledged"] == {f"private/{VOICE}-s1": 1}


async def test_what_is_private_wakes_only_whom_it_is_for(house: House) -> None:
    """A class that hears its own track is not woken for what five hundred others answer."""
    own = house.ticket(may=("follow",), tracks=(OWN,), guest=True)
    async with house.client() as studio, pupil(house) as phone, Client(house.url, own) as inbox:
        await studio.say("lesson", drafts("audio", 1, 1))
        stream = inbox.follow("lesson", tracks=OWN)
        while (item := await anext(stream)) and not (isinstance(item, dict) and item.get("notice") == "live"):
            pass
        hub = await house.gateway.hubs.get("lesson", 0.0, create=False)
        await until(lambda: len(hub.doorbells) == 1)
        hub.doorbells.ring_for({TRACKS[0], HERE})
        assert len(hub.doorbells) == 1
        await phone.say("lesson", [answer()])
        hub.doorbells.ring_for({f"private/{VOICE}-note"})
        assert len(hub.doorbells) == 0


async def test_who_says_that_it_is_here_on_the_record_is_refused(house: House) -> None:
    async with house.client() as studio, httpx.AsyncClient(trust_env=False) as web:
        await studio.say("lesson", drafts("audio", 1, 1))
        ticket = house.ticket(may=("say",), tracks=(*TRACKS, HERE), speaker=VOICE, guest=True)
        headers = FRAMES | {"authorization": f"Bearer {ticket}"}
        address = f"{house.url}/timelines/lesson/entries"
        told = await web.post(address, content=encode_draft(answer(track=HERE)), headers=headers)
        assert (told.status_code, told.json()["code"]) == (403, "ticket-guest")
        for track in ("audio", "board", "private/c-abcdefghjkmn-call"):
            frame = encode_passing(Passing(track, f"{VOICE}.1", b"x"))
            told = await web.post(address, content=frame, headers=headers)
            assert (told.status_code, told.json()["code"]) == (403, "ticket-tracks"), track
        many = b"".join(encode_passing(Passing(HERE, f"{VOICE}.1", b"")) for _ in range(100))
        statuses = [(await web.post(address, content=many, headers=headers)).status_code for _ in range(3)]
        assert statuses == [200, 429, 429], "small frames are not free"


async def test_a_guest_neither_follows_nor_seals_nor_begins_a_lesson(house: House) -> None:
    async with httpx.AsyncClient(trust_env=False) as web:
        ticket = house.ticket(may=("say",), tracks=TRACKS, speaker=VOICE, guest=True)
        headers = FRAMES | {"authorization": f"Bearer {ticket}"}
        address = f"{house.url}/timelines/lesson"
        body = encode_draft(answer())
        before = await web.post(f"{address}/entries", content=body, headers=headers)
        assert (before.status_code, before.json()["code"]) == (404, "no-such-timeline")
        async with house.client() as studio:
            await studio.say("lesson", drafts("audio", 1, 1))
        for path in ("/entries?after=0", "/entries?after=0&tracks=private/answers", ""):
            told = await web.get(address + path, headers=headers)
            assert (told.status_code, told.json()["code"]) == (403, "ticket-verb")
        sealing = await web.post(f"{address}/seal", headers=headers)
        assert sealing.json()["code"] == "ticket-verb"
    assert house.began == ["lesson"]


async def test_an_answer_does_not_put_a_lesson_on_air(house: House) -> None:
    """A classroom that waits has opened the timeline already."""
    async with house.client(may=("follow",)) as classroom, pupil(house) as phone:
        waiting = classroom.follow("lesson", tracks="talk")
        assert (await anext(waiting))["notice"] == "hello"  # type: ignore[index]
        await phone.say("lesson", [answer()])
        assert house.began == []
        async with house.client() as studio:
            await studio.say("lesson", drafts("audio", 1, 1))
        await until(lambda: house.began == ["lesson"])


async def test_who_answers_without_end_is_slowed_down(house: House) -> None:
    async with house.client() as studio, httpx.AsyncClient(trust_env=False) as web:
        await studio.say("lesson", drafts("audio", 1, 1))
        ticket = house.ticket(may=("say",), tracks=TRACKS, speaker=VOICE, guest=True)
        headers = FRAMES | {"authorization": f"Bearer {ticket}"}
        statuses = []
        for number in range(1, 5):
            body = encode_draft(answer(number, payload=b"x" * 4000))
            told = await web.post(f"{house.url}/timelines/lesson/entries", content=body, headers=headers)
            statuses.append(told.status_code)
        assert statuses == [200, 200, 429, 429]
        other = house.ticket(may=("say",), tracks=TRACKS, speaker="p-nmkjhgfedcba", guest=True)
        body = encode_draft(Draft(TRACKS[0], "p-nmkjhgfedcba.1", 1, 0, 0, STAMP, b"{}"))
        told = await web.post(
            f"{house.url}/timelines/lesson/entries",
            content=body,
            headers=headers | {"authorization": f"Bearer {other}"},
        )
        assert told.status_code == 200


async def test_nobody_but_the_teacher_hears_what_is_answered(house: House) -> None:
    async with house.client() as studio, pupil(house) as phone, house.client(may=("follow",)) as classroom:
        await studio.say("lesson", drafts("audio", 1, 1))
        following = asyncio.create_task(_heard(classroom, 3))
        await phone.say("lesson", [answer()])
        await studio.say("lesson", drafts("audio", 2, 1))
        assert [entry.track for entry in await following] == ["audio", "audio"]
        for asked in ("private/*", "private/answers"):
            with pytest.raises(Refused) as refused:
                await _heard(classroom, 1, tracks=asked)
            assert refused.value.code == "ticket-tracks"
        answers = await house.gateway.hubs.get("lesson", 0.0, create=False)
        assert (await answers.timeline.summary()).tracks[TRACKS[0]].entries == 1
        told = await classroom.summary("lesson")
        assert set(told.tracks) == {"audio"}


async def test_the_teacher_hears_answers_at_once_and_counts_as_no_classroom(house: House) -> None:
    async with (
        house.client(tracks=("*", "private/*")) as teacher,
        house.client(may=("follow",)) as classroom,
        pupil(house) as phone,
    ):
        await teacher.say("lesson", drafts("audio", 1, 1))
        heard = asyncio.create_task(_heard(teacher, 21, tracks="private/*"))
        following = asyncio.create_task(_heard(classroom, 22))
        hub = await house.gateway.hubs.get("lesson", 0.0, create=False)
        await until(lambda: len(hub.streams) == 2)
        assert hub.audience == 1
        for number in range(1, 21):
            await phone.say("lesson", [answer(number)])
        assert len(await heard) == 20
        # Who heard nothing of it is at the end all the same, and nothing is late for that.
        stream = next(stream for stream in hub.streams if stream.attends)
        await until(lambda: stream._follower.cursor == 21)
        await teacher.say("lesson", drafts("audio", 2, 1))
        assert [entry.seq for entry in await following] == [1, 22]


async def _heard(client: Client, until: int, **wishes: str) -> list[Entry]:
    got: list[Entry] = []
    async for item in client.follow("lesson", **wishes):  # type: ignore[arg-type]
        if isinstance(item, Entry):
            got.append(item)
            if item.seq >= until:
                break
    return got
