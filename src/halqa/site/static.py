"""Static files over ASGI, straight from WhiteNoise's table of them: headers, ranges, brotli and gzip, never Django.

The files are those of Django's finders: what Vite built (it lays `.br` and `.gz` beside each), and what apps bring.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from whitenoise.base import WhiteNoise  # type: ignore[import-untyped]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HASHED = re.compile(r"/assets/[^/]+-[A-Za-z0-9_-]{8}\.\w+$")
"""Vite's names carry the digest of what is in the file: such a file never changes."""
PIECE = 64 << 10


def static_files() -> WhiteNoise:
    """Every static file of the house, found once at start."""
    house = WhiteNoise(
        None,
        max_age=0 if settings.DEBUG else 3600,
        allow_all_origins=False,
        immutable_file_test=lambda path, url: bool(HASHED.search(url)),
        add_headers_function=_add_headers,
    )
    found: dict[str, str] = {}
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            found.setdefault(settings.STATIC_URL + path.replace(os.sep, "/"), storage.path(path))
    known = {path: os.stat(path) for path in found.values()}
    for url, path in found.items():
        house.add_file_to_dictionary(url, path, stat_cache=known)
    return house


def _add_headers(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


class StaticApp:
    """The ASGI app for what `static_files` knows."""

    def __init__(self) -> None:
        self._files = static_files().files

    def __contains__(self, path: str) -> bool:
        return path in self._files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {
            f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1")
            for name, value in scope["headers"]
        }
        answer = await asyncio.to_thread(self._files[scope["path"]].get_response, scope["method"], asked)
        headers = [(name.lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
        if answer.file is None:
            await send({"type": "http.response.body", "body": b""})
            return
        with answer.file as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
