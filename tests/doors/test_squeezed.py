"""Pages of what is written come compressed to whoever takes that, and say the same; nothing else ever does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from halqa.client import Client
from halqa.stores import MemoryStores
from halqa.timeline import Draft, FrameReader
from house import House, open_house

WRITTEN = [Draft("board/1", "s", n, n * 400, 400, 0, bytes([0xC4, n % 251, 7])) for n in range(1, 301)]
TRACKS = ("*", "private/answers")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(MemoryStores()) as house:
        async with house.client(tracks=TRACKS) as studio:
            await studio.say("lesson", WRITTEN)
            for track in ("audio", "slides/480", "private/answers"):
                await studio.say("lesson", [Draft(track, "s", 1, 120_000, 0, 1, b"x" * 100)])
        yield house


async def page(house: House, encoding: str, **question: str | int) -> tuple[str, bytes]:
    """Which encoding an answer has, and its body as it went over the line."""
    async with (
        httpx.AsyncClient(base_url=house.url, trust_env=False) as http,
        http.stream(
            "GET",
            "/timelines/lesson/entries",
            params=question,
            headers={
                "accept-encoding": encoding,
                "authorization": f"Bearer {house.ticket(tracks=TRACKS)}",
            },
        ) as answer,
    ):
        assert answer.status_code == 200
        return answer.headers.get("content-encoding", ""), b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize("more", [{}, {"limit": 1024}, {"wait": 1}])
async def test_less_than_half_and_the_same(house: House, more: dict[str, int]) -> None:
    plain_name, plain = await page(house, "identity", tracks="board,board/*,talk", **more)
    name, small = await page(house, "br, gzip;q=0.8", tracks="board,board/*,talk", **more)
    assert (plain_name, name) == ("", "gzip")
    decoder = httpx.Response(200, headers={"content-encoding": "gzip"}, content=small)
    assert decoder.content == plain
    assert FrameReader().feed(plain), "frames"
    if "limit" not in more:
        assert len(small) < len(plain) / 2


@pytest.mark.parametrize("encoding", ["", "identity", "br", "gzip;q=0", "deflate, gzip; q=0.0"])
async def test_whoever_does_not_take_it_is_not_given_it(house: House, encoding: str) -> None:
    assert (await page(house, encoding, tracks="board/1"))[0] == ""


@pytest.mark.parametrize(
    "tracks", ["audio", "board,audio", "*", "slides/480", "private/answers", "board/*,private/answers"]
)
async def test_sound_pictures_and_what_is_private_are_left_as_they_are(house: House, tracks: str) -> None:
    assert (await page(house, "gzip", tracks=tracks))[0] == ""


async def test_what_is_followed_is_not_and_a_picture_asked_for_beside_it_is_none(house: House) -> None:
    async with house.client() as studio:
        await studio.seal("lesson")
    assert (await page(house, "gzip", tracks="board/1", follow=1))[0] == ""
    assert (await page(house, "gzip", tracks="board/1", video=360))[0] == ""


async def test_our_own_client_reads_it(house: House) -> None:
    async with Client(house.url, house.ticket()) as client:
        items = await client.read("lesson", tracks="board/1", after=250)
    assert [item.seq for item in items if not isinstance(item, dict)] == list(range(251, 301))
