# ruff: noqa: ASYNC240 -- looking at a folder of a test takes microseconds
"""What timelines on disk promise beyond all others: to survive, to refuse what is not theirs, to open few files."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from halqa.stores import SqliteStores, verify
from halqa.stores.schema import APPLICATION_ID, connect, create
from halqa.timeline import INIT, KEY, STAMP, Draft, Entry, Timeline, Tracks
from halqa.timeline.errors import ForeignFile, Mistake, NoRoom, NoSuchTimeline, Sealed, TornFile

ALL = Tracks(["*", "private/*"])


def sound(count: int, *, first: int = 1, size: int = 12_000, track: str = "audio") -> list[Draft]:
    numbers = range(first, first + count)
    return [Draft(track, "s", n, (n - 1) * 500, 500, KEY, n.to_bytes(4, "big") * (size // 4)) for n in numbers]


async def everything(timeline: Timeline) -> list[Entry]:
    entries: list[Entry] = []
    while more := await timeline.read(entries[-1].seq if entries else 0, tracks=ALL):
        entries += more
    return entries


@contextlib.asynccontextmanager
async def opened(folder: Path, *, open_files: int = 128) -> AsyncIterator[SqliteStores]:
    house = SqliteStores(folder, open_files=open_files)
    try:
        yield house
    finally:
        await house.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "timelines"


@pytest.fixture
async def house(folder: Path) -> AsyncIterator[SqliteStores]:
    async with opened(folder) as house:
        yield house


class TestSurviving:
    def test_a_commit_is_on_the_disk_before_it_is_answered(self, folder: Path) -> None:
        """WAL with synchronous=FULL (2): the log is flushed at every commit."""
        folder.mkdir()
        create(folder / "lesson.timeline", "lesson")
        with contextlib.closing(connect(folder / "lesson.timeline", cache_kib=512)) as db:
            assert db.execute("PRAGMA synchronous").fetchone() == (2,)
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    async def test_everything_is_there_after_a_restart(self, folder: Path) -> None:
        async with opened(folder) as house:
            lesson = await house.open("lesson", create=True)
            said = (await lesson.append(sound(50))).entries
            before = await lesson.summary()
        async with opened(folder) as house:
            lesson = await house.open("lesson")
            assert await lesson.summary() == before
            assert await everything(lesson) == said
            assert (await lesson.append(sound(52))).head == 52

    async def test_when_it_started_and_where_it_is_are_known_after_a_restart(self, folder: Path) -> None:
        """Slides were laid before; a class that is stamped knows nothing of the restart."""
        async with opened(folder) as house:
            lesson = await house.open("lesson", create=True)
            await lesson.append([Draft("slides/1280", "s", 1, 0, 0, 0, b"a page")])
            laid = await lesson.summary()
        async with opened(folder) as house:
            lesson = await house.open("lesson")
            assert await lesson.summary() == laid
            assert laid.started_at is None
            await lesson.append([Draft("talk", "s", 1, 0, 0, STAMP, b"hello"), *sound(50)])
            before = await lesson.summary()
        async with opened(folder) as house:
            lesson = await house.open("lesson")
            assert await lesson.summary() == before
            assert (before.started_at, before.duration) == (before.said_at and before.said_at - 500, 25_000)
            answers = (await lesson.append([Draft("talk", f"c{n}", 1, n, 0, STAMP, b"") for n in range(3)])).entries
            assert [entry.t for entry in answers] == [25_000] * 3
            assert (await lesson.append([Draft("talk", "s", 1, 9, 0, STAMP, b"hello")])).entries == []

    async def test_digests_are_the_same_with_and_without_a_restart(self, folder: Path) -> None:
        """200 entries before the restart, caught up with as commits go on, or only at the seal."""
        async with opened(folder) as house:
            whole, parted, late = [await house.open(name, create=True) for name in ("whole", "parted", "late")]
            await whole.append(sound(210))
            await parted.append(sound(200))
            await late.append(sound(210))
            digest = (await whole.seal()).tracks["audio"].digest
        async with opened(folder) as house:
            parted, late = await house.open("parted"), await house.open("late")
            for n in range(201, 211):
                await parted.append(sound(1, first=n))
            assert (await parted.seal()).tracks["audio"].digest == digest
            assert (await late.seal()).tracks["audio"].digest == digest
        assert verify(folder / "parted.timeline").whole

    async def test_a_sealed_file_is_copied_alone_while_the_house_is_open(
        self, house: SqliteStores, folder: Path
    ) -> None:
        lesson = await house.open("lesson", create=True)
        said = (await lesson.append(sound(100))).entries
        summary = await lesson.seal()
        elsewhere = folder.parent / "stick"
        elsewhere.mkdir()
        shutil.copy(folder / "lesson.timeline", elsewhere)
        assert verify(elsewhere / "lesson.timeline").findings == []
        async with opened(elsewhere) as stick:
            copy = await stick.open("lesson")
            assert (await copy.summary(), await everything(copy)) == (summary, said)

    async def test_a_closed_house_leaves_one_file_per_timeline(self, folder: Path) -> None:
        async with opened(folder) as house:
            for name in ("on-air", "ended"):
                lesson = await house.open(name, create=True)
                await lesson.append(sound(3))
            await lesson.seal()
        assert sorted(path.name for path in folder.iterdir()) == ["ended.timeline", "on-air.timeline"]

    async def test_a_crash_while_folding_the_log_in_is_no_tear(self, folder: Path) -> None:
        """The first page already says how long the file will be; its other pages are still in the log only."""
        async with opened(folder) as house:
            lesson = await house.open("lesson", create=True)
            said = (await lesson.append(sound(20))).entries
            crashed = folder.parent / "crashed"
            crashed.mkdir()
            shutil.copy(folder / "lesson.timeline-wal", crashed)
            before = (folder / "lesson.timeline").read_bytes()
        after = (folder / "lesson.timeline").read_bytes()
        assert len(before) < len(after)
        (crashed / "lesson.timeline").write_bytes(after[:8192] + before[8192:])
        async with opened(crashed) as house:
            assert await everything(await house.open("lesson")) == said
        assert verify(crashed / "lesson.timeline").whole

    async def test_a_crash_while_making_a_file_leaves_no_timeline(self, folder: Path) -> None:
        folder.mkdir()
        leftover = folder / ".lesson.timeline.1.2.new"
        leftover.write_bytes(b"half")
        os.utime(leftover, (0, 0))
        (young := folder / ".other.timeline.1.2.new").write_bytes(b"being made by somebody else")
        async with opened(folder) as house:
            assert await house.names() == []
            with pytest.raises(NoSuchTimeline):
                await house.open("lesson")
        assert not leftover.exists()
        assert young.exists()

    async def test_making_never_replaces_what_is_there(self, folder: Path) -> None:
        async with opened(folder) as house:
            lesson = await house.open("lesson", create=True)
            await lesson.append(sound(2))
            create(folder / "lesson.timeline", "lesson")
            assert len(await everything(lesson)) == 2
        assert verify(folder / "lesson.timeline").entries == 2


class TestTwoHouses:
    """A server that is being replaced and its successor may both have the folder open."""

    async def test_what_the_other_appended_is_heard_and_counted(self, house: SqliteStores, folder: Path) -> None:
        old = await house.open("lesson", create=True)
        await old.append(sound(2))
        async with opened(folder) as other:
            new = await other.open("lesson")
            heard: list[Entry] = []
            seals: list[bool] = []
            new.listen(heard.extend)
            for timeline in (old, new):
                timeline.listen(lambda entries: seals.append(not entries))
            await old.append(sound(5))
            await old.append([Draft("board", "pen", 1, 0, 0, 0, b"")])
            assert new.head == 2
            acknowledged = await new.append([*sound(6)])
            assert [entry.seq for entry in acknowledged.entries] == [7]
            assert [entry.seq for entry in heard] == [3, 4, 5, 6, 7]
            assert await everything(new) == await everything(old) + acknowledged.entries
            sealed = await old.seal()
            assert sealed.head == 7
            with pytest.raises(Sealed):
                await new.append(sound(7))
            assert new.sealed
            assert await new.seal() == sealed
            assert sum(seals) == 2
        assert verify(folder / "lesson.timeline").whole


class TestForeignAndTorn:
    @pytest.fixture
    def lesson(self, folder: Path) -> Path:
        """A whole timeline of 40 entries, closed."""

        async def make() -> None:
            async with opened(folder) as house:
                await (await house.open("lesson", create=True)).append(sound(40))

        asyncio.run(make())
        return folder / "lesson.timeline"

    @staticmethod
    def text(path: Path) -> None:
        path.write_text("This is my shopping list.\n" * 100)

    @staticmethod
    def empty(path: Path) -> None:
        path.write_bytes(b"")

    @staticmethod
    def other_database(path: Path) -> None:
        path.unlink()
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE entries (seq)")
            db.commit()

    @staticmethod
    def newer(path: Path) -> None:
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA journal_mode=DELETE")
            db.execute("PRAGMA user_version=2")

    @staticmethod
    def folder_of_that_name(path: Path) -> None:
        path.unlink()
        path.mkdir()

    @pytest.mark.parametrize(
        ("bend", "says"),
        [
            (text, "is not a Halqa timeline"),
            (empty, "is empty"),
            (other_database, "is a database, but not"),
            (newer, "newer Halqa (format 2)"),
            (folder_of_that_name, "is not a file"),
        ],
    )
    async def test_foreign_files_are_refused_and_left_alone(
        self, lesson: Path, bend: Callable[[Path], None], says: str
    ) -> None:
        bend(lesson)
        before = lesson.read_bytes() if lesson.is_file() else None
        async with opened(lesson.parent) as house:
            for make in (False, True):
                with pytest.raises(ForeignFile, match=r"lesson\.timeline") as caught:
                    await house.open("lesson", create=make)
                assert says in str(caught.value)
        assert (lesson.read_bytes() if lesson.is_file() else None) == before
        assert [finding.code for finding in verify(lesson).findings] == ["foreign-file"]

    async def test_a_file_cut_short_is_torn_and_left_alone(self, lesson: Path) -> None:
        whole = lesson.read_bytes()
        lesson.write_bytes(whole[: len(whole) // 2])
        async with opened(lesson.parent) as house:
            with pytest.raises(TornFile, match="cut short"):
                await house.open("lesson")
        assert lesson.read_bytes() == whole[: len(whole) // 2]
        assert [finding.code for finding in verify(lesson).findings] == ["torn-file"]

    async def test_wherever_a_sealed_file_is_scratched_verify_finds_it(self, lesson: Path) -> None:
        """A page of 8 kB is overwritten: refused, or read as far as it goes, never anything but a `Mistake`."""
        async with opened(lesson.parent) as house:
            await (await house.open("lesson")).seal()
        whole = lesson.read_bytes()
        for page in range(len(whole) // 8192):
            lesson.write_bytes(whole[: page * 8192] + b"\xa5" * 8192 + whole[(page + 1) * 8192 :])
            found = verify(lesson)
            assert found.findings, f"page {page}"
            assert all(finding.sentence for finding in found.findings)
            async with opened(lesson.parent) as house:
                with contextlib.suppress(Mistake):
                    timeline = await house.open("lesson")
                    assert timeline.head == 40
                    await everything(timeline)

    async def test_a_log_without_its_timeline_is_not_taken_for_a_new_one(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "lesson.timeline-wal").write_bytes(b"x" * 100)
        async with opened(folder) as house:
            with pytest.raises(TornFile, match="without its timeline"):
                await house.open("lesson", create=True)
        assert (folder / "lesson.timeline-wal").read_bytes() == b"x" * 100

    async def test_one_torn_file_harms_no_other(self, lesson: Path) -> None:
        lesson.write_bytes(b"torn")
        async with opened(lesson.parent) as house:
            other = await house.open("other", create=True)
            with pytest.raises(ForeignFile):
                await house.open("lesson")
            assert (await other.append(sound(1))).head == 1
            assert await house.names() == ["lesson", "other"]

    @pytest.mark.parametrize(
        ("bend", "code"),
        [
            ("DELETE FROM entries WHERE seq = 7", "seq-gap"),
            ("UPDATE entries SET t = 0 WHERE seq = 7", "time-goes-back"),
            ("UPDATE entries SET number = 99 WHERE seq = 40", "number-gap"),
            ("UPDATE entries SET track = 9 WHERE seq = 40", "nameless"),
            ("UPDATE entries SET duration = 4294967295 WHERE seq = 40", "beyond-time"),
        ],
    )
    def test_verify_names_the_law_that_is_broken(self, lesson: Path, bend: str, code: str) -> None:
        assert verify(lesson).findings == []
        with contextlib.closing(sqlite3.connect(lesson)) as db:
            db.execute(bend)
            db.commit()
        found = verify(lesson)
        assert code in {finding.code for finding in found.findings}
        assert not found.whole

    async def test_verify_holds_the_seal_against_what_is_there(self, lesson: Path) -> None:
        async with opened(lesson.parent) as house:
            await (await house.open("lesson")).seal()
        found = verify(lesson)
        assert (found.whole, found.sealed, found.entries, found.duration) == (True, True, 40, 20_000)
        with contextlib.closing(sqlite3.connect(lesson)) as db:
            db.execute("UPDATE entries SET payload = zeroblob(12000) WHERE seq = 7")
            db.commit()
        assert [finding.sentence for finding in verify(lesson).findings] == [
            "Track audio is not what was sealed: its digest differs."
        ]

    async def test_verify_of_a_lesson_on_air(self, house: SqliteStores, folder: Path) -> None:
        lesson = await house.open("lesson", create=True)
        await lesson.append(sound(10))
        assert verify(folder / "lesson.timeline").entries == 10
        assert (await lesson.append(sound(11))).head == 11
        assert verify(folder / "nobody.timeline").findings[0].code == "no-such-timeline"

    def test_the_file_says_what_it_is(self, lesson: Path) -> None:
        with contextlib.closing(sqlite3.connect(lesson)) as db:
            assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
            assert db.execute("PRAGMA user_version").fetchone() == (1,)


class TestResting:
    """Many timelines, few open files."""

    async def test_files_stay_few_and_timelines_stay_usable(self, folder: Path) -> None:
        async with opened(folder, open_files=4) as house:
            held = [await house.open(f"held-{n}", create=True) for n in range(20)]
            for round_ in range(3):
                for timeline in held:
                    await timeline.append(sound(round_ + 1))
                    assert len(await everything(timeline)) == round_ + 1
            for n in range(40):
                await (await house.open(f"passing-{n}", create=True)).append(sound(1))
            await held[0].append(sound(4))
            assert await house.open("held-7") is held[7]
            assert [timeline.head for timeline in held] == [4] + [3] * 19
            # what rests does so behind what it was asked before: after this, all that had to rest does
            await asyncio.gather(*(timeline.append(sound(1)) for timeline in held[:3]))
            assert len(set(files_open_in(folder))) <= 3 * (4 + 8)
        assert files_open_in(folder) == []

    async def test_what_rested_alone_is_one_file(self, folder: Path) -> None:
        async with opened(folder, open_files=1) as house:
            lesson = await house.open("lesson", create=True)
            await lesson.append(sound(3))
            await lesson.seal()
            other = await house.open("other", create=True)
            await lesson.append(sound(1))  # wakes it again
            await other.append(sound(1))
            heard: list[Sequence[Entry]] = []
            lesson.listen(heard.append)
            assert len(await everything(lesson)) == 3
            assert heard == []


def files_open_in(folder: Path) -> list[str]:
    """The files of this folder that this process has open."""
    targets = []
    for handle in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            targets.append(str(handle.readlink()))
    return [target for target in targets if target.startswith(str(folder))]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


class TestFullDisk:
    async def test_refused_whole_and_goes_on_when_there_is_room(self, small_disk: Path) -> None:
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(500_000))
        async with opened(small_disk) as house:
            lesson = await house.open("lesson", create=True)
            heard: list[Entry] = []
            lesson.listen(heard.extend)
            kept = 0
            with contextlib.suppress(NoRoom):
                while kept < 1000:
                    kept = (await lesson.append(sound(1, first=kept + 1))).head
            assert 10 < kept < 1000
            with pytest.raises(NoRoom):
                await lesson.append([*sound(5, first=kept + 1), *sound(1, track="board")])
            assert (lesson.head, (await lesson.summary()).tracks["audio"].entries, len(heard)) == (kept, kept, kept)
            assert await everything(lesson) == heard
            assert verify(small_disk / "lesson.timeline").findings == []
            ballast.unlink()
            said = await lesson.append([*sound(5, first=kept + 1), *sound(1, track="board")])
            assert said.head == kept + 6
            summary = await lesson.seal()
            assert summary.head == kept + 6
        assert verify(small_disk / "lesson.timeline").findings == []

    async def test_who_says_little_is_kept_beside_who_says_too_much(self, small_disk: Path) -> None:
        async with opened(small_disk) as house:
            lesson = await house.open("lesson", create=True)
            told = await asyncio.gather(
                lesson.append(sound(1, track="board", size=40)),
                lesson.append(sound(200, track="video/720")),
                lesson.append(sound(1)),
                return_exceptions=True,
            )
            assert [isinstance(answer, NoRoom) for answer in told] == [False, True, False]
            assert {entry.track for entry in await everything(lesson)} == {"board", "audio"}

    async def test_a_new_lesson_finds_no_room(self, small_disk: Path) -> None:
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)) == 4096:
                pass
        async with opened(small_disk) as house:
            with pytest.raises(NoRoom):
                await house.open("lesson", create=True)
            assert [path.name for path in small_disk.iterdir()] == ["ballast"]
            ballast.unlink()
            assert (await (await house.open("lesson", create=True)).append(sound(1))).head == 1


async def test_a_track_that_had_only_its_init_entry_when_reopened_begins_where_it_then_begins(tmp_path: Path) -> None:
    """Found by `test_store_histories`: the summary of a reopened file said that the track began at 0."""
    stores = SqliteStores(tmp_path)
    await (await stores.open("lesson", create=True)).append([Draft("board", "s", 1, 0, 0, INIT, b"")])
    await stores.close()
    stores = SqliteStores(tmp_path)
    timeline = await stores.open("lesson")
    await timeline.append([Draft("board", "s", 2, 700, 50, 0, b"")])
    assert (await timeline.summary()).tracks["board"].begins == 700
    await stores.close()
