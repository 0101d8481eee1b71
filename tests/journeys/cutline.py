"""A line between a browser and the house that can be cut."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from serving import Server

BUFFER = 65_536


class CutLine:
    """A way to the house at an address of its own. Cut, it carries nothing in either direction and tells nobody."""

    def __init__(self, port: int) -> None:
        self._far = port
        self._whole = threading.Event()
        self._whole.set()
        self._sockets: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._open, daemon=True).start()

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        self.mend()
        self._door.close()
        for one in self._sockets:
            one.close()

    def _open(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(("127.0.0.1", self._far))
                self._sockets += near, far
                for way in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(BUFFER):
                self._whole.wait()
                sink.sendall(data)
        self._whole.wait()
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def line_to(server: Server) -> Iterator[CutLine]:
    line = CutLine(server.port)
    try:
        yield line
    finally:
        line.close()
