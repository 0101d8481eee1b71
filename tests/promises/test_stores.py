"""What every house of timelines promises (`halqa.timeline.interface`), whatever it is built of."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from halqa.stores import MemoryStores, SqliteStores
from halqa.timeline import INIT, KEY, STAMP, Draft, Entry, Stores, Timeline, Tracks, committed, encode_entry
from halqa.timeline.errors import (
    BadQuestion,
    MalformedFrame,
    NoSuchTimeline,
    NumberGap,
    SaidOtherwise,
    Sealed,
    SpeakerMistake,
    Stopping,
    TimeGoesBack,
)

ALL = Tracks(["*", "private/*"])


def draft(track: str, number: int, t: int = 0, *, speaker: str = "s", flags: int = 0, payload: bytes = b"x") -> Draft:
    return Draft(track, speaker, number, t, 500, flags, payload)


def sound(count: int, *, first: int = 1, speaker: str = "s") -> list[Draft]:
    """So many half seconds of sound."""
    numbers = range(first, first + count)
    return [Draft("audio", speaker, n, (n - 1) * 500, 500, KEY, b"sound %d" % n) for n in numbers]


async def everything(timeline: Timeline) -> list[Entry]:
    return await timeline.read(0, tracks=ALL, limit=1 << 30)


class StorePromises:
    """Held by every store. A class for each gives the fixture `house`, empty."""

    @pytest.fixture
    async def lesson(self, house: Stores) -> Timeline:
        return await house.open("lesson", create=True)

    # -- the house ----------------------------------------------------------------------------------------------------

    async def test_a_timeline_begins_empty(self, lesson: Timeline) -> None:
        assert (lesson.id, lesson.head, lesson.sealed) == ("lesson", 0, False)
        assert await everything(lesson) == []
        summary = await lesson.summary()
        assert (summary.id, summary.head, summary.duration, summary.sealed) == ("lesson", 0, 0, False)
        assert (summary.started_at, summary.said_at, summary.tracks) == (None, None, {})

    async def test_everybody_has_the_same_timeline(self, house: Stores) -> None:
        opened = await asyncio.gather(*(house.open("lesson", create=True) for _ in range(10)))
        assert all(timeline is opened[0] for timeline in opened)
        assert await house.open("lesson") is opened[0]

    async def test_what_was_never_said_is_not_there(self, house: Stores) -> None:
        with pytest.raises(NoSuchTimeline):
            await house.open("lesson")
        with pytest.raises(NoSuchTimeline):
            await house.delete("lesson")
        assert await house.names() == []

    async def test_names_are_sorted(self, house: Stores) -> None:
        for name in ("b", "a", "10", "9"):
            await house.open(name, create=True)
        assert await house.names() == ["10", "9", "a", "b"]

    @pytest.mark.parametrize(
        "name", ["", "..", "../x", "/etc/passwd", "a/b", "a\x00b", "A", "-a", "a.timeline", "a" * 65]
    )
    async def test_nothing_but_a_name_opens_or_deletes(self, house: Stores, name: str) -> None:
        for asked in (house.open(name), house.open(name, create=True), house.delete(name)):
            with pytest.raises(BadQuestion):
                await asked

    async def test_deleted_is_gone_and_may_begin_anew(self, house: Stores, lesson: Timeline) -> None:
        await lesson.append(sound(3))
        await house.delete("lesson")
        assert await house.names() == []
        for asked in (lesson.append(sound(1)), lesson.read(0), lesson.seal(), lesson.summary(), house.open("lesson")):
            with pytest.raises(NoSuchTimeline):
                await asked
        anew = await house.open("lesson", create=True)
        assert anew.head == 0
        assert (await anew.append(sound(1))).head == 1

    async def test_a_closed_house_is_stopping(self, house: Stores, lesson: Timeline) -> None:
        await house.close()
        for asked in (house.open("lesson"), house.open("other", create=True), lesson.append(sound(1)), lesson.read(0)):
            with pytest.raises(Stopping):
                await asked
        await house.close()

    # -- appending ----------------------------------------------------------------------------------------------------

    async def test_what_was_appended_can_be_read(self, lesson: Timeline) -> None:
        said = sound(3)
        acknowledged = await lesson.append(said)
        assert acknowledged.entries == [committed(seq, d) for seq, d in enumerate(said, 1)]
        assert acknowledged.numbers == {("s", "audio"): 3}
        assert acknowledged.head == lesson.head == 3
        assert await everything(lesson) == acknowledged.entries

    async def test_appending_nothing_is_nothing(self, lesson: Timeline) -> None:
        acknowledged = await lesson.append([])
        assert (acknowledged.numbers, acknowledged.entries, acknowledged.head) == ({}, [], 0)

    async def test_speakers_count_for_themselves_on_each_track(self, lesson: Timeline) -> None:
        said = [draft("audio", 1), draft("board", 1), draft("audio", 1, speaker="other"), draft("audio", 2)]
        acknowledged = await lesson.append(said)
        assert acknowledged.numbers == {("s", "audio"): 2, ("s", "board"): 1, ("other", "audio"): 1}
        assert [entry.seq for entry in acknowledged.entries] == [1, 2, 3, 4]

    async def test_said_again_is_acknowledged_and_adds_nothing(self, lesson: Timeline) -> None:
        first = await lesson.append(sound(3))
        again = await lesson.append(sound(5))
        assert [entry.number for entry in again.entries] == [4, 5]
        third = await lesson.append(sound(2))
        assert (third.entries, third.numbers, third.head) == ([], {("s", "audio"): 5}, 5)
        assert await everything(lesson) == first.entries + again.entries

    async def test_said_twice_in_one_breath(self, lesson: Timeline) -> None:
        acknowledged = await lesson.append([*sound(1), *sound(2)])
        assert [entry.number for entry in acknowledged.entries] == [1, 2]
        with pytest.raises(SaidOtherwise) as caught:
            await lesson.append([draft("board", 1), draft("board", 1, payload=b"y")])
        assert caught.value.details["frame"] == 1

    @pytest.mark.parametrize(
        "otherwise",
        [
            Draft("audio", "s", 1, 0, 500, KEY, b"another sound"),
            Draft("audio", "s", 1, 1, 500, KEY, b"sound 1"),
            Draft("audio", "s", 1, 0, 501, KEY, b"sound 1"),
            Draft("audio", "s", 1, 0, 500, 0, b"sound 1"),
        ],
        ids=["payload", "t", "duration", "flags"],
    )
    async def test_said_otherwise_is_refused(self, lesson: Timeline, otherwise: Draft) -> None:
        await lesson.append(sound(2))
        with pytest.raises(SaidOtherwise) as caught:
            await lesson.append([*sound(1), otherwise])
        assert caught.value.details == {"frame": 1, "field": "number", "track": "audio"}
        assert lesson.head == 2

    async def test_a_gap_is_refused_with_what_was_expected(self, lesson: Timeline) -> None:
        await lesson.append(sound(2))
        with pytest.raises(NumberGap) as caught:
            await lesson.append([draft("board", 1), *sound(1, first=4)])
        assert caught.value.details == {"frame": 1, "field": "number", "track": "audio", "expected": 3}
        with pytest.raises(NumberGap) as caught:
            await lesson.append([draft("talk", 2)])
        assert caught.value.details["expected"] == 1
        assert (lesson.head, len(await everything(lesson))) == (2, 2)

    async def test_time_on_a_track_never_goes_back(self, lesson: Timeline) -> None:
        await lesson.append([draft("audio", 1, 1000), draft("audio", 2, 1000), draft("board", 1, 10)])
        with pytest.raises(TimeGoesBack) as caught:
            await lesson.append([draft("board", 2, 20), draft("audio", 1, 999, speaker="other")])
        assert caught.value.details == {"frame": 1, "field": "t", "track": "audio", "expected": 1000}
        with pytest.raises(TimeGoesBack):
            await lesson.append([draft("audio", 3, 999, flags=INIT)])
        assert lesson.head == 3
        assert (await lesson.append([draft("board", 2, 20)])).head == 4

    async def test_a_stamped_entry_begins_where_the_lesson_is(self, lesson: Timeline) -> None:
        answer = draft("private/answers", 1, 9_999_999, flags=STAMP | KEY)
        first = (await lesson.append([answer])).entries
        assert [(e.t, e.flags) for e in first] == [(0, KEY)], "the lesson has not begun; the stamp is not kept"
        await lesson.append([draft("audio", 1, 1000), draft("board", 1, 5000, flags=INIT)])
        said = [
            draft("talk", 1, flags=STAMP),
            draft("board", 2, flags=STAMP),
            draft("audio", 2, 6000),
            draft("talk", 1, flags=STAMP, speaker="t"),
        ]
        entries = (await lesson.append(said)).entries
        assert [(e.track, e.t) for e in entries] == [("talk", 1500), ("board", 5000), ("audio", 6000), ("talk", 6500)]
        assert (await everything(lesson))[-4:] == entries

    async def test_what_was_stamped_is_said_again_whatever_its_moment(self, lesson: Timeline) -> None:
        await lesson.append(sound(4))
        kept = (await lesson.append([draft("talk", 1, 7, flags=STAMP)])).entries
        await lesson.append(sound(8))
        again = await lesson.append([draft("talk", 1, 123_456, flags=STAMP)])
        assert (again.entries, again.numbers) == ([], {("s", "talk"): 1})
        for otherwise in (
            draft("talk", 1, 7, flags=STAMP, payload=b"y"),
            draft("talk", 1, 7, flags=STAMP | KEY),
            draft("talk", 1, 7),
        ):
            with pytest.raises(SaidOtherwise):
                await lesson.append([otherwise])
        assert (await lesson.append([draft("talk", 1, 2000)])).entries == []
        await lesson.seal()
        assert (await lesson.append([draft("talk", 1, 9, flags=STAMP)])).entries == []
        assert [e for e in await everything(lesson) if e.track == "talk"] == kept

    async def test_whole_classes_answer_at_once_and_nobody_s_time_goes_back(self, lesson: Timeline) -> None:
        await lesson.append(sound(4))
        late = [Draft("private/answers", f"class-{k}", 1, 40 - k, 0, STAMP, b"2") for k in range(40)]
        wrong = [draft("private/answers", 2, flags=STAMP, speaker="x"), draft("audio", 9, 9_000_000)]
        told = await asyncio.gather(
            *(lesson.append([one]) for one in late[:20]),
            *(lesson.append([one]) for one in wrong),
            lesson.append(sound(1, first=5)),
            *(lesson.append([one]) for one in late[20:]),
            return_exceptions=True,
        )
        assert [type(one) for one in told if isinstance(one, Exception)] == [NumberGap, NumberGap]
        answers = [e for e in await everything(lesson) if e.track == "private/answers"]
        assert len(answers) == 40
        assert [e.t for e in answers] == sorted(e.t for e in answers)
        assert [e.t for e in answers] == [2000] * 20 + [2500] * 20

    async def test_no_stamp_beyond_the_end_of_time(self, lesson: Timeline) -> None:
        await lesson.append([draft("audio", 1, 0xFFFFFFFF - 500)])
        with pytest.raises(MalformedFrame) as caught:
            await lesson.append([draft("talk", 1, flags=STAMP)])
        assert caught.value.details == {"frame": 0, "field": "duration", "track": "talk"}
        assert lesson.head == 1

    async def test_refused_is_refused_whole(self, lesson: Timeline) -> None:
        with pytest.raises(SpeakerMistake):
            await lesson.append([*sound(5), draft("audio", 7, 9000)])
        assert (lesson.head, await everything(lesson), (await lesson.summary()).tracks) == (0, [], {})
        assert (await lesson.append(sound(6))).head == 6

    async def test_who_speaks_wrongly_harms_nobody_else(self, lesson: Timeline) -> None:
        """All of these are said at the same time: every third is wrong."""

        async def say(k: int) -> int | str:
            first = 2 if k % 3 == 0 else 1
            try:
                await lesson.append([draft(f"private/{k}", first + n, n * 10, speaker=f"s{k}") for n in range(2)])
            except NumberGap as mistake:
                return mistake.code
            return "kept"

        told = await asyncio.gather(*(say(k) for k in range(30)))
        assert told == ["number-gap" if k % 3 == 0 else "kept" for k in range(30)]
        entries = await everything(lesson)
        assert [entry.seq for entry in entries] == list(range(1, 41))

    async def test_said_again_while_the_first_is_still_being_written(self, lesson: Timeline) -> None:
        """A studio that lost patience says the same again before the answer is there."""
        long = [draft("board", n, n, payload=bytes(1000)) for n in range(1, 1001)]  # the others gather behind it
        _, *told = await asyncio.gather(lesson.append(long), *(lesson.append(sound(3)) for _ in range(10)))
        assert [acknowledged.numbers for acknowledged in told] == [{("s", "audio"): 3}] * 10
        assert sum(len(acknowledged.entries) for acknowledged in told) == lesson.head - 1000 == 3

    async def test_who_goes_away_harms_nobody_else(self, lesson: Timeline) -> None:
        appends = [asyncio.ensure_future(lesson.append([draft(f"private/{k}", 1)])) for k in range(10)]
        await asyncio.sleep(0)
        for append in appends[::2]:
            append.cancel()
        told = await asyncio.gather(*appends, return_exceptions=True)
        assert all(not isinstance(answer, BaseException) for answer in told[1::2])
        await lesson.append([draft("private/last", 1)])
        assert [entry.seq for entry in await everything(lesson)] == list(range(1, lesson.head + 1))

    # -- reading ------------------------------------------------------------------------------------------------------

    async def test_reading_goes_on_behind_a_cursor(self, lesson: Timeline) -> None:
        entries = (await lesson.append(sound(10))).entries
        assert await lesson.read(4) == entries[4:]
        assert await lesson.read(4, upto=6) == entries[4:6]
        assert await lesson.read(10) == await lesson.read(99) == await lesson.read(5, upto=5) == []
        assert await lesson.read(0, upto=99) == entries

    async def test_reading_stops_after_the_limit_but_gives_at_least_one(self, lesson: Timeline) -> None:
        entries = (await lesson.append([draft("board", n, n, payload=bytes(100)) for n in range(1, 11)])).entries
        assert await lesson.read(0, limit=0) == await lesson.read(0, limit=1) == entries[:1]
        assert await lesson.read(0, limit=100) == entries[:1]
        assert await lesson.read(0, limit=101) == entries[:2]
        assert await lesson.read(0, limit=250) == entries[:3]
        assert await lesson.read(8, limit=1 << 20) == entries[8:]

    async def test_reading_some_tracks(self, lesson: Timeline) -> None:
        said = [draft(track, 1) for track in ("audio", "video/90", "video/360", "private/7", "board")]
        entries = (await lesson.append(said)).entries
        for patterns, seqs in {
            ("*",): [1, 2, 3, 5],
            ("video/*", "audio"): [1, 2, 3],
            ("video/90",): [2],
            ("private/7",): [4],
            ("private/*", "*"): [1, 2, 3, 4, 5],
            ("slides",): [],
        }.items():
            assert await lesson.read(0, tracks=Tracks(patterns)) == [entries[seq - 1] for seq in seqs]
        assert await lesson.read(0) == [entries[seq - 1] for seq in (1, 2, 3, 5)]

    async def test_reading_a_rare_track_of_a_long_lesson(self, lesson: Timeline) -> None:
        await lesson.append([draft("board", 1, 3)])
        await lesson.append(sound(300))
        await lesson.append([draft("board", 2, 90_000), draft("talk", 1, 80_000)])
        board = Tracks(["board", "talk"])
        assert [entry.seq for entry in await lesson.read(0, tracks=board)] == [1, 302, 303]
        assert [entry.seq for entry in await lesson.read(0, tracks=board, limit=2)] == [1, 302]
        assert [entry.seq for entry in await lesson.read(1, tracks=board, upto=302)] == [302]

    async def test_seeking_a_moment(self, lesson: Timeline) -> None:
        """Twelve half seconds of picture, a key every two seconds from 1,000 ms on, an init before them."""
        said = [Draft("video/90", "s", 1, 0, 0, INIT, b"init")]
        said += [Draft("video/90", "s", n + 2, 1000 + n * 500, 500, KEY * (n % 4 == 0), b"") for n in range(12)]
        await lesson.append(said)
        for at, key, any_ in [
            (0, 2, 2),
            (1000, 2, 2),
            (1499, 2, 2),
            (1500, 2, 3),
            (2999, 2, 5),
            (3000, 6, 6),
            (9**9, 10, 13),
        ]:
            assert await lesson.seek(at, "video/90") == key
            assert await lesson.seek(at, "video/90", key=False) == any_
        assert await lesson.seek(0, "audio") is None
        await lesson.append([draft("board", 1), Draft("audio", "s", 1, 0, 0, INIT | KEY, b"init")])
        assert await lesson.seek(0, "board") is None
        assert await lesson.seek(0, "board", key=False) == 14
        assert await lesson.seek(0, "audio") is await lesson.seek(0, "audio", key=False) is None

    async def test_seeking_among_entries_of_one_moment_gives_the_last(self, lesson: Timeline) -> None:
        await lesson.append([draft("board", 1, 5, flags=KEY), draft("board", 2, 5, flags=KEY), draft("board", 3, 5)])
        assert await lesson.seek(5, "board") == 2
        assert await lesson.seek(5, "board", key=False) == 3
        assert await lesson.seek(4, "board", key=False) == 1

    async def test_the_inits_in_force(self, lesson: Timeline) -> None:
        said = [
            draft("audio", 1, flags=INIT),
            draft("audio", 2),
            draft("video/90", 1, flags=INIT),
            draft("audio", 3, flags=INIT | KEY),
            draft("board", 1, flags=INIT),
            draft("video/90", 2),
        ]
        entries = (await lesson.append(said)).entries
        both = Tracks(["*"])
        for before, seqs in {0: [1, 3], 1: [1, 3], 3: [1, 3], 4: [3, 4], 99: [3, 4]}.items():
            assert await lesson.inits(before, both) == [entries[seq - 1] for seq in seqs]
        assert await lesson.inits(99, Tracks(["audio"])) == [entries[3]]
        assert await lesson.inits(99, Tracks(["board", "video/360"])) == []

    async def test_an_outline_is_the_entries_without_their_payloads(self, lesson: Timeline) -> None:
        await lesson.append([draft("board", 1, 1), *sound(20), draft("board", 2, 2, payload=b"four")])
        for track, after in (("board", 0), ("board", 1), ("audio", 0), ("audio", 18), ("talk", 0)):
            entries = await lesson.read(after, tracks=Tracks([track]))
            marks = await lesson.outline(track, after)
            assert [(m.seq, m.t, m.duration, m.flags, m.size) for m in marks] == [
                (e.seq, e.t, e.duration, e.flags, len(e.payload)) for e in entries
            ]

    # -- figures and the seal -----------------------------------------------------------------------------------------

    async def test_the_summary_counts(self, lesson: Timeline) -> None:
        await lesson.append(
            [draft("audio", 1, flags=INIT, payload=b"init"), draft("audio", 2, 700), draft("board", 1, 2000)]
        )
        await lesson.append([draft("audio", 3, 1200, payload=b"abc")])
        summary = await lesson.summary()
        audio, board = summary.tracks["audio"], summary.tracks["board"]
        assert (summary.head, summary.duration, summary.sealed) == (4, 2500, False)
        assert (audio.entries, audio.bytes, audio.begins, audio.ends, audio.digest) == (3, 8, 700, 1700, "")
        assert (board.entries, board.bytes, board.begins, board.ends) == (1, 1, 2000, 2500)
        assert summary.started_at is not None
        assert summary.said_at is not None

    async def test_it_starts_when_its_clock_shows_nought_whatever_was_laid_before(
        self, lesson: Timeline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = [1_000_000.0]
        monkeypatch.setattr("time.time", lambda: clock[0])
        await lesson.append([draft("slides/1280", 1, payload=b"a page"), draft("talk", 1), draft("private/x", 1)])
        summary = await lesson.summary()
        assert (summary.started_at, summary.said_at) == (None, 1_000_000_000)
        clock[0] += 3600
        await lesson.append([draft("slides/1280", 2), Draft("board", "s", 1, 2000, 400, 0, b"")])
        clock[0] += 60
        await lesson.append(sound(5))
        summary = await lesson.summary()
        assert (summary.started_at, summary.said_at) == (1_003_600_000 - 2400, 1_003_660_000)
        assert (await lesson.seal()).started_at == summary.started_at

    async def test_sealing_ends_it_and_writes_digests(self, lesson: Timeline) -> None:
        entries = (await lesson.append([*sound(3), draft("board", 1), draft("private/x", 1)])).entries
        summary = await lesson.seal()
        assert lesson.sealed
        assert (summary.sealed, summary.head, summary.duration) == (True, 5, 1500)
        for track in ("audio", "board", "private/x"):
            frames = b"".join(encode_entry(entry) for entry in entries if entry.track == track)
            assert summary.tracks[track].digest == hashlib.sha256(frames).hexdigest()
        assert await lesson.seal() == await lesson.summary() == summary
        assert await everything(lesson) == entries

    async def test_after_the_seal_nothing_is_added_but_what_was_kept_is_acknowledged(self, lesson: Timeline) -> None:
        await lesson.append(sound(3))
        await lesson.seal()
        again = await lesson.append(sound(3))
        assert (again.entries, again.numbers, again.head) == ([], {("s", "audio"): 3}, 3)
        with pytest.raises(Sealed) as caught:
            await lesson.append(sound(4))
        assert caught.value.details["frame"] == 3
        with pytest.raises(Sealed):
            await lesson.append([draft("board", 1)])
        with pytest.raises(SaidOtherwise):
            await lesson.append([draft("audio", 1, payload=b"other")])
        assert lesson.head == 3

    async def test_an_empty_timeline_can_be_sealed(self, lesson: Timeline) -> None:
        summary = await lesson.seal()
        assert (summary.sealed, summary.head, summary.tracks) == (True, 0, {})

    async def test_what_was_asked_before_the_seal_is_in_it(self, lesson: Timeline) -> None:
        appends = [asyncio.ensure_future(lesson.append([draft(f"private/{k}", 1)])) for k in range(20)]
        await asyncio.sleep(0)
        summary = await lesson.seal()
        assert summary.head == 20
        assert all(acknowledged.entries for acknowledged in await asyncio.gather(*appends))

    # -- listening ----------------------------------------------------------------------------------------------------

    async def test_listeners_hear_every_commit_in_order_and_the_seal(self, lesson: Timeline) -> None:
        heard: list[Sequence[Entry]] = []
        heads: list[int] = []

        def listen(entries: Sequence[Entry]) -> None:
            heard.append(list(entries))
            heads.append(lesson.head)

        deaf = lesson.listen(listen)
        await asyncio.gather(*(lesson.append([draft(f"private/{k}", 1)]) for k in range(20)))
        assert [entry for entries in heard for entry in entries] == await everything(lesson)
        assert heads == [entries[-1].seq for entries in heard], "the head is what was heard, neither more nor less"
        count = len(heard)
        await lesson.append([draft("private/0", 1)])
        assert len(heard) == count, "what adds nothing is not heard"
        await lesson.seal()
        await lesson.seal()
        assert heard[count:] == [[]]
        deaf()
        deaf()

    async def test_who_stopped_listening_hears_nothing(self, lesson: Timeline) -> None:
        heard: list[Sequence[Entry]] = []
        deaf = lesson.listen(heard.append)
        await lesson.append(sound(1))
        deaf()
        await lesson.append(sound(2))
        await lesson.seal()
        assert len(heard) == 1

    async def test_heard_before_it_is_acknowledged(self, lesson: Timeline) -> None:
        heard: list[Sequence[Entry]] = []
        lesson.listen(heard.append)
        acknowledged = await lesson.append(sound(2))
        assert heard == [acknowledged.entries]

    async def test_the_clock_of_the_wall_may_jump(self, lesson: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
        await lesson.append(sound(1))
        before = await lesson.summary()
        monkeypatch.setattr("time.time", lambda: 1.0)
        await lesson.append(sound(2))
        summary = await lesson.seal()
        assert (summary.started_at, summary.said_at, summary.head) == (before.started_at, 1000, 2)


class TestMemory(StorePromises):
    @pytest.fixture
    async def house(self, tmp_path: Path) -> AsyncIterator[Stores]:
        stores = MemoryStores()
        yield stores
        await stores.close()


class TestSqlite(StorePromises):
    @pytest.fixture
    async def house(self, tmp_path: Path) -> AsyncIterator[Stores]:
        stores = SqliteStores(tmp_path / "timelines")
        yield stores
        await stores.close()
