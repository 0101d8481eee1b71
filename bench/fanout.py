"""2,000 followers of one lesson from one process, beside bare uvicorn and nginx with the same bytes.

    python bench/fanout.py [--followers 2000] [--seconds 15] [--rounds 3]

Each round runs the three servers one after the other, each as a process of its own, and reads its processor time from
/proc. The crowd (halqa.client.crowd) runs in this process, on the other core.
- halqa: the gateway on a SQLite store; a speaker says 4 entries a second of 12.5 kB (400 kbit/s) by the public verb.
- bare: a uvicorn app that streams the very same frames at the same pace to everyone, with nothing to decide.
- nginx: the same bytes as static parts, asked for one by one over kept-alive connections (wrk, at full speed):
  viewers per core = parts per second and core / 4.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from halqa.client import Client, Speaker
from halqa.client.crowd import Crowd
from halqa.gateway.server import allow_many_connections
from halqa.tickets import Grant, Tickets
from halqa.timeline import KEY, Draft, committed, encode_entry

SECRET = b"bench bench bench bench bench bench"
PER_SECOND = 4
PAYLOAD = 400_000 // 8 // PER_SECOND
TIMELINE = "bench"


def serve_gateway(port: int, folder: str) -> None:
    """The gateway alone, as `halqa serve` runs it."""
    import uvloop

    from halqa.gateway import Gateway
    from halqa.gateway.server import listen, run
    from halqa.stores import SqliteStores

    house: dict[str, Gateway] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            house["gateway"] = Gateway(SqliteStores(Path(folder)), Tickets(SECRET))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await house["gateway"](scope, receive, send)

    assert uvloop
    run(app, listen("127.0.0.1", port), lambda: house["gateway"].stop())


def serve_bare(port: int) -> None:
    """The floor: everyone gets the same bytes at the same pace, and nothing is decided."""
    from halqa.gateway.server import listen, run

    draft = Draft("video/360", "s", 1, 0, 250, KEY, os.urandom(PAYLOAD))
    waiting: list[asyncio.Future[bytes]] = []
    state: dict[str, asyncio.Task[None]] = {}

    async def pace() -> None:
        seq = 0
        while True:
            await asyncio.sleep(1 / PER_SECOND)
            seq += 1
            frame = encode_entry(committed(seq, draft))
            woken, waiting[:] = list(waiting), []
            for future in woken:
                if not future.done():
                    future.set_result(frame)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            state["pace"] = asyncio.create_task(pace())
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = [(b"content-type", b"application/octet-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while True:
            future = asyncio.get_running_loop().create_future()
            waiting.append(future)
            await send({"type": "http.response.body", "body": await future, "more_body": True})

    run(app, listen("127.0.0.1", port), lambda: None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server process that is gone afterwards."""
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(5)
        child.kill()
        child.wait()


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far (user and system)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Peak resident memory of a process."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


