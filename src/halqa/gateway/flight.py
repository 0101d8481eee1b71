"""What was handed to the kernel for one connection and has not arrived yet.

Theory of operation. Whatever the kernel has can no longer be shed, and a kernel takes a megabyte at once, a minute of a
narrow line's sound. So a follower is given the next bytes only when nearly all before them have left (`full`, `room`).
The low water mark (`TCP_NOTSENT_LOWAT`, tcp(7)) wakes those who wait but does not hold back those who write: therefore
the kernel is asked before every send (`SIOCOUTQNSD`).

What has left has not *arrived*: it may stand in a queue on the way, or behind a lost packet. Each send is remembered
with the moment its oldest entry became known, until the kernel says that it was acknowledged (`SIOCOUTQ`): `late`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
import struct
import sys
from array import array
from collections import deque
from collections.abc import MutableMapping
from typing import Any

EXTENSION = "halqa.flight"
"""The name of `Flight` among the extensions of an ASGI scope."""
MOST_UNSENT = 4 << 10
"""Bytes: a quarter of a second at 128 kbit/s. A free line never has any."""
SIOCOUTQ, SIOCOUTQNSD = 0x5411, 0x894B
_MIN_RTT = struct.Struct("148x I")
"""`tcpi_min_rtt` in `struct tcp_info` (linux/tcp.h), µs."""


class Flight:
    """The bytes under way on a TCP socket, on Linux; elsewhere, or without a socket, there seem to be none."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._count = array("i", [0])
        self._sends: deque[tuple[int, float]] = deque()
        self._handed = 0

    def landed(self) -> bool:
        """Whether all of it has arrived. The usual case (8,000 times a second with 2,000 followers), so asked first."""
        if self._ask(SIOCOUTQ):
            return False
        self._sends.clear()
        return True

    @property
    def full(self) -> bool:
        """Whether as much waits unsent as may."""
        return self._ask(SIOCOUTQNSD) >= MOST_UNSENT

    @property
    def clear(self) -> bool:
        """Whether nothing at all waits unsent."""
        return self._ask(SIOCOUTQNSD) == 0

    async def room(self) -> None:
        """Wait until little waits unsent, or the connection is lost."""
        loop, free = asyncio.get_running_loop(), asyncio.Event()
        with contextlib.suppress(OSError):
            own = os.dup(self._fd)  # the transport has the other one in the loop already
            loop.add_writer(own, free.set)
            try:
                await free.wait()
            finally:
                loop.remove_writer(own)
                os.close(own)

    def hand(self, size: int, since: float) -> None:
        """So many bytes are sent now; the oldest of what they say was known since then (seconds, monotonic)."""
        self._handed += size
        self._sends.append((self._handed, since))

    def late(self, now: float) -> float:
        """How long the oldest bytes that have not arrived were waited for, beyond what the way takes (seconds)."""
        sends = self._sends
        if not sends:
            return 0.0
        arrived = self._handed - self._ask(SIOCOUTQ)
        while sends and sends[0][0] <= arrived:
            sends.popleft()
        return now - sends[0][1] - self._way() if sends else 0.0

    def _ask(self, what: int) -> int:
        try:
            fcntl.ioctl(self._fd, what, self._count, True)
        except OSError:
            return 0
        return self._count[0]

    def _way(self) -> float:
        """The shortest round trip seen, in seconds."""
        asked = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=self._fd)
        try:
            told = asked.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _MIN_RTT.size)
        except OSError:
            return 0.0
        finally:
            asked.detach()
        return float(_MIN_RTT.unpack(told)[0]) / 1e6 if len(told) == _MIN_RTT.size else 0.0


class _NoFlight(Flight):
    full = False
    clear = True

    def landed(self) -> bool:
        return True

    def hand(self, size: int, since: float) -> None:
        return


NONE = _NoFlight(-1)


def flight_of(scope: MutableMapping[str, Any]) -> Flight:
    """The one that the server put into this scope."""
    found: Flight = scope.get("extensions", {}).get(EXTENSION, NONE)
    return found if sys.platform == "linux" else NONE
