"""The asynchronous face of timeline files: group commit, bounded readers, and a bounded number of open files."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from halqa.timeline import EVERYTHING, Acknowledged, Draft, Entry, Summary, Timeline, Tracks
from halqa.timeline.errors import Mistake, NoRoom, NoSuchTimeline, Stopping
from halqa.timeline.tracks import check_timeline

from .file import SUFFIX, DiskTrouble, TimelineFile, create, now_ms
from .order import Order

T = TypeVar("T")

WORKERS = 8
"""Threads for all files. Commits wait for the disk and reads are short: more threads than cores, but not many."""
OPEN_FILES = 128
"""Timelines kept open though nobody uses them now: all lessons on air of a province (60 schools) twice over. Each has
up to 5 connections with 2 MiB of cache at the most."""
COMMIT_BYTES = 8 << 20
"""The most in one commit; what waits behind it goes into the next."""


class _Turn:
    """One caller's append, waiting for its commit."""

    __slots__ = ("drafts", "entries", "error", "future", "numbers")

    def __init__(self, drafts: Sequence[Draft], future: asyncio.Future[Acknowledged]) -> None:
        self.drafts = drafts
        self.future = future
        self.entries: list[Entry] = []
        self.numbers: dict[tuple[str, str], int] = {}
        self.error: Mistake | None = None


