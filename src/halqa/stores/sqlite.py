"""One timeline file on the event loop: group commit, readers beside it, and whoever listens.

Theory of operation. Everything that writes (appends, the seal, closing) queues up per timeline and is done by one
thread at a time, in the order it was asked for. While one commit waits for the disk, appends gather; the next commit
takes all of them in one transaction. The outcome returns to the event loop with one call per commit; there the
figures move on, the listeners hear of it, and the callers are answered, in this order. So on the event loop `head`,
`summary` and what listeners heard always agree, although the file may be a commit ahead.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

from halqa.timeline import EVERYTHING, Acknowledged, Draft, Entry, Mark, Summary, Timeline, Tracks
from halqa.timeline.errors import Mistake, Stopping, StoreMistake

from .file import Committed, Kept, Overtaken, TimelineFile
from .order import Figures
from .schema import DiskTrouble

T = TypeVar("T")

COMMIT_BYTES = 8 << 20
"""The most payload in one commit, two of the largest requests: what waits behind it goes into the next."""


class _Append:
    """One caller's drafts, waiting for their commit."""

    __slots__ = ("drafts", "future", "size")

    def __init__(self, drafts: Sequence[Draft], future: asyncio.Future[Acknowledged]) -> None:
        self.drafts = drafts
        self.future = future
        self.size = sum(len(draft.payload) for draft in drafts)


class _Errand:
    """Something else for the writer to do in its turn; `then` gets the result on the event loop."""

    __slots__ = ("future", "then", "work")

    def __init__(
        self, work: Callable[[], Any], then: Callable[[Any], None] | None, future: asyncio.Future[Any]
    ) -> None:
        self.work = work
        self.then = then
        self.future = future


