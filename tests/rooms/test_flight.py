"""What was handed to the kernel and has not arrived: real sockets, one end of which reads nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from halqa.gateway.flight import MOST_UNSENT, Flight, flight_of
from halqa.gateway.server import TCP_THIN_LINEAR_TIMEOUTS, listen


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A TCP connection as the server makes it: its near and its far end."""
    listener = socket.socket()
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MOST_UNSENT)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    far = socket.socket()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 10)
    far.connect(listener.getsockname())
    near, _ = listener.accept()
    near.setblocking(False)
    far.setblocking(False)
    with near, far, listener:
        yield near, far


def fill(near: socket.socket) -> int:
    """Hand over what the kernel takes."""
    handed = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            handed += near.send(b"x" * 65_536)
    return handed


async def drain(far: socket.socket, size: int) -> None:
    loop = asyncio.get_running_loop()
    while size:
        size -= len(await loop.sock_recv(far, min(size, 65_536)))


def test_connections_are_made_for_a_voice_on_a_lossy_line() -> None:
    """What the listener is told holds for whoever connects: little is unsent, what is lost twice is soon sent again."""
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        listener.setblocking(True)
        near, _ = listener.accept()
        with near:
            assert near.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == MOST_UNSENT
            assert near.getsockopt(socket.IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS) == 1


async def test_a_line_that_takes_everything_is_never_full_nor_late(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    flight = Flight(near.fileno())
    near.send(b"x" * 100)
    flight.hand(100, 5.0)
    await drain(far, 100)
    assert not flight.full
    assert flight.late(9.0) == 0.0


async def test_a_line_that_takes_nothing_is_full_until_it_does(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    flight = Flight(near.fileno())
    handed = fill(near)
    assert flight.full
    room = asyncio.create_task(flight.room())
    await drain(far, handed)
    await room
    assert not flight.full


async def test_what_has_not_arrived_is_as_late_as_its_oldest(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    flight = Flight(near.fileno())
    near.send(b"x" * 100)
    flight.hand(100, 1.0)
    flight.hand(fill(near), 2.0)
    near_far = pytest.approx(8.0, abs=0.1)
    assert flight.late(10.0) == near_far
    await drain(far, 100)
    assert flight.late(10.0) == near_far


async def test_waiting_for_room_ends_with_the_connection(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    flight = Flight(near.fileno())
    fill(near)
    room = asyncio.create_task(flight.room())
    await asyncio.sleep(0)
    far.close()  # with unread bytes: a reset
    await room


def test_without_a_socket_nothing_seems_to_be_under_way() -> None:
    flight = flight_of({"type": "http"})
    flight.hand(1000, 0.0)
    assert not flight.full
    assert flight.late(100.0) == 0.0
