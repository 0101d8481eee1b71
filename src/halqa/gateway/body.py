"""The body of a request: whole, within a bound, and never waited for without end."""

from __future__ import annotations

import asyncio

from halqa.timeline.errors import Mistake, TooLarge

from .answers import Receive


class BodyCutShort(Mistake):
    """The body of this request stopped coming. Nothing was written; say it again."""

    code, status, retry = "malformed-frame", 400, True


async def read_body(receive: Receive, most: int, wait: float) -> bytes:
    """At most `most` bytes, with less than `wait` seconds between two pieces. Raises `TooLarge` or `BodyCutShort`."""
    parts: list[bytes] = []
    size = 0
    while True:
        try:
            message = await asyncio.wait_for(receive(), wait)
        except TimeoutError:
            raise BodyCutShort from None
        if message["type"] == "http.disconnect":
            raise BodyCutShort
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise TooLarge(f"One request may hold {most} bytes.", field="body")
        if not message.get("more_body", False):
            return b"".join(parts)
