"""A class that is cut for minutes in the middle of a poll and of a drawing, and comes back: real time, real browsers.

    python bench/cut.py [--minutes 5]

The same as the journey `test_a_class_cut_in_a_poll_and_a_stroke` (`tests/journeys/test_slates.py`), where the cut lasts
until the page has found out: meanwhile the teacher and the class write a stroke every twenty seconds. It fails unless
on its return the class has the whole board (its hash is that of a class that was not cut), its answer counts once, and
its slate is whole at the teacher's. Told are the seconds from the mended line until all of that is so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "journeys"))

from playwright.sync_api import sync_playwright

from conftest import ARGS, CHROMIUM
from faces import Face
from serving import Server
from test_slates import class_cut_in_a_lesson

EVERY_S = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    args = parser.parse_args()
    strokes = 0

    def pass_by(away: Face, happens: Callable[[], None]) -> None:
        nonlocal strokes
        end = time.monotonic() + 60 * args.minutes
        while time.monotonic() < end:
            away.page.wait_for_timeout(1000 * min(EVERY_S, end - time.monotonic()))
            happens()
            strokes += 1
        assert away.told("state") == "waiting", "the page has found out"

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.start()
        try:
            flags = [*ARGS, "--autoplay-policy=no-user-gesture-required"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            took = class_cut_in_a_lesson(server, browser, pass_by)
            browser.close()
        finally:
            server.stop()
    print(f"cut for {args.minutes:g} minutes, {strokes} strokes on each side: whole again {took:.1f} s after the line")


if __name__ == "__main__":
    main()
