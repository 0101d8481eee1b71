"""5,000 pupils answer one poll in ten seconds, while classrooms join and follow the lesson that goes on.

    python bench/answers.py [--pupils 5000] [--seconds 10] [--followers 200] [--joins 500] [--listening 0]

The gateway runs as `halqa serve` runs it, in a process of its own. The studio says a lesson as a narrow class has it:
sound and ink, 4 entries of each a second (24 kbit/s together), and a picture (400 kbit/s) that the followers of the
beginning ask for. While answers come in, others join, so many a second, each on a connection of its own (an open loop),
and stay: after ten seconds 5,000 more follow. `--listening N` of the pupils' pages also hear `talk` and what is said to
them alone, as all do that are kept open (two more streams each). Every pupil speaks under a ticket and a speaker of its
own, at a moment of its own (an open loop, too: a slow answer delays no other); one in ten changes its mind. Told:
acknowledgements a second and how long they took from the moment they were due, how long those that joined waited for
their first bytes, how late the lesson came to those who followed it before and meanwhile, and whether and how soon what
the teacher's ticket reads comes to exactly the tally that was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
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
HEARD = "audio,board/*,talk"
SOUND, INK = 500, 250
"""Bytes an entry: 16 and 8 kbit/s."""
CONNECTIONS = 64
"""Kept alive and shared, as behind a proxy: what is measured is answering, not 5,000 TCP handshakes."""


def voice_of(index: int) -> str:
    return f"p-{index:012d}".replace("0", "a").replace("1", "b")


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
        voice = voice_of(index)
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
    print("ready", flush=True)
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


async def join(crowd: Crowd, per_second: float, seconds: float) -> list[float]:
    """So many join the lesson a second, live, and stay; seconds from when each was due until its first bytes."""
    loop, took = asyncio.get_running_loop(), list[float]()
    began = loop.time()

    async def one(index: int) -> None:
        due = began + index / per_second
        await asyncio.sleep(max(0.0, due - loop.time()))
        await crowd.enter()
        took.append(loop.time() - due)

    await asyncio.gather(*(one(index) for index in range(round(per_second * seconds))))
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


async def teach(server: str, ticket: str, crowd: Crowd, stop: asyncio.Event) -> None:
    """Sound and ink, and a picture, each said at its own moment."""
    loop = asyncio.get_running_loop()
    async with Client(server, ticket) as client:
        speaker = Speaker(client, TIMELINE, "bench")
        crowd.zero = loop.time()
        for number in itertools.count(1):
            if stop.is_set():
                return
            await asyncio.sleep(max(0.0, crowd.zero + number / PER_SECOND - loop.time()))
            t = round((loop.time() - crowd.zero) * 1000)
            said = [("audio", 0, SOUND), ("board/1", 0, INK), ("video/360", KEY, PAYLOAD)]
            await speaker.say([Draft(track, "", 0, t, 250, flags, os.urandom(size)) for track, flags, size in said])


def lateness(crowd: Crowd) -> float:
    """How late the lesson came since this was asked last: p99, ms."""
    late = (crowd.tally.percentile(99) or 0.0) * 1000
    crowd.tally.delays.clear()
    return late


async def listen(server: str, count: int) -> list[Crowd]:
    """So many pupils' pages: each hears what is asked, and what is said to it alone."""
    tickets, crowds = Tickets(SECRET), list[Crowd]()
    for index in range(count):
        own = f"private/{voice_of(index)}-*"
        grant = Grant(timeline=TIMELINE, may=frozenset({"follow"}), tracks=("talk", own), guest=True)
        ticket = tickets.issue(grant)
        crowds += [Crowd(server, TIMELINE, ticket, count=1, question={"tracks": heard}) for heard in ("talk", own)]
    gate = asyncio.Semaphore(100)

    async def one(crowd: Crowd) -> None:
        async with gate:
            await crowd.enter()

    await asyncio.gather(*map(one, crowds))
    return crowds


