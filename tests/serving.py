"""The real server as a process of its own, for doors, storms and journeys."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

PATIENCE_S = 60.0
"""For one answer, on a machine that is busy with other tests."""


class Server:
    """`halqa serve` on a folder of its own; can be killed and started again on the same port.

    `environment`: what it is told beyond this process's own. `log`: a file for what it says on stderr.
    """

    def __init__(self, data: Path, *, environment: dict[str, str] | None = None, log: Path | None = None) -> None:
        self.data = data
        self.log = log
        self._environment = environment or {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, **self._environment, "HALQA_DATA": str(self.data)}
        command = [sys.executable, "-m", "halqa", "serve", "--port", str(self.port)]
        with contextlib.ExitStack() as stack:
            log = None if self.log is None else stack.enter_context(self.log.open("ab"))
            self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log)
        until(self.answers, 120)

    def answers(self) -> bool:
        """Whether the house is open. A process that has ended will never open it."""
        assert self.process is None or self.process.poll() is None, f"the server ended: {self.said}"
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/healthz", trust_env=False, timeout=PATIENCE_S).status_code == 200
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

    @property
    def said(self) -> str:
        """What it has said on stderr so far."""
        return "" if self.log is None else self.log.read_text(errors="replace")

    @property
    def memory(self) -> int:
        """What it holds in memory now, bytes (Linux: resident)."""
        assert self.process is not None
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def ticket(self, lesson: str, verb: str = "say") -> str:
        """A ticket as the API gives it: `say` (speaker `s…`) or `follow`."""
        headers = {"x-halqa-key": self.key} if verb == "say" else {}
        address = f"{self.url}/api/lessons/{lesson}/tickets/{verb}"
        answer = httpx.post(
            address,
            json={"speaker": "s"} if verb == "say" else None,
            headers=headers,
            trust_env=False,
            timeout=PATIENCE_S,
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["ticket"])

    def announce(self, title: str, **about: str) -> str:
        told = {"title": title, **about}
        headers = {"x-halqa-key": self.key}
        answer = httpx.post(f"{self.url}/api/lessons", json=told, headers=headers, trust_env=False, timeout=PATIENCE_S)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def teach(self, clip: Path, lesson: str, *more: str, loop: bool = True) -> subprocess.Popen[bytes]:
        """A file on air, in real time and (with `loop`) again and again; whoever asked ends it."""
        command = [sys.executable, "-m", "halqa", "teach", str(clip), "--lesson", lesson, "--no-seal"]
        command += ["--loop"] if loop else []
        where = ["--server", self.url, "--key", self.key]
        return subprocess.Popen([*command, *where, *more], stdout=subprocess.DEVNULL)

    def seal(self, lesson: str) -> None:
        """End a lesson that nobody teaches any more."""
        key = {"x-halqa-key": self.key}
        with httpx.Client(base_url=self.url, trust_env=False) as http:
            ticket = http.post(f"/api/lessons/{lesson}/tickets/say", json={}, headers=key).json()["ticket"]
            answer = http.post(f"/timelines/{lesson}/seal", headers={"authorization": f"Bearer {ticket}"})
        assert answer.status_code == 200, answer.text

    def lesson(self, lesson: str) -> dict[str, Any]:
        return dict(httpx.get(f"{self.url}/api/lessons/{lesson}", trust_env=False, timeout=PATIENCE_S).json())


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for a condition; fail when it does not come true in this (generous) time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"did not come true in {seconds} s: {condition}"
        time.sleep(0.05)
