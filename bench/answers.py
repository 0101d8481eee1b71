"""5,000 pupils answer one poll in ten seconds, while classrooms join and follow the lesson that goes on.

    python bench/answers.py [--pupils 5000] [--seconds 10] [--followers 200]

The gateway runs as `halqa serve` runs it, in a process of its own; the studio says 4 entries a second (400 kbit/s); the
followers join one by one while answers come in. Every pupil speaks under a ticket and a speaker of its own, at a moment
of its own (an open loop: a slow answer delays no other); one in ten changes its mind. Told: acknowledgements a second
and how long they took from the moment they were due, how long a follower that joined meanwhile waited for its first
bytes, and whether what the teacher's ticket reads afterwards comes to exactly the tally that was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
from collections import Counter
from typing import Any

from fanout import PAYLOAD, PER_SECOND, SECRET, TIMELINE, cpu_seconds, free_port, process, reachable, serve_gateway
from halqa.client import Client, Speaker
from halqa.client.crowd import Crowd
from halqa.gateway.server import allow_many_connections
from halqa.tickets import Grant, Tickets
from halqa.timeline import KEY, STAMP, Draft, Entry, encode_draft

TRACK = "private/answers"
CONNECTIONS = 64
"""Kept alive and shared, as behind a proxy: what is measured is answering, not 5,000 TCP handshakes."""


def request(ticket: str, voice: str, number: int, choice: int) -> bytes:
    told = {"poll": "bench", "answer": choice, "at": 1000 * number, "who": f"Élève {voice[-4:]}"}
    frame = encode_draft(Draft(TRACK, f"{voice}.1", number, 0, 0, STAMP, json.dumps(told).encode()))
    head = (
        f"POST /timelines/{TIMELINE}/entries HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {ticket}\r\n"
        f"Content-Type: application/vnd.halqa.frames\r\nContent-Length: {len(frame)}\r\n\r\n"
    )
    return head.encode() + frame


class Door:
    """One kept connection: a request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, data: bytes) -> int:
        self._writer.write(data)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line)
        await self._reader.readexactly(length)
        return int(head.split()[1])


async def answer(port: int, pupils: int, seconds: float) -> tuple[list[float], float, Counter[int], dict[str, int]]:
    """Everyone answers; how long each took (seconds), how long all took, statuses, and who means what in the end."""
    loop, tickets, dice = asyncio.get_running_loop(), Tickets(SECRET), random.Random(5000)
    due: list[tuple[float, str, list[bytes]]] = []
    meant: dict[str, int] = {}
    for index in range(pupils):
        voice = f"p-{index:012d}".replace("0", "a").replace("1", "b")
        grant = Grant(timeline=TIMELINE, may=frozenset({"say"}), tracks=(TRACK,), speaker=voice, guest=True)
        ticket = tickets.issue(grant)
        choices = [dice.randrange(4) for _ in range(2 if dice.random() < 0.1 else 1)]
        asked = [request(ticket, voice, number, choice) for number, choice in enumerate(choices, 1)]
        due.append((dice.random() * seconds, voice, asked))
        meant[voice] = choices[-1]
    due.sort()
    doors: asyncio.Queue[Door] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        doors.put_nowait(Door(*await asyncio.open_connection("127.0.0.1", port)))
    took: list[float] = []
    statuses: Counter[int] = Counter()
    began = loop.time()

    async def one(at: float, asked: list[bytes]) -> None:
        await asyncio.sleep(max(0.0, began + at - loop.time()))
        for data in asked:
            wanted = max(began + at, loop.time()) if data is not asked[0] else began + at
            door = await doors.get()
            statuses[await door.ask(data)] += 1
            doors.put_nowait(door)
            took.append(loop.time() - wanted)

    await asyncio.gather(*(one(at, asked) for at, _, asked in due))
    return took, loop.time() - began, statuses, meant


