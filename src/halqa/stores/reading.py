"""Reading a timeline's file: from any number of threads, beside its writer. Blocking.

What is read is what was committed before; WAL readers wait for nobody.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from halqa.timeline import Entry, Mark, Tracks
from halqa.timeline.tracks import is_media

from .order import Figures
from .schema import ENTRY, READER_KIB, connect, plainly

SPARE_READERS = 2
"""Reading connections kept per timeline: one lesson's followers rarely read in more than two threads at once."""
ROWS_AT_ONCE = 4096
"""The most entries of one `read`, however small: about 4 MB of objects beside the payloads."""
SPARSE = 8
"""Tracks that are less than one in so many entries are found through their index instead of reading past the rest."""


class ReadFile:
    """What of a timeline's file needs no writer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.figures = Figures()
        self._track_ids: dict[str, int] = {}
        self._spare: list[sqlite3.Connection] = []
        self._rests = 0
        self._gate = threading.Lock()

    def read(self, after: int, tracks: Tracks, limit: int, upto: int) -> list[Entry]:
        """As `Timeline.read`, and at most `ROWS_AT_ONCE` entries."""
        known = self._track_ids
        ids = [id_ for name, id_ in known.items() if name in tracks]
        if not ids:
            return []
        got: list[Entry] = []
        with self._reader() as db:
            cursor = db.execute(self._read_query(tracks, ids, known), (after, upto, ROWS_AT_ONCE))
            for row in cursor:
                entry = Entry(*row)
                got.append(entry)
                limit -= len(entry.payload)
                if limit <= 0:
                    break
            cursor.close()
        return got

    def _read_query(self, tracks: Tracks, ids: list[int], known: dict[str, int]) -> str:
        if len(ids) == len(known):
            return f"{ENTRY} WHERE e.seq > ? AND e.seq <= ? ORDER BY e.seq LIMIT ?"
        these = ",".join(map(str, ids))
        figures = self.figures
        wanted = sum(track.entries for name, track in list(figures.tracks.items()) if name in tracks)
        if wanted * SPARSE >= figures.head:
            return f"{ENTRY} WHERE e.seq > ? AND e.seq <= ? AND +e.track IN ({these}) ORDER BY e.seq LIMIT ?"
        return (
            f"{ENTRY} WHERE e.seq IN (SELECT seq FROM entries INDEXED BY entries_by_time WHERE track IN ({these})"
            " AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?) ORDER BY e.seq"
        )

    def seek(self, at: int, track: str, key: bool, upto: int) -> int | None:
        """As `Timeline.seek`, among the entries up to `upto`."""
        id_ = self._track_ids.get(track)
        flags = "flags & 3 = 1" if key else "flags & 2 = 0"
        with self._reader() as db:
            for condition, order in (("t <= ?", "DESC"), ("t > ?", "ASC")):
                row = db.execute(
                    "SELECT seq FROM entries INDEXED BY entries_by_time"
                    f" WHERE track = ? AND {condition} AND {flags} AND seq <= ?"
                    f" ORDER BY t {order}, seq {order} LIMIT 1",
                    (id_, at, upto),
                ).fetchone()
                if row:
                    return int(row[0])
        return None

    def inits(self, before: int, tracks: Tracks, upto: int) -> list[Entry]:
        """As `Timeline.inits`, among the entries up to `upto`."""
        got: list[Entry] = []
        with self._reader() as db:
            for name, id_ in self._track_ids.items():
                if not is_media(name) or name not in tracks:
                    continue
                for condition, order in (("<=", "DESC"), (">", "ASC")):
                    row = db.execute(
                        f"{ENTRY} WHERE e.seq = (SELECT seq FROM entries INDEXED BY inits WHERE track = ?"
                        f" AND flags & 2 AND seq {condition} ? AND seq <= ? ORDER BY seq {order} LIMIT 1)",
                        (id_, before, upto),
                    ).fetchone()
                    if row:
                        got.append(Entry(*row))
                        break
        return sorted(got, key=lambda entry: entry.seq)

    def outline(self, track: str, after: int, upto: int) -> list[Mark]:
        """As `Timeline.outline`, among the entries up to `upto`. The payloads are not read, only how long they are."""
        id_ = self._track_ids.get(track)
        figures = self.figures.tracks.get(track)
        if id_ is None or figures is None:
            return []
        near = upto - after < figures.entries
        by = "NOT INDEXED WHERE +track = ?" if near else "INDEXED BY entries_by_time WHERE track = ?"
        with self._reader() as db:
            rows = db.execute(
                f"SELECT seq, t, duration, flags, length(payload) FROM entries {by}"
                " AND seq > ? AND seq <= ? ORDER BY seq",
                (id_, after, upto),
            )
            return [Mark(*row) for row in rows]

    @contextlib.contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        with plainly(self.path):
            with self._gate:
                rests = self._rests
                db = self._spare.pop() if self._spare else None
            if db is None:
                db = connect(self.path, cache_kib=READER_KIB)
                db.execute("PRAGMA query_only=1")
            try:
                yield db
            except BaseException:
                db.close()
                raise
            with self._gate:
                spare = rests == self._rests and len(self._spare) < SPARE_READERS
                if spare:
                    self._spare.append(db)
            if not spare:
                db.close()
