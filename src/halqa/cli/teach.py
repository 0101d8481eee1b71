"""`halqa teach`: a file goes on air."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "teach",
        help="put a file on air: anything that ffmpeg reads",
        description="Encode a file into the ladder and say it to a server, in real time or faster; then end it.",
        epilog="example: halqa teach cours.mp4 --title 'Le théorème de Thalès' --speed 0",
    )
    parser.add_argument("file", help="any file that ffmpeg reads, with sound, picture or both")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--lesson", metavar="ID", help="go on with this lesson")
    where.add_argument("--title", metavar="T", help="announce a new lesson (default: the file's name)")
    parser.add_argument("--teacher", default="", help="the teacher's name, for a new lesson")
    parser.add_argument("--subject", default="", help="for a new lesson, as in the data file: maths, svt …")
    parser.add_argument("--level", default="", help="for a new lesson: 3AC, TC …")
    parser.add_argument("--language", default="fr", help="of a new lesson (default: fr)")
    parser.add_argument("--speed", type=float, default=1.0, metavar="N", help="1: real time; 0: at once (default: 1)")
    parser.add_argument(
        "--fragment", type=int, default=500, choices=(250, 500, 1000), metavar="MS", help="250, 500, 1000"
    )
    parser.add_argument("--height", type=int, default=720, metavar="H", help="highest picture (default: 720)")
    parser.add_argument("--loop", action="store_true", help="begin again at the end, until Ctrl-C")
    parser.add_argument("--no-seal", action="store_true", help="do not end the lesson at the end of the file")
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="default: %(default)s")
    parser.add_argument("--key", help="teacher key (default: HALQA_KEY, else the one in the data folder)")
    parser.add_argument("--json", action="store_true", help="print facts as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Teach the file."""
    if args.speed < 0:
        print("halqa teach: --speed is 0 (at once) or above", file=sys.stderr)
        return 2
    key = args.key or os.environ.get("HALQA_KEY") or kept_key()
    if not key:
        print("halqa teach: no teacher key; give --key, or set HALQA_KEY (`halqa serve` shows it)", file=sys.stderr)
        return 2
    import httpx

    try:
        return asyncio.run(_teach(args, key))
    except httpx.TransportError as error:
        print(f"halqa teach: {args.server} does not answer ({error or type(error).__name__})", file=sys.stderr)
        return 1


def kept_key() -> str | None:
    """The teacher key of the data folder on this machine, if there is one."""
    path = Path(os.environ.get("HALQA_DATA") or "var", "teacher-key")
    return path.read_text().strip() if path.exists() else None


async def _teach(args: argparse.Namespace, key: str) -> int:
    from halqa.client import Speaker
    from halqa.media.encode import probe
    from halqa.media.teach import Desk, Teacher, file_batches

    await probe(args.file)
    desk = Desk(args.server, key)
    lesson = args.lesson or await desk.announce(
        args.title or Path(args.file).stem,
        teacher=args.teacher,
        subject=args.subject,
        level=args.level,
        language=args.language,
    )
    if not args.json:
        print(f"{desk.server}/lessons/{lesson}", flush=True)

    def told(end: int, speaker: Speaker) -> None:
        if sys.stderr.isatty():
            followers = speaker.last.get("followers", 0)
            print(f"\r{end / 1000:8.1f} s said, {followers} follow ", end="", file=sys.stderr, flush=True)

    async with Teacher(desk, lesson) as teacher:
        batches = file_batches(
            args.file,
            speed=args.speed,
            starts_at=teacher.starts_at,
            fragment_ms=args.fragment,
            loop=args.loop,
            most=args.height,
        )
        end = await teacher.say_all(batches, told)
        if not args.no_seal:
            await teacher.client.seal(lesson)
    facts = {"id": lesson, "page": f"{desk.server}/lessons/{lesson}", "duration_ms": end, "ended": not args.no_seal}
    print(
        json.dumps(facts) if args.json else f"{end / 1000:.1f} s said{'' if args.no_seal else '; the lesson has ended'}"
    )
    return 0
