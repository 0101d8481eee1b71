"""What only passes: to whoever is there now, and to nobody else, ever."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from halqa.client import Client, Followed, Refused, Speaker
from halqa.client.crowd import Crowd
from halqa.gateway import Limits
from halqa.stores import MemoryStores
from halqa.timeline import Draft, Entry, Frame, Passing, encode_draft, encode_passing
from halqa.timeline.frames import MAX_PASSING
from house import House, drafts, open_house, until


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(MemoryStores(), limits=Limits(pulse=0.2)) as house:
        yield house


def tip(payload: bytes, track: str = "board", speaker: str = "s") -> Passing:
    return Passing(track, speaker, payload)


class Watcher:
    """A follower that writes down what comes."""

    def __init__(self, client: Client, **wishes: Any) -> None:
        self.came: list[Frame] = []
        self._task = asyncio.create_task(self._watch(client, wishes))

    async def _watch(self, client: Client, wishes: dict[str, Any]) -> None:
        async with client:
            async for item in client.follow("lesson", Followed(), **wishes):
                self.came.append(item)

    @property
    def live(self) -> bool:
        return any(isinstance(item, dict) and item["notice"] == "live" for item in self.came)

    @property
    def heard(self) -> list[bytes]:
        """The payloads of entries and passing frames, in the order in which they came."""
        return [item.payload for item in self.came if not isinstance(item, dict)]

    @property
    def passed(self) -> list[Passing]:
        return [item for item in self.came if isinstance(item, Passing)]

    async def hang_up(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


@contextlib.asynccontextmanager
async def watching(house: House, *wishes: dict[str, Any], **grant: Any) -> AsyncIterator[list[Watcher]]:
    """Followers with these wishes, all at the end of the lesson."""
    watchers = [Watcher(house.client(may=("follow",), **grant), **wish) for wish in wishes]
    try:
        await until(lambda: all(watcher.live for watcher in watchers))
        yield watchers
    finally:
        for watcher in watchers:
            await watcher.hang_up()


def ink(number: int, payload: bytes, track: str = "board/1") -> Draft:
    return Draft(track, "s", number, number * 400, 400, 0, payload)


async def test_a_tip_reaches_everyone_at_the_end_and_its_entry_follows(house: House) -> None:
    async with house.client() as studio, watching(house, {}, {"at": "live"}, {"tracks": "board,board/*"}) as all_:
        for n in range(1, 6):
            await studio.say("lesson", [], [tip(b"tip %d" % n)])
            await studio.say("lesson", [ink(n, b"ink %d" % n)])
        await until(lambda: all(w.heard[-1:] == [b"ink 5"] for w in all_))
        for watcher in all_:
            assert watcher.heard == [word % n for n in range(1, 6) for word in (b"tip %d", b"ink %d")]


async def test_of_one_body_the_entries_are_committed_first_wherever_they_stand(house: House) -> None:
    async with house.client() as studio, watching(house, {}) as [watcher]:
        answer = await studio.say("lesson", [ink(1, b"ink")], [tip(b"one"), tip(b"two")])
        assert (answer["acknowledged"], answer["head"], answer["followers"]) == ({"board/1": 1}, 1, 1)
        await until(lambda: len(watcher.heard) == 3)
        assert watcher.heard == [b"ink", b"one", b"two"]


async def test_it_is_kept_nowhere_and_makes_nothing(house: House) -> None:
    async with house.client() as studio:
        answer = await studio.say("lesson", [], [tip(b"before anything")])
        assert answer == {"acknowledged": {}, "head": 0, "followers": 0, "narrow": 0}
        assert await house.stores.names() == []
        async with watching(house, {}) as [watcher]:
            await studio.say("lesson", [], [tip(b"before the first entry")])
            await until(lambda: watcher.heard == [b"before the first entry"])
            assert house.began == []
        await studio.say("lesson", drafts("audio", 1, 1, payload=b"sound"), [tip(b"nobody is there")])
        async with watching(house, {}) as [late]:
            await studio.say("lesson", drafts("audio", 2, 1, payload=b"more sound"))
            await until(lambda: len(late.heard) == 2)
            assert late.heard == [b"sound", b"more sound"]
        assert [item.payload for item in await studio.read("lesson", after=0) if isinstance(item, Entry)] == late.heard
        summary = await studio.seal("lesson")
        assert (summary.head, list(summary.tracks)) == (2, ["audio"])
        assert (await studio.say("lesson", [], [tip(b"after the end")]))["acknowledged"] == {}


async def test_only_those_who_want_its_track_and_may_have_it_see_it(house: House) -> None:
    async with (
        house.client(tracks=("*", "private/*")) as studio,
        watching(house, {}, {"tracks": "audio"}) as [everything, sound],
        watching(house, {}, {"tracks": "private/answers"}, tracks=("*", "private/answers")) as [all_mine, named],
    ):
        await studio.say("lesson", [], [tip(b"ink"), tip(b"answer", "private/answers")])
        await studio.say("lesson", [Draft("audio", "s", 1, 0, 500, 1, b"last")])
        await studio.say("lesson", [Draft("private/answers", "s", 1, 0, 0, 0, b"last")])
        await until(lambda: all(b"last" in w.heard for w in (everything, sound, all_mine, named)))
        assert [one.payload for one in everything.passed] == [b"ink"]
        assert [one.payload for one in all_mine.passed] == [b"ink", b"answer"]
        assert [one.payload for one in named.passed] == [b"answer"]
        assert sound.passed == []


async def test_who_counts_as_narrow_is_left_in_peace(house: House) -> None:
    async with house.client() as studio, watching(house, {}, {"video": 0}) as [free, narrow]:
        answer = await studio.say("lesson", [], [tip(b"tip")])
        await studio.say("lesson", drafts("audio", 1, 1, payload=b"last"))
        await until(lambda: free.heard == [b"tip", b"last"] and len(narrow.heard) == 1)
        assert narrow.heard == [b"last"]
        assert (answer["followers"], answer["head"]) == (2, 0)


async def test_a_full_line_carries_only_what_is_kept(house: House) -> None:
    small = httpx.AsyncHTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)])
    async with Client(house.url, house.ticket(), transport=small) as narrow:
        line = narrow.follow("lesson")
        while await anext(line) != {"notice": "live", "after": 0, "t": 0}:
            pass
        async with house.client() as studio, watching(house, {}) as [free]:
            await studio.say("lesson", drafts("audio", 1, 40, payload=bytes(25_000)))
            await until(lambda: len(free.heard) == 40)
            await studio.say("lesson", [], [tip(b"tip")])
            await until(lambda: len(free.passed) == 1)
            await studio.say("lesson", drafts("audio", 41, 1, payload=b"last"))
            came = [item async for item in _upto(line, b"last") if not isinstance(item, dict)]
        assert [item.number for item in came if isinstance(item, Entry)] == list(range(1, 42))
        assert len(came) == 41


async def test_on_a_line_that_fills_up_tips_stop_and_entries_do_not(house: House) -> None:
    small = httpx.AsyncHTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)])
    async with Client(house.url, house.ticket(), transport=small) as filling, house.client() as studio:
        line = filling.follow("lesson")
        while await anext(line) != {"notice": "live", "after": 0, "t": 0}:
            pass
        for n in range(1, 61):
            await studio.say("lesson", drafts("audio", n, 1, payload=b"%d" % n + bytes(20_000)), [tip(b"%d" % n)])
        await studio.say("lesson", drafts("audio", 61, 1, payload=b"last"))
        came = [item async for item in _upto(line, b"last") if not isinstance(item, dict)]
    assert [item.number for item in came if isinstance(item, Entry)] == list(range(1, 62))
    tips = [int(item.payload) for item in came if isinstance(item, Passing)]
    assert tips == list(range(1, len(tips) + 1))
    assert len(tips) < 60
    for before, item in itertools.pairwise(came):
        assert not isinstance(item, Passing) or (isinstance(before, Entry) and before.number == int(item.payload))


async def _upto(line: AsyncIterator[Frame], payload: bytes) -> AsyncIterator[Frame]:
    async for item in line:
        yield item
        if isinstance(item, Entry) and item.payload == payload:
            return


async def test_a_crowd_counts_what_passes_and_is_not_confused_by_it(house: House) -> None:
    crowd = Crowd(house.url, "lesson", house.ticket(), count=20)
    async with house.client() as studio:
        await crowd.gather()
        await until(lambda: crowd.live == 20)
        await studio.say("lesson", [], [tip(b"", "a"), tip(bytes(MAX_PASSING))])
        await studio.say("lesson", drafts("audio", 1, 3, payload=bytes(10)))
        await until(lambda: crowd.tally.entries == 60)
        crowd.disperse()
    assert (crowd.tally.passing, crowd.tally.payload_bytes, crowd.tally.lost_connections) == (40, 600, 0)


async def test_a_speaker_shows_under_its_own_name_and_never_says_it_again(house: House) -> None:
    async with house.client() as studio, watching(house, {}) as [watcher]:
        speaker = Speaker(studio, "lesson", "pen-2")
        await speaker.show([tip(b"tip", speaker="")])
        await until(lambda: watcher.passed == [tip(b"tip", speaker="pen-2")])
        assert speaker.held == 0
    async with house.client(tracks=("audio",)) as other:
        with pytest.raises(Refused, match="ticket-tracks"):
            await Speaker(other, "lesson", "s").show([tip(b"tip")])
    async with Client("http://127.0.0.1:1", "no server there") as nobody:
        await Speaker(nobody, "lesson", "s").show([tip(b"tip")])


class TestRefusals:
    @pytest.mark.parametrize(
        ("said", "grant", "status", "code", "frame"),
        [
            ([tip(b"", "audio")], {"tracks": ("board",)}, 403, "ticket-tracks", 0),
            ([ink(1, b""), tip(b"", "private/x")], {}, 403, "ticket-tracks", 1),
            ([tip(b"", speaker="t")], {"speaker": "s"}, 403, "ticket-speaker", 0),
            ([ink(1, b""), tip(b"", speaker="t")], {}, 400, "malformed-frame", 1),
            ([ink(1, b""), tip(bytes(MAX_PASSING + 1))], {}, 413, "too-large", 1),
            ([tip(b"")] * 101, {}, 413, "too-large", None),
            ([tip(b""), tip(b""), ink(1, b""), tip(b""), ink(3, b"")], {}, 409, "number-gap", 4),
        ],
    )
    async def test_nothing_of_it_is_kept_or_passes(
        self,
        house: House,
        said: list[Draft | Passing],
        grant: dict[str, Any],
        status: int,
        code: str,
        frame: int | None,
    ) -> None:
        body = b"".join(encode_draft(one) if isinstance(one, Draft) else encode_passing(one) for one in said)
        async with watching(house, {}) as [watcher], house.client(**grant) as client:
            with pytest.raises(Refused) as refused:
                await client._ask(
                    "POST", "/timelines/lesson/entries", content=body, kind="application/vnd.halqa.frames"
                )
            assert (refused.value.status, refused.value.code) == (status, code)
            assert refused.value.problem.get("frame") == frame
            async with house.client() as studio:
                await studio.say("lesson", drafts("audio", 1, 1, payload=b"first"))
            await until(lambda: watcher.heard == [b"first"])

    async def test_it_counts_against_the_allowance(self) -> None:
        async with open_house(MemoryStores(), limits=Limits(rate=1000, burst=5000)) as house, house.client() as client:
            await client.say("lesson", [], [tip(bytes(4000))])
            with pytest.raises(Refused, match="too-fast"):
                await client.say("lesson", [], [tip(bytes(4000))])

    async def test_what_is_said_wrongly_before_it_does_not_matter_to_it_and_a_sealed_lesson_is_silent(
        self, house: House
    ) -> None:
        async with house.client() as studio:
            await studio.say("lesson", drafts("audio", 1, 1))
            await studio.seal("lesson")
            again = await studio.say("lesson", drafts("audio", 1, 1), [tip(b"tip")])
            assert (again["acknowledged"], again["head"]) == ({"audio": 1}, 1)
            assert house.gateway.hubs.all()[0].passage.count == 0
