"""Journeys: the real server as a process of its own, real browsers, fake cameras."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-quic",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


class Server:
    """`halqa serve` on a folder of its own; can be killed and started again on the same port."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, "HALQA_DATA": str(self.data)}
        command = [sys.executable, "-m", "halqa", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        until(self.answers, 60)

    def answers(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/healthz", trust_env=False).status_code == 200
        return False

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)

    @property
    def key(self) -> str:
        return (self.data / "teacher-key").read_text().strip()

    def announce(self, title: str) -> str:
        headers = {"x-halqa-key": self.key}
        answer = httpx.post(f"{self.url}/api/lessons", json={"title": title}, headers=headers, trust_env=False)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def lesson(self, lesson: str) -> dict[str, Any]:
        return dict(httpx.get(f"{self.url}/api/lessons/{lesson}", trust_env=False).json())


def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for a condition; fail when it does not come true in this (generous) time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"did not come true in {seconds} s: {condition}"
        time.sleep(0.05)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "house")
    server.start()
    yield server
    if server.process is not None and server.process.poll() is None:
        server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        args = [*ARGS, "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield browser
        browser.close()


class Face:
    """One page with `<halqa-studio>` or `<halqa-classroom>`: what it tells of itself."""

    def __init__(self, page: Page, element: str) -> None:
        self.page = page
        self._element = element
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def told(self, name: str) -> str:
        script = f"document.querySelector('{self._element}')?.dataset.{name} ?? ''"
        return str(self.page.evaluate(script))

    def number(self, name: str) -> float:
        return float(self.told(name) or 0)

    def reaches(self, state: str, seconds: float = 30) -> None:
        until(lambda: self.told("state") == state, seconds)

    def moves(self, name: str = "positionMs", by: float = 1000, seconds: float = 30) -> None:
        """Wait until this figure has grown."""
        before = self.number(name)
        until(lambda: self.number(name) >= before + by, seconds)


def enter_studio(browser: Browser, server: Server, lesson: str) -> Face:
    """A teacher's browser at the studio of a lesson, not yet on air."""
    context = browser.new_context(locale="fr-FR", permissions=["camera", "microphone"])
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    face = Face(page, "halqa-studio")
    page.goto(f"{server.url}/studio/enter?next=/studio/{lesson}")
    page.fill("input[name=key]", server.key)
    page.keyboard.press("Enter")
    page.wait_for_selector("halqa-studio")
    face.reaches("ready")
    until(lambda: page.evaluate("document.querySelector('.preview').videoWidth > 0"))
    return face


def enter_classroom(browser: Browser, server: Server, lesson: str, locale: str = "fr-FR") -> Face:
    """A classroom's browser at the page of a lesson."""
    page = browser.new_context(locale=locale).new_page()
    face = Face(page, "halqa-classroom")
    page.goto(f"{server.url}/lessons/{lesson}")
    return face
