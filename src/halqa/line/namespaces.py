"""Network namespaces and what stands in them: made, entered and removed. Linux, root, `ip` of iproute2."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TypeVar

from .errors import LineUnavailable
from .profile import MTU

T = TypeVar("T")

NAMED = Path("/run/netns")
TUN_DEVICE = Path("/dev/net/tun")
PREFIX = "halqa-line-"
CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x0001 | 0x1000
"""Bare IP packets, no header before them. Without offloads asked for, the kernel cuts segments to the MTU itself."""
KERNEL_QUEUE = 1000
"""Packets the kernel keeps while the forwarder is not scheduled: 12 Mbit at full size, 240 ms of the fastest preset."""
ENDING_SECONDS = 3.0
"""How long processes in a namespace may take to end when told to, before they are killed."""


def check_machine() -> None:
    """Raise `LineUnavailable`, saying what is missing, unless a line can be made here."""
    if os.geteuid() != 0:
        raise LineUnavailable("Making network namespaces needs root. Run the same command with sudo.")
    if not TUN_DEVICE.exists():
        raise LineUnavailable(
            f"{TUN_DEVICE} is missing. Load it with `modprobe tun`; give a container `--device {TUN_DEVICE}`."
        )
    if shutil.which("ip") is None:
        raise LineUnavailable("The command `ip` is missing. Install the package iproute2.")


def inside(namespace: str, act: Callable[[], T]) -> T:
    """What `act` returns when called in this namespace. Sockets and devices it opens stay there for ever.

    A thread of its own enters: the namespace belongs to a thread, so nobody else in this process moves.
    """
    answers: list[T] = []
    mistakes: list[BaseException] = []

    def enter_and_act() -> None:
        try:
            _setns(namespace)
            answers.append(act())
        except BaseException as mistake:
            mistakes.append(mistake)

    thread = threading.Thread(target=enter_and_act, name=f"in {namespace}")
    thread.start()
    thread.join()
    if mistakes:
        raise mistakes[0]
    return answers[0]


def _setns(namespace: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    with (NAMED / namespace).open("rb") as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), namespace)


def make(namespace: str) -> None:
    """A namespace with a loopback that is up, and no IPv6: nothing may travel that nobody sent."""
    _ip("netns", "add", namespace)
    _ip("-n", namespace, "link", "set", "lo", "up")
    with contextlib.suppress(FileNotFoundError):  # a kernel without IPv6
        inside(namespace, _disable_ipv6)


def _disable_ipv6() -> None:
    for interfaces in ("default", "all"):
        Path(f"/proc/sys/net/ipv6/conf/{interfaces}/disable_ipv6").write_text("1")


def open_tun(namespace: str, interface: str, address: str) -> int:
    """The file descriptor of a TUN device in this namespace, up, with this address. Closing it removes the device."""

    def open_there() -> int:
        tun = os.open(TUN_DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", interface.encode(), IFF_TUN_NO_PI))
        return tun

    tun = inside(namespace, open_there)
    _ip("-n", namespace, "link", "set", interface, "mtu", str(MTU), "txqueuelen", str(KERNEL_QUEUE), "up")
    _ip("-n", namespace, "addr", "add", f"{address}/30", "dev", interface)
    return tun


def use_tcp(namespace: str, interface: str, name: str) -> None:
    """Congestion control of every connection over this interface. By its route: the setting of the namespace would
    need the name in the machine's own `tcp_allowed_congestion_control`, which is not ours to change."""
    routes = _ip("-n", namespace, "-o", "route", "show", "dev", interface)
    for route in routes.splitlines():
        _ip("-n", namespace, "route", "replace", *route.split(), "dev", interface, "congctl", name)


class MissedPackets:
    """How many packets the kernel dropped before the forwarder could read them, from an interface's own counters."""

    def __init__(self, namespace: str, interface: str) -> None:
        self._interface = interface
        self._table = inside(namespace, lambda: os.open("/proc/thread-self/net/dev", os.O_RDONLY | os.O_CLOEXEC))

    def count(self) -> int:
        table = os.pread(self._table, 65536, 0).decode()
        found = re.search(rf"^\s*{re.escape(self._interface)}:(.*)$", table, re.MULTILINE)
        return int(found[1].split()[11]) if found else 0  # the 4th column of what was sent: dropped

    def close(self) -> None:
        os.close(self._table)


def remove(namespace: str) -> None:
    """End whatever runs in this namespace, then the namespace. Nothing happens when it is gone already."""
    if not (NAMED / namespace).exists():
        return
    end_processes(namespace)
    subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)


def end_processes(namespace: str) -> None:
    """Tell every process in this namespace to end; kill what has not after a while. It is ours, and so are they."""
    for number, patience in ((signal.SIGTERM, ENDING_SECONDS), (signal.SIGKILL, ENDING_SECONDS)):
        handles = [handle for pid in _processes(namespace) if (handle := _handle(pid)) is not None]
        for handle in handles:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, number)
        _await_end(handles, patience)
        for handle in handles:
            os.close(handle)
        if not handles:
            return


def _processes(namespace: str) -> list[int]:
    said = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False).stdout
    return [int(word) for word in said.split() if int(word) != os.getpid()]


def _handle(pid: int) -> int | None:
    with contextlib.suppress(ProcessLookupError):
        return os.pidfd_open(pid)
    return None


def _await_end(handles: list[int], patience: float) -> None:
    until = monotonic() + patience
    waiting = set(handles)
    poll = select.poll()
    for handle in waiting:
        poll.register(handle, select.POLLIN)
    while waiting and (left := until - monotonic()) > 0:
        for handle, _ in poll.poll(left * 1000):
            poll.unregister(handle)
            waiting.discard(handle)


def sweep() -> list[str]:
    """Remove what lines left behind that were killed so hard that they could not; answer the names removed.

    The name of a namespace carries the process id of its forwarder; while that lives, the line stands.
    """
    owners = {name.removeprefix(PREFIX).split("-")[0] for name in _named(f"{PREFIX}*")}
    dead = [owner for owner in owners if owner.isdecimal() and not Path("/proc", owner).exists()]
    return sorted(name for owner in dead for name in sweep_of(int(owner)))


def sweep_of(owner: int) -> list[str]:
    """Remove every namespace this forwarder made; none when it tidied up itself, as it does."""
    names = _named(f"{PREFIX}{owner}-*")
    for name in names:
        remove(name)
    return names


def _named(pattern: str) -> list[str]:
    return [path.name for path in NAMED.glob(pattern)] if NAMED.exists() else []


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LineUnavailable(f"`ip {' '.join(words)}` answered: {done.stderr.strip()}")
    return done.stdout
