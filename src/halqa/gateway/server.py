"""The sockets under the gateway: uvicorn, told what lines schools have.

What a server of short pages does not need, and one that follows lives on:
- unsent bytes wait with us, not in the kernel (`flight.py`), where they can still be shed;
- a line that acknowledges nothing is given up by the kernel (`TCP_USER_TIMEOUT`);
- whoever takes for ever to ask, or asks without end, is shown out (`FIRST_REQUEST_S`, `NEXT_REQUEST_S`, `MOST_HEAD`);
- stopping tells the open streams first, and only then waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import resource
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from .flight import EXTENSION, MOST_UNSENT, Flight

USER_TIMEOUT_MS = 30_000
TCP_THIN_LINEAR_TIMEOUTS = 16
"""linux/tcp.h; Python has no name for it."""
FIRST_REQUEST_S = 20.0
"""How long the head of a connection's first request may take: some lines need 2 s for a round trip."""
NEXT_REQUEST_S = 60.0
"""How long after an answer the next head may be complete. What is left of a refused body comes in this time too."""
LAST_WORD_S = 5.0
"""How long somebody who was refused has to read why and hang up."""
MOST_HEAD = 64 << 10
"""Bytes of a request's head: tickets and cookies are some hundred, an address at most a few thousand."""
FEW_FILES = 4_096
"""A house that may open fewer files than this should be told so: each follower is one."""
GRACE_S = 3
"""How long a stopping server waits for answers under way. Followers go on by themselves from their cursor."""


log = logging.getLogger("halqa.gateway")


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
    if sys.platform == "linux":
        # A voice is a packet now and then. The wait for one that is lost doubles with each loss (RFC 6298, 5.5), which
        # on a satellite's line are seconds of silence. Where so little is under way it stays the same.
        with contextlib.suppress(OSError):
            listener.setsockopt(socket.IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1)
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
    """uvicorn's HTTP/1.1 with a low water mark, and a door that closes on those who never finish asking."""

    _patience: asyncio.TimerHandle | None = None
    _in_head = True
    _head = 0
    """Bytes that came since the last message ended."""
    _deaf = False
    """Refused: whatever else comes is thrown away."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=MOST_UNSENT)
        self._flight = Flight(transport.get_extra_info("socket").fileno())
        self._close_in(FIRST_REQUEST_S)

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > MOST_HEAD:
            self._refuse(431, "The head of this request is too long.")

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stay_open()
        self.scope["extensions"] = {EXTENSION: self._flight}  # type: ignore[dict-item]
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._head = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and not self._deaf:
            self._close_in(NEXT_REQUEST_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stay_open()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, msg)

    def _refuse(self, status: int, told: str) -> None:
        """Answer and listen no more. To close at once, with bytes unread, would take the answer back (RST)."""
        if self._deaf or self.transport.is_closing():
            return
        self._deaf = True
        under_way = self.cycle is not None and not self.cycle.response_complete
        if under_way:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not (under_way and self.cycle.response_started):
            body = told.encode()
            head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + head % len(body) + body)
        self.transport.write_eof()
        self.flow.resume_reading()
        self._close_in(LAST_WORD_S)

    def _close_in(self, seconds: float) -> None:
        self._stay_open()
        self._patience = self.loop.call_later(seconds, self.transport.close)

    def _stay_open(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


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


def allow_many_connections() -> int:
    """Each follower is an open file: raise the soft limit to the hard one. Returns how many files may be open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if 0 <= hard < FEW_FILES:
        log.warning("Only %d files may be open at once, and each follower is one: raise LimitNOFILE.", hard)
    return hard


def spare_the_collector() -> None:
    """Thousands of followers are a large heap that hardly changes: look through it rarely.

    What exists at start (Django, mostly) is never garbage, and a follower's objects form no circles that matter.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
