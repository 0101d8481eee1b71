"""The classroom in the other browsers that schools have: Firefox, and WebKit as GNOME's browser has it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from desk import desk
from drivers import Window, firefox, webkit
from faces import Telling
from serving import Server, until

Opening = Callable[[Path, Mapping[str, str]], contextlib.AbstractContextManager[Window]]

AN_END_MS = 6_000


@pytest.fixture(scope="module")
def at_a_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    with desk(tmp_path_factory.mktemp("desk")) as environment:
        yield environment


class Classroom(Telling):
    """The page of a lesson in such a browser."""

    def __init__(self, window: Window, server: Server, lesson: str, language: str) -> None:
        super().__init__(window, "halqa-classroom")
        self.window = window
        window.goto(f"{server.url}/language/{language}?next=/lessons/{lesson}")

    def plays(self, element: str, seconds: float = 60) -> None:
        """Wait until the sound's or the picture's own element has played a second by itself (a seek is no playing)."""
        found = f"document.querySelector('{element}')"
        until(lambda: self.window.evaluate(f"!{found}.paused && !{found}.seeking"), seconds)
        at = f"{found}.currentTime"
        begin = self.window.evaluate(at)
        until(lambda: self.window.evaluate(at) > begin + 1, seconds)

    def is_seen_and_heard(self) -> None:
        self.moves(seconds=60)
        self.plays("video")
        self.plays("audio")

    def is_tapped(self) -> None:
        """These browsers let nothing be heard before a tap. Until then the picture plays, and a button says so."""
        until(lambda: self.window.evaluate("document.querySelector('.tap')?.hidden === false"), 60)
        self.plays("video")
        self.window.click(".tap")
        until(lambda: self.window.evaluate("document.querySelector('.tap').hidden"))
        self.plays("audio")
        assert self.window.evaluate("document.querySelector('audio').muted") is False

    def picks(self, selector: str, value: str) -> None:
        found = f"document.querySelector('{selector}')"
        self.window.evaluate(f"[{found}.value = '{value}', {found}.dispatchEvent(new Event('change'))]")


@pytest.mark.parametrize("open_browser", [firefox, webkit])
def test_a_lesson(open_browser: Opening, server: Server, at_a_desk: Mapping[str, str], tmp_path: Path) -> None:
    lesson = server.announce("La même leçon, un autre navigateur")
    with open_browser(tmp_path, at_a_desk) as window:
        teaching = server.teach(clip(tmp_path), lesson, "--height", "360")
        try:
            is_live(window, server, lesson)
        finally:
            teaching.terminate()
            teaching.wait()
        is_sealed(window, server, lesson)
        is_a_replay(window, server, lesson)
        assert window.errors() == []


def is_live(window: Window, server: Server, lesson: str) -> None:
    classroom = Classroom(window, server, lesson, "fr")
    classroom.reaches("live", 60)
    classroom.is_tapped()
    classroom.is_seen_and_heard()
    until(lambda: classroom.number("latencyMs") < 4000)

    # Rewound while it is on air, and back.
    window.press("Home")
    classroom.reaches("behind")
    until(lambda: classroom.number("positionMs") < 4000)
    classroom.is_seen_and_heard()
    window.press("l")
    classroom.reaches("live")
    until(lambda: classroom.number("latencyMs") < 4000)
    classroom.is_seen_and_heard()

    # The server is killed and comes back: the page goes on by itself.
    server.kill()
    classroom.reaches("waiting", 60)
    server.start()
    classroom.reaches("live", 60)
    classroom.is_seen_and_heard()


def is_sealed(window: Window, server: Server, lesson: str) -> None:
    """The page that was live becomes the replay."""
    server.seal(lesson)
    classroom = Telling(window, "halqa-classroom")
    classroom.reaches("ended", 60)
    window.click(".again")
    classroom.reaches("replay")
    until(lambda: classroom.number("positionMs") < 4000)
    classroom.moves(seconds=60)


def is_a_replay(window: Window, server: Server, lesson: str) -> None:
    """The lesson is opened again later, in Arabic."""
    replay = Classroom(window, server, lesson, "ar")
    assert window.evaluate("document.documentElement.dir") == "rtl"
    replay.reaches("replay", 60)
    replay.is_tapped()
    replay.picks(".seek", "3000")
    until(lambda: 2800 <= replay.number("positionMs") <= 6000)
    replay.is_seen_and_heard()
    replay.picks("[data-pick=speed]", "2")
    until(lambda: window.evaluate("document.querySelector('audio').playbackRate") == 2)
    assert window.evaluate("document.querySelector('audio').preservesPitch") is True
    replay.is_seen_and_heard()
    end = float(window.evaluate("document.querySelector('.seek').max"))
    replay.picks(".seek", str(end - AN_END_MS))
    replay.is_seen_and_heard()
    replay.reaches("ended", 60)
    assert replay.number("positionMs") > end - 1000


def clip(folder: Path) -> Path:
    """Half a minute of colours and a note."""
    file = folder / "clip.mp4"
    picture, voice = "testsrc2=size=640x360:rate=25", "sine=frequency=440"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", voice, "-t", "30"]
    subprocess.run([*command, "-pix_fmt", "yuv420p", "-preset", "ultrafast", str(file)], check=True)
    return file
