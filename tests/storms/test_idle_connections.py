"""Ten thousand connect and ask nothing, or never finish asking: the lesson goes on, and they are shown out."""

from __future__ import annotations

import asyncio
import resource
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from halqa.client import Client, Speaker
from halqa.gateway.server import allow_many_connections
from halqa.timeline import KEY, Draft, Entry
from serving import Server, until

IDLE = 10_000
SPARE = 600
"""Files that this process and the server need for everything else."""
MOST_EACH = 30_000
"""Bytes a connection that asks nothing may cost. Measured: 8 kB; half a head, its timer and what uvicorn keeps."""
HALF_HEADS = (b"", b"", b"GET /timelines/lesson HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"POST /api/lessons HTT", b"\r\n")


@pytest.fixture
def quiet_house(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "house", log=tmp_path / "house.log")
    server.start()
    yield server
    assert server.stop() == 0


def connect(server: Server, count: int) -> list[socket.socket]:
    idle = []
    for number in range(count):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(HALF_HEADS[number % len(HALF_HEADS)])
        idle.append(connection)
    return idle


def hung_up(idle: list[socket.socket]) -> bool:
    """Whether the server has ended every one of these connections."""
    poll = select.poll()
    for connection in idle:
        poll.register(connection, select.POLLIN | select.POLLRDHUP)
    return len(poll.poll(0)) == len(idle)


async def teach(server: Server, lesson: str, number: int) -> None:
    """A lesson said and followed from its first to its last entry: `number` of each track, and the seal."""
    async with (
        Client(server.url, server.ticket(lesson)) as studio,
        Client(server.url, server.ticket(lesson, "follow")) as classroom,
    ):
        speaker = Speaker(studio, lesson, "s")
        heard: list[Entry] = []

        async def hear() -> None:
            heard.extend([item async for item in classroom.follow(lesson) if isinstance(item, Entry)])

        hearing = asyncio.create_task(hear())
        for n in range(number):
            sound = Draft("audio", "", 0, n * 250, 250, KEY, b"sound" * 300)
            picture = Draft("video/360", "", 0, n * 250, 250, KEY if n % 8 == 0 else 0, b"picture" * 2000)
            await speaker.say([sound, picture])
        await studio.seal(lesson)
        await hearing
    assert [entry.seq for entry in heard if entry.track == "audio"] == list(range(1, 2 * number + 1, 2))


async def test_ten_thousand_who_never_ask(quiet_house: Server) -> None:
    files = allow_many_connections()
    if files < 2 * SPARE:
        pytest.skip(f"only {files} files may be open here")
    count = min(IDLE, files - SPARE)
    lesson = quiet_house.announce("Au milieu de la foule")
    await teach(quiet_house, quiet_house.announce("Avant"), 4)
    before = quiet_house.memory
    idle = connect(quiet_house, count)
    try:
        await teach(quiet_house, lesson, 40)
        assert (quiet_house.memory - before) / count < MOST_EACH
        await asyncio.to_thread(until, lambda: hung_up(idle), 90)
    finally:
        for connection in idle:
            connection.close()
    await teach(quiet_house, quiet_house.announce("Après"), 4)
    assert quiet_house.said == ""


def test_a_house_that_may_open_few_files_says_so_and_goes_on(tmp_path: Path) -> None:
    server = Server(tmp_path / "house", log=tmp_path / "house.log")
    server.start()
    try:
        assert server.process is not None
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (100, 100))
        idle = connect(server, 300)
        until(lambda: hung_up(idle[-100:]))
        for connection in idle:
            connection.close()
        until(server.answers)
        assert server.said == "", "no complaint for every stranger"
    finally:
        server.stop()
    few = f"import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (64, 1000)); {RAISE}"
    told = subprocess.run([sys.executable, "-c", few], capture_output=True, text=True, check=True)
    assert told.stdout == "1000\n"
    assert "Only 1000 files may be open at once" in told.stderr


RAISE = "from halqa.gateway.server import allow_many_connections as a; a(); print(r.getrlimit(r.RLIMIT_NOFILE)[0])"