async def measure(pupils: int, seconds: float, followers: int, joins: float, listening: int) -> dict[str, Any]:
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
        watching = Crowd(server, TIMELINE, teacher, count=followers, question={"tracks": HEARD, "video": 360})
        coming = Crowd(server, TIMELINE, teacher, count=0, question={"tracks": HEARD, "video": 0})
        teaching = asyncio.create_task(teach(server, teacher, watching, stop))
        await asyncio.sleep(1)
        await watching.gather()
        pages = await listen(server, listening)
        watching.tally.delays.clear()
        await asyncio.sleep(seconds / 2)
        quiet = lateness(watching)
        coming.zero = watching.zero
        before = cpu_seconds(child.pid)
        command = [sys.executable, __file__, "--answer", str(port), "--pupils", str(pupils), "--seconds", str(seconds)]
        answering = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert answering.stdout
        await answering.stdout.readline()  # everyone is ready
        joined = await join(coming, joins, seconds)
        told = json.loads(await answering.stdout.read())
        cpu = cpu_seconds(child.pid) - before
        meant, took, lasted = Counter(told["meant"].values()), told["took"], told["lasted"]
        began = asyncio.get_running_loop().time()
        tally, voices = await counted(server, teacher)
        read_ms = (asyncio.get_running_loop().time() - began) * 1000
        busy = lateness(watching)
        stop.set()
        await teaching
        for crowd in (watching, coming, *pages):
            crowd.disperse()
    ordered, waited = sorted(took), sorted(joined)
    return {
        "acknowledged_s": len(took) / lasted,
        "median_ms": statistics.median(ordered) * 1000,
        "p95_ms": ordered[int(len(ordered) * 0.95)] * 1000,
        "statuses": told["statuses"],
        "joined_s": len(waited) / seconds,
        "join_median_ms": statistics.median(waited) * 1000 if waited else None,
        "join_p95_ms": waited[int(len(waited) * 0.95)] * 1000 if waited else None,
        "refused": dict(sum((crowd.tally.refused for crowd in (coming, *pages)), Counter())),
        "quiet_p99_ms": quiet,
        "busy_p99_ms": busy,
        "shed": watching.tally.shed,
        "lost": sum(crowd.tally.lost_connections for crowd in (watching, coming, *pages)),
        "cores": cpu / lasted,
        "processor_ms_each": cpu / len(took) * 1000,
        "exact": tally == meant and voices == pupils,
        "read_ms": read_ms,
    }


async def only_answer(port: int, pupils: int, seconds: float) -> None:
    """A process of its own: says when it is ready, then what came of it."""
    took, lasted, statuses, meant = await answer(port, pupils, seconds)
    print(json.dumps({"took": took, "lasted": lasted, "statuses": statuses, "meant": meant}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--followers", type=int, default=200)
    parser.add_argument("--joins", type=float, default=500)
    parser.add_argument("--listening", type=int, default=0)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--answer", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        return serve_gateway(int(args.serve[0]), args.serve[1])
    allow_many_connections()
    if args.answer:
        return asyncio.run(only_answer(args.answer, args.pupils, args.seconds))
    told = asyncio.run(measure(args.pupils, args.seconds, args.followers, args.joins, args.listening))
    print(json.dumps(told))
    print(f"acknowledged per second  {told['acknowledged_s']:,.0f}")
    print(f"acknowledgement p95 ms   {told['p95_ms']:,.0f} (median {told['median_ms']:,.0f})")
    if told["join_p95_ms"]:
        print(f"joined per second        {told['joined_s']:,.0f}")
        print(f"joining, p95 ms          {told['join_p95_ms']:,.0f} (median {told['join_median_ms']:,.0f})")
    print(f"the lesson late, p99 ms  {told['busy_p99_ms']:,.0f} (before that {told['quiet_p99_ms']:,.0f})")
    print(f"processor ms an answer   {told['processor_ms_each']:.2f} (joining and the lesson included)")
    print(f"tally exact              {told['exact']}, read in {told['read_ms']:,.0f} ms")


if __name__ == "__main__":
    main()
