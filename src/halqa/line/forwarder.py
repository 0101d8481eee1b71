"""The thin wire: one process that carries packets between two TUN devices at the times a `LineModel` says.

Started by `Line` as `python -m halqa.line.forwarder FD ORDER`: FD is one end of a socket pair, ORDER is JSON. It makes
the namespaces, says `{"ready": …}`, and then answers every JSON line `{"do": …}` with one, always with the counters.
When the other end closes, for whatever reason, or on SIGTERM, it removes all it has made. It is a process of its own
so that no other Python code delays a packet.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from time import monotonic_ns
from typing import Any, NoReturn

from . import namespaces
from .errors import LineMistake
from .model import MILLISECOND, SECOND, LineCounters, LineModel
from .order import Order, cuts_from
from .profile import MTU, Direction, LineProfile

AT_ONCE = 64
"""Packets read from one side before the other side and the clock get their turn: 15 ms of 50 Mbit/s."""
URGENT = -10
"""The forwarder goes before the load it is measuring, where the machine allows it."""


class Forwarder:
    """Reads each TUN, asks the model, writes to the other when it is time. Knows nothing of namespaces."""

    def __init__(self, model: LineModel[bytes], near: int, far: int, control: socket.socket) -> None:
        self._model = model
        self._sources = ((near, Direction.DOWN), (far, Direction.UP))
        self._exits = {Direction.DOWN: far, Direction.UP: near}
        self._control = control
        self._heard = b""
        self._worst_late = 0
        self._refused = 0
        self._ended = False

    def run(self, answer: Callable[[dict[str, Any]], None]) -> None:
        """Carry packets until the other end of the control socket closes or says `close`."""
        inputs: list[int | socket.socket] = [*(source for source, _ in self._sources), self._control]
        while not self._ended:
            readable = select.select(inputs, (), (), self._patience())[0]
            for source, direction in self._sources:
                if source in readable:
                    self._read(source, direction)
            self._write()
            if self._control in readable:
                self._hear(answer)

    def counters(self, missed: int) -> LineCounters:
        counted = self._model.counters(monotonic_ns())
        return replace(
            counted,
            missed_packets=missed + self._refused,
            worst_late_ms=round(self._worst_late / MILLISECOND, 3),
        )

    def _patience(self) -> float | None:
        """`select` rounds up to whole microseconds, so a packet is never early."""
        at = self._model.next_at()
        return None if at is None else max(0, at - monotonic_ns()) / SECOND

    def _read(self, source: int, direction: Direction) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(AT_ONCE):
                packet = os.read(source, MTU)
                self._model.offer(direction, monotonic_ns(), len(packet), packet)

    def _write(self) -> None:
        now = monotonic_ns()
        for direction, at, packet in self._model.due(now):
            self._worst_late = max(self._worst_late, now - at)
            try:
                os.write(self._exits[direction], packet)
            except OSError:  # somebody took the interface down: the packet is gone, and counted as not the line's doing
                self._refused += 1

    def _hear(self, answer: Callable[[dict[str, Any]], None]) -> None:
        said = self._control.recv(65536)
        self._ended = not said
        *lines, self._heard = (self._heard + said).split(b"\n")
        for line in lines:
            asked = json.loads(line)
            self._obey(asked)
            answer(asked)

    def _obey(self, asked: dict[str, Any]) -> None:
        now = monotonic_ns()
        match asked["do"]:
            case "cut":
                self._model.cut(now)
            case "mend":
                self._model.mend(now)
            case "change":
                self._model.change(now, LineProfile(**asked["profile"]))
            case "plan":
                self._model.plan(now, cuts_from(asked["cuts"]))
            case "close":
                self._ended = True


def serve(order: Order, control: socket.socket) -> None:
    """Make the two sides, carry packets between them, remove both."""
    with contextlib.ExitStack() as made:
        try:
            _stand(order, control, made)
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # tidying up is not interrupted


def _stand(order: Order, control: socket.socket, made: contextlib.ExitStack) -> None:
    near = order.near or f"{namespaces.PREFIX}{os.getpid()}-near"
    far = f"{namespaces.PREFIX}{os.getpid()}-far"
    for namespace in (far,) if order.near else (near, far):
        made.callback(namespaces.remove, namespace)  # before making: half a namespace is removed too
        namespaces.make(namespace)
    interface = f"line{order.place}"
    missed: list[namespaces.MissedPackets] = []

    def stand(namespace: str, address: str) -> int:
        tun = namespaces.open_tun(namespace, interface, address)
        made.callback(os.close, tun)
        if order.tcp:
            namespaces.use_tcp(namespace, interface, order.tcp)
        missed.append(namespaces.MissedPackets(namespace, interface))
        made.callback(missed[-1].close)
        return tun

    near_tun, far_tun = (stand(*side) for side in zip((near, far), order.addresses, strict=True))
    model = LineModel[bytes](order.profile, order.cuts, order.seed, monotonic_ns())
    forwarder = Forwarder(model, near_tun, far_tun, control)

    def say(fact: dict[str, Any]) -> None:
        counted = forwarder.counters(sum(side.count() for side in missed))
        control.sendall(json.dumps(fact | {"counters": asdict(counted)}).encode() + b"\n")

    say({"ready": {"near": near, "far": far}})
    forwarder.run(say)


def _end(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def main(argv: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the command; we end when `Line` does
    signal.signal(signal.SIGTERM, _end)
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, URGENT)
    with socket.socket(fileno=int(argv[0])) as control:
        try:
            serve(Order.read(argv[1]), control)
        except (LineMistake, OSError) as mistake:
            with contextlib.suppress(OSError):
                control.sendall(json.dumps({"mistake": str(mistake)}).encode() + b"\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
