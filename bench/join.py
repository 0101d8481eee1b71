"""Joining at minute 40 of an hour written on all the time, over 512 kbit/s, with a browser that was never here.

    python bench/join.py [--times 12] [--line 512kbit,100ms]

From the moment the address is entered: until the page of the board that the teacher shows is whole and the sound
moves; and what came over the line before and beside the sound and the picture (pages, scripts, fonts, the board), in
bytes as they came.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "journeys"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lines"))
sys.path.insert(0, str(Path(__file__).parent))

from playwright.sync_api import Browser, sync_playwright

from faces import Face
from halqa.line import Line
from halqa.media.cmaf import read_init
from halqa.media.encode import encode_file
from halqa.media.teach import Desk, Teacher, written_beside
from halqa.timeline import Draft
from laps import draw_lap, later
from narrow import handwriting, trusting
from school import PORT, NearServer, browser_at
from serving import until

MINUTES, AT_MS = 60, 40 * 60_000


async def say(url: str, key: str, clip: str) -> None:
    """An hour with sound, picture and handwriting, said at once and ended; prints its id."""
    lap = [draft async for batch in encode_file(clip, fragment_ms=500, most=360) for draft in batch]
    length = max(draft.t + draft.duration for draft in lap)
    inits = {draft.track: read_init(draft.payload) for draft in lap if draft.init}

    async def laps() -> AsyncIterator[list[Draft]]:
        yield lap
        for number in range(1, MINUTES * 60_000 // length):
            yield [later(draft, inits[draft.track], number * length) for draft in lap if not draft.init]

    desk = Desk(url, key)
    lesson = await desk.announce("Une heure")
    async with Teacher(desk, lesson) as teacher:
        await teacher.say_all(written_beside(laps(), handwriting(MINUTES * 60_000 - 5_000)))
        await teacher.client.seal(lesson)
    print(lesson, flush=True)


def join(browser: Browser, address: str) -> tuple[float, float, int, int]:
    """Seconds until it is complete; kB of media, and of all else, by then; things on the page."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    face = Face(page, "halqa-classroom")
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    kinds: dict[str, bool] = {}
    came = {True: 0, False: 0}

    def asked(event: Any) -> None:
        url = event["request"]["url"]
        kinds[event["requestId"]] = "/entries?" in url and "audio" in url

    def data(event: Any) -> None:
        came[kinds.get(event["requestId"], False)] += event["encodedDataLength"]

    network.on("Network.requestWillBeSent", asked)
    network.on("Network.dataReceived", data)
    began = time.monotonic()
    page.goto(f"{address}?t={AT_MS // 1000}", wait_until="commit")
    until(lambda: face.told("kept") in ("page", "whole") and face.number("positionMs") > AT_MS + 100, 60)
    took = time.monotonic() - began
    things = int(face.number("things"))
    context.close()
    return took, came[True] / 1000, came[False], things


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=12)
    parser.add_argument("--line", default="512kbit,100ms")
    parser.add_argument("--say", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.say:
        asyncio.run(say(*args.say))
        return
    with tempfile.TemporaryDirectory() as name, Line(args.line, seed=1) as line, sync_playwright() as playwright:
        folder = Path(name)
        clip = folder / "lap.mp4"
        draw_lap(clip, 30)
        server = NearServer(folder / "house", line.near)
        server.start()
        command = [sys.executable, __file__, "--say", f"http://127.0.0.1:{PORT}", server.key, str(clip)]
        lesson = line.near.exec(command, timeout=300).stdout.strip()
        address = f"http://{line.near.address}:{PORT}/lessons/{lesson}"
        with browser_at(playwright, line, folder, trusting(line)) as browser:
            runs = [join(browser, address) for _ in range(args.times)]
    took = sorted(run[0] for run in runs)
    rest = sorted(run[2] / 1000 for run in runs)
    p95 = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
    print(
        f"{len(runs)} joins at minute 40 over {args.line}: median {statistics.median(took):.2f} s, p95 {p95:.2f} s",
        end="",
    )
    print(f" ({took[0]:.2f} to {took[-1]:.2f}); {runs[0][3]} things on the page")
    print(f"all but sound and picture: median {statistics.median(rest):.0f} kB (to {rest[-1]:.0f} kB)")


if __name__ == "__main__":
    main()