async def join(port: int, ticket: str, stop: asyncio.Event) -> list[float]:
    """Somebody joins the lesson live, again and again; seconds until its first frames are there."""
    loop, took = asyncio.get_running_loop(), list[float]()
    while not stop.is_set():
        began = loop.time()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /timelines/{TIMELINE}/entries?at=live&follow=1&video=360 HTTP/1.1\r\nHost: bench\r\n"
            f"Authorization: Bearer {ticket}\r\n\r\n".encode()
        )
        await reader.readuntil(b'"hello"')
        took.append(loop.time() - began)
        writer.close()
        await asyncio.sleep(0.1)
    return took


async def counted(server: str, ticket: str) -> tuple[Counter[int], int]:
    """The tally as a teacher's page comes to it: of everyone the answer given last."""
    last: dict[str, tuple[int, int]] = {}
    async with Client(server, ticket) as client:
        after, more = 0, True
        while more:
            for item in await client.read(TIMELINE, after=after, tracks=TRACK):
                if isinstance(item, Entry):
                    told = json.loads(item.payload)
                    voice = item.speaker.split(".")[0]
                    last[voice] = max(last.get(voice, (-1, 0)), (told["at"], told["answer"]))
                elif item["notice"] == "end":
                    after, more = item["after"], item["why"] == "limit"
    return Counter(choice for _, choice in last.values()), len(last)


async def measure(pupils: int, seconds: float, followers: int) -> dict[str, Any]:
    port = free_port()
    tickets = Tickets(SECRET)
    teacher = tickets.issue(
        Grant(timeline=TIMELINE, may=frozenset({"say", "follow"}), tracks=("*", "private/*"), speaker="bench")
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        process(sys.executable, __file__, "--serve", str(port), folder) as child,
    ):
        await reachable(port)
        server = f"http://127.0.0.1:{port}"
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        crowd = Crowd(server, TIMELINE, teacher, count=followers, question={"tracks": "*"})

        async def teach() -> None:
            async with Client(server, teacher) as client:
                speaker = Speaker(client, TIMELINE, "bench")
                begin, number = loop.time(), 0
                while not stop.is_set():
                    number += 1
                    payload = os.urandom(PAYLOAD)
                    await speaker.say([Draft("video/360", "", 0, number * 250, 250, KEY, payload)])
                    await asyncio.sleep(max(0.0, begin + number / PER_SECOND - loop.time()))

        teaching = asyncio.create_task(teach())
        await asyncio.sleep(1)
        await crowd.gather()
        await asyncio.sleep(1)
        before = cpu_seconds(child.pid)
        joining = asyncio.create_task(join(port, teacher, stop))
        took, lasted, statuses, meant = await answer(port, pupils, seconds)
        cpu = cpu_seconds(child.pid) - before
        stop.set()
        joins = await joining
        await teaching
        crowd.disperse()
        tally, voices = await counted(server, teacher)
    ordered = sorted(took)
    return {
        "acknowledged_s": len(took) / lasted,
        "median_ms": statistics.median(ordered) * 1000,
        "p95_ms": ordered[int(len(ordered) * 0.95)] * 1000,
        "statuses": dict(statuses),
        "join_median_ms": statistics.median(joins) * 1000,
        "join_worst_ms": max(joins) * 1000,
        "shed": crowd.tally.shed,
        "lost": crowd.tally.lost_connections,
        "cores": cpu / lasted,
        "processor_ms_each": cpu / len(took) * 1000,
        "exact": tally == Counter(meant.values()) and voices == pupils,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--followers", type=int, default=200)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        return serve_gateway(int(args.serve[0]), args.serve[1])
    allow_many_connections()
    told = asyncio.run(measure(args.pupils, args.seconds, args.followers))
    print(json.dumps(told))
    print(f"acknowledged per second  {told['acknowledged_s']:,.0f}")
    print(f"acknowledgement p95 ms   {told['p95_ms']:,.0f} (median {told['median_ms']:,.0f})")
    print(f"joining, median ms       {told['join_median_ms']:,.0f} (worst {told['join_worst_ms']:,.0f})")
    print(f"processor ms an answer   {told['processor_ms_each']:.2f} (the lesson to its followers included)")
    print(f"tally exact              {told['exact']}")


if __name__ == "__main__":
    main()
