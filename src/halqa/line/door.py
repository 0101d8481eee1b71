"""A door: copies TCP connections from a listening socket to an address, each way, until both have said all.

Started by `Line` as `python -m halqa.line.door FD HOST PORT`. The listening socket may live on one side of a line and
this process on another; that is all the magic there is. It ends when the process that started it does.
"""

from __future__ import annotations

import asyncio
import socket
import sys

BUFFER = 64 * 1024
"""Asked of the kernel for each socket of a door, so that a server still feels a slow line through it. A round trip of
250 ms at 2 Mbit/s; a line that is both faster and longer than that is better measured with the server inside."""


async def _copy(source: socket.socket, target: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while said := await loop.sock_recv(source, BUFFER):
        await loop.sock_sendall(target, said)
    target.shutdown(socket.SHUT_WR)


async def _join(caller: socket.socket, host: str, port: int) -> None:
    """Both ways until both are done; when one end breaks, or nobody listens there, both ends are closed."""
    with caller, _socket() as called:
        _narrow(caller)
        try:
            await asyncio.get_running_loop().sock_connect(called, (host, port))
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(caller, called))
                both.create_task(_copy(called, caller))
        except* OSError:
            pass


def _socket() -> socket.socket:
    made = socket.socket()
    made.setblocking(False)
    _narrow(made)
    return made


def _narrow(end: socket.socket) -> None:
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)


async def _serve(listener: socket.socket, host: str, port: int) -> None:
    listener.setblocking(False)
    joined: set[asyncio.Task[None]] = set()
    while True:
        caller, _ = await asyncio.get_running_loop().sock_accept(listener)
        caller.setblocking(False)
        task = asyncio.create_task(_join(caller, host, port))
        joined.add(task)
        task.add_done_callback(joined.discard)


async def _until_left_alone(listener: socket.socket, host: str, port: int) -> None:
    """Serve until standard input closes: whoever started us holds its other end."""
    alone = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), alone.set)
    serving = asyncio.create_task(_serve(listener, host, port))
    await alone.wait()
    serving.cancel()


def main(argv: list[str]) -> int:
    fd, host, port = argv
    with socket.socket(fileno=int(fd)) as listener:
        asyncio.run(_until_left_alone(listener, host, int(port)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
