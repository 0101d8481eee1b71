"""`Line`: a line that stands as long as the `with` block, seen from the process that wants one.

    with Line("school-128", seed=7) as line:
        server = line.near.popen(["python3", "-m", "http.server", "8000"])
        line.far.exec(["curl", f"http://{line.near.address}:8000/"])
        line.cut(); line.mend(); line.change("satellite")
    print(line.counters().down.delivered.bytes)

The packets are carried by a process of its own (`forwarder`). It removes everything when the block ends, and also
when this process is killed without being asked.
"""

from __future__ import annotations

import itertools
import json
import os
import select
import socket as sockets
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import IO, Any

from . import namespaces
from .cuts import NO_CUTS, Cuts
from .errors import LineBroken, LineMistake, LineUnavailable
from .model import Count, LineCounters, WayCounters
from .order import Order
from .profile import LineProfile, as_profile

READY_SECONDS = 30.0
"""Making a line takes about 0.2 s; a machine so busy that it needs this long would measure nothing anyway."""
SOURCE = Path(__file__).parents[2]
"""Where `halqa` is imported from, so that the forwarder finds the same one."""

Stream = int | IO[str] | None


class Side:
    """One end of a line: a network of its own, with one address on the line and its own loopback."""

    def __init__(self, namespace: str, address: str) -> None:
        self.namespace = namespace
        self.address = address

    def command(self, argv: Sequence[str]) -> list[str]:
        """The command that runs `argv` on this side, for whoever starts processes in another way."""
        return ["ip", "netns", "exec", self.namespace, *argv]

    def exec(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        timeout: float | None = None,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on this side to its end; its output is text in the answer."""
        return subprocess.run(
            self.command(argv), input=input, timeout=timeout, check=check, capture_output=True, text=True
        )

    def popen(
        self,
        argv: Sequence[str],
        *,
        stdin: Stream = None,
        stdout: Stream = None,
        stderr: Stream = None,
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[str]:
        """Start a command on this side. Whatever still runs there when the line closes is ended with it."""
        return subprocess.Popen(
            self.command(argv),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=env,
            cwd=cwd,
            pass_fds=pass_fds,
            text=True,
        )

    def socket(self, kind: int = sockets.SOCK_STREAM, protocol: int = 0) -> sockets.socket:
        """An IPv4 socket of this process that lives on this side: a test needs no second process to use the line."""
        return namespaces.inside(self.namespace, lambda: sockets.socket(sockets.AF_INET, kind, protocol))

    def listen(self, port: int = 0) -> sockets.socket:
        """A listening TCP socket on this side, for a server that runs in this process (or takes `--fd`)."""
        listener = self.socket()
        listener.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        listener.bind((self.address, port))
        listener.listen(128)
        return listener


class Line:
    """A line between `near` (studio) and `far` (school): blocking, for tests, scripts and the command line.

    `seed` decides which packets are lost. `cuts` counts from the moment the line is ready. `near` takes the near side
    of another line, which must outlive this one: several schools, each on its own line, before one server.
    `tcp` sets the congestion control of both sides (`cubic`, `bbr`, …); None leaves the machine's own.
    """

    _places = itertools.count()

    def __init__(
        self,
        profile: LineProfile | str,
        *,
        cuts: Cuts = NO_CUTS,
        seed: int = 0,
        near: Side | None = None,
        tcp: str | None = None,
    ) -> None:
        self.profile = as_profile(profile)
        shared = near.namespace if near else None
        self._order = Order(self.profile, cuts, seed, next(self._places), shared, tcp)
        self._asking = threading.Lock()
        self._doors: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Line:
        namespaces.check_machine()
        self._control, theirs = sockets.socketpair()
        self._heard = b""
        self._open = True
        with theirs:
            self._forwarder = _start("forwarder", str(theirs.fileno()), self._order.spelled(), fds=(theirs.fileno(),))
        try:
            sides = self._answer(READY_SECONDS)["ready"]
        except BaseException:
            self.close()
            raise
        near, far = self._order.addresses
        self.near, self.far = Side(sides["near"], near), Side(sides["far"], far)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the line and all that runs on it. The counters stay readable."""
        if not self._open:
            return
        for door in self._doors:
            door.kill()
            door.communicate()
        try:
            self._ask({"do": "close"})
        except LineMistake:
            pass  # it has ended already; what matters now is that nothing is left
        finally:
            self._open = False
            self._control.close()
            self._forwarder.communicate()
            namespaces.sweep_of(self._forwarder.pid)  # nothing is left, unless the forwarder itself was killed

    @property
    def forwarder_pid(self) -> int:
        return self._forwarder.pid

    def cut(self) -> LineCounters:
        """Nothing passes any more, and neither side is told. Answers when it is so."""
        return self._ask({"do": "cut"})

    def mend(self) -> LineCounters:
        return self._ask({"do": "mend"})

    def change(self, profile: LineProfile | str) -> LineCounters:
        """Make it another line, under whatever runs on it."""
        self.profile = as_profile(profile)
        return self._ask({"do": "change", "profile": asdict(self.profile)})

    def plan(self, cuts: Cuts) -> LineCounters:
        """This schedule of cuts, counted from now, instead of any before."""
        return self._ask({"do": "plan", "cuts": asdict(cuts)})

    def counters(self) -> LineCounters:
        """What became of every packet so far; after the end, the last word."""
        return self._ask({"do": "count"}) if self._open else self._counted

    def bring_in(self, port: int) -> None:
        """Let the far side reach the server on this machine's own 127.0.0.1:port, at `near.address`:port."""
        with self.near.listen(port) as listener:
            self._door(listener, None, "127.0.0.1", port)

    def bring_out(self, port: int) -> int:
        """A port of this machine's own 127.0.0.1 that leads, as from a seat on the far side, to `near.address`:port."""
        with sockets.create_server(("127.0.0.1", 0)) as listener:
            self._door(listener, self.far, self.near.address, port)
            return int(listener.getsockname()[1])

    def _door(self, listener: sockets.socket, dials_from: Side | None, host: str, port: int) -> None:
        fd = listener.fileno()
        prefix = dials_from.command(()) if dials_from else ()
        self._doors.append(_start("door", str(fd), host, str(port), fds=(fd,), prefix=prefix))

    def _ask(self, question: dict[str, Any]) -> LineCounters:
        with self._asking:
            try:
                self._control.sendall(json.dumps(question).encode() + b"\n")
            except OSError as gone:
                raise LineBroken from gone
            self._answer(READY_SECONDS)
        return self._counted

    def _answer(self, patience: float) -> dict[str, Any]:
        until = monotonic() + patience
        while b"\n" not in self._heard:
            if not select.select([self._control], [], [], max(0, until - monotonic()))[0]:
                raise LineUnavailable(f"The forwarder did not answer within {patience:g} s. Is the machine overloaded?")
            if not (said := self._receive()):
                raise LineBroken
            self._heard += said
        line, _, self._heard = self._heard.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if "mistake" in answer:
            raise LineUnavailable(answer["mistake"])
        self._counted = counters_from(answer["counters"])
        return answer

    def _receive(self) -> bytes:
        try:
            return self._control.recv(65536)
        except ConnectionError as gone:
            raise LineBroken from gone


def counters_from(said: dict[str, Any]) -> LineCounters:
    """The counters as the forwarder said them in JSON."""
    return LineCounters(**said | {"down": _way_from(said["down"]), "up": _way_from(said["up"])})


def _way_from(said: dict[str, Any]) -> WayCounters:
    counted: dict[str, Any] = {name: Count(**value) for name, value in said.items() if isinstance(value, dict)}
    return WayCounters(**said | counted)


def _start(module: str, *words: str, fds: Sequence[int], prefix: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """One of our own processes, away from the terminal's signals."""
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", f"{__package__}.{module}", *words],
        stdin=subprocess.PIPE,  # a door ends when this closes, that is, at the latest when we do
        pass_fds=fds,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(SOURCE), os.environ.get("PYTHONPATH"))))},
    )
