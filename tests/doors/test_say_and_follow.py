"""The two verbs at a real door: real sockets, the real server, the real client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from halqa.client import Client, Followed, Refused, Speaker
from halqa.gateway import Limits
from halqa.stores import MemoryStores
from halqa.timeline import INIT, Draft, Entry, Frame, FrameReader, encode_draft, encode_notice
from house import House, drafts, open_house, until

FRAMES = {"content-type": "application/vnd.halqa.frames"}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(MemoryStores(), limits=Limits(pulse=0.2)) as house:
        yield house


async def heard(client: Client, until: int, **wishes: Any) -> list[Entry]:
    """Follow until the entry with this seq."""
    got: list[Entry] = []
    async for item in client.follow("lesson", **wishes):
        if isinstance(item, Entry):
            got.append(item)
            if item.seq >= until:
                break
    return got


async def test_what_is_said_is_followed_from_the_beginning_and_live(house: House) -> None:
    async with house.client() as studio, house.client(may=("follow",)) as classroom:
        await studio.say("lesson", drafts("audio", 1, 10))
        following = asyncio.create_task(heard(classroom, 30))
        for n in range(11, 31):
            answer = await studio.say("lesson", drafts("audio", n, 1))
        got = await following
        assert answer["acknowledged"] == {"audio": 30}
        assert answer["head"] == 30
        assert [entry.seq for entry in got] == list(range(1, 31))
        assert house.began == ["lesson"]


async def test_a_lesson_begins_with_sound_picture_or_board_and_not_with_what_is_laid_before(house: House) -> None:
    async with house.client() as studio:
        for track in ("slides/1280", "talk", "captions/fr"):
            await studio.say("lesson", [Draft(track, "s", 1, 0, 0, 0, b"laid before")])
        assert (await studio.summary("lesson")).started_at is None
        assert house.began == []
        for number, track in enumerate(("board/1", "board", "audio"), 1):
            await studio.say("lesson", [Draft("slides/1280", "s", number + 1, 0, 0, 0, b""), *drafts(track, 1, 1)])
            await until(lambda: house.began == ["lesson"])
        assert (await studio.summary("lesson")).started_at is not None


async def test_said_again_it_stands_once(house: House) -> None:
    async with house.client() as studio:
        for _ in range(3):
            answer = await studio.say("lesson", drafts("audio", 1, 5))
        assert answer == {"acknowledged": {"audio": 5}, "head": 5, "followers": 0, "narrow": 0}


async def test_the_end_is_told_to_those_who_follow_and_to_those_who_come_later(house: House) -> None:
    async with house.client() as studio, house.client() as classroom:
        await studio.say("lesson", drafts("audio", 1, 3))
        place = Followed()
        following = asyncio.create_task(_all(classroom, place))
        summary = await studio.seal("lesson")
        assert len([item for item in await following if isinstance(item, Entry)]) == 3
        assert place.sealed
        assert summary.duration == 1500
        assert summary.tracks["audio"].digest
        last = (await studio.read("lesson", after=0))[-1]
        assert isinstance(last, dict)
        assert last["why"] == "sealed"
        assert (await studio.seal("lesson")) == summary
        assert [name for name, _ in house.sealed] == ["lesson", "lesson"]


async def _all(client: Client, place: Followed) -> list[Frame]:
    return [item async for item in client.follow("lesson", place)]


async def test_a_page_ends_at_its_limit_and_goes_on_from_the_cursor(house: House) -> None:
    async with house.client() as studio:
        await studio.say("lesson", drafts("audio", 1, 100, payload=b"y" * 1000))
        cursor = 0
        got: list[int] = []
        whys: list[str] = []
        while not whys or whys[-1] == "limit":
            page = await studio.read("lesson", after=cursor, limit=10_000)
            got += [item.seq for item in page if isinstance(item, Entry)]
            end = page[-1]
            assert isinstance(end, dict)
            whys.append(end["why"])
            cursor = end["after"]
        assert got == list(range(1, 101))
        assert len(whys) > 5
        assert whys[-1] == "head"


async def test_long_poll_answers_when_something_comes_and_when_nothing_does(house: House) -> None:
    async with house.client() as studio, house.client() as poller:
        waiting = asyncio.create_task(poller.read("lesson", after=0, wait=30))
        await until(lambda: house.gateway.hubs.known("lesson") is not None)
        await studio.say("lesson", drafts("audio", 1, 1))
        page = await waiting
        assert [item.seq for item in page if isinstance(item, Entry)] == [1]
        nothing = await poller.read("lesson", after=1, wait=1)
        assert [item["notice"] for item in nothing if isinstance(item, dict)] == ["hello", "end"]


async def teach(studio: Client, seconds: int, rungs: tuple[int, ...] = (90, 360)) -> None:
    """A lesson with sound and rungs: init entries first, then half-second entries."""
    tracks = ["audio", *(f"video/{rung}" for rung in rungs)]
    said = [Draft(track, "s", 1, 0, 0, INIT, b"init " + track.encode()) for track in tracks]
    for n in range(seconds * 2):
        for track in tracks:
            key = 1 if n % 4 == 0 or track == "audio" else 0
            said.append(Draft(track, "s", n + 2, n * 500, 500, key, track.encode() * 50))
    for begin in range(0, len(said), 500):
        await studio.say("lesson", said[begin : begin + 500])


async def test_at_a_moment_begins_with_init_entries_and_a_key_picture_and_the_sound_of_that_key(house: House) -> None:
    async with house.client() as studio:
        await teach(studio, 60)
        page = await studio.read("lesson", at=31_700, tracks="audio,video/360")
        entries = [item for item in page if isinstance(item, Entry)]
        assert [(e.track, e.init) for e in entries[:2]] == [("audio", True), ("video/360", True)]
        first = {track: next(e for e in entries[2:] if e.track == track) for track in ("audio", "video/360")}
        assert first["video/360"].key
        assert first["video/360"].t == 30_000
        assert first["audio"].t == 30_000
        numbers = [e.seq for e in entries[2:]]
        assert numbers == sorted(numbers)


async def test_at_live_begins_at_the_last_key_and_carries_one_rung(house: House) -> None:
    async with house.client() as studio, house.client() as classroom:
        await teach(studio, 59)
        items: list[Frame] = []
        async for item in classroom.follow("lesson", at="live", video=360):
            items.append(item)
            if isinstance(item, dict) and item["notice"] == "live":
                break
        entries = [item for item in items if isinstance(item, Entry)]
        assert {e.track for e in entries} == {"audio", "video/360"}
        assert [e.t for e in entries if not e.init and e.track == "video/360"] == [58_000, 58_500]
        assert sum(e.init for e in entries) == 2


async def teach_with_a_board(studio: Client) -> None:
    """A minute of lesson; of its boards one was written at the beginning, one in the middle, one at the end."""
    await studio.say("lesson", [Draft("board/3", "s", 1, 0, 400, 0, b"old")])
    await teach(studio, 30)
    await studio.say("lesson", [Draft("board/2", "s", 1, 30_000, 400, 0, b"middle")])
    tracks = ("audio", "video/90", "video/360")
    said = [
        Draft(t, "s", n + 62, 30_000 + n * 500, 500, n % 4 == 0 or t == "audio", b"x")
        for n in range(59)
        for t in tracks
    ]
    await studio.say("lesson", said)
    await studio.say("lesson", [Draft("board", "s", 1, 59_000, 400, 0, b"new")])


@pytest.mark.parametrize("wishes", [{"video": 360}, {}, {"video": 0}, {"tracks": "audio,board,board/*"}])
async def test_a_lesson_with_an_old_board_is_joined_at_its_end(house: House, wishes: dict[str, Any]) -> None:
    async with house.client() as studio, house.client() as classroom:
        await teach_with_a_board(studio)
        came: list[Frame] = []
        async for item in classroom.follow("lesson", at="live", **wishes):
            came.append(item)
            if isinstance(item, Entry) and item.payload == b"new":
                await studio.say("lesson", [Draft("board/3", "s", 2, 59_500, 400, 0, b"written on")])
            if isinstance(item, Entry) and item.payload == b"written on":
                break
        hello, entries = came[0], [item for item in came if isinstance(item, Entry) and not item.init]
        assert isinstance(hello, dict)
        assert min(entry.t for entry in entries) >= 57_500
        assert hello["after"] == entries[0].seq - 1
        assert [e.payload for e in entries if e.track.startswith("board")] == [b"new", b"written on"]
        missed = await studio.read("lesson", after=0, tracks="board/*")
        assert [e.payload for e in missed if isinstance(e, Entry)] == [b"old", b"middle", b"written on"]


async def test_the_page_written_on_last_comes_with_the_first_answer(house: House) -> None:
    async with house.client() as studio:
        await teach_with_a_board(studio)
        # By each moment the one that had been written on last.
        for moment, page, written in (
            (0, "board/3", [b"new", b"old"]),
            (29_999, "board/3", [b"new", b"old"]),
            (30_000, "board/2", [b"new", b"middle"]),
            ("live", "board/2", [b"new", b"middle"]),
        ):
            hello, *items = await studio.read("lesson", tracks="board,talk", page=moment)
            assert isinstance(hello, dict)
            assert hello["page"] == page
            assert set(hello["tracks"]) == {"board", page}
            assert sorted(e.payload for e in items if isinstance(e, Entry)) == sorted(written)
        await studio.say("lesson", [Draft("board/3", "s", 2, 59_500, 400, 0, b"written on")])
        hello = (await studio.read("lesson", tracks="board", page="live"))[0]
        assert isinstance(hello, dict)
        assert hello["page"] == "board/3"
        # Also when nobody has asked for the lesson for a while, or the server began anew.
        house.gateway.hubs.let_go(float("inf"))
        hello = (await studio.read("lesson", tracks="board", page="live"))[0]
        assert isinstance(hello, dict)
        assert hello["page"] == "board/3"


async def test_an_answer_ends_behind_the_last_entry_of_a_moment(house: House) -> None:
    async with house.client() as studio:
        await teach_with_a_board(studio)
        wanted = "board,board/*"

        async def ask(until: int, **more: Any) -> tuple[list[bytes], Any]:
            *items, end = await studio.read("lesson", tracks=wanted, until=until, **more)
            return [item.payload for item in items if isinstance(item, Entry)], end

        said, end = await ask(58_999)
        assert (said, end["why"]) == ([b"old", b"middle"], "until")
        # And goes on from there, with nothing left out and nothing twice.
        assert (await ask(59_000, after=end["after"]))[0] == [b"new"]
        said, end = await ask(70_000)
        assert (said, end["why"]) == ([b"old", b"middle", b"new"], "head")
        # An entry that is told later than it begins is not left out.
        await studio.say("lesson", [Draft("board/9", "other", 1, 29_000, 400, 0, b"late")])
        assert (await ask(29_500))[0] == [b"old", b"middle", b"new", b"late"]
        wanted = "captions/fr"
        assert (await ask(5_000))[0] == []


async def test_who_asks_for_a_slow_answer_gets_it_whole(house: House) -> None:
    async with house.client() as studio:
        slide = bytes(range(256)) * 40
        await studio.say("lesson", [Draft("slides/480", "s", 1, 0, 0, 0, slide), Draft("board", "s", 1, 0, 0, 0, b"x")])
        began = time.monotonic()
        [_, entry, end] = await studio.read("lesson", tracks="slides/480", limit=1024, pace=100)
        assert isinstance(entry, Entry)
        assert entry.payload == slide
        assert isinstance(end, dict)
        assert end["why"] == "limit"
        # No sooner than it may: 10,240 bytes at 100 kbit/s.
        assert time.monotonic() - began >= 0.8


async def test_a_slow_answer_is_whole_when_the_server_stops(house: House) -> None:
    slide = bytes(range(256)) * 40
    async with house.client() as studio:
        await studio.say("lesson", [Draft("slides/480", "s", 1, 0, 0, 0, slide)])
    reader, came = FrameReader(), list[Any]()
    headers = {"authorization": f"Bearer {house.ticket()}"}
    question: dict[str, str | int] = {"tracks": "slides/480", "limit": 1024, "pace": 20}
    async with (
        httpx.AsyncClient(trust_env=False) as http,
        http.stream("GET", f"{house.url}/timelines/lesson/entries", params=question, headers=headers) as answer,
    ):
        async for piece in answer.aiter_raw():
            came += reader.feed(piece)
            house.gateway.stop()
    assert [one.payload for one in came if isinstance(one, Entry)] == [slide]
    assert came[-1]["notice"] == "end"


async def test_without_a_board_there_is_no_page(house: House) -> None:
    async with house.client() as studio:
        await teach(studio, 4)
        hello = (await studio.read("lesson", tracks="audio", page="live"))[0]
        assert isinstance(hello, dict)
        assert "page" not in hello
        await studio.say("lesson", [Draft("board/1", "s", 1, 3_000, 400, 0, b"late")])
        hello = (await studio.read("lesson", tracks="audio", page=2_999))[0]
        assert isinstance(hello, dict)
        assert "page" not in hello


async def test_a_page_that_the_ticket_does_not_open_is_refused(house: House) -> None:
    async with house.client() as studio, house.client(tracks=("audio",)) as deaf:
        await teach_with_a_board(studio)
        with pytest.raises(Refused) as refused:
            await deaf.read("lesson", tracks="audio", page="live")
        assert (refused.value.status, refused.value.code) == (403, "ticket-tracks")


async def test_a_moment_in_a_lesson_with_a_board_begins_where_its_sound_and_picture_begin(house: House) -> None:
    async with house.client() as studio:
        await teach_with_a_board(studio)
        page = [item for item in await studio.read("lesson", at=31_000) if isinstance(item, Entry) and not item.init]
        assert {e.t for e in page if e.seq < page[0].seq + 3} == {30_000}
        assert [e.payload for e in page if e.track.startswith("board")] == [b"new"]
        early = [item for item in await studio.read("lesson", at=0) if isinstance(item, Entry)]
        assert [e.payload for e in early if e.track.startswith("board")] == [b"middle", b"new"]


async def test_without_sound_and_picture_each_track_begins_at_its_own_place(house: House) -> None:
    async with house.client() as studio:
        await studio.say("lesson", [Draft("audio", "s", 1, 0, 0, INIT, b"init")])
        for n, (track, t) in enumerate([("board", 0), ("talk", 1000), ("board", 5000), ("board", 9000)]):
            await studio.say("lesson", [Draft(track, f"s{n}", 1, t, 0, 0, b"%d" % t)])
        for question, times in (({"at": 6000}, [1000, 5000, 9000]), ({"at": 6000, "tracks": "board"}, [5000, 9000])):
            page = await studio.read("lesson", **question)
            assert [e.t for e in page if isinstance(e, Entry) and not e.init] == times


async def test_a_rung_that_came_later_is_not_waited_for_where_there_was_a_smaller_picture(house: House) -> None:
    async with house.client() as studio:
        await teach(studio, 10)
        late = [Draft("video/720", "s", 1, 10_000, 0, INIT, b"ftyp")]
        late += [Draft("video/720", "s", n + 2, 10_000 + n * 500, 500, int(n % 4 == 0), b"720") for n in range(8)]
        low = [Draft("video/360", "s", n + 22, 10_000 + n * 500, 500, int(n % 4 == 0), b"360") for n in range(8)]
        await studio.say("lesson", sorted(late + low, key=lambda draft: draft.t))
        page = await studio.read("lesson", at=800, video=720)
        pictures = [e for e in page if isinstance(e, Entry) and e.track.startswith("video") and not e.init]
        assert [e.t for e in pictures] == list(range(0, 14_000, 500))
        assert [e.track for e in pictures] == ["video/360"] * 20 + ["video/720"] * 8


async def test_the_rung_goes_on_from_page_to_page(house: House) -> None:
    async with house.client() as studio:
        await teach(studio, 60)
        got: list[Entry] = []
        question: dict[str, str | int] = {"at": 10_300}
        rung = None
        for _ in range(200):
            page = await studio.read("lesson", video=200, limit=2_000, **question)
            got += [item for item in page if isinstance(item, Entry)]
            rung = next((i["track"] for i in page if isinstance(i, dict) and i["notice"] == "rung"), rung)
            end = page[-1]
            assert isinstance(end, dict)
            if end["why"] == "head":
                break
            question = {"after": end["after"], "rung": rung or ""}
        pictures = [e for e in got if e.track.startswith("video") and not e.init]
        assert [e.t for e in pictures] == list(range(10_000, 60_000, 500))
        assert {e.track for e in pictures} == {"video/90"}


async def test_pulses_say_where_the_end_is(house: House) -> None:
    async with house.client() as studio, house.client() as classroom:
        await studio.say("lesson", drafts("audio", 1, 2))
        async for item in classroom.follow("lesson"):
            if isinstance(item, dict) and item["notice"] == "pulse":
                assert item["after"] == 2
                assert item["t"] == 1000
                assert item["followers"] == 1
                break


async def test_a_follower_that_hangs_up_is_forgotten(house: House) -> None:
    async with house.client() as studio:
        await studio.say("lesson", drafts("audio", 1, 2))
        async with house.client() as classroom:
            await heard(classroom, 2)
        await until(lambda: house.gateway.follower_count("lesson") == 0)


async def test_a_stopping_server_ends_its_streams_and_the_follower_goes_on_at_the_next_one() -> None:
    stores = MemoryStores()
    async with open_house(stores) as first:
        client = first.client()
        await client.say("lesson", drafts("audio", 1, 3))
        following = asyncio.create_task(heard(client, 6))
        await until(lambda: first.gateway.follower_count("lesson") == 1)
    async with open_house(stores, port=first.port) as second, second.client() as studio:
        await studio.say("lesson", drafts("audio", 4, 3))
        assert [entry.seq for entry in await following] == [1, 2, 3, 4, 5, 6]
    await client.close()


async def test_a_speaker_says_again_through_a_restart() -> None:
    stores = MemoryStores()
    async with open_house(stores) as first:
        client = first.client()
        speaker = Speaker(client, "lesson", "s")
        await speaker.say(drafts("audio", 1, 3))
    speaking = asyncio.create_task(speaker.say(drafts("audio", 4, 3)))
    async with open_house(stores, port=first.port):
        answer = await speaking
    assert answer["head"] == 6
    assert speaker.held == 0
    await client.close()


class TestRefusals:
    """Clear status, a code for programs, a sentence for people, nothing written."""

    async def ask(self, house: House, method: str = "POST", path: str = "/timelines/lesson/entries", **how: Any) -> Any:
        headers = {"authorization": f"Bearer {house.ticket()}", **FRAMES, **how.pop("headers", {})}
        async with httpx.AsyncClient(base_url=house.url, trust_env=False) as http:
            answer = await http.request(method, path, headers=headers, **how)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        return answer

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (b"", 400, "malformed-frame"),
            (b"garbage that is no frame", 413, "too-large"),
            (b"\x00\x00\x00\x10garbage", 400, "malformed-frame"),
            (encode_notice({"notice": "live"}), 400, "malformed-frame"),
            (encode_draft(drafts("audio", 1, 1)[0])[:-1], 400, "malformed-frame"),
            (encode_draft(drafts("audio", 2, 1)[0]), 409, "number-gap"),
            (b"".join(map(encode_draft, drafts("audio", 1, 1001, payload=b""))), 413, "too-large"),
            (b"x" * (4 << 20) + b"x", 413, "too-large"),
        ],
    )
    async def test_bodies(self, house: House, body: bytes, status: int, code: str) -> None:
        answer = await self.ask(house, content=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert all(hub.timeline.head == 0 for hub in house.gateway.hubs.all()), "nothing was written"

    async def test_time_that_goes_back_and_another_thing_under_the_same_number(self, house: House) -> None:
        async with house.client() as client:
            await client.say("lesson", drafts("audio", 1, 4))
            with pytest.raises(Refused) as back:
                await client.say("lesson", [Draft("audio", "s", 5, 10, 5, 1, b"")])
            assert (back.value.status, back.value.code, back.value.problem["expected"]) == (409, "time-goes-back", 1500)
            with pytest.raises(Refused) as other:
                await client.say("lesson", [Draft("audio", "s", 4, 1500, 500, 1, b"another")])
            assert (other.value.status, other.value.code) == (409, "said-otherwise")
            with pytest.raises(Refused) as gap:
                await client.say("lesson", drafts("audio", 7, 1))
            assert gap.value.problem["expected"] == 5
            await client.seal("lesson")
            with pytest.raises(Refused) as sealed:
                await client.say("lesson", drafts("audio", 5, 1))
            assert (sealed.value.status, sealed.value.code) == (409, "sealed")

    @pytest.mark.parametrize(
        "query",
        [
            "after=-1",
            "after=x",
            "after=1&at=2",
            "at=soon",
            "page=last",
            "until=live",
            "pace=0",
            "limit=1",
            "limit=99999999999",
            "wait=61",
            "video=x",
            "tracks=AUDIO",
            "follow=2",
            "video=180&rung=audio",
            "after=%F0%9F%92%A5",
        ],
    )
    async def test_questions(self, house: House, query: str) -> None:
        answer = await self.ask(house, "GET", f"/timelines/lesson/entries?{query}")
        assert answer.status_code == 400, answer.text
        assert answer.json()["code"] in ("bad-question", "malformed-frame")
        assert answer.json()["field"] in query

    async def test_a_cursor_beyond_the_end(self, house: House) -> None:
        async with house.client() as client:
            await client.say("lesson", drafts("audio", 1, 1))
        answer = await self.ask(house, "GET", "/timelines/lesson/entries?after=5")
        assert (answer.status_code, answer.json()["code"]) == (409, "cursor-ahead")

    async def test_what_is_not_there(self, house: House) -> None:
        for method, path in (("GET", ""), ("GET", "/entries"), ("POST", "/seal")):
            answer = await self.ask(house, method, f"/timelines/lesson{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "no-such-timeline")
        for path in ("/timelines/", "/timelines/a/b/c", "/timelines/lesson/else"):
            assert (await self.ask(house, "GET", path)).status_code == 404

    @pytest.mark.parametrize("name", ["..", "%2e%2e", "a%2fb", "A", "-a", "a.timeline", "x" * 65, "%00", "é"])
    async def test_names_that_are_paths(self, house: House, name: str) -> None:
        answer = await self.ask(house, "GET", f"/timelines/{name}/entries")
        assert answer.status_code in (400, 404)

    async def test_other_verbs_and_types(self, house: House) -> None:
        assert (await self.ask(house, "PUT")).status_code == 405
        assert (await self.ask(house, "DELETE", "/timelines/lesson")).status_code == 405
        answer = await self.ask(house, headers={"content-type": "application/json"}, content=b"{}")
        assert (answer.status_code, answer.json()["code"]) == (415, "wrong-type")

    async def test_in_the_language_of_the_reader(self, house: House) -> None:
        titles = set()
        for language in ("fr-MA,fr;q=0.9", "ar", "en", "de"):
            answer = await self.ask(house, content=b"", headers={"accept-language": language})
            titles.add(answer.json()["title"])
        assert "Ces octets ne forment pas une trame." in titles
        assert len(titles) == 3

    async def test_saying_too_fast(self) -> None:
        async with open_house(MemoryStores(), limits=Limits(rate=1000, burst=2000)) as house, house.client() as client:
            await client.say("lesson", drafts("audio", 1, 15))
            with pytest.raises(Refused) as fast:
                await client.say("lesson", drafts("audio", 16, 15))
            assert (fast.value.status, fast.value.code, fast.value.problem["wait"]) == (429, "too-fast", 1)

    async def test_too_many_followers(self) -> None:
        limits = Limits(followers=1)
        async with open_house(MemoryStores(), limits=limits) as house, house.client() as one, house.client() as two:
            await one.say("lesson", drafts("audio", 1, 1))
            stream = one.follow("lesson")
            await anext(stream)
            with pytest.raises(Refused) as full:
                await two.read("lesson", follow=1)
            assert (full.value.status, full.value.code) == (503, "too-many-followers")
            await stream.aclose()  # type: ignore[attr-defined]


class TestTickets:
    """Who may, and who may not."""

    async def status(self, house: House, ticket: str | None, verb: str = "follow", said: Draft | None = None) -> Any:
        headers = dict(FRAMES) | ({"authorization": f"Bearer {ticket}"} if ticket is not None else {})
        body = encode_draft(said or drafts("audio", 1, 1)[0])
        async with httpx.AsyncClient(base_url=house.url, trust_env=False, headers=headers) as http:
            if verb == "follow":
                answer = await http.get("/timelines/lesson/entries?wait=0&tracks=audio")
            elif verb == "say":
                answer = await http.post("/timelines/lesson/entries", content=body)
            else:
                answer = await http.post("/timelines/lesson/seal")
        return answer.status_code, answer.json().get("code") if "json" in answer.headers["content-type"] else None

    async def test_none_or_nonsense_or_another_server_s(self, house: House) -> None:
        other = type(house.tickets)(b"the secret of quite another server").issue
        from halqa.tickets import Grant

        forged = other(Grant(timeline="lesson", may=frozenset({"say", "follow"})))
        for verb in ("follow", "say", "seal"):
            assert await self.status(house, None, verb) == (401, "no-ticket")
            for ticket in ("x", "a.b.c", forged, house.ticket()[:-2], "eyJhbGciOiJub25lIn0.eyJ0bCI6Imxlc3NvbiJ9."):
                assert await self.status(house, ticket, verb) == (401, "ticket-forged")

    async def test_expired(self, house: House) -> None:
        assert await self.status(house, house.ticket(seconds=-60)) == (401, "ticket-expired")

    async def test_for_another_lesson_or_another_verb(self, house: House) -> None:
        assert await self.status(house, house.ticket("other")) == (403, "ticket-elsewhere")
        assert await self.status(house, house.ticket(may=("follow",)), "say") == (403, "ticket-verb")
        assert await self.status(house, house.ticket(may=("follow",)), "seal") == (403, "ticket-verb")
        assert await self.status(house, house.ticket(may=("say",)), "follow") == (403, "ticket-verb")

    async def test_for_other_tracks_or_another_name(self, house: House) -> None:
        assert await self.status(house, house.ticket(tracks=("board",)), "say") == (403, "ticket-tracks")
        assert await self.status(house, house.ticket(tracks=("board",)), "follow") == (403, "ticket-tracks")
        assert await self.status(house, house.ticket(speaker="studio"), "say") == (403, "ticket-speaker")

    async def test_private_tracks_are_for_those_who_name_them(self, house: House) -> None:
        async with house.client(tracks=("*", "private/7f3k")) as pupil, house.client() as other:
            await pupil.say("lesson", [Draft("private/7f3k", "s", 1, 0, 0, 0, b"my answer")])
            await other.say("lesson", [Draft("audio", "s", 1, 0, 500, 1, b"sound")])
            page = await other.read("lesson", after=0)
            assert [item.track for item in page if isinstance(item, Entry)] == ["audio"]
            hello = page[0]
            assert isinstance(hello, dict)
            assert list(hello["tracks"]) == ["audio"]
            with pytest.raises(Refused) as refused:
                await other.read("lesson", after=0, tracks="private/7f3k")
            assert refused.value.code == "ticket-tracks"
            with pytest.raises(Refused) as refused:
                await other.read("lesson", after=0, tracks="private/*")
            assert refused.value.code == "ticket-tracks"
            summary = await other.summary("lesson")
            assert list(summary.tracks) == ["audio"]

    async def test_in_the_address_for_players(self, house: House) -> None:
        async with house.client() as client, httpx.AsyncClient(base_url=house.url, trust_env=False) as http:
            await client.say("lesson", drafts("audio", 1, 1))
            answer = await http.get(f"/timelines/lesson/entries?ticket={house.ticket()}")
            assert [type(item) for item in FrameReader().feed(answer.content)] == [dict, Entry, dict]
