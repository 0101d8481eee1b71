"""What a whole lesson with sound and continuous handwriting costs one classroom's line: every byte on it, both ways.

    python bench/narrow.py [--seconds 60] [--rounds 3] [--profiles | --poor MINUTES | --slides MINUTES]

Chromium at the far end of a line of `halqa line` follows with sound alone; a teacher speaks (24 kbit/s of Opus) and
writes without a pause. With `--profiles` the same lesson has pictures up to 720 lines, and each profile is chosen by
hand, on a line that carries all of them. Counted are IP packets whole, headers and acknowledgements included, as a
provider counts them. With `--poor` a class stands that long behind 64 kbit/s, 300 ms and 2 % of loss, and chooses
nothing: how long its sound stood still, and whether in the end its board is that of a class with a free line, to the
hash. With `--slides` a class stands as long behind 32 kbit/s, and every minute a slide is turned up that was laid
before: how long its sound stood still, and how long after it was turned up each slide was seen.
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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "journeys"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lines"))

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import sync_playwright

from faces import Face, enter_classroom
from halqa.line import Line
from halqa.media.demo_clip import make_clip
from halqa.media.demo_slides import lay
from halqa.media.hand import Hand
from halqa.media.teach import Desk, Teacher, file_batches, written_beside
from halqa.timeline import Draft
from school import PORT, NearServer, attend, browser_at
from serving import until

LINE, WIDE, POOR = "512kbit,100ms", "10mbit,60ms", "64kbit,300ms,2%"
SLOW = "32kbit,300ms"
RUNGS = {"32": "", "64": "", "128": "video/90", "256": "video/180", "512": "video/360", "2000": "video/720"}
PROFILES = tuple(RUNGS)
WORDS = ("AB=4", "MN=3", "x=12", "ABC", "2x+3", "BC=6", "AM", "AN=5")


def deck(path: Path, pages: int) -> None:
    """A PDF of pages full of writing, no two alike."""
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 60)
    sheets = []
    for page in range(pages):
        sheet = Image.new("RGB", (1920, 1080), "white")
        pen = ImageDraw.Draw(sheet)
        for line in range(11):
            words = (WORDS[(page + line + place) % len(WORDS)] for place in range(6))
            pen.text((90, 60 + 90 * line), f"{page + 1}.{line + 1}  " + "    ".join(words), font=font, fill="#14213d")
        sheets.append(sheet)
    sheets[0].save(path, "PDF", save_all=True, append_images=sheets[1:], resolution=144)


def turning(until_ms: float, slides: Sequence[Any]) -> Iterator[Draft]:
    """All slides are laid at first; one is turned up every minute, and written on."""
    hand, told = Hand(), 0
    for number, slide in enumerate(slides):
        hand.turn(f"s{number}", number + 1, picture=slide)
    for number in range(len(slides)):
        hand.turn_back(f"s{number}")
        while hand.now < min(until_ms, (number + 1) * 60_000):
            hand.letters(WORDS[number % len(WORDS)], 400, 300 + number * 400, 240)
            yield from hand.drafts[told:]
            told = len(hand.drafts)


def handwriting(until_ms: float) -> Iterator[Draft]:
    """A hand that does not rest until this moment: some 24 letters a line, a new page when one is full."""
    hand, page, told = Hand(), 1, 0
    while hand.now < until_ms:
        for line in range(7):
            for place in range(6):
                hand.letters(WORDS[(line * 5 + place + page) % len(WORDS)], 400 + place * 1250, 300 + line * 580, 240)
                yield from hand.drafts[told:]
                told = len(hand.drafts)
        page += 1
        hand.turn(str(page), page)


async def teach(url: str, key: str, clip: str, most: int, write_ms: float, pdf: str = "") -> None:
    """On air until it is stopped; prints the lesson's id."""
    desk = Desk(url, key)
    lesson = await desk.announce("Une leçon au bout du monde")
    written = handwriting(write_ms)
    if pdf:
        ticket = (await desk.say_ticket(lesson))["ticket"]
        written = turning(write_ms, await lay(url, lesson, ticket, Path(pdf)))
    print(lesson, flush=True)
    async with Teacher(desk, lesson) as teacher:
        batches = file_batches(clip, speed=1, starts_at=0, fragment_ms=500, loop=True, most=most)
        await teacher.say_all(written_beside(batches, written))