async def reachable(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


async def crowd_of(port: int, followers: int, seconds: float, pid: int, ticket: str, speak: bool) -> dict[str, Any]:
    """Gather the crowd, let the lesson run, and measure the middle of it."""
    loop = asyncio.get_running_loop()
    server = f"http://127.0.0.1:{port}"
    crowd = Crowd(server, TIMELINE, ticket, count=followers, question={"tracks": "*"})
    stop = asyncio.Event()

    async def teach() -> None:
        async with Client(server, ticket) as client:
            speaker = Speaker(client, TIMELINE, "bench")
            begin, number = loop.time(), 0
            while not stop.is_set():
                number += 1
                crowd.said[number] = loop.time()
                payload = os.urandom(PAYLOAD)
                await speaker.say([Draft("video/360", "", 0, number * 250, 250, KEY, payload)])
                await asyncio.sleep(max(0.0, begin + number / PER_SECOND - loop.time()))

    teaching = asyncio.create_task(teach()) if speak else None
    await crowd.gather()
    await asyncio.sleep(2)
    before, bytes_before, began = cpu_seconds(pid), crowd.tally.bytes, time.monotonic()
    crowd.tally.delays.clear()
    await asyncio.sleep(seconds)
    lasted = time.monotonic() - began
    cpu = cpu_seconds(pid) - before
    mbit = (crowd.tally.bytes - bytes_before) * 8 / 1e6
    p50, p99 = crowd.tally.percentile(50), crowd.tally.percentile(99)
    stop.set()
    if teaching is not None:
        await teaching
    crowd.disperse()
    await asyncio.sleep(0.1)
    return {
        "cores": cpu / lasted,
        "mbit_s": mbit / lasted,
        "mbit_per_core": mbit / cpu,
        "viewers_per_core": followers / (cpu / lasted),
        "p50_ms": None if p50 is None else p50 * 1000,
        "p99_ms": None if p99 is None else p99 * 1000,
        "shed": crowd.tally.shed,
        "lost": crowd.tally.lost_connections,
        "memory_mb": memory_mb(pid),
    }


async def round_halqa(followers: int, seconds: float) -> dict[str, Any]:
    port = free_port()
    ticket = Tickets(SECRET).issue(Grant(timeline=TIMELINE, may=frozenset({"say", "follow"})))
    with (
        tempfile.TemporaryDirectory() as folder,
        process(sys.executable, __file__, "--serve", "gateway", str(port), folder) as child,
    ):
        await reachable(port)
        return await crowd_of(port, followers, seconds, child.pid, ticket, speak=True)


async def round_bare(followers: int, seconds: float) -> dict[str, Any]:
    port = free_port()
    with process(sys.executable, __file__, "--serve", "bare", str(port), "") as child:
        await reachable(port)
        return await crowd_of(port, followers, seconds, child.pid, "none", speak=False)


def round_nginx(seconds: float) -> dict[str, Any] | None:
    """Parts of the same size from nginx, at full speed: how many viewers would a core carry?"""
    nginx, wrk = shutil.which("nginx") or "/usr/sbin/nginx", shutil.which("wrk")
    if not Path(nginx).exists() or wrk is None:
        return None
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for part in range(64):
            Path(folder, f"{part}.m4s").write_bytes(os.urandom(PAYLOAD))
        config = Path(folder, "nginx.conf")
        config.write_text(
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log stderr error;\n"
            "events { worker_connections 4096; }\n"
            "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100;\n"
            f"server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}; }} }}\n"
        )
        with process(nginx, "-c", str(config), "-p", folder) as child:
            asyncio.run(reachable(port))
            worker = int(Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()[0])
            before = cpu_seconds(worker)
            command = [wrk, "-t1", "-c200", f"-d{int(seconds)}s", f"http://127.0.0.1:{port}/7.m4s"]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            cpu = cpu_seconds(worker) - before
    requests = int(next(line for line in told.splitlines() if "requests in" in line).split()[0])
    return {
        "viewers_per_core": requests / cpu / PER_SECOND,
        "mbit_per_core": requests * PAYLOAD * 8 / 1e6 / cpu,
    }


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):,.2f} ({min(values):,.2f} to {max(values):,.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        kind, port, folder = args.serve
        return serve_gateway(int(port), folder) if kind == "gateway" else serve_bare(int(port))
    allow_many_connections()
    rounds: list[dict[str, Any]] = []
    for number in range(args.rounds):
        one = {
            "halqa": asyncio.run(round_halqa(args.followers, args.seconds)),
            "bare": asyncio.run(round_bare(args.followers, args.seconds)),
            "nginx": round_nginx(args.seconds / 2),
        }
        print(f"round {number + 1}: {json.dumps(one)}", flush=True)
        rounds.append(one)
    halqa = [one["halqa"] for one in rounds]
    print("halqa cores            ", spread([h["cores"] for h in halqa]))
    print("halqa Mbit/s per core  ", spread([h["mbit_per_core"] for h in halqa]))
    print("halqa delivery p99 ms  ", spread([h["p99_ms"] for h in halqa]))
    print("halqa memory MB        ", spread([h["memory_mb"] for h in halqa]))
    print("halqa shed             ", sum(h["shed"] for h in halqa))
    print("CPU halqa / bare       ", spread([o["halqa"]["cores"] / o["bare"]["cores"] for o in rounds]))
    if all(o["nginx"] for o in rounds):
        ratios = [o["halqa"]["viewers_per_core"] / o["nginx"]["viewers_per_core"] for o in rounds]
        print("viewers halqa / nginx  ", spread(ratios))
    if args.json:
        Path(args.json).write_text(json.dumps(rounds, indent=1))


if __name__ == "__main__":
    main()
