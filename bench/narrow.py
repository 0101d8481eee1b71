"""What a whole lesson with sound and continuous handwriting costs one classroom's line: every byte on it, both ways.

    python bench/narrow.py [--seconds 60] [--rounds 3]

Chromium at the far end of a line of `halqa line` follows with sound alone; a teacher speaks (24 kbit/s of Opus) and
writes without a pause. Counted are IP packets whole, headers and acknowledgements included, as a provider counts them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "journeys"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lines"))

from playwright.sync_api import sync_playwright

from faces import enter_classroom
from halqa.line import Line
from halqa.media.demo_clip import make_clip
from halqa.media.hand import Hand
from halqa.media.teach import Desk, Teacher, file_batches, written_beside
from halqa.timeline import Draft
from school import PORT, NearServer, browser_at
from serving import until

LINE = "512kbit,100ms"
WORDS = ("AB=4", "MN=3", "x=12", "ABC", "2x+3", "BC=6", "AM", "AN=5")


def handwriting() -> Iterator[Draft]:
    """A hand that never rests: some 24 letters a line, a new page when one is full."""
    hand, page, told = Hand(), 1, 0
    while True:
        for line in range(7):
            for place in range(6):
                hand.letters(WORDS[(line * 5 + place + page) % len(WORDS)], 400 + place * 1250, 300 + line * 580, 240)
                yield from hand.drafts[told:]
                told = len(hand.drafts)
        page += 1
        hand.turn(str(page), page)


async def teach(url: str, key: str, clip: str, fragment_ms: int) -> None:
    """On air until it is stopped; prints the lesson's id."""
    desk = Desk(url, key)
    lesson = await desk.announce("Une leçon au bout du monde")
    print(lesson, flush=True)
    async with Teacher(desk, lesson) as teacher:
        batches = file_batches(clip, speed=1, starts_at=0, fragment_ms=fragment_ms, loop=True, most=90)
        await teacher.say_all(written_beside(batches, handwriting()))


def measure(folder: Path, clip: Path, seconds: float, rounds: int) -> tuple[list[float], list[float], float]:
    """kbit/s down and up, round by round; strokes on the board at the end."""
    with Line(LINE, seed=1) as line:
        server = NearServer(folder / "house", line.near)
        server.start()
        url = f"http://127.0.0.1:{PORT}"
        command = [sys.executable, __file__, "--teach", url, server.key, str(clip)]
        teacher = line.near.popen(command, stdout=subprocess.PIPE)
        try:
            assert teacher.stdout is not None
            lesson = teacher.stdout.readline().strip()
            if isinstance(lesson, bytes):
                lesson = lesson.decode()
            with sync_playwright() as playwright, browser_at(playwright, line, folder) as browser:
                server.url = f"http://{line.near.address}:{PORT}"
                face = enter_classroom(browser, server, lesson)
                face.reaches("live", 60)
                face.page.mouse.move(100, 100)
                face.page.select_option("[data-pick=quality]", "0")
                face.moves(by=8000)
                until(lambda: face.told("rung") == "")
                down, up = [], []
                for _ in range(rounds):
                    before, began = line.counters(), time.monotonic()
                    face.page.wait_for_timeout(seconds * 1000)
                    after, took = line.counters(), time.monotonic() - began
                    down.append((after.down.delivered.bytes - before.down.delivered.bytes) * 8 / took / 1000)
                    up.append((after.up.delivered.bytes - before.up.delivered.bytes) * 8 / took / 1000)
                return down, up, face.number("things")
        finally:
            teacher.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fragment-ms", type=int, default=500)
    parser.add_argument("--teach", nargs=3, metavar=("URL", "KEY", "CLIP"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.teach:
        with contextlib.suppress(KeyboardInterrupt):
            url, key, voice = args.teach
            asyncio.run(teach(url, key, voice, args.fragment_ms))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = folder / "voice.mp4"
        asyncio.run(make_clip(clip, 60, "Au loin"))
        down, up, things = measure(folder, clip, args.seconds, args.rounds)
    for way, rates in (("down", down), ("up", up)):
        print(f"{way}: {statistics.median(rates):.1f} kbit/s ({min(rates):.1f} to {max(rates):.1f})")
    print(f"{things:.0f} things on the page at the end; {args.rounds} rounds of {args.seconds:g} s, line {LINE}")


if __name__ == "__main__":
    main()
