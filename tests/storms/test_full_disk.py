"""The server's disk is full while a lesson is on air: nothing is lost, and it goes on where it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from halqa.client import Client, Followed, Refused, Speaker
from halqa.timeline import KEY, Draft, Entry
from serving import PATIENCE_S, Server, until


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Server]:
    """A server whose data folder is a disk of 3 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "house"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], check=True)
    server = Server(disk, log=tmp_path / "house.log")
    try:
        server.start()
        yield server
        server.stop()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def make_room(server: Server) -> None:
    subprocess.run(["mount", "-o", "remount,size=32m", str(server.data)], check=True)


def fill(server: Server) -> None:
    """Take what little room is left."""
    with (server.data / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while ballast.write(b"x" * 4096):
            pass


def verified(server: Server, lesson: str) -> str:
    """What `halqa lesson verify` says, which must be good."""
    environment = {**os.environ, "HALQA_DATA": str(server.data)}
    command = [sys.executable, "-m", "halqa", "lesson", "verify", lesson]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def spoken(n: int, dice: random.Random) -> list[Draft]:
    """A quarter of a second: sound and picture, not numbered yet."""
    sound = Draft("audio", "", 0, n * 250, 250, KEY, dice.randbytes(1_000))
    return [sound, Draft("video/360", "", 0, n * 250, 250, KEY if n % 8 == 0 else 0, dice.randbytes(9_000))]


async def test_full_in_the_middle_of_a_lesson(small: Server) -> None:
    dice = random.Random(507)
    lesson = small.announce("Le disque est plein")
    follow = small.ticket(lesson, "follow")
    heard: list[Entry] = []
    said: list[Draft] = []

    async def hear(classroom: Client) -> None:
        heard.extend([item async for item in classroom.follow(lesson, Followed()) if isinstance(item, Entry)])

    async with Client(small.url, small.ticket(lesson)) as studio, Client(small.url, follow) as classroom:
        speaker = Speaker(studio, lesson, "s")
        numbering = Speaker(studio, lesson, "s")
        hearing = asyncio.create_task(hear(classroom))
        refused: Refused | None = None
        head = 0
        while refused is None:
            drafts = spoken(len(said) // 2, dice)
            numbered = numbering.number(drafts)
            try:
                head = int((await studio.say(lesson, numbered))["head"])
                said += numbered
            except Refused as mistake:
                refused = mistake
        assert (refused.status, refused.code, refused.retry) == (507, "no-room", True)
        assert head == len(said) > 50
        fill(small)

        # What was acknowledged is there: whole, followed, and replayed, as long as the disk is full.
        assert f"{head} entries" in verified(small, lesson)
        page = [item for item in await studio.read(lesson, after=0, limit=8 << 20) if isinstance(item, Entry)]
        assert [(e.track, e.number, e.payload) for e in page] == [(d.track, d.number, d.payload) for d in said]
        async with httpx.AsyncClient(base_url=small.url, trust_env=False, timeout=PATIENCE_S) as http:
            assert (await http.get(f"/lessons/{lesson}")).status_code == 200
            assert (await http.get("/healthz")).status_code == 503
            other = await http.post("/api/lessons", json={"title": "x"}, headers={"x-halqa-key": small.key})
        assert (other.status_code, other.json()["code"], other.json()["retry"]) == (507, "no-room", True)

        # The same speaker insists, and goes on with the same numbers once there is room.
        speaker.number(said)  # up to here it has spoken
        insisting = asyncio.create_task(speaker.say(drafts))
        while speaker.said_again < 2:  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)
        make_room(small)
        answer = await insisting
        said += numbered
        assert answer["head"] == head + 2
        assert answer["acknowledged"] == {"audio": numbered[0].number, "video/360": numbered[1].number}
        for _ in range(20):
            more = spoken(len(said) // 2, dice)
            said += numbering.number(more)
            await speaker.say(more)
        await studio.seal(lesson)
        await hearing
    # Sound is whole; of pictures a slow moment may have shed some, each told.
    sound = [d for d in said if d.track == "audio"]
    assert [(e.number, e.payload) for e in heard if e.track == "audio"] == [(d.number, d.payload) for d in sound]
    assert f"{len(said)} entries" in verified(small, lesson)
    until(lambda: small.lesson(lesson)["status"] == "ended")
    assert small.lesson(lesson)["duration_ms"] == len(said) // 2 * 250
    assert "Traceback" not in small.said
