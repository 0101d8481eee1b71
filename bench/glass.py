"""From camera to classroom screen, in real Chromium on this machine: the studio page, the server, the classroom page.

    python bench/glass.py [--rounds 3] [--seconds 15] [--only-seeks]

A canvas stands in for the camera and draws the clock as twenty black and white fields, sixty times a second. The
classroom page reads the fields back from its video element: what it shows is this old. Also: the page opened
until the first moving picture, the end of the lesson until its replay plays, and seeks in a lesson of an hour
(`laps.py`), to where nothing lies ready, until a picture that says to be of that moment is presented.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "journeys"))

from faces import enter_classroom, enter_studio
from laps import say_long_lesson, seek
from serving import Server, until

CAMERA = """
navigator.mediaDevices.getUserMedia = (real => async wanted => {
  if (!wanted.video) return real(wanted);
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const pen = canvas.getContext('2d');
  const draw = () => {
    pen.fillStyle = '#335'; pen.fillRect(0, 0, 640, 360);
    const now = Date.now() % (1 << 20);
    for (let i = 0; i < 20; i++) {
      pen.fillStyle = (now >> i) & 1 ? '#fff' : '#000';
      pen.fillRect((i % 10) * 64, Math.floor(i / 10) * 180, 64, 180);
    }
  };
  setInterval(draw, 16); draw();
  return canvas.captureStream(30);
})(navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices));
"""

READ = """() => {
  const video = document.querySelector('video');
  if (!video.videoWidth) return null;
  const canvas = window.__eye ??= Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.drawImage(video, 0, 0, 640, 360);
  const at = Date.now() % (1 << 20);
  let clock = 0;
  for (let i = 0; i < 20; i++) {
    const [r] = pen.getImageData((i % 10) * 64 + 32, Math.floor(i / 10) * 180 + 90, 1, 1).data;
    if (r > 60 && r < 195) return null;
    if (r > 128) clock |= 1 << i;
  }
  return (at - clock + (1 << 20)) % (1 << 20);
}"""


def latency(browser: Browser, server: Server, fragment: int, seconds: float) -> dict[str, float]:
    """Ages of the picture on the classroom's screen, ms."""
    lesson = server.announce(f"glass {fragment}")
    studio = enter_studio(browser, server, lesson, script=CAMERA, query=f"?fragment={fragment}")
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    classroom = enter_classroom(browser, server, lesson)
    classroom.reaches("live")
    classroom.moves(by=6000)
    ages: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        age = classroom.page.evaluate(READ)
        if age is not None and age < 20_000:
            ages.append(float(age))
        time.sleep(0.03)
    first = [first_picture(browser, server, lesson) for _ in range(3)]
    studio.page.click("[data-act=end]")
    studio.reaches("sealing")
    began = time.monotonic()
    studio.reaches("ended")
    sealed = time.monotonic() - began
    began = time.monotonic()
    replay = enter_classroom(browser, server, lesson)
    until(lambda: replay.page.evaluate("document.querySelector('video')?.currentTime > 0.1"))
    played = time.monotonic() - began
    for page in (studio.page, classroom.page, replay.page):
        page.context.close()
    ages.sort()
    return {
        "p50": statistics.median(ages),
        "p95": ages[int(len(ages) * 0.95)],
        "first_picture": statistics.median(first),
        "sealed": sealed * 1000,
        "replay": played * 1000,
        "readings": len(ages),
    }


def first_picture(browser: Browser, server: Server, lesson: str) -> float:
    """From opening the page to a picture that moves, ms."""
    page = browser.new_context().new_page()
    began = time.monotonic()
    page.goto(f"{server.url}/lessons/{lesson}", wait_until="commit")
    moving = "document.querySelector('video')?.currentTime > 0.05 && document.querySelector('.pictured') !== null"
    while not page.evaluate(moving):
        time.sleep(0.005)
    took = (time.monotonic() - began) * 1000
    page.context.close()
    return took


def seeks(browser: Browser, server: Server, minutes: int, count: int) -> list[float]:
    """Seeks to seeded moments of a long lesson, none of them buffered: from the press to its picture presented, ms."""
    lesson = say_long_lesson(server, minutes)
    classroom = enter_classroom(browser, server, lesson.id)
    classroom.reaches("replay")
    chance = random.Random(60)
    took = []
    for _ in range(count):
        classroom.moves()
        at = chance.randrange(60, minutes * 60 - 60) * 1000
        while abs(at - classroom.number("positionMs")) < FAR_MS:
            at = chance.randrange(60, minutes * 60 - 60) * 1000
        found = seek(classroom.page, at)
        assert not found.buffered, f"{at} lay ready: this seek was not cold"
        assert lesson.off(at, found.shown) < 1000, f"{at} was asked for, and it shows {found.shown} of {lesson.lap}"
        took.append(found.ms)
    classroom.page.context.close()
    return took


FAR_MS = 120_000
"""A classroom keeps 65 s behind and fetches 30 s ahead: what is further away is not there."""


def tell(name: str, values: list[float]) -> None:
    """Median and 95th of a hundred."""
    ordered = sorted(values)
    p95 = ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]
    print(f"{name}: median {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms ({len(ordered)} times)")
    print(json.dumps([round(value) for value in values]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--minutes", type=int, default=60, help="length of the lesson that is sought in")
    parser.add_argument("--seeks", type=int, default=20)
    parser.add_argument("--only-seeks", action="store_true", help="leave the live part out")
    args = parser.parse_args()
    flags = "--no-sandbox --headless=new --disable-quic --disable-background-networking"
    flags += (
        " --use-fake-device-for-media-stream --use-fake-ui-for-media-stream --autoplay-policy=no-user-gesture-required"
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.start()
        try:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags.split())
            for fragment in () if args.only_seeks else (250, 500):
                rounds = [latency(browser, server, fragment, args.seconds) for _ in range(args.rounds)]
                print(f"fragments of {fragment} ms")
                for name in rounds[0]:
                    values = [one[name] for one in rounds]
                    print(f"  {name:14} {statistics.median(values):8.0f} ({min(values):.0f} to {max(values):.0f})")
            began = time.monotonic()
            took = seeks(browser, server, args.minutes, args.seeks)
            tell(f"seek in {args.minutes} minutes", took)
            print(f"  (lesson made and sought in {time.monotonic() - began:.0f} s)")
            browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
