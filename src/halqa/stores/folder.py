"""A folder of timelines: `<id>.timeline`, one file each; open once, closed when long unused."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from weakref import WeakValueDictionary

from halqa.timeline import Stores, Timeline
from halqa.timeline.errors import NoSuchTimeline, Stopping
from halqa.timeline.tracks import TIMELINE, check_timeline

from .file import TimelineFile
from .schema import DRAFT_SUFFIX, SUFFIX, create, plainly, shm, wal
from .sqlite import SqliteTimeline

T = TypeVar("T")

WRITERS = 8
"""Threads that commit. They mostly wait for the disk, which flushes for several files about as fast as for one."""
READERS = 4
"""Threads that read, apart from those that commit: a crowd catching up must not keep the studio waiting."""
OPEN_FILES = 128
"""Timelines whose file is kept open: the lessons on air of a province (60 schools) and as many replays. Making, sealing
and forgetting 600 in a row held 640 handles (5 each, at most 7; a replay 2), below the usual 1,024, in 100 MB."""
LEFTOVER_S = 600.0
"""A half-made file this old is a crash's, not another process's that is just making it."""


class SqliteStores:
    """The timelines of a folder.

    A timeline that somebody holds is the same object for everybody and stays usable; only its file is closed when
    `open_files` others were used since, and opened again when it is needed.
    """

    def __init__(self, folder: Path, *, open_files: int = OPEN_FILES) -> None:
        self._folder = Path(folder)
        self._open_files = open_files
        self._folder.mkdir(parents=True, exist_ok=True)
        _sweep(self._folder)
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="timeline-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="timeline-read")
        self._alive: WeakValueDictionary[str, SqliteTimeline] = WeakValueDictionary()
        self._used: OrderedDict[str, SqliteTimeline] = OrderedDict()
        self._gates: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._closed = False

    def path(self, timeline: str) -> Path:
        """Where this timeline is kept. The only way from a name to a file: nothing else than a name passes."""
        return self._folder / f"{check_timeline(timeline)}{SUFFIX}"

    async def open(self, timeline: str, *, create: bool = False) -> Timeline:
        path = self.path(timeline)
        async with self._gate(timeline):
            known = self._alive.get(timeline)
            if known is None:
                self._check()
                file = await self._in_thread(_open, path, timeline, create)
                self._check()
                known = self._alive[timeline] = SqliteTimeline(file, self._writers, self._readers, self._touch)
            self._touch(known)
            return known

    def _gate(self, timeline: str) -> asyncio.Lock:
        """Opening, making and deleting one timeline happen one after the other; different ones beside each other."""
        gate = self._gates.get(timeline)
        if gate is None:
            gate = self._gates[timeline] = asyncio.Lock()
        return gate

    def _check(self) -> None:
        if self._closed:
            raise Stopping

    def _touch(self, timeline: SqliteTimeline) -> None:
        self._used[timeline.id] = timeline
        self._used.move_to_end(timeline.id)
        if len(self._used) > self._open_files:
            idle = next((t for t in self._used.values() if t is not timeline and not t.busy), None)
            if idle is not None:
                del self._used[idle.id]
                idle.rest()

    async def names(self) -> list[str]:
        self._check()
        return await self._in_thread(_names, self._folder)

    async def delete(self, timeline: str) -> None:
        path = self.path(timeline)
        async with self._gate(timeline):
            self._check()
            known = self._alive.pop(timeline, None)
            self._used.pop(timeline, None)
            if known is not None:
                await known.leave(NoSuchTimeline)
            await self._in_thread(_remove, path)

    async def close(self) -> None:
        """Finish what was asked, fold every log into its file, and close."""
        self._closed = True
        await asyncio.gather(*(timeline.leave(Stopping) for timeline in list(self._alive.values())))
        self._used.clear()
        self._alive.clear()
        await asyncio.get_running_loop().run_in_executor(None, self._writers.shutdown)
        await asyncio.get_running_loop().run_in_executor(None, self._readers.shutdown)

    async def _in_thread(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, *args)


def _open(path: Path, timeline: str, make: bool) -> TimelineFile:
    if not path.exists():
        if not make:
            raise NoSuchTimeline
        create(path, timeline)
    return TimelineFile(path, timeline)


def _remove(path: Path) -> None:
    """The log first: it was folded into the file, and must never be found beside another one of this name."""
    if not path.exists():
        raise NoSuchTimeline
    with plainly(path):
        for part in (wal(path), shm(path), path):
            part.unlink(missing_ok=True)


def _names(folder: Path) -> list[str]:
    names = (entry.name.removesuffix(SUFFIX) for entry in os.scandir(folder) if entry.name.endswith(SUFFIX))
    return sorted(name for name in names if TIMELINE.fullmatch(name))


def _sweep(folder: Path) -> None:
    """Remove what a crash left while making a file."""
    for leftover in folder.glob(f".*{SUFFIX}.*{DRAFT_SUFFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > LEFTOVER_S:
                leftover.unlink()


_promised: type[Stores] = SqliteStores
