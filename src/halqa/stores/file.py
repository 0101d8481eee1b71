"""One timeline, one SQLite file. Blocking: everything here is called from worker threads, never from the event loop.

    meta(key, value)            'id', and once sealed 'summary' (JSON)
    tracks(id, name), speakers(id, name)
    entries(seq, track, speaker, number, t, duration, flags, said_at, payload)

Rules. WAL with `synchronous=FULL`: a commit is on the disk before it is answered. A file appears under its name only
when its schema is complete (it is built under another name and renamed), so a crash leaves no half-made timeline.
`said_at` is the wall clock of this server (ms, UTC); nothing but figures depends on it, so clocks may jump.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from halqa.timeline import Entry, Summary, Tracks
from halqa.timeline.errors import ForeignFile, NoRoom, StoreMistake, TornFile
from halqa.timeline.tracks import is_media

from .order import Facts, Order

APPLICATION_ID = 0x48414C51  # "HALQ"
VERSION = 1
SUFFIX = ".timeline"
PAGE = 8192
"""Measured with 12 kB entries on two cores: 4,096, 8,192 and 16,384 commit alike; 8,192 makes the smallest files."""
CHECKPOINT_PAGES = 1_000
"""The log is folded into the file every 8 MB: at 2 Mbit/s every half minute, some milliseconds each."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE tracks (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE speakers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    track INTEGER NOT NULL REFERENCES tracks,
    speaker INTEGER NOT NULL REFERENCES speakers,
    number INTEGER NOT NULL,
    t INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    said_at INTEGER NOT NULL,
    payload BLOB NOT NULL
) STRICT;
CREATE INDEX entries_by_time ON entries (track, t);
CREATE UNIQUE INDEX entries_by_number ON entries (speaker, track, number);
"""

_ENTRY = (
    "SELECT e.seq, t.name, s.name, e.number, e.t, e.duration, e.flags, e.payload"
    " FROM entries e JOIN tracks t ON t.id = e.track JOIN speakers s ON s.id = e.speaker"
)


class DiskTrouble(StoreMistake):
    """The disk does not answer as it should. Say the same again; if it goes on, a technician has to look at it."""

    code, status, retry = "disk-trouble", 503, True


@contextlib.contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Say what SQLite's errors mean for the reader."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _disk_is_full(path)):
            raise NoRoom from None
        if code == sqlite3.SQLITE_NOTADB:
            raise ForeignFile(f"{path.name} is not a Halqa timeline.") from None
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
            raise TornFile(f"{path.name} is damaged: {error}.") from None
        if code == sqlite3.SQLITE_CANTOPEN and _disk_is_full(path):
            raise NoRoom from None
        raise DiskTrouble(f"{path.name}: {error}") from None


def _disk_is_full(path: Path) -> bool:
    room = os.statvfs(path.parent)
    return room.f_bavail * room.f_frsize < (1 << 20)


def create(path: Path, name: str) -> None:
    """Make an empty timeline file, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        with plainly(path), contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as db:
            db.execute(f"PRAGMA page_size={PAGE}")
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.executescript(f"BEGIN; {SCHEMA} COMMIT;")
            db.execute("INSERT INTO meta VALUES ('id', ?)", (name,))
            db.execute(f"PRAGMA user_version={VERSION}")
            db.execute(f"PRAGMA application_id={APPLICATION_ID}")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        os.replace(draft, path)
        _sync_folder(path.parent)
    except OSError as error:
        if _disk_is_full(path):
            raise NoRoom from None
        raise DiskTrouble(f"{path.name}: {error.strerror}") from None
    finally:
        for leftover in path.parent.glob(f"{draft.name}*"):
            leftover.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_header(path: Path) -> None:
    """Refuse what is no timeline, is from a newer Halqa, or was cut short, before SQLite touches it.

    https://www.sqlite.org/fileformat2.html, section 1.3: page size at 16, size in pages at 28, user version at 60,
    application id at 68.
    """
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\x00"):
        raise ForeignFile(f"{path.name} is not a Halqa timeline.")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise ForeignFile(f"{path.name} is a database, but not a Halqa timeline.")
    version = int.from_bytes(header[60:64], "big")
    if version > VERSION:
        raise ForeignFile(f"{path.name} was made by a newer Halqa (format {version}); this one reads up to {VERSION}.")
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    if path.stat().st_size < pages * (65536 if page == 1 else page):
        raise TornFile(f"{path.name} is cut short: {path.stat().st_size} bytes of {pages * page}.")


