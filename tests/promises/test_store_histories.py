"""Whatever is said, asked and restarted, in any order: a house on disk tells the same as one in memory."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from halqa.stores import MemoryStores, SqliteStores, verify
from halqa.timeline import STAMP, Acknowledged, Draft, Entry, Summary, Timeline, Tracks
from halqa.timeline.errors import Mistake
from halqa.timeline.tracks import is_teaching

T = TypeVar("T")

TRACKS = ("audio", "video/90", "board", "private/x")
ALL = Tracks(["*", "private/*"])

wishes = st.lists(st.sampled_from(["audio", "video/*", "video/90", "board", "*", "private/*"]), min_size=1, max_size=3)


class Wish(msgspec.Struct, frozen=True):
    """A draft relative to what was said before: `ahead` 0 is the next number, -1 the last one said again …"""

    track: str
    speaker: str
    ahead: int
    later: int
    duration: int
    flags: int
    payload: bytes


wish = st.builds(
    Wish,
    track=st.sampled_from(TRACKS),
    speaker=st.sampled_from(["s", "t"]),
    ahead=st.sampled_from([0] * 12 + [-1, -1, -3, 1]),
    later=st.sampled_from([0, 1, 500, 500, 500, -1]),
    duration=st.integers(0, 600),
    flags=st.sampled_from([0, 1, 2, 3, STAMP, STAMP, STAMP | 1, STAMP | 2]),
    payload=st.binary(max_size=40),
)


class Histories(RuleBasedStateMachine):
    """One lesson in both houses."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="halqa-histories-"))
        self.memory = self.run(self._open(MemoryStores()))
        self.heard: list[Entry] = []
        self.stamped: set[tuple[str, str, int]] = set()
        self._open_disk()

    def run(self, asked: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asked)

    async def _open(self, house: MemoryStores | SqliteStores) -> Timeline:
        return await house.open("lesson", create=True)

    def _open_disk(self) -> None:
        async def make() -> SqliteStores:
            return SqliteStores(self.folder)

        self.house = self.run(make())
        self.disk = self.run(self._open(self.house))
        self.disk.listen(self.heard.extend)

    def teardown(self) -> None:
        self.run(self.house.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        assert verify(self.folder / "lesson.timeline").findings == []
        shutil.rmtree(self.folder)

    def both(self, ask: str, *args: Any, **kwargs: Any) -> Any:
        """Ask both houses the same; they must answer the same, or make the same mistake."""
        told = self.run(answered(self.memory, ask, *args, **kwargs))
        found = self.run(answered(self.disk, ask, *args, **kwargs))
        if isinstance(told, Summary):
            told, found = timeless(told), timeless(found)
        assert found == told
        return told

    def note_stamps(self, told: Any, drafts: Sequence[Draft]) -> None:
        """Remember which of the entries that came of these drafts were stamped."""
        if isinstance(told, Acknowledged):
            fresh = {(entry.speaker, entry.track, entry.number) for entry in told.entries}
            for draft in drafts:
                voice = (draft.speaker, draft.track, draft.number)
                if voice in fresh:
                    fresh.discard(voice)  # of those said twice in one breath, the first counts
                    self.stamped |= {voice} if draft.stamp else set()

    def drafts(self, wishes: Sequence[Wish]) -> list[Draft]:
        said = self.run(self.memory.read(0, tracks=ALL, limit=1 << 30))
        numbers: dict[tuple[str, str], int] = {}
        ends: dict[str, int] = {}
        for entry in said:
            numbers[entry.speaker, entry.track] = entry.number
            ends[entry.track] = entry.t
        drafts = []
        for w in wishes:
            voice = (w.speaker, w.track)
            number = max(1, numbers.get(voice, 0) + 1 + w.ahead)
            before = next((e for e in said if (e.speaker, e.track, e.number) == (*voice, number)), None)
            if before is not None and w.later >= 0:
                stamp = w.flags & STAMP
                t = w.later if stamp else before.t
                flags = before.flags | stamp
                drafts.append(Draft(w.track, w.speaker, number, t, before.duration, flags, before.payload))
                continue
            t = max(0, ends.get(w.track, 0) + w.later)
            drafts.append(Draft(w.track, w.speaker, number, t, w.duration, w.flags, w.payload))
            numbers[voice], ends[w.track] = number, max([t, *(e.end for e in said)]) if w.flags & STAMP else t
        return drafts

    @rule(wishes=st.lists(wish, min_size=1, max_size=6))
    def say(self, wishes: list[Wish]) -> None:
        drafts = self.drafts(wishes)
        self.note_stamps(self.both("append", drafts), drafts)

    @rule(bodies=st.lists(st.lists(wish, min_size=1, max_size=3), min_size=2, max_size=4))
    def say_at_once(self, bodies: list[list[Wish]]) -> None:
        """Several speakers at the same moment: on disk they share commits."""
        batches = [self.drafts(wishes) for wishes in bodies]

        async def at_once(timeline: Timeline) -> list[Any]:
            return await asyncio.gather(*(answered(timeline, "append", batch) for batch in batches))

        told, found = self.run(at_once(self.memory)), self.run(at_once(self.disk))
        assert [headless(one) for one in found] == [headless(one) for one in told]
        for one, batch in zip(told, batches, strict=True):
            self.note_stamps(one, batch)

    @rule(again=st.integers(1, 10))
    def say_again(self, again: int) -> None:
        said = self.run(self.memory.read(max(0, self.memory.head - again), tracks=ALL, limit=1 << 30))
        self.both("append", [Draft(e.track, e.speaker, e.number, e.t, e.duration, e.flags, e.payload) for e in said])

    @rule(after=st.integers(0, 30), patterns=wishes, limit=st.integers(0, 200), upto=st.none() | st.integers(0, 40))
    def read(self, after: int, patterns: list[str], limit: int, upto: int | None) -> None:
        self.both("read", after, tracks=Tracks(patterns), limit=limit, upto=upto)

    @rule(at=st.integers(0, 5000), track=st.sampled_from(TRACKS), key=st.booleans())
    def seek(self, at: int, track: str, key: bool) -> None:
        self.both("seek", at, track, key=key)

    @rule(before=st.integers(0, 40), patterns=wishes)
    def inits(self, before: int, patterns: list[str]) -> None:
        self.both("inits", before, Tracks(patterns))

    @rule(track=st.sampled_from(TRACKS), after=st.integers(0, 40))
    def outline(self, track: str, after: int) -> None:
        self.both("outline", track, after)

    @rule()
    def reopen(self) -> None:
        self.run(self.house.close())
        self._open_disk()

    @rule()
    def rest(self) -> None:
        """Another hundred lessons were used since."""
        self.disk.rest()  # type: ignore[attr-defined]

    @rule(really=st.integers(0, 9))
    def seal(self, really: int) -> None:
        if really == 0:
            self.both("seal")

    @invariant()
    def tells_the_same(self) -> None:
        assert (self.disk.head, self.disk.sealed) == (self.memory.head, self.memory.sealed)
        self.both("summary")
        assert self.both("read", 0, tracks=ALL, limit=1 << 30) == self.heard

    @invariant()
    def stamps_say_where_the_lesson_was(self) -> None:
        end, last_t = 0, dict[str, int]()
        for entry in self.heard:
            assert not entry.flags & STAMP
            if (entry.speaker, entry.track, entry.number) in self.stamped:
                assert entry.t == max(end, last_t.get(entry.track, 0))
            last_t[entry.track] = entry.t
            end = end if entry.init else max(end, entry.end)


async def answered(timeline: Timeline, ask: str, *args: Any, **kwargs: Any) -> Any:
    try:
        return await getattr(timeline, ask)(*args, **kwargs)
    except Mistake as mistake:
        return mistake.code, mistake.details


def headless(told: Any) -> Any:
    """Whoever shares a commit is told the head after all of it."""
    return (told.numbers, told.entries) if isinstance(told, Acknowledged) else told


def timeless(summary: Summary) -> Summary:
    """Without the moments of the wall clock: two houses are never asked at the same one."""
    assert (summary.said_at is None) == (summary.head == 0)
    assert (summary.started_at is None) == (not any(is_teaching(track) for track in summary.tracks))
    return msgspec.structs.replace(summary, started_at=None, said_at=None)


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
