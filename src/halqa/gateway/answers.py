"""ASGI answers: JSON, problems (RFC 9457), and the headers that every answer of the gateway carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from halqa.timeline.errors import Mistake

from .words import title

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

FRAMES = b"application/vnd.halqa.frames"
HEADERS: list[tuple[bytes, bytes]] = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
]


def header(scope: Scope, name: bytes) -> str | None:
    """The value of a request header (its name in lower case), or None."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


async def answer(
    send: Send, status: int, body: bytes, content_type: bytes, more: list[tuple[bytes, bytes]] | None = None
) -> None:
    """A whole answer."""
    headers = [*HEADERS, (b"content-type", content_type), (b"content-length", str(len(body)).encode()), *(more or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def answer_json(send: Send, body: object, status: int = 200) -> None:
    """A JSON answer."""
    await answer(send, status, msgspec.json.encode(body), b"application/json")


async def answer_problem(send: Send, mistake: Mistake, language: str | None) -> None:
    """What went wrong, for a program (`code`) and for a person (`title`, in the language asked for)."""
    problem: dict[str, object] = {
        "title": title(mistake, language),
        "status": mistake.status,
        "detail": mistake.detail or mistake.sentence(),
        "code": mistake.code,
        "retry": mistake.retry,
        **mistake.details,
    }
    more: list[tuple[bytes, bytes]] = []
    if mistake.status == 401:
        more.append((b"www-authenticate", b'Bearer realm="halqa"'))
    if mistake.retry:
        more.append((b"retry-after", str(mistake.details.get("wait", 1)).encode()))
    await answer(send, mistake.status, msgspec.json.encode(problem), b"application/problem+json", more)
