"""How long the door stands open for those who do not finish asking. The times are shortened, the sockets are real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from halqa.gateway import Limits, server
from halqa.stores import MemoryStores
from halqa.timeline import encode_draft
from house import House, drafts, open_house

AT_ONCE = 0.05
HEAD = b"GET /timelines/lesson HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(MemoryStores(), limits=Limits(pulse=0.2, body_wait=AT_ONCE)) as house:
        yield house


class Asker:
    """A connection on which bytes are written by hand. Leaves at the end."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __aenter__(self) -> Asker:
        self.reader, self._writer = await asyncio.open_connection("127.0.0.1", self._house.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.transport.abort()

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def follow(self) -> None:
        question = f"/timelines/lesson/entries?follow=1&ticket={self._house.ticket()}"
        self.write(f"GET {question} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    async def status(self) -> int:
        """Read one whole answer (each says how long it is)."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        [length] = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        await self.reader.readexactly(length)
        return int(head[9:12])

    async def shown_out(self) -> None:
        """Until the server ends this connection (the test's own time limit bounds it)."""
        assert await self.reader.read() == b""


@pytest.mark.parametrize("begun", [b"", HEAD, b"\r\n"])
async def test_who_never_asks(house: House, monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(server, "FIRST_REQUEST_S", AT_ONCE)
    async with Asker(house) as asker:
        asker.write(begun)
        await asker.shown_out()


async def test_who_asked_once_and_then_half(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "NEXT_REQUEST_S", AT_ONCE)
    async with Asker(house) as asker:
        asker.write(HEAD + b"\r\n" + HEAD)
        assert await asker.status() == 401
        await asker.shown_out()


async def test_who_was_refused_and_goes_on_talking(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "NEXT_REQUEST_S", AT_ONCE)
    async with Asker(house) as asker:
        asker.write(b"POST /timelines/lesson/entries HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        assert await asker.status() == 401
        asker.write(b"and another thing")
        await asker.shown_out()


async def test_whose_body_stops_half_way(house: House) -> None:
    async with Asker(house) as asker:
        body = encode_draft(drafts("audio", 1, 1)[0])
        head = (
            "POST /timelines/lesson/entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/vnd.halqa.frames\r\n"
            f"Authorization: Bearer {house.ticket()}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        asker.write(head.encode() + body[:-1])
        assert await asker.status() == 400
        assert all(hub.timeline.head == 0 for hub in house.gateway.hubs.all()), "nothing was written"


async def test_who_follows_is_not_hurried(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house.client() as studio, Asker(house) as follower:
        await studio.say("lesson", drafts("audio", 1, 1))
        monkeypatch.setattr(server, "NEXT_REQUEST_S", AT_ONCE)
        follower.follow()
        for _ in range(3):
            await follower.reader.readuntil(b'"pulse"')


async def test_who_asks_five_times_at_once_has_five_answers(house: House) -> None:
    async with Asker(house) as asker:
        asker.write((HEAD + b"\r\n") * 5)
        assert [await asker.status() for _ in range(5)] == [401] * 5


@pytest.mark.parametrize("endless", [HEAD + b"X: " + b"y" * 400_000, b"\r\n" * 200_000, b"GET /" + b"y" * 400_000])
@pytest.mark.parametrize("asked_before", [False, True])
async def test_whose_head_has_no_end(
    house: House, monkeypatch: pytest.MonkeyPatch, endless: bytes, asked_before: bool
) -> None:
    monkeypatch.setattr(server, "LAST_WORD_S", AT_ONCE)
    async with Asker(house) as asker:
        if asked_before:
            asker.write(HEAD + b"\r\n")
            assert await asker.status() == 401
        asker.write(endless)
        assert await asker.status() == 431
        await asker.shown_out()


async def test_garbage_behind_a_question_ends_its_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LAST_WORD_S", AT_ONCE)
    async with house.client() as studio, Asker(house) as asker:
        await studio.say("lesson", drafts("audio", 1, 1))
        asker.follow()
        await asker.reader.readuntil(b'"live"')
        asker.write(b"\x00 this is no request\r\n\r\n")
        assert b"HTTP/1.1" not in await asker.reader.read(), "nothing is written into an answer under way"
