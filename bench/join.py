"""Who comes late: from an empty browser to the whole page and the voice, forty minutes into a lesson, at 512 kbit/s.

    python bench/join.py [--times 20] [--minutes 40] [--line 512kbit,60ms]

A lesson of forty minutes stands on the timeline, spoken and written without a pause, and goes on; a page is turned
every four and a half minutes. A browser with nothing in its store opens it at the far end of the line, live
(**join**), and once it has ended at its fortieth minute (**seek there**). Told are the ms from the call of the page
until the page of the board that is shown is complete and drawn and the sound has moved; the bytes of everything that
is neither sound nor picture, as the browser counts them (heads included); and every byte of every IP packet until
then.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "journeys"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lines"))

from playwright.sync_api import Browser, sync_playwright

from halqa.line import Line
from halqa.media.cmaf import Init, read_init
from halqa.media.demo_clip import make_clip
from halqa.media.encode import encode_file, paced
from halqa.media.hand import Hand
from halqa.media.teach import Desk, Teacher, written_beside
from halqa.timeline import Draft
from laps import later
from school import PORT, NearServer, browser_at
from serving import until

MORE_MINUTES = 20
"""How long the lesson lasts beyond the moment that is sought, and how long it may go on while others join."""
WORDS = ("AB=4", "MN=3", "A=6", "ABC", "M=2", "BC=6", "AM", "AN=3", "C=4", "B=2")

COME = """() => {
  // When the page that is shown is complete and drawn, and the sound has moved: ms since the page was called.
  const inked = canvas => {
    if (!canvas?.width) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) return true;
    return false;
  };
  const came = (window.came = { board: 0, sound: 0, whole: 0 });
  let [last, moved] = [null, 0];
  const look = () => {
    const face = document.querySelector("halqa-classroom");
    const sound = document.querySelector("audio");
    const now = Math.round(performance.now());
    if (sound && !sound.paused) {
      if (last !== null && sound.currentTime > last) moved += sound.currentTime - last;
      last = sound.currentTime;
      if (moved > 0.05) came.sound ||= now;
    }
    const kept = face?.dataset.kept ?? "";
    if (kept !== "" && Number(face.dataset.things) > 0 && !came.board)
      if (inked(face.querySelector(".blackboard canvas.board-ink"))) came.board = now;
    if (kept === "whole") came.whole ||= now;
    setTimeout(look, 15);
  };
  look();
  // What was asked for beside the answer that is followed; that one is still open.
  window.weight = () => {
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const media = ({ name }) => /[?&]video=/.test(name);
    return all.filter(one => !media(one)).reduce((sum, one) => sum + one.transferSize, 0);
  };
}"""


class Came(NamedTuple):
    """ms until the shown page of the board, the sound, and all pages were there; bytes that are no media, and all."""

    board: int
    sound: int
    beside: int
    every: int
    late: int

    @property
    def whole(self) -> int:
        """Board and sound."""
        return max(self.board, self.sound)


def written(minutes: float) -> Iterator[Draft]:
    """A hand that never rests; fifteen lines a page."""
    hand, page, told = Hand(), 1, 0
    hand.tell(fact="scene", scene="board")
    while hand.now < minutes * 60_000:
        for line in range(14):
            for place in range(12):
                hand.letters(WORDS[(line * 7 + place + page) % len(WORDS)], 250 + place * 640, 200 + line * 300, 130)
                yield from hand.drafts[told:]
                told = len(hand.drafts)
        page += 1
        hand.turn(str(page), page)


async def spoken(lap: list[Draft], length: int, minutes: float, live_from: float) -> AsyncIterator[list[Draft]]:
    """One lap again and again: at once up to a moment (minutes), from there on as time goes."""
    inits: dict[str, Init] = {draft.track: read_init(draft.payload) for draft in lap if draft.init}

    async def laps(first: int, last: int) -> AsyncIterator[list[Draft]]:
        for number in range(first, last):
            for draft in lap:
                if number == 0 or not draft.init:
                    yield [later(draft, inits[draft.track], number * length) if number else draft]

    past, all_laps = int(live_from * 60_000) // length, int(minutes * 60_000) // length
    async for batch in laps(0, past):
        yield batch
    print("live", flush=True)
    async for batch in paced(laps(past, all_laps), 1, past * length, asyncio.get_running_loop().time()):
        yield batch


async def teach(url: str, key: str, clip: str, minutes: float, live_from: float) -> None:
    """Say the lesson; prints its id, and `live` when it has reached the moment from which it takes its time."""
    lap = [draft async for batch in encode_file(clip, fragment_ms=500, most=360) for draft in batch]
    length = max(draft.t + draft.duration for draft in lap)
    lap.sort(key=lambda draft: (not draft.init, draft.t + draft.duration))
    desk = Desk(url, key)
    lesson = await desk.announce("Déjà quarante minutes")
    print(lesson, flush=True)
    async with Teacher(desk, lesson) as teacher:
        await teacher.say_all(written_beside(spoken(lap, length, minutes, live_from), written(minutes)))
        await teacher.client.seal(lesson)


@contextlib.contextmanager
def lesson(line: Line, server: NearServer, clip: Path, minutes: float, live_from: float) -> Iterator[str]:
    """Taught on the studio's side of the line; its id, once it is live, or has ended."""
    url = f"http://127.0.0.1:{PORT}"
    command = [sys.executable, __file__, "--teach", url, server.key, str(clip), str(minutes), str(live_from)]
    teacher = line.near.popen(command, stdout=subprocess.PIPE)
    try:
        assert teacher.stdout is not None
        name = str(teacher.stdout.readline()).strip()
        assert str(teacher.stdout.readline()).strip() == "live"
        if live_from >= minutes:
            assert teacher.wait(120) == 0
        yield name
    finally:
        teacher.kill()
        teacher.wait()


