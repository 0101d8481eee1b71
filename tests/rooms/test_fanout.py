"""Who gets what, and what befalls the slow. Pure: time is a number that the test moves."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halqa.fanout import Follower, Ladder, Tail
from halqa.fanout.tail import TAIL_BYTES
from halqa.timeline import EVERYTHING, INIT, KEY, Entry, FrameReader, Notice, Passing, Tracks
from halqa.timeline.tracks import is_video, patterns_of

RUNGS = ("video/90", "video/180", "video/360")


class Lesson:
    """A lesson that goes on: half-second entries, a key every two seconds, three rungs, sound and ink."""

    def __init__(self, rungs: Iterable[str] = RUNGS, size: int = 100) -> None:
        self.rungs = list(rungs)
        self.size = size
        self.tail = Tail(0)
        self.entries: list[Entry] = []
        self.t = 0
        self.now = 100.0
        self.push("audio", 0, INIT)
        for rung in self.rungs:
            self.push(rung, 0, INIT)

    def push(self, track: str, duration: int, flags: int) -> None:
        seq = len(self.entries) + 1
        entry = Entry(seq, track, "s", seq, self.t, duration, flags, b"x" * self.size)
        self.entries.append(entry)
        self.tail.push([entry], self.now)

    def go_on(self, steps: int = 1, *, ink: bool = True) -> None:
        for _ in range(steps):
            self.now += 0.5
            self.push("audio", 500, KEY)
            for rung in self.rungs:
                self.push(rung, 500, KEY if self.t % 2000 == 0 else 0)
            if ink:
                self.push("board", 0, 0)
            self.t += 500


def read(data: bytes | None) -> list[Entry | Notice]:
    assert data is not None
    return [item for item in FrameReader().feed(data) if not isinstance(item, Passing)]


def entries(items: Iterable[Entry | Notice]) -> list[Entry]:
    return [item for item in items if isinstance(item, Entry)]


def notices(items: Iterable[Entry | Notice], name: str) -> list[Notice]:
    return [item for item in items if isinstance(item, dict) and item["notice"] == name]


def everything(follower: Follower, lesson: Lesson) -> list[Entry | Notice]:
    items: list[Entry | Notice] = []
    while data := follower.take(lesson.tail, lesson.now):
        items += read(data)
    return items


def test_a_follower_gets_all_it_wants_in_order_and_once() -> None:
    lesson = Lesson()
    follower = Follower(EVERYTHING, 0)
    got = entries(everything(follower, lesson))
    follower.live = True
    for _ in range(20):
        lesson.go_on()
        got += entries(everything(follower, lesson))
    assert got == lesson.entries


def test_those_at_the_same_place_with_the_same_wishes_share_the_same_bytes() -> None:
    lesson = Lesson()
    lesson.go_on(4)
    here = lesson.tail.head
    two = [Follower(EVERYTHING, here), Follower(EVERYTHING, here)]
    for follower in two:
        follower.live = True
        assert follower.take(lesson.tail, lesson.now) == b""
    lesson.go_on()
    first, second = (follower.take(lesson.tail, lesson.now) for follower in two)
    assert first is second


def test_what_is_no_longer_hot_must_be_read_from_the_store() -> None:
    lesson = Lesson(size=1 << 20)
    lesson.go_on(4)
    assert lesson.tail.first > 1
    assert sum(len(said.frame) for said in lesson.tail.after(0)) <= TAIL_BYTES + (1 << 20) + 100
    follower = Follower(EVERYTHING, 0)
    assert follower.take(lesson.tail, lesson.now) is None
    sifted = entries(read(follower.sift(lesson.entries[:3], lesson.tail, lesson.now)))
    assert sifted[0] == lesson.entries[0]


class TestTheSlow:
    """Pictures are shed up to a key entry; sound and ink never."""

    def slow(self, follower: Follower, lesson: Lesson, steps: int) -> list[Entry | Notice]:
        """The line takes nothing for some steps, then everything at once."""
        lesson.go_on(steps)
        return everything(follower, lesson)

    def test_pictures_are_shed_to_the_newest_key_and_everything_else_arrives(self) -> None:
        lesson = Lesson()
        follower = Follower(EVERYTHING, 0)
        everything(follower, lesson)
        follower.live = True
        lesson.go_on(2)
        everything(follower, lesson)
        before = follower.cursor
        items = self.slow(follower, lesson, 9)
        items += [item for _ in range(8) for item in self.slow(follower, lesson, 1)]
        got = entries(items)
        missed = [e for e in lesson.entries if e.seq > before and e not in got]
        assert missed
        assert all(is_video(e.track) for e in missed)
        for rung in RUNGS:
            after_the_gap = next(e for e in got if e.track == rung)
            assert after_the_gap.key
            assert after_the_gap.t == 4000, "the newest key of those that waited"
        told = notices(items, "shed")
        assert sum(notice["entries"] for notice in told) == len(missed)
        assert {track for notice in told for track in notice["tracks"]} == set(RUNGS)

    def test_a_late_reader_of_the_backlog_is_not_slow(self) -> None:
        lesson = Lesson()
        lesson.go_on(40)
        follower = Follower(EVERYTHING, 0)
        assert entries(everything(follower, lesson)) == lesson.entries

    def test_a_line_that_hangs_for_less_than_the_patience_loses_nothing(self) -> None:
        lesson = Lesson()
        follower = Follower(EVERYTHING, 0)
        everything(follower, lesson)
        follower.live = True
        got = entries(self.slow(follower, lesson, 2))
        assert [e.seq for e in got] == [e.seq for e in lesson.entries[4:]]


class TestTheLadder:
    def join(self, lesson: Lesson, height: int = 360) -> Follower:
        follower = Follower(EVERYTHING, lesson.tail.head, ladder=Ladder(height))
        follower.live = True
        return follower

    def test_one_rung_at_a_time_and_its_init_first(self) -> None:
        lesson = Lesson()
        lesson.go_on(4)
        follower = self.join(lesson)
        items = []
        for _ in range(12):
            lesson.go_on()
            items += everything(follower, lesson)
        pictures = [e for e in entries(items) if is_video(e.track)]
        assert {e.track for e in pictures} == {"video/360"}
        assert pictures[0].init
        assert pictures[1].key
        assert [n["track"] for n in notices(items, "rung")] == ["video/360"]

    def test_never_above_what_was_asked_for(self) -> None:
        lesson = Lesson()
        follower = self.join(lesson, 180)
        items = []
        for _ in range(60):
            lesson.go_on()
            items += everything(follower, lesson)
        assert {e.track for e in entries(items) if is_video(e.track)} == {"video/180"}

    def test_no_picture_at_all(self) -> None:
        lesson = Lesson()
        follower = self.join(lesson, 0)
        lesson.go_on(20)
        assert {e.track for e in entries(everything(follower, lesson))} == {"audio", "board"}

    def test_a_full_line_steps_down_to_the_lowest_and_climbs_again_when_it_is_calm(self) -> None:
        lesson = Lesson()
        follower = self.join(lesson)
        items = []
        for _ in range(50):
            lesson.go_on()
            items += everything(follower, lesson)
        lesson.go_on(5)
        items = everything(follower, lesson)
        for _ in range(60):
            lesson.go_on()
            items += everything(follower, lesson)
        assert [n["track"] for n in notices(items, "rung")] == [None, "video/90", "video/180", "video/360"]
        sound = [e.seq for e in entries(items) if not is_video(e.track)]
        assert sound == [e.seq for e in lesson.entries if e.seq >= sound[0] and not is_video(e.track)]

    def test_it_begins_no_higher_than_it_was_told(self) -> None:
        lesson = Lesson()
        follower = Follower(EVERYTHING, lesson.tail.head, ladder=Ladder(360, start=200), live=True)
        items = []
        for _ in range(60):
            lesson.go_on()
            items += everything(follower, lesson)
        assert [n["track"] for n in notices(items, "rung")] == ["video/180", "video/360"]

    def test_after_the_studio_began_anew_a_step_up_brings_the_newest_init(self) -> None:
        lesson = Lesson()
        known = [entry for entry in lesson.entries if entry.init]
        follower = Follower(EVERYTHING, lesson.tail.head, ladder=Ladder(360, start=200), inits=known, live=True)
        lesson.go_on(5)
        everything(follower, lesson)
        lesson.push("video/360", 0, INIT)
        newest = lesson.entries[-1]
        items = []
        for _ in range(60):
            lesson.go_on()
            items += everything(follower, lesson)
        assert [entry for entry in entries(items) if entry.init and entry.track == "video/360"] == [newest]

    def test_who_comes_back_to_a_rung_does_not_climb_at_once(self) -> None:
        lesson = Lesson()
        lesson.go_on(20)
        follower = Follower(EVERYTHING, lesson.tail.head, ladder=Ladder(360, rung="video/90"), live=True)
        lesson.go_on(5)
        assert {e.track for e in entries(everything(follower, lesson)) if is_video(e.track)} == {"video/90"}

    def test_a_line_that_had_no_room_of_late_is_not_tried_with_more(self) -> None:
        lesson = Lesson()
        follower = Follower(EVERYTHING, lesson.tail.head, ladder=Ladder(360, start=90), live=True)
        items = []
        for _ in range(80):
            lesson.go_on()
            follower.hindered(lesson.now)
            items += everything(follower, lesson)
        assert [n["track"] for n in notices(items, "rung")] == ["video/90"]

    @pytest.mark.parametrize(
        ("late", "after_a_step_up", "after_calm", "on_the_lowest"),
        [(0.5, 0, 0, 0), (0.8, 1, 0, 0), (1.2, 1, 1, 0), (2.1, 1, 1, 1)],
    )
    def test_what_is_under_way_too_long_counts_as_late(
        self, late: float, after_a_step_up: int, after_calm: int, on_the_lowest: int
    ) -> None:
        for start, seconds, falls in ((180, 10, after_a_step_up), (180, 40, after_calm), (360, 40, after_calm)):
            lesson = Lesson()
            follower = Follower(EVERYTHING, lesson.tail.head, ladder=Ladder(360, start=start), live=True)
            for _ in range(seconds * 2):
                lesson.go_on()
                everything(follower, lesson)
            assert follower.ladder is not None
            assert follower.ladder.rung == "video/360"
            lesson.go_on()
            follower.take(lesson.tail, lesson.now, late)
            assert (follower.shed_at == lesson.now) == bool(falls), (start, seconds)
        lesson = Lesson()
        follower = Follower(EVERYTHING, lesson.tail.head, ladder=Ladder(90), live=True)
        for _ in range(60):
            lesson.go_on()
            everything(follower, lesson)
        follower.take(lesson.tail, lesson.now, late)
        assert (follower.shed_at == lesson.now) == bool(on_the_lowest)

    def test_a_class_that_sees_nothing_is_tried_again_though_its_line_stumbles(self) -> None:
        lesson = Lesson(rungs=["video/90"])
        ladder = Ladder(360)
        follower = Follower(EVERYTHING, lesson.tail.head, ladder=ladder, live=True)
        returns: list[float] = []
        fallen = False
        for step in range(1200):
            lesson.go_on()
            if step % 24 == 0:
                follower.hindered(lesson.now)
            everything(follower, lesson)
            if ladder.rung is not None and (fallen or not returns):
                returns.append(lesson.now)
                follower.take(lesson.tail, lesson.now, 2.5)
                fallen = ladder.rung is None
        gaps = [later - sooner for sooner, later in itertools.pairwise(returns)]
        assert len(gaps) >= 10
        assert max(gaps) < 45

    @pytest.mark.parametrize(("late", "falls"), [(0.8, False), (1.2, True)])
    def test_a_picture_that_just_came_back_is_not_lost_by_one_lost_packet(self, late: float, falls: bool) -> None:
        lesson = Lesson(rungs=["video/90"])
        ladder = Ladder(360)
        follower = Follower(EVERYTHING, lesson.tail.head, ladder=ladder, live=True)
        for _ in range(60):
            lesson.go_on()
            everything(follower, lesson)
        follower.take(lesson.tail, lesson.now, 2.5)
        assert ladder.rung is None
        while ladder.rung is None:
            lesson.go_on()
            everything(follower, lesson)
        fell = follower.shed_at
        lesson.go_on()
        follower.take(lesson.tail, lesson.now, late)
        assert (follower.shed_at != fell) == falls

    def test_after_a_step_too_high_it_returns_to_what_was_carried(self) -> None:
        lesson = Lesson()
        ladder = Ladder(360, start=180)
        follower = Follower(EVERYTHING, lesson.tail.head, ladder=ladder, live=True)
        items = []
        for _ in range(80):
            lesson.go_on()
            late = 1.5 if ladder.rung == "video/360" else 0.0
            items += read(follower.take(lesson.tail, lesson.now, late))
        assert [n["track"] for n in notices(items, "rung")][:4] == ["video/180", "video/360", None, "video/180"]

    def test_a_watching_follower_that_comes_back_sheds_what_it_cannot_catch_up(self) -> None:
        lesson = Lesson()
        lesson.go_on(10)
        cursor = lesson.tail.head
        lesson.go_on(20)
        came = lesson.now
        follower = Follower(EVERYTHING, cursor, ladder=Ladder(360, rung="video/360"), live=True, began=came)
        assert entries(read(follower.take(lesson.tail, came)))[1].track == "video/360"
        follower.cursor = cursor
        got = entries(read(follower.take(lesson.tail, came + 1.5)))
        assert [e.t for e in got if e.track == "audio"] == list(range(5_000, 15_000, 500))
        assert [(e.track, e.t) for e in got if is_video(e.track) and not e.init] == [
            ("video/90", 14_000),
            ("video/90", 14_500),
        ]

    def test_a_step_up_that_was_wrong_is_tried_ever_more_rarely(self) -> None:
        lesson = Lesson()
        follower = self.join(lesson)
        tries = []
        line_full_until = 0.0
        for _ in range(1200):
            lesson.go_on()
            if lesson.now < line_full_until:
                continue
            items = everything(follower, lesson)
            for notice in notices(items, "rung"):
                if notice["track"] == "video/180":
                    tries.append(lesson.now)
            if any(e.track != "video/90" and is_video(e.track) for e in entries(items)):
                line_full_until = lesson.now + 2.0
        gaps = [later - sooner for sooner, later in itertools.pairwise(tries)]
        assert len(tries) <= 10
        assert gaps[-1] > 60

    def test_a_rung_that_stops_is_replaced_and_taken_up_again_when_it_returns(self) -> None:
        lesson = Lesson()
        follower = self.join(lesson)
        items = []
        for rungs in (RUNGS, RUNGS[:2], RUNGS):
            lesson.rungs = list(rungs)
            for _ in range(60):
                lesson.go_on()
                items += everything(follower, lesson)
        assert [n["track"] for n in notices(items, "rung") if n["track"]] == ["video/360", "video/180", "video/360"]

    def test_a_camera_switched_on_late_is_seen(self) -> None:
        lesson = Lesson(rungs=[])
        follower = self.join(lesson)
        items = []
        for _ in range(10):
            lesson.go_on()
            items += everything(follower, lesson)
        lesson.rungs = ["video/180"]
        lesson.push("video/180", 0, INIT)
        for _ in range(14):
            lesson.go_on()
            items += everything(follower, lesson)
        assert [e.track for e in entries(items) if is_video(e.track)][:2] == ["video/180", "video/180"]

    def test_reading_what_was_said_long_ago_follows_the_rungs_that_there_were(self) -> None:
        lesson = Lesson()
        for rungs in (RUNGS, RUNGS[:1], RUNGS[:2]):
            lesson.rungs = list(rungs)
            lesson.go_on(40)
        ladder = Ladder(360)
        ladder.begin(["video/360"])
        follower = Follower(EVERYTHING, 0, ladder=ladder)
        items = everything(follower, lesson)
        assert [n["track"] for n in notices(items, "rung")] == ["video/360", "video/90", "video/180"]


@given(st.lists(st.integers(min_value=0, max_value=12), max_size=40), st.booleans())
def test_whatever_the_line_does_sound_and_ink_arrive_once_and_in_order(pauses: list[int], ladder: bool) -> None:
    lesson = Lesson()
    follower = Follower(EVERYTHING, 0, ladder=Ladder(360) if ladder else None)
    items = everything(follower, lesson)
    follower.live = True
    for pause in pauses:
        lesson.go_on(pause)
        data = follower.take(lesson.tail, lesson.now)
        items += read(data)
    follower.shed_at = lesson.now
    items += everything(follower, lesson)
    got = entries(items)
    sound = [e.seq for e in got if not is_video(e.track)]
    assert sound == [e.seq for e in lesson.entries if not is_video(e.track)]
    numbers = [e.seq for e in got if not e.init]
    assert numbers == sorted(set(numbers))
    for rung in RUNGS:
        chain = [e for e in got if e.track == rung and not e.init]
        for before, after in itertools.pairwise(chain):
            assert after.t == before.t + before.duration or after.key, "a picture goes on, or begins with a key"


@pytest.mark.parametrize(
    ("pattern", "track", "wanted"),
    [
        ("*", "audio", True),
        ("*", "private/7f3k", False),
        ("private/7f3k", "private/7f3k", True),
        ("video/*", "video/360", True),
        ("video/*", "audio", False),
        ("captions/fr", "captions/ar", False),
    ],
)
def test_patterns(pattern: str, track: str, wanted: bool) -> None:
    assert (track in Tracks([pattern])) is wanted


@given(
    st.sampled_from(["a", "board", "private"]),
    st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3).map("-".join),
    st.booleans(),
)
def test_a_track_is_found_by_each_of_its_patterns_and_by_no_other(folder: str, name: str, alone: bool) -> None:
    track = folder if alone else f"{folder}/{name}"
    every = {"*", "private/*", track, *(f"{track[:end]}*" for end in range(1, len(track)) if track[end - 1] in "/-")}
    assert set(patterns_of(track)) == {pattern for pattern in every if track in Tracks([pattern])}
