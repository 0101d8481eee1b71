"""A process that appends is killed at random moments, again and again on one file: nothing acknowledged is lost.

Run as a program (FOLDER SEED), this file is the process that is killed: three speakers at once; each says its last few
again after a restart, and goes on. Every line it prints, `speaker track number seq`, must never be lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from halqa.stores import SqliteStores, verify
from halqa.timeline import Draft, Entry, committed
from halqa.timeline.errors import SaidOtherwise

KILLS = 20
SPEAKERS = {"sound": "audio", "picture": "video/360", "pen": "board"}


def said(speaker: str, number: int) -> Draft:
    """The same draft for the same number, whichever process says it."""
    chance = random.Random(f"{speaker} {number}")
    size = {"sound": 1_500, "picture": chance.randrange(4_000, 40_000), "pen": 100}[speaker]
    return Draft(SPEAKERS[speaker], speaker, number, number * 250, 250, 1, chance.randbytes(size))


async def speak(house: SqliteStores, speaker: str, chance: random.Random) -> None:
    lesson = await house.open("lesson", create=True)
    track = SPEAKERS[speaker]
    figures = (await lesson.summary()).tracks.get(track)
    number = max(1, figures.entries - 3 if figures else 1)  # what was perhaps not acknowledged is said again
    while True:
        drafts = [said(speaker, n) for n in range(number, number + chance.randint(1, 4))]
        acknowledged = await lesson.append(drafts)
        lines = [f"{e.speaker} {e.track} {e.number} {e.seq}\n" for e in acknowledged.entries]
        os.write(1, "".join(lines).encode())
        number = acknowledged.numbers[speaker, track] + 1


async def append_for_ever(folder: str, seed: str) -> None:
    house = SqliteStores(Path(folder))
    os.write(1, b"ready\n")
    await asyncio.gather(*(speak(house, speaker, random.Random(f"{seed} {speaker}")) for speaker in SPEAKERS))


def append_until_killed(folder: Path, seed: str, lines: int) -> list[str]:
    """What a process acknowledged until it was killed (SIGKILL) after at least so many lines."""
    told: list[str] = []
    command = [sys.executable, __file__, str(folder), seed]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told.append(line)
            if len(told) >= lines:
                break
        process.kill()
        told += process.stdout  # acknowledged before the kill, and still in the pipe
    return [line for line in told if line.endswith("\n") and line != "ready\n"]


def stored(path: Path) -> dict[tuple[str, str, int], int]:
    query = (
        "SELECT s.name, t.name, number, seq FROM entries"
        " JOIN tracks t ON t.id = track JOIN speakers s ON s.id = speaker"
    )
    with contextlib.closing(sqlite3.connect(path)) as db:
        return {(speaker, track, number): seq for speaker, track, number, seq in db.execute(query)}


@pytest.mark.timeout(120)
async def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    chance = random.Random(2026)
    path = tmp_path / "lesson.timeline"
    acknowledged: dict[tuple[str, str, int], int] = {}
    for kill in range(KILLS):
        for line in append_until_killed(tmp_path, f"storm {kill}", chance.choice([1, 2, 3, chance.randrange(4, 400)])):
            speaker, track, number, seq = line.split()
            acknowledged[speaker, track, int(number)] = int(seq)
        if not path.exists():
            assert not acknowledged, "killed while it made the file"
            continue
        found = verify(path)
        assert found.findings == [], f"after kill {kill + 1}"
        there = stored(path)
        lost = {entry: seq for entry, seq in acknowledged.items() if there.get(entry) != seq}
        assert not lost, f"after kill {kill + 1}"
    assert len(acknowledged) > 500, "the storm was no storm"

    house = SqliteStores(tmp_path)
    lesson = await house.open("lesson")
    entries: list[Entry] = []
    while more := await lesson.read(entries[-1].seq if entries else 0):
        entries += more
    assert entries == [committed(e.seq, said(e.speaker, e.number)) for e in entries], "every payload as it was said"
    again = await lesson.append([said("sound", 1), said("pen", 1), said("picture", 1)])
    assert again.entries == []
    with pytest.raises(SaidOtherwise):
        await lesson.append([Draft("board", "pen", 1, 250, 250, 1, b"other")])
    assert (await lesson.seal()).head == len(entries)
    await house.close()
    assert verify(path).findings == []


if __name__ == "__main__":
    asyncio.run(append_for_ever(*sys.argv[1:]))
