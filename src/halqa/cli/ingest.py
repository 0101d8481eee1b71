"""`halqa ingest`: OBS or an encoder goes on air."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
from typing import Any


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "ingest",
        help="listen for OBS or an encoder (RTMP or SRT) and put it on air",
        description="Listen for OBS or an encoder by RTMP or SRT and say what it sends. A dropped encoder may return.",
        epilog="example: halqa ingest --title 'Conférence' --rtmp 1935",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--lesson", metavar="ID", help="go on with this lesson")
    where.add_argument("--title", metavar="T", default="Halqa", help="announce a new lesson (default: %(default)s)")
    door = parser.add_mutually_exclusive_group(required=True)
    door.add_argument("--rtmp", type=int, metavar="PORT", help="listen for RTMP on this port (usual: 1935)")
    door.add_argument("--srt", type=int, metavar="PORT", help="listen for SRT on this port (usual: 9000)")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on (default: all)")
    parser.add_argument("--stream-key", metavar="K", help="what the encoder must know, 10 to 64 letters and digits")
    parser.add_argument("--height", type=int, default=360, metavar="H", help="highest picture (default: 360)")
    parser.add_argument("--fragment", type=int, default=500, choices=(250, 500, 1000), metavar="MS")
    parser.add_argument("--no-picture", action="store_true", help="the encoder sends sound alone")
    parser.add_argument("--no-sound", action="store_true", help="the encoder sends a picture alone")
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="default: %(default)s")
    parser.add_argument("--key", help="teacher key (default: HALQA_KEY, else the one in the data folder)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Listen until Ctrl-C. The lesson stays open: end it in the studio, or go on later with --lesson."""
    from .teach import kept_key

    key = args.key or os.environ.get("HALQA_KEY") or kept_key()
    if not key:
        print("halqa ingest: no teacher key; give --key, or set HALQA_KEY (`halqa serve` shows it)", file=sys.stderr)
        return 2
    word = args.stream_key or secrets.token_hex(8)
    if not (10 <= len(word) <= 64 and word.isascii() and word.isalnum()):
        print("halqa ingest: --stream-key is 10 to 64 letters and digits", file=sys.stderr)
        return 2
    import httpx

    try:
        asyncio.run(_listen(args, key, word))
    except httpx.TransportError as error:
        print(f"halqa ingest: {args.server} does not answer ({error or type(error).__name__})", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The lesson is still open: end it in the studio.")
    return 0


async def _listen(args: argparse.Namespace, key: str, word: str) -> None:
    from halqa.media.ingest import Door, listen
    from halqa.media.teach import Desk, Teacher

    desk = Desk(args.server, key)
    lesson = args.lesson or await desk.announce(args.title)
    door = Door("rtmp" if args.rtmp is not None else "srt", args.rtmp or args.srt, word, args.host)
    host = "127.0.0.1" if args.host == "0.0.0.0" else args.host
    print(f"lesson             {desk.server}/lessons/{lesson}", flush=True)
    print(f"encoder            {door.address(host)}", flush=True)
    async with Teacher(desk, lesson) as teacher:
        await listen(
            teacher,
            door,
            most=args.height,
            fragment_ms=args.fragment,
            sound=not args.no_sound,
            picture=not args.no_picture,
            told=lambda line: print(line, flush=True),
        )