class SqliteTimeline:
    """One timeline, one file. `touched` is called whenever the file is about to be used."""

    def __init__(
        self, file: TimelineFile, writers: Executor, readers: Executor, touched: Callable[[SqliteTimeline], None]
    ) -> None:
        self.id = file.name
        self._file = file
        self._writers = writers
        self._readers = readers
        self._touched = touched
        self._loop = asyncio.get_running_loop()
        self._figures = file.figures.copy()
        self._queue: deque[_Append | _Errand] = deque()
        self._gate = threading.Lock()
        self._writing = False
        self._reads = 0
        self._quiet: asyncio.Future[None] | None = None
        self._heard: list[Callable[[Sequence[Entry]], None]] = []
        self._gone: type[Mistake] | None = None

    @property
    def head(self) -> int:
        return self._figures.head

    @property
    def sealed(self) -> bool:
        return self._figures.sealed

    @property
    def busy(self) -> bool:
        """Whether somebody waits for the file right now."""
        return bool(self._reads or self._queue or self._writing)

    # -- writing ------------------------------------------------------------------------------------------------------

    async def append(self, drafts: Sequence[Draft]) -> Acknowledged:
        self._check()
        self._touched(self)
        future: asyncio.Future[Acknowledged] = self._loop.create_future()
        self._ask(_Append(drafts, future))
        return await future

    async def seal(self) -> Summary:
        self._check()
        self._touched(self)
        summary, _ = await self._errand(self._file.seal, lambda done: self._sealed(*done))
        return summary

    def _sealed(self, summary: Summary, missed: list[Entry]) -> None:
        fresh, self._figures = not self.sealed, Figures.from_summary(summary)
        if missed:
            self._tell(missed)
        if fresh:
            self._tell([])

    def _errand(self, work: Callable[[], T], then: Callable[[T], None] | None = None) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self._loop.create_future()
        self._ask(_Errand(work, then, future))
        return future

    def _ask(self, what: _Append | _Errand) -> None:
        with self._gate:
            self._queue.append(what)
            if self._writing:
                return
            self._writing = True
        try:
            self._writers.submit(self._write)
        except RuntimeError:  # the process is ending, and its threads have ended
            self._queue.clear()
            self._writing = False
            raise Stopping from None

    def _write(self) -> None:
        """Do what waits until nothing does (in a writer thread)."""
        while True:
            with self._gate:
                if not self._queue:
                    self._writing = False
                    return
                turn = self._next()
            if isinstance(turn, _Errand):
                self._do(turn)
            else:
                self._commit(turn)

    def _next(self) -> list[_Append] | _Errand:
        appends: list[_Append] = []
        size = 0
        while self._queue:
            first = self._queue[0]
            if isinstance(first, _Errand):
                if appends:
                    break
                self._queue.popleft()
                return first
            size += first.size
            if appends and size > COMMIT_BYTES:
                break
            appends.append(first)
            self._queue.popleft()
        return appends

    def _do(self, errand: _Errand) -> None:
        try:
            result = errand.work()
        except Exception as error:
            self._on_loop(_refuse, errand.future, _as_mistake(error))
        else:
            self._on_loop(self._settle_errand, errand, result)

    def _commit(self, appends: list[_Append]) -> None:
        try:
            committed = self._file.commit([append.drafts for append in appends])
        except Exception as error:
            if len(appends) > 1:  # what one caller says must not be refused for the size or the fault of another's
                for append in appends:
                    self._commit([append])
                return
            self._on_loop(_refuse, appends[0].future, _as_mistake(error))
            return
        self._on_loop(self._settle, appends, committed)
        with contextlib.suppress(StoreMistake):  # the seal reads what could not be read now, and says so
            self._file.digest_more(committed.entries)

    def _on_loop(self, call: Callable[..., None], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(call, *args)

    # -- settling, on the event loop ----------------------------------------------------------------------------------

    def _settle(self, appends: list[_Append], committed: Committed) -> None:
        if committed.overtaken is not None:
            self._catch_up(committed.overtaken)
        if committed.entries:
            self._figures.add(committed.entries, committed.said_at)
            self._tell(committed.entries)
        for append, outcome in zip(appends, committed.outcomes, strict=True):
            if append.future.done():  # the caller has gone away
                continue
            if isinstance(outcome, Kept):
                append.future.set_result(Acknowledged(outcome.numbers, outcome.entries, self.head))
            else:
                append.future.set_exception(outcome)

    def _catch_up(self, overtaken: Overtaken) -> None:
        if overtaken.summary.sealed:
            self._sealed(overtaken.summary, overtaken.missed)
            return
        self._figures = overtaken.figures
        self._tell(overtaken.missed)

    def _settle_errand(self, errand: _Errand, result: Any) -> None:
        if errand.then is not None:
            errand.then(result)
        if not errand.future.done():
            errand.future.set_result(result)

    def listen(self, heard: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        self._heard.append(heard)

        def deaf() -> None:
            if heard in self._heard:
                self._heard.remove(heard)

        return deaf

    def _tell(self, entries: Sequence[Entry]) -> None:
        for heard in list(self._heard):
            try:
                heard(entries)
            except Exception as error:  # one listener's fault must not keep the callers from their answer
                self._loop.call_exception_handler({"message": f"A listener of {self.id} failed", "exception": error})

    # -- reading ------------------------------------------------------------------------------------------------------

    async def read(
        self, after: int, *, tracks: Tracks = EVERYTHING, limit: int = 1 << 18, upto: int | None = None
    ) -> list[Entry]:
        self._check()
        upto = self.head if upto is None else min(upto, self.head)
        return await self._reading(self._file.read, after, tracks, limit, upto) if after < upto else []

    async def seek(self, at: int, track: str, *, key: bool = True) -> int | None:
        self._check()
        return await self._reading(self._file.seek, at, track, key, self.head)

    async def inits(self, before: int, tracks: Tracks) -> list[Entry]:
        self._check()
        return await self._reading(self._file.inits, before, tracks, self.head)

    async def outline(self, track: str, after: int = 0) -> list[Mark]:
        self._check()
        return await self._reading(self._file.outline, track, after, self.head)

    async def summary(self) -> Summary:
        self._check()
        return self._figures.summary(self.id)

    async def _reading(self, work: Callable[..., T], *args: object) -> T:
        self._touched(self)
        self._reads += 1
        reading = self._loop.run_in_executor(self._readers, work, *args)
        reading.add_done_callback(self._read_done)
        return await asyncio.shield(reading)

    def _read_done(self, reading: asyncio.Future[Any]) -> None:
        self._reads -= 1
        if not reading.cancelled():
            reading.exception()  # looked at here too, should the caller have gone away
        if not self._reads and self._quiet is not None:
            self._quiet.set_result(None)
            self._quiet = None

    # -- the file -----------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        if self._gone is not None:
            raise self._gone

    def rest(self) -> None:
        """Close the file until it is needed again."""
        rested = self._errand(self._file.rest)
        rested.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody else looks at it

    async def leave(self, why: type[Mistake]) -> None:
        """Refuse everything new with `why`, finish what was asked before, and close the file for good."""
        self._gone = why
        if self._reads:
            self._quiet = self._quiet or self._loop.create_future()
            await asyncio.shield(self._quiet)
        await self._errand(self._file.rest)


def _refuse(future: asyncio.Future[Any], mistake: Mistake) -> None:
    if not future.done():
        future.set_exception(mistake)


def _as_mistake(error: Exception) -> Mistake:
    return error if isinstance(error, Mistake) else DiskTrouble(f"{type(error).__name__}: {error}")


_promised: type[Timeline] = SqliteTimeline
