"""A small house for tests at the door: a store, a gateway, a real server on a real port, and tickets to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from halqa.client import Client
from halqa.gateway import Gateway, Limits
from halqa.gateway.server import Server, listen, server
from halqa.tickets import Grant, Tickets, Verb
from halqa.timeline import KEY, Draft, Stores, Summary

SECRET = b"a secret of at least thirty-two bytes"
ALL: tuple[Verb, ...] = ("say", "follow", "seal")


@dataclass
class House:
    """The server and everything that a test wants to look at from behind."""

    url: str
    port: int
    stores: Stores
    gateway: Gateway
    tickets: Tickets
    server: Server
    began: list[str] = field(default_factory=list)
    sealed: list[tuple[str, Summary]] = field(default_factory=list)

    def ticket(self, timeline: str = "lesson", may: tuple[Verb, ...] = ALL, **grant: Any) -> str:
        return self.tickets.issue(Grant(timeline=timeline, may=frozenset(may), **grant))

    def client(self, timeline: str = "lesson", **grant: Any) -> Client:
        return Client(self.url, self.ticket(timeline, **grant))


@contextlib.asynccontextmanager
async def open_house(stores: Stores, *, limits: Limits | None = None, port: int = 0) -> AsyncIterator[House]:
    """Serve `stores` on a free port (or on this one) until the block ends."""
    began: list[str] = []
    sealed: list[tuple[str, Summary]] = []

    async def note_began(timeline: str) -> None:
        began.append(timeline)

    async def note_sealed(timeline: str, summary: Summary) -> None:
        sealed.append((timeline, summary))

    tickets = Tickets(SECRET)
    gateway = Gateway(stores, tickets, began=note_began, sealed=note_sealed, limits=limits)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await gateway(scope, receive, send)

    listener = listen("127.0.0.1", port)
    number = listener.getsockname()[1]
    serving = server(app, gateway.stop)
    task = asyncio.create_task(serving.serve(sockets=[listener]))
    await until(lambda: serving.started)
    try:
        yield House(f"http://127.0.0.1:{number}", number, stores, gateway, tickets, serving, began, sealed)
    finally:
        gateway.stop()
        serving.should_exit = True
        await task
        await gateway.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition of the system under test (the test's own time limit bounds it)."""
    while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
        await asyncio.sleep(0.005)


def drafts(track: str, first: int, count: int, *, step: int = 500, payload: bytes = b"x" * 100) -> list[Draft]:
    """`count` drafts of one track, numbered from `first`, `step` ms each, every fourth a key."""
    return [
        Draft(track, "s", n, (n - 1) * step, step, KEY if (n - 1) % 4 == 0 or track == "audio" else 0, payload)
        for n in range(first, first + count)
    ]
