"""The server's wall clock jumps hours ahead and back while a lesson is on air. The monotonic clock stays real."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from halqa.client import Client, Refused, Speaker
from halqa.timeline import KEY, Draft, Entry
from serving import PATIENCE_S, Server, until

HOUR = 3600


class OddClock:
    """A wall clock that a file sets, by libfaketime; only for processes started with `environment`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.set(0)
        [library] = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",  # the file is read once a second, not at every look at the clock
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, seconds: int) -> None:
        """From now on the clock is so many seconds ahead (below 0: behind)."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.rename(self.file)


@pytest.fixture
def clock(tmp_path: Path) -> OddClock:
    return OddClock(tmp_path / "clock")


@pytest.fixture
def odd(tmp_path: Path, clock: OddClock) -> Iterator[Server]:
    server = Server(tmp_path / "house", environment=clock.environment, log=tmp_path / "house.log")
    server.start()
    yield server
    assert server.stop() == 0


def hours_ahead(server: Server) -> float:
    """How far the server's clock is ahead of this one, as its tickets tell (12 hours each)."""
    lesson = server.announce("Quelle heure est-il ?")
    address = f"{server.url}/api/lessons/{lesson}/tickets/follow"
    expires = httpx.post(address, trust_env=False, timeout=PATIENCE_S).json()["expires_at"]
    return float(expires / 1000 - time.time()) / HOUR - 12


def arrive(server: Server, hours: float) -> None:
    """Wait until the server's clock is where it was set."""
    until(lambda: hours_ahead(server) == pytest.approx(hours, abs=0.2), 120)


async def test_hours_ahead_and_back_in_the_middle_of_a_lesson(odd: Server, clock: OddClock) -> None:
    lesson = odd.announce("L’heure saute")
    first = odd.ticket(lesson)
    renewed: list[float] = []
    heard: list[Entry] = []
    number = 0

    async def fresh() -> str:
        renewed.append(hours)
        return first if len(renewed) == 1 else await asyncio.to_thread(odd.ticket, lesson)

    async def hear(classroom: Client) -> None:
        async for item in classroom.follow(lesson):
            if isinstance(item, Entry):
                heard.append(item)

    async def teach(speaker: Speaker, count: int) -> None:
        """Say so many entries, and wait until they are heard."""
        nonlocal number
        for _ in range(count):
            await speaker.say([Draft("audio", "", 0, number * 500, 500, KEY, b"voice" * 20)])
            number += 1
        while len(heard) < number:  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)

    hours = 0.0
    begun = time.time()
    async with (
        Client(odd.url, fresh) as studio,
        Client(odd.url, odd.ticket(lesson, "follow")) as classroom,
        Client(odd.url, first[:-4] + "AAAA") as forger,
    ):
        speaker = Speaker(studio, lesson, "s")
        following = asyncio.create_task(hear(classroom))
        await teach(speaker, 10)
        for hours in (13.0, -20.0, 5.0, -3.0, 0.0):
            clock.set(int(hours * HOUR))
            await asyncio.to_thread(arrive, odd, hours)
            await teach(speaker, 10)
            with pytest.raises(Refused, match="ticket-forged"):
                await forger.say(lesson, [])
        summary = await studio.seal(lesson)
        await following
    assert renewed == [0.0, 13.0], "a ticket that has expired by then is renewed once; going back needs none"
    assert [(e.seq, e.t) for e in heard] == [(n + 1, n * 500) for n in range(number)], "the lesson's clock is its own"
    assert summary.duration == number * 500
    assert summary.started_at is not None
    assert summary.said_at is not None
    assert begun - 60 < summary.started_at / 1000 < time.time() + 60
    assert begun - 60 < summary.said_at / 1000 < time.time() + 60
    until(lambda: odd.lesson(lesson)["status"] == "ended")
    facts = odd.lesson(lesson)
    assert facts["duration_ms"] == number * 500
    assert facts["started_at"] <= facts["ended_at"]
    assert "Traceback" not in odd.said


async def test_a_ticket_of_before_the_jump_is_expired_and_one_of_after_it_helps(odd: Server, clock: OddClock) -> None:
    lesson = odd.announce("Les billets et l’heure")
    old = odd.ticket(lesson)
    drafts = [Draft("audio", "s", 1, 0, 500, KEY, b"voice")]
    clock.set(13 * HOUR)
    arrive(odd, 13)
    async with Client(odd.url, old) as studio:
        with pytest.raises(Refused) as expired:
            await studio.say(lesson, drafts)
        assert (expired.value.status, expired.value.code) == (401, "ticket-expired")
        studio.use(odd.ticket(lesson))
        assert (await studio.say(lesson, drafts))["head"] == 1
        clock.set(-20 * HOUR)
        arrive(odd, -20)
        studio.use(old)
        assert (await studio.say(lesson, drafts))["head"] == 1, "it is valid again, and said again it stands once"


async def test_a_lesson_ended_by_a_clock_set_back_ends_no_sooner_than_it_began(odd: Server, clock: OddClock) -> None:
    clock.set(6 * HOUR)
    arrive(odd, 6)
    lesson = odd.announce("Plus tôt que son début")
    async with Client(odd.url, odd.ticket(lesson)) as studio:
        speaker = Speaker(studio, lesson, "s")
        await speaker.say([Draft("audio", "", 0, 0, 500, KEY, b"voice")])
        until(lambda: odd.lesson(lesson)["status"] == "live")
        clock.set(0)
        arrive(odd, 0)
        await speaker.say([Draft("audio", "", 0, 500, 500, KEY, b"voice")])
        await studio.seal(lesson)
    until(lambda: odd.lesson(lesson)["status"] == "ended")
    facts = odd.lesson(lesson)
    assert facts["ended_at"] == facts["started_at"]
    assert facts["duration_ms"] == 1000
