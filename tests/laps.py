"""A long lesson without long encoding: one short clip, said lap after lap, its times moved; and seeking in it.

The clip's picture tells which frame it is, as twelve black and white fields, so that a page can be asked what it shows.
"""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
from playwright.sync_api import Page

from halqa.media.cmaf import Fragment, Init, read_fragment, read_init, write_fragment
from halqa.media.encode import encode_file
from halqa.media.teach import Desk, Teacher
from halqa.timeline import Draft
from serving import Server

RATE = 25
FIELDS = 12
"""4,096 frames: a lap is at most 163 s."""


def draw_lap(path: Path, seconds: int) -> None:
    """The number of the frame in fields over something that moves, and a tone."""
    field = "drawbox=x={x}:y={y}:w=100:h=170:t=fill:color={color}"
    places = [{"x": (i % 6) * 106 + 5, "y": (i // 6) * 180 + 5} for i in range(FIELDS)]
    fields = [field.format(**place, color="black") for place in places]
    fields += [
        field.format(**place, color="white") + f":enable='mod(floor(n/{1 << i}),2)'" for i, place in enumerate(places)
    ]
    picture = f"testsrc=s=640x360:r={RATE}:d={seconds},{','.join(fields)}"
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "48k"]
    sound = ["-f", "lavfi", "-i", f"sine=f=330:d={seconds}"]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, *sound, *encode, str(path)], check=True)


class LongLesson(NamedTuple):
    """A lesson that has ended; `lap`: the length of one lap, ms."""

    id: str
    lap: int

    def off(self, at: int, shown: float) -> float:
        """How far this moment of a lap is from the one that stands at `at` of the lesson (ms)."""
        off = abs(shown - at % self.lap)
        return min(off, self.lap - off)


def say_long_lesson(server: Server, minutes: int, lap_seconds: int = 60) -> LongLesson:
    """Draw a lap, encode it once, and say it until so many minutes stand on the timeline."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as beside:
        clip = Path(folder, "lap.mp4")
        draw_lap(clip, lap_seconds)
        # Playwright has an event loop of its own on the caller's thread.
        return beside.submit(asyncio.run, _say(server.url, server.key, clip, minutes)).result()


async def _say(server: str, key: str, clip: Path, minutes: int) -> LongLesson:
    lap = [draft async for batch in encode_file(str(clip), fragment_ms=500, most=360) for draft in batch]
    length = max(draft.t + draft.duration for draft in lap)
    desk = Desk(server, key)
    lesson = await desk.announce(f"{minutes} minutes")
    async with Teacher(desk, lesson) as teacher:
        await teacher.say_all(_laps(lap, length, -(-minutes * 60_000 // length)))
        await teacher.client.seal(lesson)
    return LongLesson(lesson, length)


async def _laps(lap: list[Draft], length: int, count: int) -> AsyncIterator[list[Draft]]:
    inits = {draft.track: read_init(draft.payload) for draft in lap if draft.init}
    yield lap
    for number in range(1, count):
        yield [later(draft, inits[draft.track], number * length) for draft in lap if not draft.init]


def later(draft: Draft, init: Init, by: int) -> Draft:
    """The same media so many ms later."""
    fragment = read_fragment(draft.payload, init)
    moved = Fragment(fragment.base + by * init.timescale // 1000, fragment.samples)
    return msgspec.structs.replace(draft, t=draft.t + by, payload=write_fragment(1, moved, init))


class Sought(NamedTuple):
    """What a seek led to. `ms`: from the press until its picture was presented; `shown`: of which moment of the lap
    (ms) that picture says to be; `buffered`: whether it lay ready before."""

    ms: float
    shown: float
    buffered: bool


def seek(page: Page, at: int) -> Sought:
    """Move the bar of a classroom's page to this moment (ms), and wait for a picture that the browser says is of it."""
    found = page.evaluate(_SEEK, {"at": at, "fields": FIELDS})
    assert isinstance(found, dict), f"{at} was asked for; no picture of it came: {found}"
    return Sought(float(found["ms"]), found["frame"] * 1000 / RATE, bool(found["buffered"]))


_SEEK = """async ({ at, fields }) => {
  const [video, bar] = [document.querySelector('video'), document.querySelector('.seek')];
  const holds = ({ buffered }) =>
    [...Array(buffered.length).keys()].some(i => buffered.start(i) <= at / 1000 && at / 1000 < buffered.end(i));
  const buffered = holds(video) || holds(document.querySelector('audio'));
  const near = time => Math.abs(time - at / 1000) < 1;
  const never = new Promise(resolve => setTimeout(resolve, 30000, null));
  const began = performance.now();
  bar.value = at;
  bar.dispatchEvent(new Event('change'));
  for (;;) {
    const presented = new Promise(resolve => video.requestVideoFrameCallback((_, frame) => resolve(frame)));
    const frame = await Promise.race([presented, never]);
    const ms = performance.now() - began;
    if (frame === null) {
      const ranges = of => [...Array(of.length).keys()].map(i => [of.start(i), of.end(i)]);
      const tell = ({ currentTime, readyState, seeking, paused, buffered }) =>
        ({ currentTime, readyState, seeking, paused, ready: ranges(buffered) });
      return [video, document.querySelector('audio')].map(tell);
    }
    if (!near(frame.mediaTime)) continue;
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const pen = canvas.getContext('2d');
    pen.drawImage(video, 0, 0, 640, 360);
    let number = 0;
    for (let i = 0; i < fields; i++) {
      const [r] = pen.getImageData((i % 6) * 106 + 55, Math.floor(i / 6) * 180 + 90, 1, 1).data;
      if (r > 128) number |= 1 << i;
    }
    return { ms, frame: number, buffered };
  }
}"""