def come(browser: Browser, line: Line, address: str) -> Came:
    """Open the page with an empty store, and wait until all of it is there."""
    page = browser.new_context(locale="fr-FR", viewport={"width": 1366, "height": 768}).new_page()
    page.add_init_script(f"({COME})()")
    before = line.counters().down.delivered.bytes
    page.goto(address, wait_until="commit")
    until(lambda: page.evaluate("window.came.board && window.came.sound"), 60)
    every, beside = line.counters().down.delivered.bytes - before, page.evaluate("window.weight()")
    until(lambda: page.evaluate("window.came.whole"), 120)
    told = page.evaluate("window.came")
    page.context.close()
    return Came(told["board"], told["sound"], beside, every, told["whole"])


def tell(name: str, came: list[Came]) -> None:
    """One row."""

    def spread(values: list[int], unit: str, by: int = 1) -> str:
        ordered = sorted(values)
        p95 = ordered[-(-len(ordered) * 95 // 100) - 1]
        median, least, most = statistics.median(ordered) / by, ordered[0] / by, ordered[-1] / by
        return f"{median:.0f}, {p95 / by:.0f} ({least:.0f} to {most:.0f}) {unit}"

    cells = [spread([one.whole for one in came], "ms"), spread([one.board for one in came], "ms")]
    cells += [spread([one.sound for one in came], "ms"), spread([one.beside for one in came], "kB", 1000)]
    cells += [spread([one.every for one in came], "kB", 1000), spread([one.late for one in came], "ms")]
    print("| " + " | ".join([name, *cells]) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--line", default="512kbit,60ms")
    parser.add_argument("--teach", nargs=5, metavar=("URL", "KEY", "CLIP", "MINUTES", "FROM"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.teach:
        url, key, clip, minutes, live_from = args.teach
        return asyncio.run(teach(url, key, clip, float(minutes), float(live_from)))
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(1) as beside:
        folder = Path(name)
        voice = folder / "voice.mp4"
        # Playwright has an event loop of its own on this thread.
        beside.submit(asyncio.run, make_clip(voice, 60, "Quarante minutes")).result()
        print("median, p95 (least to most)")
        print("| | board and sound | board | sound | no media | every byte down | all pages of the board |")
        print("|---|---|---|---|---|---|---|", flush=True)
        with Line(args.line, seed=1) as line, sync_playwright() as playwright:
            server = NearServer(folder / "house", line.near)
            server.start()
            far = f"http://{line.near.address}:{PORT}/lessons"
            whole = args.minutes + MORE_MINUTES
            with browser_at(playwright, line, folder) as browser:
                with lesson(line, server, voice, whole, args.minutes) as live:
                    tell("join", [come(browser, line, f"{far}/{live}") for _ in range(args.times)])
                with lesson(line, server, voice, whole, whole) as ended:
                    at = round(args.minutes * 60)
                    tell("seek there", [come(browser, line, f"{far}/{ended}?t={at}") for _ in range(args.times)])


if __name__ == "__main__":
    main()
