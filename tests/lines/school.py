"""A school's classroom at the far end of a narrow line: real packets, a real browser, and an ear that notes silence."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

from conftest import ARGS, CHROMIUM
from faces import Face, enter_classroom
from halqa.line import Line
from halqa.line.line import Side
from serving import Server, until

PORT = 8000

EAR = """() => {
  const sound = document.querySelector('audio');
  const ear = (window.ear = { stops: [], leaps: [] });
  let at = sound.currentTime;
  let moved = performance.now();
  const listen = () => {
    const now = performance.now();
    const went = (sound.currentTime - at) * 1000;
    const stood = now - moved;
    if (went === 0 || sound.muted) return stood;
    at = sound.currentTime;
    moved = now;
    if (stood > 300) ear.stops.push([Math.round(at * 1000), Math.round(stood)]);
    if (Math.abs(went - stood) > 400 + stood) ear.leaps.push([Math.round(at * 1000), Math.round(went)]);
    return 0;
  };
  setInterval(listen, 50);
  ear.end = () => {
    const stands = listen();
    return { stops: [...ear.stops, [Math.round(at * 1000), Math.round(stands)]], leaps: ear.leaps };
  };
}"""
"""Notes each standstill of the sound, and each leap over some of it."""


@dataclass
class Heard:
    """What one class heard and saw.

    `stops`: standstills of the sound (at which ms of the lesson, for how many ms). `leaps`: where sound was left out.
    `behind`: how far behind the lesson's end the class was, ms, twice a second. `rungs`: the share of the time that
    each size of the picture was there.
    """

    line: str
    minutes: float = 0.0
    stops: list[list[int]] = field(default_factory=list)
    leaps: list[list[int]] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)
    rungs: Counter[str] = field(default_factory=Counter)

    @property
    def worst_stop(self) -> int:
        return max((ms for _, ms in self.stops), default=0)

    @property
    def worst_leap(self) -> int:
        return max((abs(ms) for _, ms in self.leaps), default=0)


class NearServer(Server):
    """`halqa serve` on the studio's side of a line, so that it feels how the line takes what it sends."""

    def __init__(self, data: Path, side: Side) -> None:
        super().__init__(data)
        self.side = side
        self.port = PORT
        self._environment = {**os.environ, "HALQA_DATA": str(data)}

    def start(self) -> None:
        command = [sys.executable, "-m", "halqa", "serve", "--host", "0.0.0.0", "--port", str(PORT)]
        self.side.popen(command, env=self._environment, stdout=subprocess.DEVNULL)
        until(self.answers, 60)

    def answers(self) -> bool:
        door = HTTPConnection("127.0.0.1", PORT)
        with contextlib.suppress(OSError), self.side.socket() as door.sock:
            door.sock.settimeout(5)
            door.sock.connect(("127.0.0.1", PORT))
            door.request("GET", "/healthz")
            return door.getresponse().status == 200
        return False

    def broadcast(self, clip: Path, *more: str) -> str:
        """A file on air without end; the lesson's id."""
        command = [sys.executable, "-m", "halqa", "teach", str(clip), "--title", "Au loin", "--loop", "--no-seal"]
        process = self.side.popen([*command, *more], env=self._environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        return process.stdout.readline().strip().rsplit("/", 1)[1]


def listen(lines: Sequence[str], folder: Path, clip: Path, minutes: float, *more: str) -> list[Heard]:
    """One lesson on air, a class at the end of each of these lines; what each heard in so many minutes."""
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(Line(lines[0], seed=1))
        stretched = [first, *(stack.enter_context(Line(line, seed=1, near=first.near)) for line in lines[1:])]
        server = NearServer(folder / "house", first.near)
        server.start()
        lesson = server.broadcast(clip, *more)
        playwright = stack.enter_context(sync_playwright())
        classes = []
        for line in stretched:
            browser = stack.enter_context(browser_at(playwright, line, folder))
            server.url = f"http://{line.near.address}:{PORT}"
            classes.append(enter_classroom(browser, server, lesson))
        return attend(classes, lines, minutes)


@contextlib.contextmanager
def browser_at(playwright: Playwright, line: Line, folder: Path, *more: str) -> Iterator[Browser]:
    """Chromium at the far end of the line."""
    starter = folder / f"chromium-{line.far.namespace}"
    starter.write_text("#!/bin/sh\nexec " + " ".join(line.far.command([CHROMIUM])) + ' "$@"\n')
    starter.chmod(0o755)
    args = [*ARGS, "--autoplay-policy=no-user-gesture-required", *more]
    browser = playwright.chromium.launch(executable_path=starter, args=args)
    yield browser
    browser.close()


def attend(classes: Sequence[Face], lines: Sequence[str], minutes: float) -> list[Heard]:
    """Look at every class twice a second, from the moment its sound has begun."""
    heard = [Heard(line, minutes) for line in lines]
    for face in classes:
        until(lambda face=face: face.page.evaluate("document.querySelector('audio')?.currentTime > 0"), 120)  # type: ignore[misc]
        face.page.evaluate(EAR)
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        for face, one in zip(classes, heard, strict=True):
            one.behind.append(face.number("latencyMs"))
            one.rungs[face.told("rung") or "none"] += 1
        classes[0].page.wait_for_timeout(500)
    for face, one in zip(classes, heard, strict=True):
        assert not face.errors
        told = face.page.evaluate("window.ear.end()")
        one.stops, one.leaps = told["stops"], told["leaps"]
    return heard