class SqliteTimeline:
    """One timeline file on the event loop.

    Group commit: while one commit is under way, appends queue up; the next commit takes all of them. A batch that
    does not fit is refused alone; a disk that is full refuses all of that commit, and nothing of it was written.
    """

    def __init__(self, name: str, file: TimelineFile, pool: ThreadPoolExecutor) -> None:
        self.id = name
        self._file = file
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._queue: list[_Turn] = []
        self._writing = asyncio.Lock()
        self._commit: asyncio.Task[None] | None = None
        self._heard: list[Callable[[Sequence[Entry]], None]] = []
        self.busy = 0

    @property
    def head(self) -> int:
        return self._file.order.head

    @property
    def sealed(self) -> bool:
        return self._file.order.sealed

    @property
    def in_use(self) -> bool:
        """Whether the file must stay open."""
        return bool(self.busy or self._queue or self._heard or self._commit)

    # -- appending ----------------------------------------------------------------------------------------------------

    async def append(self, drafts: Sequence[Draft]) -> Acknowledged:
        turn = _Turn(drafts, self._loop.create_future())
        self._queue.append(turn)
        if self._commit is None:
            self._commit = self._loop.create_task(self._commit_all())
        return await turn.future

    async def _commit_all(self) -> None:
        try:
            while self._queue:
                turns = self._next_turns()
                async with self._writing:
                    entries = await self._in_thread(self._write, turns)
                if entries:
                    self._tell(entries)
                for turn in turns:
                    if turn.future.done():
                        continue
                    if turn.error is not None:
                        turn.future.set_exception(turn.error)
                    else:
                        turn.future.set_result(Acknowledged(turn.numbers, turn.entries, self.head))
        finally:
            self._commit = None

    def _next_turns(self) -> list[_Turn]:
        size, count = 0, 0
        for turn in self._queue:
            size += sum(len(draft.payload) for draft in turn.drafts)
            if count and size > COMMIT_BYTES:
                break
            count += 1
        turns, self._queue = self._queue[:count], self._queue[count:]
        return turns

    def _write(self, turns: list[_Turn]) -> list[Entry]:
        """Judge and commit (in a thread). Errors land in the turns they belong to."""
        file = self._file
        order = file.order.copy()
        accepted: list[Entry] = []
        try:
            said_at = now_ms()
            for turn in turns:
                trial: Order = order.copy() if len(turns) > 1 else order
                try:
                    turn.entries = trial.judge(turn.drafts, _looking_also_at(accepted, file))
                except Mistake as mistake:
                    turn.error = mistake
                    if trial is order:
                        return []
                    continue
                order = trial
                turn.numbers = order.acknowledged(turn.drafts)
                accepted += turn.entries
            if accepted:
                with file.transaction():
                    file.insert(accepted, said_at)
                file.keep(order, accepted, said_at)
        except Exception as error:
            trouble = error if isinstance(error, Mistake) else _unforeseen(error)
            for turn in turns:
                turn.error = turn.error or trouble
            return []
        return accepted

    async def seal(self) -> Summary:
        async with self._writing:
            fresh = not self.sealed
            await self._in_thread(self._file.seal, self.id)
            summary = self._file.summary(self.id)
        if fresh:
            self._tell([])
        return summary

    def listen(self, heard: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        self._heard.append(heard)

        def deaf() -> None:
            if heard in self._heard:
                self._heard.remove(heard)

        return deaf

    def _tell(self, entries: Sequence[Entry]) -> None:
        for heard in list(self._heard):
            heard(entries)

    # -- reading ------------------------------------------------------------------------------------------------------

    async def read(
        self, after: int, *, tracks: Tracks = EVERYTHING, limit: int = 1 << 18, upto: int | None = None
    ) -> list[Entry]:
        upto = self.head if upto is None else min(upto, self.head)
        if after >= upto:
            return []
        return await self._in_thread(self._file.read, after, tracks, limit, upto)

    async def seek(self, at: int, track: str, *, key: bool = True) -> int | None:
        return await self._in_thread(self._file.seek, at, track, key)

    async def inits(self, before: int, tracks: Tracks) -> list[Entry]:
        return await self._in_thread(self._file.inits, before, tracks)

    async def summary(self) -> Summary:
        return self._file.summary(self.id)

    # -- the file -----------------------------------------------------------------------------------------------------

    async def _in_thread(self, work: Callable[..., T], *args: object) -> T:
        self.busy += 1
        try:
            return await self._loop.run_in_executor(self._pool, work, *args)
        finally:
            self.busy -= 1

    async def close(self) -> None:
        """After the last commit: fold the log into the file."""
        if self._commit is not None:
            await self._commit
        async with self._writing:
            await self._loop.run_in_executor(self._pool, self._file.close)


def _looking_also_at(accepted: list[Entry], file: TimelineFile) -> Callable[[str, str, int], Entry | None]:
    """Look up what was said, also among what this very commit is about to write."""

    def known(speaker: str, track: str, number: int) -> Entry | None:
        for entry in accepted:
            if (entry.speaker, entry.track, entry.number) == (speaker, track, number):
                return entry
        return file.known(speaker, track, number)

    return known


def _unforeseen(error: Exception) -> Mistake:
    if isinstance(error, OSError) and error.errno == 28:
        return NoRoom()
    return DiskTrouble(str(error))


class SqliteStores:
    """A folder of timelines: `<id>.timeline`, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        for leftover in self._folder.glob(f".*{SUFFIX}.*.new*"):
            leftover.unlink(missing_ok=True)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="timeline")
        self._open: OrderedDict[str, SqliteTimeline] = OrderedDict()
        self._gate = asyncio.Lock()
        self._closed = False

    def path(self, timeline: str) -> Path:
        """Where this timeline is kept."""
        return self._folder / f"{check_timeline(timeline)}{SUFFIX}"

    async def open(self, timeline: str, *, create: bool = False) -> Timeline:
        path = self.path(timeline)
        async with self._gate:
            if self._closed:
                raise Stopping
            known = self._open.get(timeline)
            if known is None:
                loop = asyncio.get_running_loop()
                file = await loop.run_in_executor(self._pool, _open_file, path, timeline, create)
                known = self._open[timeline] = SqliteTimeline(timeline, file, self._pool)
                await self._close_unused()
            self._open.move_to_end(timeline)
            return known

    async def _close_unused(self) -> None:
        for name, timeline in list(self._open.items()):
            if len(self._open) <= OPEN_FILES:
                return
            if not timeline.in_use:
                del self._open[name]
                await timeline.close()

    async def names(self) -> list[str]:
        return sorted(path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"[!.]*{SUFFIX}"))

    async def delete(self, timeline: str) -> None:
        path = self.path(timeline)
        async with self._gate:
            known = self._open.pop(timeline, None)
            if known is not None:
                await known.close()
            if not path.exists():
                raise NoSuchTimeline
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)

    async def close(self) -> None:
        async with self._gate:
            self._closed = True
            for timeline in self._open.values():
                await timeline.close()
            self._open.clear()
            self._pool.shutdown()


def _open_file(path: Path, timeline: str, make: bool) -> TimelineFile:
    if not path.exists():
        if not make:
            raise NoSuchTimeline
        create(path, timeline)
    return TimelineFile(path)