Rates = dict[str, tuple[list[float], list[float]]]


def measure(
    folder: Path, clip: Path, line_name: str, most: int, names: Sequence[str], args: argparse.Namespace
) -> Rates:
    """kbit/s down and up of each profile, round by round."""
    with Line(line_name, seed=1) as line:
        server = NearServer(folder / "house", line.near)
        server.start()
        endless = 3_600_000.0
        with (
            on_air(line, server, clip, most, endless) as lesson,
            sync_playwright() as playwright,
            browser_at(playwright, line, folder) as browser,
        ):
            server.url = f"http://{line.near.address}:{PORT}"
            face = enter_classroom(browser, server, lesson)
            face.reaches("live", 60)
            face.page.mouse.move(100, 100)
            rates: Rates = {}
            for name in names:
                face.page.select_option("[data-pick=quality]", name)
                face.moves(by=8000)
                until(lambda wanted=RUNGS[name]: face.told("rung") == wanted, 60)  # type: ignore[misc]
                rates[name] = ([], [])
                for _ in range(args.rounds):
                    before, began = line.counters(), time.monotonic()
                    face.page.wait_for_timeout(args.seconds * 1000)
                    after, took = line.counters(), time.monotonic() - began
                    for way, kept in zip(("down", "up"), rates[name], strict=True):
                        carried = getattr(after, way).delivered.bytes - getattr(before, way).delivered.bytes
                        kept.append(carried * 8 / took / 1000)
            return rates


@contextlib.contextmanager
def on_air(line: Line, server: NearServer, clip: Path, most: int, write_ms: float, pdf: str = "") -> Iterator[str]:
    """A lesson taught on the studio's side of the line for so long; its id."""
    url = f"http://127.0.0.1:{PORT}"
    command = [sys.executable, __file__, "--teach", url, server.key, str(clip), str(most), str(write_ms), pdf]
    teacher = line.near.popen(command, stdout=subprocess.PIPE)
    try:
        assert teacher.stdout is not None
        yield str(teacher.stdout.readline()).strip()
    finally:
        teacher.kill()


def trusting(line: Line) -> str:
    """A page can only reckon a hash where the browser trusts its address."""
    return f"--unsafely-treat-insecure-origin-as-secure=http://{line.near.address}:{PORT}"


def poor(folder: Path, clip: Path, minutes: float) -> None:
    """A class at the end of a poor line, beside one with a free line."""
    with Line(POOR, seed=1) as line, Line(WIDE, seed=2, near=line.near) as wide, sync_playwright() as playwright:
        server = NearServer(folder / "house", line.near)
        server.start()
        with (
            on_air(line, server, clip, 90, minutes * 60_000) as lesson,
            browser_at(playwright, line, folder, trusting(line)) as far,
            browser_at(playwright, wide, folder, trusting(wide)) as free,
        ):
            server.url = f"http://{line.near.address}:{PORT}"
            face = enter_classroom(far, server, lesson)
            server.url = f"http://{wide.near.address}:{PORT}"
            other = enter_classroom(free, server, lesson)
            [heard] = attend([face], [POOR], minutes)
            began = time.monotonic()
            until(lambda: other.number("positionMs") > minutes * 60_000 + 2000, 120)
            until(lambda: face.told("board") == other.told("board") != "", 120)
            late, things = time.monotonic() - began, other.number("things")
        silence = sum(ms for _, ms in heard.stops if ms >= 300)
        print(f"{POOR}, {minutes:g} minutes: longest silence {heard.worst_stop} ms, all silence {silence} ms, ", end="")
        print(f"silences {', '.join(f'{ms} ms at {at / 1000:.0f} s' for at, ms in heard.stops if ms >= 300)}; ", end="")
        print(f"pictures {dict(heard.rungs)}; ", end="")
        print(f"left out {heard.worst_leap} ms; {things:.0f} things on the last page, ", end="")
        print(f"the board the same to the hash ({late:.0f} s after the last was written)")


