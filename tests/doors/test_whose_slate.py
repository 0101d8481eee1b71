"""Slates at the door: whose is whose, what may be said on them; HLS, the film and the pages have nothing of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from halqa.client import Client, Refused
from halqa.media.hand import Hand
from halqa.stores import MemoryStores
from halqa.timeline import KEY, STAMP, Draft, Entry, encode_draft
from house import House, drafts, open_house
from serving import Server

MINE, THEIRS = "c-abcdefghjkmn", "p-nmkjhgfedcba"
SLATE, OTHER = f"private/{MINE}-s1abc", f"private/{THEIRS}-s1abc"
SECRET = b"le brouillon d'Amina"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(MemoryStores()) as house:
        async with house.client() as studio:
            await studio.say("lesson", drafts("audio", 1, 1))
        yield house


def grant(voice: str) -> dict[str, Any]:
    """As `answer_ticket` gives it (`tests/apps/test_joining.py`)."""
    own = f"private/{voice}-*"
    tracks = ("private/answers", "private/questions", "private/here", own)
    return {"may": ("say", "follow"), "tracks": tracks, "hears": (own,), "speaker": voice, "guest": True}


def guest(house: House, voice: str) -> Client:
    return house.client(**grant(voice))


def teacher(house: House) -> Client:
    return house.client(tracks=("*", "private/*"), speaker="s1abc")


def strokes(track: str = SLATE, *, speaker: str = f"{MINE}.1", number: int = 1, **other: Any) -> Draft:
    told: dict[str, Any] = {"t": 0, "duration": 0, "flags": STAMP, "payload": SECRET} | other
    return Draft(track, speaker, number, told["t"], told["duration"], told["flags"], told["payload"])


async def heard(client: Client, count: int, **wishes: str) -> list[Entry]:
    got: list[Entry] = []
    async for item in client.follow("lesson", **wishes):  # type: ignore[arg-type]
        if isinstance(item, Entry):
            got.append(item)
            if len(got) == count:
                break
    return got


async def test_a_slate_is_its_holders_and_the_teachers(house: House) -> None:
    async with guest(house, MINE) as holder, teacher(house) as studio:
        await holder.say("lesson", [strokes()])
        await studio.say("lesson", [strokes(speaker="s1abc.1", payload=b"in red")])
        for client, asked in ((holder, f"private/{MINE}-*"), (studio, "private/*")):
            entries = await heard(client, 2, tracks=asked)
            assert [(one.speaker, one.payload, one.t) for one in entries] == [
                (f"{MINE}.1", SECRET, 500),
                ("s1abc.1", b"in red", 500),
            ]


async def test_that_it_was_given_back_is_told_to_its_holder_alone(house: House) -> None:
    note, word = f"private/{MINE}-note", b'{"slate": "s1abc", "returned": true}'
    async with guest(house, MINE) as holder, guest(house, THEIRS) as another, teacher(house) as studio:
        await holder.say("lesson", [strokes()])
        await studio.say("lesson", [strokes(note, speaker="s1abc.1", payload=word)])
        entries = await heard(holder, 2, tracks=f"private/{MINE}-*")
        assert [(one.track, one.speaker) for one in entries] == [(SLATE, f"{MINE}.1"), (note, "s1abc.1")]
        with pytest.raises(Refused) as refused:
            await heard(another, 1, tracks=note)
        assert refused.value.code == "ticket-tracks"
        with pytest.raises(Refused) as refused:
            await another.say("lesson", [strokes(note, speaker=f"{THEIRS}.1", payload=word)])
        assert refused.value.code == "ticket-tracks"
    async with house.client(may=("follow",)) as follower:
        read = [one for one in await follower.read("lesson", after=0) if isinstance(one, Entry)]
        assert [one.track for one in read] == ["audio"]
        assert list((await follower.summary("lesson")).tracks) == ["audio"]


async def test_nobody_else_writes_on_it(house: House) -> None:
    async with guest(house, THEIRS) as another, house.client(may=("follow",)) as follower, teacher(house) as studio:
        for client, draft, code in (
            (another, strokes(), "ticket-tracks"),
            (another, strokes(speaker=f"{THEIRS}.1"), "ticket-tracks"),
            (another, strokes(OTHER), "ticket-speaker"),
            (follower, strokes(), "ticket-verb"),
        ):
            with pytest.raises(Refused) as refused:
                await client.say("lesson", [draft])
            assert refused.value.code == code
        assert list((await studio.summary("lesson")).tracks) == ["audio"]


@pytest.mark.parametrize(
    ("draft", "status", "code"),
    [
        (strokes(flags=0), 403, "ticket-guest"),
        (strokes(flags=STAMP | KEY), 403, "ticket-guest"),
        (strokes(duration=400), 403, "ticket-guest"),
        (strokes(payload=b"x" * 4097), 413, "too-large"),
        (strokes("board/1"), 403, "ticket-tracks"),
        (strokes("board"), 403, "ticket-tracks"),
        (strokes("slides/480"), 403, "ticket-tracks"),
        (strokes(f"private/{MINE}"), 403, "ticket-tracks"),
        (strokes(f"private/{MINE}x-s1"), 403, "ticket-tracks"),
    ],
)
async def test_what_its_holder_may_not_say(house: House, draft: Draft, status: int, code: str) -> None:
    async with guest(house, MINE) as holder, teacher(house) as studio:
        with pytest.raises(Refused) as refused:
            await holder.say("lesson", [draft])
        assert (refused.value.status, refused.value.code) == (status, code)
        assert list((await studio.summary("lesson")).tracks) == ["audio"]


def test_no_other_door_leads_to_it(server: Server, tmp_path: Path) -> None:
    """HLS, the film, the API, the pages: of a lesson on whose slates something was written, nothing of that."""
    clip = tmp_path / "clip.mp4"
    make = "ffmpeg -v error -f lavfi -i testsrc=s=320x180:r=12 -f lavfi -i sine=f=440 -t 3 -pix_fmt yuv420p"
    subprocess.run([*make.split(), str(clip)], check=True)
    lesson = server.announce("Les ardoises")
    film, environment = tmp_path / "lesson.mp4", {**os.environ, "HALQA_DATA": str(server.data)}

    def halqa(*words: str) -> None:
        command = [sys.executable, "-m", "halqa", *words]
        subprocess.run(command, env=environment, check=True, timeout=120)

    house = ("--server", server.url, "--key", server.key)
    halqa("teach", str(clip), "--lesson", lesson, "--speed", "0", "--no-seal", *house)
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as web:
        about = {"as": "class", "name": "Al Massira", "key": "k"}
        slip = web.post(f"/api/lessons/{lesson}/tickets/answer", json=about).json()
        voice = slip["speaker"]
        hand = Hand()
        hand.text(400, 300, 4000, 200, SECRET.decode())
        draft = Draft(f"private/{voice}-s1", f"{voice}.1", 1, 0, 0, STAMP, hand.drafts[-1].payload)
        headers = {"authorization": f"Bearer {slip['ticket']}", "content-type": "application/vnd.halqa.frames"}
        said = web.post(f"/timelines/{lesson}/entries", content=encode_draft(draft), headers=headers)
        assert said.status_code == 200, said.text
    server.seal(lesson)
    kept = b"".join(file.read_bytes() for file in (server.data / "timelines").iterdir())
    assert SECRET in kept, "for the teacher"
    halqa("lesson", "export", lesson, str(film))
    found = {"film": film.read_bytes()}
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60, follow_redirects=True) as web:
        for page in (f"/lessons/{lesson}", f"/lessons/{lesson}/board", f"/api/lessons/{lesson}", "/"):
            found[page] = web.get(page).content
        base = f"/lessons/{lesson}/hls/"
        names = ["master.m3u8"]
        for name in names:
            answer = web.get(base + name)
            assert answer.status_code == 200, name
            found[name] = answer.content
            if name.endswith(".m3u8"):
                folder = name.rpartition("/")[0]
                names += [
                    f"{folder}/{one}".lstrip("/") for one in re.findall(r'^[^#\s]+$|(?<=URI=")[^"]+', answer.text, re.M)
                ]
        ticket = {"authorization": f"Bearer {server.ticket(lesson, 'follow')}"}
        address = f"/timelines/{lesson}"
        found["all"] = web.get(f"{address}/entries", params={"after": 0, "limit": 8 << 20}, headers=ticket).content
        found["summary"] = web.get(address, headers=ticket).content
    assert len(found) > 12
    for where, content in found.items():
        assert SECRET not in content, where
        assert voice.encode() not in content, where