class TimelineFile:
    """The file of one timeline, open for reading and appending."""

    READERS = 4

    def __init__(self, path: Path) -> None:
        check_header(path)
        self.path = path
        self.order = Order()
        self.facts: dict[str, Facts] = {}
        self.started_at: int | None = None
        self.said_at: int | None = None
        self._track_ids: dict[str, int] = {}
        self._speaker_ids: dict[str, int] = {}
        self._readers: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._hashed = True
        with plainly(path):
            self._db = self._connect()
            self._learn()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10.0)
        db.execute("PRAGMA synchronous=FULL")
        db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        db.execute("PRAGMA cache_size=-2048")
        db.execute("PRAGMA mmap_size=0")
        return db

    # -- learning the state -------------------------------------------------------------------------------------------

    def _learn(self) -> None:
        """Know what appending needs to know: from the sealed summary if there is one, else from the entries."""
        db = self._db
        self._track_ids = {name: id_ for id_, name in db.execute("SELECT id, name FROM tracks")}
        self._speaker_ids = {name: id_ for id_, name in db.execute("SELECT id, name FROM speakers")}
        tracks = {id_: name for name, id_ in self._track_ids.items()}
        speakers = {id_: name for name, id_ in self._speaker_ids.items()}
        for speaker, track, number in db.execute(
            "SELECT speaker, track, max(number) FROM entries GROUP BY speaker, track"
        ):
            self.order.numbers[speakers[speaker], tracks[track]] = number
        told = db.execute("SELECT value FROM meta WHERE key = 'summary'").fetchone()
        if told is not None:
            summary = msgspec.json.decode(told[0], type=Summary)
            self.order.head, self.order.sealed = summary.head, True
            self.facts = {name: Facts.from_told(facts) for name, facts in summary.tracks.items()}
            self.started_at, self.said_at = summary.started_at, summary.said_at
            return
        count, head = db.execute("SELECT count(*), coalesce(max(seq), 0) FROM entries").fetchone()
        if count != head:
            raise TornFile(f"{self.path.name} is damaged: {head - count} of {head} entries are missing.")
        self.order.head = head
        self._hashed = head == 0
        if head:
            (self.started_at,) = db.execute("SELECT said_at FROM entries WHERE seq = 1").fetchone()
            (self.said_at,) = db.execute("SELECT said_at FROM entries WHERE seq = ?", (head,)).fetchone()
        for track, last_t, entries, size, begins, ends in db.execute(
            "SELECT track, max(t), count(*), sum(length(payload)), min(iif(flags & 2, NULL, t)),"
            " max(iif(flags & 2, 0, t + duration)) FROM entries GROUP BY track"
        ):
            facts = Facts()
            facts.entries, facts.bytes, facts.begins, facts.ends = entries, size, begins, ends
            self.facts[tracks[track]] = facts
            self.order.last_t[tracks[track]] = last_t

    def summary(self, name: str) -> Summary:
        tracks = {track: facts.told() for track, facts in list(self.facts.items())}
        duration = max((facts.ends for facts in tracks.values()), default=0)
        return Summary(name, self.order.head, duration, self.order.sealed, self.started_at, self.said_at, tracks)

    # -- appending ----------------------------------------------------------------------------------------------------

    def known(self, speaker: str, track: str, number: int) -> Entry | None:
        """What was said under this number, committed or in the transaction under way."""
        row = self._db.execute(
            f"{_ENTRY} WHERE s.name = ? AND t.name = ? AND e.number = ?", (speaker, track, number)
        ).fetchone()
        return Entry(*row) if row else None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it on disk at the end, or none."""
        with plainly(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                self._reread_names()
                raise

    def _reread_names(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._track_ids = {name: id_ for id_, name in self._db.execute("SELECT id, name FROM tracks")}
            self._speaker_ids = {name: id_ for id_, name in self._db.execute("SELECT id, name FROM speakers")}

    def insert(self, entries: Iterable[Entry], said_at: int) -> None:
        """Write these entries (inside a transaction)."""
        self._db.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    e.seq,
                    self._id(self._track_ids, "tracks", e.track),
                    self._id(self._speaker_ids, "speakers", e.speaker),
                    e.number,
                    e.t,
                    e.duration,
                    e.flags,
                    said_at,
                    e.payload,
                )
                for e in entries
            ],
        )

    def _id(self, ids: dict[str, int], table: str, name: str) -> int:
        known = ids.get(name)
        if known is None:
            known = ids[name] = int(
                self._db.execute(f"INSERT INTO {table} (name) VALUES (?) RETURNING id", (name,)).fetchone()[0]
            )
        return known

    def keep(self, order: Order, entries: Iterable[Entry], said_at: int) -> None:
        """After the commit: this is how things stand now."""
        for entry in entries:
            facts = self.facts.get(entry.track)
            if facts is None:
                facts = self.facts[entry.track] = Facts()
            facts.add(entry, hashed=self._hashed)
            self.said_at = said_at
            if self.started_at is None:
                self.started_at = said_at
        self.order = order

    def seal(self, name: str) -> None:
        """Write duration and digests; from now on nothing is added. The log is folded into the file."""
        if self.order.sealed:
            return
        self._digest()
        sealed = msgspec.structs.replace(self.summary(name), sealed=True)
        with self.transaction():
            self._db.execute("INSERT INTO meta VALUES ('summary', ?)", (msgspec.json.encode(sealed).decode(),))
        self.order.sealed = True
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _digest(self) -> None:
        """The digest of each track: kept while it grew, or (after a restart) read once more."""
        if self._hashed:
            for facts in self.facts.values():
                facts.digest = facts.hash.hexdigest()
            return
        for track, digest in digests(self._db):
            self.facts[track].digest = digest

    # -- reading ------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        with plainly(self.path):
            with self._readers_lock:
                db = self._readers.pop() if self._readers else None
            if db is None:
                db = self._connect()
                db.execute("PRAGMA query_only=1")
            try:
                yield db
            finally:
                with self._readers_lock:
                    spare = len(self._readers) < self.READERS
                    if spare:
                        self._readers.append(db)
                if not spare:
                    db.close()

    def _ids(self, tracks: Tracks) -> str:
        return ",".join(str(id_) for name, id_ in list(self._track_ids.items()) if name in tracks)

    def read(self, after: int, tracks: Tracks, limit: int, upto: int) -> list[Entry]:
        ids = self._ids(tracks)
        got: list[Entry] = []
        size = 0
        with self._reader() as db:
            cursor = db.execute(
                f"{_ENTRY} WHERE e.seq > ? AND e.seq <= ? AND +e.track IN ({ids}) ORDER BY e.seq", (after, upto)
            )
            for row in cursor:
                entry = Entry(*row)
                got.append(entry)
                size += len(entry.payload)
                if size >= limit:
                    break
            cursor.close()
        return got

    def seek(self, at: int, track: str, key: bool) -> int | None:
        flags = "flags & 3 = 1" if key else "flags & 2 = 0"
        with self._reader() as db:
            id_ = self._track_ids.get(track)
            for condition, order in (("t <= ?", "DESC"), ("t > ?", "ASC")):
                row = db.execute(
                    f"SELECT seq FROM entries WHERE track = ? AND {condition} AND {flags}"
                    f" ORDER BY t {order}, seq {order} LIMIT 1",
                    (id_, at),
                ).fetchone()
                if row:
                    return int(row[0])
        return None

    def inits(self, before: int, tracks: Tracks) -> list[Entry]:
        got = []
        with self._reader() as db:
            for name, id_ in list(self._track_ids.items()):
                if not is_media(name) or name not in tracks:
                    continue
                for condition, order in (("<=", "DESC"), (">", "ASC")):
                    row = db.execute(
                        f"{_ENTRY} WHERE e.track = ? AND e.flags & 2 AND e.seq {condition} ?"
                        f" ORDER BY e.seq {order} LIMIT 1",
                        (id_, before),
                    ).fetchone()
                    if row:
                        got.append(Entry(*row))
                        break
        return sorted(got, key=lambda entry: entry.seq)

    def close(self) -> None:
        """Fold the log into the file. A sealed file stands alone afterwards and can be copied or read anywhere."""
        with self._readers_lock:
            for db in self._readers:
                db.close()
            self._readers.clear()
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if self.order.sealed:
                self._db.execute("PRAGMA journal_mode=DELETE")
        self._db.close()


def digests(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """The digest of every track, entry by entry: memory stays small whatever the lesson's length."""
    hashes: dict[str, Facts] = {}
    for row in db.execute(f"{_ENTRY} ORDER BY e.seq"):
        entry = Entry(*row)
        hashes.setdefault(entry.track, Facts()).add(entry)
    for track, facts in hashes.items():
        yield track, facts.hash.hexdigest()


def now_ms() -> int:
    """The wall clock, ms since 1970 (UTC)."""
    return int(time.time() * 1000)