SEEN = """() => {
  // When each slide is turned up, and when it is seen: ms.
  const face = document.querySelector("halqa-classroom");
  const turned = (window.turned = {});
  setInterval(() => {
    const page = face.dataset.page;
    if (!page?.startsWith("s")) return;
    turned[page] ??= { at: performance.now(), seen: null };
    const slide = face.querySelector(".blackboard img.board-picture, .blackboard .board-pictures img");
    if (slide?.complete && slide.naturalWidth > 0) turned[page].seen ??= performance.now();
  }, 50);
}"""


def slides(folder: Path, clip: Path, minutes: int) -> None:
    """A class that hears and reads at 32 kbit/s, and looks at slides."""
    deck(folder / "slides-1.pdf", minutes)
    with Line(SLOW, seed=1) as line, sync_playwright() as playwright:
        server = NearServer(folder / "house", line.near)
        server.start()
        with (
            on_air(line, server, clip, 90, minutes * 60_000, str(folder)) as lesson,
            browser_at(playwright, line, folder) as far,
        ):
            server.url = f"http://{line.near.address}:{PORT}"
            face = Face(far.new_context(locale="fr-FR").new_page(), "halqa-classroom")
            # So narrow a line brings the page in half a minute.
            face.page.goto(f"{server.url}/lessons/{lesson}", wait_until="commit")
            face.page.wait_for_selector("halqa-classroom[data-page]", timeout=120_000)
            face.page.evaluate(SEEN)
            [heard] = attend([face], [SLOW], minutes)
            turned = face.page.evaluate("window.turned")
        silence = sum(ms for _, ms in heard.stops if ms >= 300)
        late = [(one["seen"] - one["at"]) / 1000 for one in turned.values() if one["seen"] is not None]
        print(f"{SLOW}, {minutes} minutes: longest silence {heard.worst_stop} ms, all silence {silence} ms, ", end="")
        print(f"silences {', '.join(f'{ms} ms at {at / 1000:.0f} s' for at, ms in heard.stops if ms >= 300)}; ", end="")
        print(f"{len(late)} of {len(turned)} slides seen, after {', '.join(f'{s:.1f}' for s in late)} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profiles", action="store_true")
    parser.add_argument("--poor", type=float, metavar="MINUTES")
    parser.add_argument("--slides", type=int, metavar="MINUTES")
    parser.add_argument("--teach", nargs=6, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.teach:
        with contextlib.suppress(KeyboardInterrupt):
            url, key, voice, most, write_ms, pdf = args.teach
            asyncio.run(teach(url, key, voice, int(most), float(write_ms), pdf))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = folder / "voice.mp4"
        asyncio.run(make_clip(clip, 60, "Au loin"))
        if args.poor:
            poor(folder, clip, args.poor)
            return
        if args.slides:
            slides(folder, clip, args.slides)
            return
        if args.profiles:
            large = folder / "large.mp4"
            scale = ["-vf", "scale=1280:720", "-c:v", "libx264", "-preset", "veryfast", "-c:a", "copy"]
            subprocess.run(["ffmpeg", "-v", "error", "-i", str(clip), *scale, str(large)], check=True)
            rates = measure(folder, large, WIDE, 720, PROFILES, args)
        else:
            rates = measure(folder, clip, LINE, 90, ("32",), args)
    print("| profile | down, kbit/s | up, kbit/s |")
    print("|---|---|---|")
    for name, ways in rates.items():
        told = [f"{statistics.median(one):.1f} ({min(one):.1f} to {max(one):.1f})" for one in ways]
        print(f"| {name} | {told[0]} | {told[1]} |")
    print(f"{args.rounds} rounds of {args.seconds:g} s each; line {WIDE if args.profiles else LINE}")


if __name__ == "__main__":
    main()
