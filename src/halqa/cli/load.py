"""`halqa load`: how many classrooms does this server carry?"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "load",
        help="follow a lesson on air as many classrooms at once, and say how it went",
        description="Follow a lesson on air as N classrooms at once; print delivery p50/p99, bytes and what was shed.",
        epilog="example: halqa load k3mf7w2p --followers 200 --seconds 30 --video 360",
    )
    parser.add_argument("lesson", help="the lesson's id (the last part of its address)")
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="default: %(default)s")
    parser.add_argument("--followers", type=int, default=50, metavar="N", help="how many classrooms (default: 50)")
    parser.add_argument("--seconds", type=float, default=20, metavar="S", help="for how long (default: 20)")
    parser.add_argument("--video", type=int, default=360, metavar="H", help="highest picture; 0: sound and ink only")
    parser.add_argument("--kbit", type=float, default=None, metavar="K", help="narrow each line to K kbit/s")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the crowd and print what it saw."""
    if args.followers < 1 or args.seconds <= 0:
        print("halqa load: --followers and --seconds must be above 0", file=sys.stderr)
        return 2
    import httpx

    from halqa.client import Refused

    try:
        figures = asyncio.run(_load(args))
    except (httpx.HTTPError, OSError) as error:
        print(f"halqa load: {args.server} does not answer: {error}", file=sys.stderr)
        return 1
    except Refused as refused:
        print(f"halqa load: {refused}", file=sys.stderr)
        return 1
    print(json.dumps(figures) if args.json else _table(figures))
    return 0 if not figures["refused"] and not figures["lost_connections"] else 1


async def _load(args: argparse.Namespace) -> dict[str, Any]:
    import httpx

    from halqa.client import Client, Refused
    from halqa.client.crowd import Crowd
    from halqa.gateway.server import allow_many_connections
    from halqa.timeline import Entry

    allow_many_connections()
    async with httpx.AsyncClient(base_url=args.server, trust_env=False) as http:
        answer = await http.post(f"/api/lessons/{args.lesson}/tickets/follow")
        if answer.status_code != 200:
            raise Refused(answer.status_code, {"detail": f"no ticket for the lesson {args.lesson!r}"})
        ticket = answer.json()["ticket"]
    loop = asyncio.get_running_loop()
    question: dict[str, str | int] = {"video": args.video}
    count, kbit = args.followers, args.kbit
    crowd = Crowd(args.server, args.lesson, ticket, count=count, question=question, kbit=kbit, first_heard=True)

    async def first_heard() -> None:
        """One more follower, on a wide line, so that narrow ones are not only compared with one another."""
        async with Client(args.server, ticket) as client:
            async for item in client.follow(args.lesson, at="live"):
                if isinstance(item, Entry):
                    crowd.said.setdefault(item.seq, loop.time())

    scout = asyncio.create_task(first_heard())
    try:
        await crowd.gather()
        began = loop.time()
        bytes_before = crowd.tally.bytes
        await asyncio.wait({scout}, timeout=args.seconds)
        lasted = loop.time() - began
    finally:
        scout.cancel()
        crowd.disperse()
    if scout.done() and not scout.cancelled():
        await scout
    tally = crowd.tally
    return {
        "followers": tally.followers,
        "seconds": round(lasted, 1),
        "entries": tally.entries,
        "mbit_per_s": round((tally.bytes - bytes_before) * 8 / lasted / 1e6, 2) if lasted else 0.0,
        "delivery_ms": {str(p): _ms(tally.percentile(p)) for p in (50, 95, 99)},
        "passing": tally.passing,
        "shed": tally.shed,
        "rungs": dict(tally.rungs),
        "lost_connections": tally.lost_connections,
        "refused": dict(tally.refused),
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _table(figures: dict[str, Any]) -> str:
    delivery = figures["delivery_ms"]
    told = "no entry came" if delivery["50"] is None else ", ".join(f"p{p} {ms} ms" for p, ms in delivery.items())
    return "\n".join(
        [
            f"followers         {figures['followers']} for {figures['seconds']} s",
            f"received          {figures['entries']} entries, {figures['mbit_per_s']} Mbit/s",
            f"delivery          {told}",
            f"passing frames    {figures['passing']}",
            f"pictures shed     {figures['shed']}",
            f"rungs begun       {figures['rungs'] or 'none'}",
            f"lost connections  {figures['lost_connections']}",
            f"refused           {figures['refused'] or 'none'}",
        ]
    )
