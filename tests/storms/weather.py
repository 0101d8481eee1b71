"""Weather between a client and a gateway in one process: every request meets a seeded storm. No sockets, no waiting.

A request may never arrive; its answer may never arrive, though the gateway did its work; a stream may break off at any
byte. What is not broken arrives unchanged and in order, as TCP promises.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx

from halqa.gateway import Gateway


class Weather(httpx.AsyncBaseTransport):
    """A transport to `gateway` (which the test may exchange for another one: a restart)."""

    def __init__(self, gateway: Gateway, dice: random.Random) -> None:
        self.gateway = gateway
        self.calm = False
        self._dice = dice

    def _strikes(self, chance: float) -> bool:
        return not self.calm and self._dice.random() < chance

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._strikes(0.15):
            raise httpx.ConnectError("the line is down")
        body = await request.aread()
        said: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue(maxsize=4)
        gone = asyncio.Event()
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": body, "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        scope = {
            "type": "http",
            "method": request.method,
            "path": request.url.path,
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        running = asyncio.ensure_future(self.gateway(scope, receive, said.put))
        start = await said.get()
        if self._strikes(0.15) and request.method == "POST":
            await running
            raise httpx.ReadError("the answer was lost")
        stream = _Stream(said, gone, running, None if not self._strikes(0.5) else self._dice.randint(0, 6000))
        return httpx.Response(start["status"], headers=start["headers"], stream=stream, request=request)


class _Stream(httpx.AsyncByteStream):
    def __init__(
        self,
        said: asyncio.Queue[MutableMapping[str, Any]],
        gone: asyncio.Event,
        running: asyncio.Future[None],
        breaks: int | None,
    ) -> None:
        self._said, self._gone, self._running, self._left = said, gone, running, breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._said.get()
            more = message.get("more_body", False)
            data = message.get("body", b"")
            if self._left is not None and len(data) >= self._left:
                yield data[: self._left]
                raise httpx.ReadError("the line was cut")
            if self._left is not None:
                self._left -= len(data)
            if data:
                yield data

    async def aclose(self) -> None:
        self._gone.set()
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
