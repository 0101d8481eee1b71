"""The sockets under the gateway: uvicorn, told what lines schools have.

Three things that a server of short pages does not need, and one that follows lives on:
- unsent bytes wait with us, not in the kernel (`flight.py`), where they can still be shed;
- a line that acknowledges nothing is given up by the kernel (`TCP_USER_TIMEOUT`);
- a connection that never asks for anything is closed (`FIRST_REQUEST_S`);
- stopping tells the open streams first, and only then waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import resource
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .flight import EXTENSION, MOST_UNSENT, Flight

USER_TIMEOUT_MS = 30_000
FIRST_REQUEST_S = 20.0
GRACE_S = 3
"""How long a stopping server waits for answers under way. Followers go on by themselves from their cursor."""


class PortTaken(Exception):
    """This port is taken by another program."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket whose connections are made for narrow lines (Linux hands these settings down to them)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in (("TCP_NOTSENT_LOWAT", MOST_UNSENT), ("TCP_USER_TIMEOUT", USER_TIMEOUT_MS)):
        if hasattr(socket, name):
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(f"Port {port} on {host} cannot be used ({error.strerror}). Choose another one.") from None
        raise
    listener.listen(4_096)
    listener.setblocking(False)
    return listener


class LineProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with a low water mark, and a door that closes on those who never speak."""

    _silent: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=MOST_UNSENT)
        self._flight = Flight(transport.get_extra_info("socket").fileno())
        self._silent = self.loop.call_later(FIRST_REQUEST_S, transport.close)

    def on_headers_complete(self) -> None:
        self._heard()
        self.scope["extensions"] = {EXTENSION: self._flight}  # type: ignore[dict-item]
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._heard()
        super().connection_lost(exc)

    def _heard(self) -> None:
        if self._silent is not None:
            self._silent.cancel()
            self._silent = None


class Server(uvicorn.Server):
    """A uvicorn server that tells the house first when it has to stop."""

    def __init__(self, config: uvicorn.Config, stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop = stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stop()
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Like uvicorn's, but a stop that was asked for is a success: the signal is not raised again at the end."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for sig in signals:
            loop.add_signal_handler(sig, self.handle_exit, sig, None)
        try:
            yield
        finally:
            for sig in signals:
                loop.remove_signal_handler(sig)


def server(app: Any, stop: Callable[[], None]) -> Server:
    """The server for this ASGI app; `stop` is called as soon as it is asked to stop."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=LineProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE_S,
        proxy_headers=False,
    )
    return Server(config, stop)


def run(app: Any, listener: socket.socket, stop: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM."""
    allow_many_connections()
    spare_the_collector()
    instance = server(app, stop)
    with asyncio.Runner(loop_factory=instance.config.get_loop_factory()) as runner:
        runner.run(instance.serve(sockets=[listener]))


def allow_many_connections() -> None:
    """Each follower is an open file: raise the soft limit to the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def spare_the_collector() -> None:
    """Thousands of followers are a large heap that hardly changes: look through it rarely.

    What exists at start (Django, mostly) is never garbage, and a follower's objects form no circles that matter.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
