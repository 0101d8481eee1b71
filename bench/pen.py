"""From the tip of the pen to the screen: this one, and another. Real Chromium, real pointer events, on this machine.

    python bench/pen.py [--strokes 40] [--only-local]

**Another screen**: a mouse (through the browser's own input) moves on the studio's board; the classroom's page looks at
the pixel where it went, in every frame. From the event's own time to the frame after which the pixel is there. **This
screen**: the same in the studio's page, with 0, 5,000 and 20,000 strokes on the page (two hours of writing are some
10,000): how many of the points were drawn within the frame that follows their event, and how long that took.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "journeys"))

from playwright.sync_api import Browser, Page, sync_playwright

from conftest import ARGS, CHROMIUM
from faces import enter_classroom, enter_studio
from halqa.media import board
from halqa.media.teach import Desk, Teacher
from halqa.timeline import Draft
from serving import Server, until

FRAME_MS = 1000 / 60

LOOK = """([selector, x, y]) => new Promise(resolve => {
  // The moment after the frame in which there is ink at this place (shares of the page), ms since 1970.
  const page = document.querySelector(selector + " .board-page");
  const inked = canvas => {
    if (!canvas.width || !canvas.height) return false;
    const pen = canvas.getContext("2d");
    const [cx, cy] = [Math.round(x * canvas.width), Math.round(y * canvas.height)];
    const data = pen.getImageData(Math.max(0, cx - 2), Math.max(0, cy - 2), 5, 5).data;
    return data.some((one, i) => i % 4 === 3 && one > 0);
  };
  const began = performance.now();
  const look = () => {
    const seen = [...page.querySelectorAll("canvas")].some(inked);
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
  // Of every movement: how long after its event the frame was ready in which it was drawn.
  window.drawn = [];
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
        looking = classroom.page.evaluate_handle(f"() => {{ window.look = ({LOOK})(['.blackboard', {x}, {y}]); }}")
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


def here(browser: Browser, server: Server, full: int) -> tuple[float, list[float]]:
    """Of the points of a stroke on a page with so many others: the share drawn in the next frame, and ms of each."""
    lesson = server.announce("Encre")
    if full:
        # Playwright's loop runs in this thread.
        with ThreadPoolExecutor(1) as beside:
            beside.submit(asyncio.run, _fill(server, lesson, full)).result()
    studio = enter_studio(browser, server, lesson)
    desk = studio.page
    desk.click("button[data-scene=board]")
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
    desk.close()
    return sum(frames == 1 for frames, _ in drawn) / len(drawn), [ms for _, ms in drawn]


async def _fill(server: Server, lesson: str, strokes: int) -> None:
    """So many short strokes on the first page, said by somebody else."""
    async with Teacher(Desk(server.url, server.key), lesson) as teacher:
        assert teacher.speaker is not None
        for first in range(0, strokes, 500):
            ops = []
            for n in range(first, min(first + 500, strokes)):
                x, y = 100 + n % 120 * 64, 3900 + n // 120 % 9 * 60
                said = board.points([(x, y), (x + 20, y - 30), (x + 40, y + 10), (x + 55, y - 20)])
                ops.append(board.ink(n + 1, board.PEN, board.INK, 16, 0, 0, said))
            await teacher.speaker.say([Draft("board/1", "", 0, first, 0, 0, board.payload(ops))])


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
            for full in (0, 5_000, 20_000):
                share, ms = here(browser, server, full)
                print(
                    f"this screen, {full:>6} strokes: {share:.0%} of {len(ms)} points in the next frame; {_spread(ms)}"
                )
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
