"""One timeline, one SQLite file. Blocking: everything here is called from worker threads, never from the event loop.

Who may call what: `commit`, `seal`, `digest_more` and `rest` one at a time (the timeline's writer); what reads
(`reading.ReadFile`) from any number of threads beside it.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from halqa.timeline import Draft, Entry, Summary
from halqa.timeline.errors import Mistake, TornFile
from halqa.timeline.tracks import is_teaching

from .order import Digests, Figures, Order, TrackFigures, Voice
from .reading import ReadFile
from .schema import ENTRY, WRITER_KIB, DiskTrouble, check, connect, plainly

CATCH_UP = 64
"""Entries from before a restart that are digested after each commit: 0.8 MB, about 2 ms. An hour's lesson is caught
up with after 900 commits, some four minutes, and the commits have been answered before."""

OVERTAKEN = 5
"""How often to judge anew when another process (a server that is being replaced) appends to the same file."""


class Kept(msgspec.Struct, frozen=True):
    """What became of one batch: its new entries, and the highest number of each voice in it."""

    entries: list[Entry]
    numbers: dict[Voice, int]


class Overtaken(msgspec.Struct, frozen=True):
    """What another process had done to the file meanwhile: its entries, and how things stand with them."""

    missed: list[Entry]
    summary: Summary
    figures: Figures


class Committed(msgspec.Struct, frozen=True):
    """What became of several batches in one commit."""

    outcomes: list[Kept | Mistake]
    entries: list[Entry]
    said_at: int
    overtaken: Overtaken | None


class _NotAsKnown(Exception):
    """Another process has appended to this file, or sealed it."""


class TimelineFile(ReadFile):
    """The file of one timeline. It is opened as needed; `rest` closes it until it is needed again."""

    def __init__(self, path: Path, name: str) -> None:
        check(path)
        super().__init__(path)
        self.name = name
        self._order: Order | None = None
        self._digests = Digests()
        self._speaker_ids: dict[str, int] = {}
        self._writer: sqlite3.Connection | None = None
        with self._reader() as db:
            self._learn(db)

    # -- what is known of it ------------------------------------------------------------------------------------------

    def _learn(self, db: sqlite3.Connection) -> None:
        """Know its names and figures: from the seal if there is one, else from the entries."""
        with _one_moment(db):
            self._track_ids = dict(db.execute("SELECT name, id FROM tracks"))
            self._speaker_ids = dict(db.execute("SELECT name, id FROM speakers"))
            told = db.execute("SELECT value FROM meta WHERE key = 'summary'").fetchone()
            if told is None:
                self.figures = self._figures(db)
                return
        try:
            self.figures = Figures.from_summary(msgspec.json.decode(told[0], type=Summary))
        except msgspec.DecodeError:
            raise TornFile(f"{self.path.name} is damaged: its seal cannot be read.") from None

    def _figures(self, db: sqlite3.Connection) -> Figures:
        figures = Figures()
        tracks = {id_: TrackFigures() for id_ in self._track_ids.values()}
        teaching = {id_ for name, id_ in self._track_ids.items() if is_teaching(name)}
        first: tuple[int, int] | None = None
        rows = db.execute(
            "SELECT seq, track, t, duration, flags, length(payload) FROM entries NOT INDEXED ORDER BY seq"
        )
        for seq, track, t, duration, flags, size in rows:
            if seq != figures.head + 1 or track not in tracks:
                raise TornFile(f"{self.path.name} is damaged: after entry {figures.head} comes entry {seq} of {track}.")
            figures.head = seq
            tracks[track].count(t, duration, flags, size)
            if first is None and track in teaching:
                first = (seq, t + duration)
        figures.tracks = {name: tracks[id_] for name, id_ in self._track_ids.items() if tracks[id_].entries}
        if figures.head:
            figures.said_at = _said_at(db, figures.head)
        if first is not None:
            figures.started_at = _said_at(db, first[0]) - first[1]
        return figures

    def _learn_order(self, db: sqlite3.Connection) -> Order:
        """Know what judging an append needs. Read from indexes only, and only once somebody appends."""
        with _one_moment(db):
            numbers = {
                (speaker, track): number
                for speaker, track, number in db.execute(
                    "SELECT s.name, t.name, last FROM"
                    " (SELECT speaker, track, max(number) AS last FROM entries GROUP BY speaker, track)"
                    " JOIN speakers s ON s.id = speaker JOIN tracks t ON t.id = track"
                )
            }
            last_t: dict[str, int] = dict(
                db.execute(
                    "SELECT name, (SELECT max(t) FROM entries WHERE track = tracks.id) AS last FROM tracks"
                    " WHERE last IS NOT NULL"
                )
            )
        return Order.learned(self.figures.head, self.figures.sealed, self.figures.end, last_t, numbers)

    # -- appending ----------------------------------------------------------------------------------------------------

    def commit(self, batches: Sequence[Sequence[Draft]]) -> Committed:
        """Judge these batches one after the other and write all that fit in one transaction.

        A batch that does not fit becomes its mistake and harms no other. Raises a `StoreMistake` when the disk
        does not take them: then nothing of any of them was written, and nothing here has changed.
        """
        with plainly(self.path):
            db = self._writing()
            order = self._order = self._order or self._learn_order(db)
            overtaken: Overtaken | None = None
            before = self.figures.head
            for _ in range(OVERTAKEN):
                with contextlib.suppress(_NotAsKnown):
                    return self._commit(db, order, batches, overtaken)
                overtaken = self._learn_anew(db, before)
                order = self._order = self._learn_order(db)
            raise DiskTrouble(f"{self.path.name}: another process appends to it all the time.")

    def _commit(
        self,
        db: sqlite3.Connection,
        order: Order,
        batches: Sequence[Sequence[Draft]],
        overtaken: Overtaken | None,
    ) -> Committed:
        ahead = order.ahead()
        outcomes = [self._judge(db, ahead, drafts) for drafts in batches]
        entries = [entry for outcome in outcomes if isinstance(outcome, Kept) for entry in outcome.entries]
        said_at = now_ms()
        if entries:
            self._insert(db, entries, said_at)
            ahead.join()
            self.figures.add(entries, said_at)
        return Committed(outcomes, entries, said_at, overtaken)

    def _learn_anew(self, db: sqlite3.Connection, before: int) -> Overtaken:
        self._learn(db)
        missed = db.execute(f"{ENTRY} WHERE e.seq > ? AND e.seq <= ? ORDER BY e.seq", (before, self.figures.head))
        return Overtaken([Entry(*row) for row in missed], self.figures.summary(self.name), self.figures.copy())

    def _is_as_known(self, db: sqlite3.Connection) -> bool:
        (head,) = db.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()
        sealed = db.execute("SELECT 1 FROM meta WHERE key = 'summary'").fetchone() is not None
        return (head, sealed) == (self.figures.head, self.figures.sealed)

    def _judge(self, db: sqlite3.Connection, ahead: Order, drafts: Sequence[Draft]) -> Kept | Mistake:
        def known(speaker: str, track: str, number: int) -> Entry | None:
            ids = (self._speaker_ids.get(speaker), self._track_ids.get(track), number)
            row = db.execute(f"{ENTRY} WHERE e.speaker = ? AND e.track = ? AND e.number = ?", ids).fetchone()
            return Entry(*row) if row else None

        trial = ahead.ahead()
        try:
            entries = trial.judge(drafts, known)
        except Mistake as mistake:
            return mistake
        trial.join()
        return Kept(entries, ahead.acknowledged(drafts))

    def _insert(self, db: sqlite3.Connection, entries: Sequence[Entry], said_at: int) -> None:
        tracks: dict[str, int] = {}
        speakers: dict[str, int] = {}
        with self._transaction(db):
            if not self._is_as_known(db) or self.figures.head != entries[0].seq - 1:
                raise _NotAsKnown
            for entry in entries:
                if entry.track not in self._track_ids and entry.track not in tracks:
                    tracks[entry.track] = _named(db, "tracks", entry.track)
                if entry.speaker not in self._speaker_ids and entry.speaker not in speakers:
                    speakers[entry.speaker] = _named(db, "speakers", entry.speaker)
            track_ids, speaker_ids = {**self._track_ids, **tracks}, {**self._speaker_ids, **speakers}
            db.executemany(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (e.seq, track_ids[e.track], speaker_ids[e.speaker], e.number, e.t, e.duration, e.flags, said_at,
                     e.payload)
                    for e in entries
                ],
            )  # fmt: skip
        self._track_ids, self._speaker_ids = track_ids, speaker_ids

    @contextlib.contextmanager
    def _transaction(self, db: sqlite3.Connection) -> Iterator[None]:
        """All of it on disk at the end, or none."""
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise

    # -- sealing ------------------------------------------------------------------------------------------------------

    def digest_more(self, entries: Sequence[Entry] = ()) -> None:
        """Take what was just committed into the digests; after a restart, catch up with what lies before it."""
        if entries and self._digests.through == entries[0].seq - 1:
            self._digests.add(entries)
        elif self._digests.through < self.figures.head:
            with plainly(self.path):
                self._digest(self._writing(), CATCH_UP)

    def _digest(self, db: sqlite3.Connection, count: int) -> None:
        rows = db.execute(f"{ENTRY} WHERE e.seq > ? ORDER BY e.seq LIMIT ?", (self._digests.through, count))
        self._digests.add(Entry(*row) for row in rows)

    def seal(self) -> tuple[Summary, list[Entry]]:
        """Write duration and digests; from now on nothing is added. The log is folded into the file at once, so that
        the one file is the whole lesson. Returns the summary, and what another process had appended before."""
        with plainly(self.path):
            db = self._writing()
            if self.figures.sealed:
                return self.figures.summary(self.name), []
            with self._transaction(db):
                missed = [] if self._is_as_known(db) else self._learn_anew(db, self.figures.head).missed
                self._digest(db, -1)
                sealed = self._sealed()
                if not self.figures.sealed:
                    db.execute("INSERT INTO meta VALUES ('summary', ?)", (msgspec.json.encode(sealed).decode(),))
            self.figures = Figures.from_summary(sealed)
            self._order = None
            with contextlib.suppress(sqlite3.Error):
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return sealed, missed

    def _sealed(self) -> Summary:
        digests = self._digests.told()
        summary = self.figures.summary(self.name)
        tracks = {
            track: msgspec.structs.replace(facts, digest=facts.digest or digests[track])
            for track, facts in summary.tracks.items()
        }
        return msgspec.structs.replace(summary, sealed=True, tracks=tracks)

    # -- connections --------------------------------------------------------------------------------------------------

    def _writing(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = connect(self.path, cache_kib=WRITER_KIB)
        return self._writer

    def rest(self) -> None:
        """Close all connections and fold the log into the file; a sealed one stands alone afterwards, without a log,
        and can be read even where nothing can be written. Whoever needs the file again opens it again."""
        with self._gate:
            self._rests += 1
            spare, self._spare = self._spare, []
        if self._writer is not None:
            spare.append(self._writer)
            self._writer = None
        for db in spare[:-1]:
            db.close()
        for last in spare[-1:]:
            with contextlib.suppress(sqlite3.Error):
                last.execute("PRAGMA query_only=0")
                last.execute("PRAGMA busy_timeout=500")
                last.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                if self.figures.sealed:
                    last.execute("PRAGMA journal_mode=DELETE")
            last.close()


@contextlib.contextmanager
def _one_moment(db: sqlite3.Connection) -> Iterator[None]:
    """All that is read here belongs together, whatever another process appends meanwhile."""
    outermost = not db.in_transaction
    if outermost:
        db.execute("BEGIN")
    try:
        yield
    finally:
        if outermost:
            db.execute("ROLLBACK")


def _said_at(db: sqlite3.Connection, seq: int) -> int:
    return int(db.execute("SELECT said_at FROM entries WHERE seq = ?", (seq,)).fetchone()[0])


def _named(db: sqlite3.Connection, table: str, name: str) -> int:
    return int(db.execute(f"INSERT INTO {table} (name) VALUES (?) RETURNING id", (name,)).fetchone()[0])


def now_ms() -> int:
    """The wall clock, ms since 1970 (UTC)."""
    return int(time.time() * 1000)
