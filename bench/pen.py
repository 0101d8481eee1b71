"""From the tip of the pen to the screen: this one, and another. Real Chromium, real pointer events, on this machine.

    python bench/pen.py [--strokes 40] [--only-local] [--full 0 5000 20000 50000]

**Another screen**: a mouse (through the browser's own input) moves on the studio's board; the classroom's page looks at
the pixel where it went, in every frame. From the event's own time to the frame after which the pixel is there. **This
screen**: the same in the studio's page, with so many strokes on the page already (two hours of writing are some
10,000): how many of the points were drawn within the frame that follows their event, and how long that took; of the
frames meanwhile, the longest. **Coming late** to such a page, with an empty browser and over loopback: from the call of
the studio's and of the classroom's page until all strokes are drawn there, and what either then holds in memory (of
scripts, after its garbage was collected).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "journeys"))

from playwright.sync_api import Browser, Page, sync_playwright

from conftest import ARGS, CHROMIUM
from faces import enter_classroom, enter_studio
from halqa.media import board
from halqa.media.teach import Desk, Teacher
from halqa.timeline import Draft
from serving import Server, until

MARK_EVERY = 1_000
"""Of a full page each so-many-eth stroke lies apart from the others: when these are seen, all is drawn."""

LOOK = """([selector, ...places]) => new Promise(resolve => {
  // The moment after the frame in which there is ink at all these places (shares of the page), ms since 1970.
  const page = document.querySelector(selector + " .board-page");
  const inked = ([x, y]) => canvas => {
    if (!canvas.width || !canvas.height) return false;
    const pen = canvas.getContext("2d");
    const [cx, cy] = [Math.round(x * canvas.width), Math.round(y * canvas.height)];
    const data = pen.getImageData(Math.max(0, cx - 2), Math.max(0, cy - 2), 5, 5).data;
    return data.some((one, i) => i % 4 === 3 && one > 0);
  };
  const began = performance.now();
  const look = () => {
    const seen = places.every(place => [...page.querySelectorAll("canvas")].some(inked(place)));
    const now = performance.timeOrigin + performance.now();
    if (seen) resolve(now);
    else if (performance.now() - began > 5000) resolve(null);
    else requestAnimationFrame(() => setTimeout(look));
  };
  look();
})"""

NOTE = """() => {
  // Every movement of the pen: when the browser took it, ms since 1970.
  window.moved = [];
  const note = event => window.moved.push(performance.timeOrigin + event.timeStamp);
  document.querySelector(".easel").addEventListener("pointermove", note, true);
}"""

DRAWN = """() => {
  // Of every movement: how long after its event the frame was ready in which it was drawn; and all ms between frames.
  window.drawn = [];
  window.apart = [];
  let before = performance.now();
  const count = now => { window.apart.push(now - before); before = now; requestAnimationFrame(count); };
  requestAnimationFrame(count);
  const tips = [...document.querySelectorAll(".easel canvas.board-tip")];
  const inked = (x, y) => tips.some(canvas => {
    const box = canvas.getBoundingClientRect();
    const [cx, cy] = [(x - box.left) * canvas.width / box.width, (y - box.top) * canvas.height / box.height];
    const data = canvas.getContext("2d").getImageData(Math.max(0, cx - 3), Math.max(0, cy - 3), 7, 7).data;
    return data.some((one, i) => i % 4 === 3 && one > 0);
  });
  document.querySelector(".easel").addEventListener("pointermove", event => {
    if (!event.buttons) return;
    const { clientX: x, clientY: y, timeStamp } = event;
    let frames = 0;
    const look = () => requestAnimationFrame(() => {
      const done = performance.now();
      setTimeout(() => {
        frames += 1;
        if (inked(x, y)) window.drawn.push([frames, done - timeStamp]);
        else if (frames < 30) look();
      });
    });
    look();
  }, true);
}"""


def elsewhere(browser: Browser, server: Server, strokes: int) -> list[float]:
    """ms from the pen's tip to the same point on the classroom's screen."""
    lesson = server.announce("Encre")
    studio = enter_studio(browser, server, lesson)
    desk = studio.page
    desk.click("button[data-scene=board]")
    desk.click("[data-act=go]")
    studio.reaches("on-air")
    classroom = enter_classroom(browser, server, lesson)
    classroom.reaches("live")
    # Something is written, so that the board is there.
    box = _page(desk)
    _stroke(desk, box, 0.05, 0.05, 0.1)
    until(lambda: classroom.number("things") == 1)
    classroom.moves(by=3000)
    desk.evaluate(NOTE)
    took = []
    for index in range(strokes):
        x, y = 0.1 + (index % 8) * 0.11, 0.12 + (index // 8 % 8) * 0.1
        _begin(desk, box, x - 0.03, y)
        looking = classroom.page.evaluate_handle(f"() => {{ window.look = ({LOOK})(['.blackboard', [{x}, {y}]]); }}")
        looking.dispose()
        for step in (0.02, 0.01, 0.0):
            desk.mouse.move(box["x"] + box["width"] * (x - step), box["y"] + box["height"] * y)
        went = desk.evaluate("window.moved.at(-1)")
        seen = classroom.page.evaluate("window.look")
        desk.mouse.up()
        if seen is not None:
            took.append(seen - went)
        desk.wait_for_timeout(120 + index % 7 * 40)
        if index % 64 == 63:
            desk.click("[data-do=clear]")
            desk.wait_for_timeout(800)
    desk.close()
    return took


class Here(NamedTuple):
    """Of the points of strokes on a page with so many others: the share drawn in the next frame, and ms of each."""

    share: float
    drawn: list[float]
    longest_frame: float
    coming: dict[str, float]
    """From the call of this page until all is drawn there, ms."""
    memory: dict[str, float]
    """MiB there."""


def here(browser: Browser, server: Server, full: int) -> Here:
    lesson = server.announce("Encre")
    if full:
        # Playwright's loop runs in this thread.
        with ThreadPoolExecutor(1) as beside:
            beside.submit(asyncio.run, _fill(server, lesson, full)).result()
    studio = enter_studio(browser, server, lesson)
    desk = studio.page
    desk.click("button[data-scene=board]")
    coming, memory = {}, {}
    if full:
        # What the studio knows of its own screen by now: it is called again.
        desk.reload(wait_until="commit")
        coming["studio"] = _drawn(desk, ".easel", full)
        memory["studio"] = _memory(desk)
        late = browser.new_context(locale="fr-FR").new_page()
        late.goto(f"{server.url}/lessons/{lesson}", wait_until="commit")
        coming["classroom"] = _drawn(late, ".blackboard", full)
        memory["classroom"] = _memory(late)
        late.close()
    until(lambda: studio.number("things") == full, 120)
    desk.wait_for_timeout(1500)
    box = _page(desk)
    desk.evaluate(DRAWN)
    for row in range(6):
        _begin(desk, box, 0.1, 0.13 + row * 0.13)
        for step in range(40):
            desk.mouse.move(
                box["x"] + box["width"] * (0.1 + step * 0.018), box["y"] + box["height"] * (0.13 + row * 0.13)
            )
        desk.mouse.up()
    desk.wait_for_timeout(600)
    drawn: list[Any] = desk.evaluate("window.drawn")
    longest = float(desk.evaluate("Math.max(...window.apart)"))
    desk.close()
    share = sum(frames == 1 for frames, _ in drawn) / len(drawn)
    return Here(share, [ms for _, ms in drawn], longest, coming, memory)


def _drawn(page: Page, board: str, strokes: int) -> float:
    """ms from the page's call until all strokes are drawn there."""
    page.wait_for_selector(f"{board} .board-page", state="attached", timeout=120_000)
    seen = None
    while seen is None:
        marks = range(MARK_EVERY - 1, strokes, MARK_EVERY)
        seen = page.evaluate(LOOK, [board, *([x / 8000, y / 4500] for x, y in map(_place, marks))])
    return float(seen - page.evaluate("performance.timeOrigin"))


def _memory(page: Page) -> float:
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    return float(devtools.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def _place(n: int) -> tuple[int, int]:
    """Where the stroke lies: at the foot of the page, or, each so-many-eth, alone at its right."""
    mark, others = divmod(n + 1, MARK_EVERY)
    return (100 + n % 120 * 64, 3900 + n // 120 % 9 * 60) if others else (6700 + mark % 5 * 250, 300 + mark // 5 * 300)


async def _fill(server: Server, lesson: str, strokes: int) -> None:
    """So many short strokes on the first page, a few in an entry, said by somebody else."""

    def stroke(n: int) -> Any:
        x, y = _place(n)
        said = board.points([(x, y), (x + 20, y - 30), (x + 40, y + 10), (x + 55, y - 20)])
        return board.ink(n + 1, board.PEN, board.INK, 16, 0, 0, said)

    async with Teacher(Desk(server.url, server.key), lesson) as teacher:
        assert teacher.speaker is not None
        for first in range(0, strokes, 1000):
            numbers = range(first, min(first + 1000, strokes))
            entries = [[stroke(n) for n in numbers[i : i + 4]] for i in range(0, len(numbers), 4)]
            drafts = [Draft("board/1", "", 0, first, 0, 0, board.payload(ops)) for ops in entries]
            await teacher.speaker.say(drafts)


def _page(desk: Page) -> Any:
    box = desk.locator(".easel .board-page").bounding_box()
    assert box
    return box


def _begin(desk: Page, box: Any, x: float, y: float) -> None:
    desk.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    desk.mouse.down()


def _stroke(desk: Page, box: Any, x: float, y: float, long: float) -> None:
    _begin(desk, box, x, y)
    desk.mouse.move(box["x"] + box["width"] * (x + long), box["y"] + box["height"] * y, steps=6)
    desk.mouse.up()


def _spread(values: list[float]) -> str:
    cuts = statistics.quantiles(values, n=20)
    return f"median {statistics.median(values):.0f} ms, p95 {cuts[-1]:.0f} ms ({min(values):.0f} to {max(values):.0f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=int, default=40)
    parser.add_argument("--only-local", action="store_true")
    parser.add_argument("--full", type=int, nargs="+", default=[0, 5_000, 20_000, 50_000])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder, "house"))
        server.start()
        options = [*ARGS, "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        try:
            if not args.only_local:
                took = elsewhere(browser, server, args.strokes)
                print(f"pen tip to the same point on another screen, {len(took)} of {args.strokes}: {_spread(took)}")
            for full in args.full:
                found = here(browser, server, full)
                ink = f"{found.share:.0%} of {len(found.drawn)} points in the next frame; {_spread(found.drawn)}"
                print(f"this screen, {full:>6} strokes: {ink}; longest frame {found.longest_frame:.0f} ms")
                for page, ms in found.coming.items():
                    print(f"  coming late, {page}: all drawn after {ms:.0f} ms; {found.memory[page]:.0f} MB of scripts")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
