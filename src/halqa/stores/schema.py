"""The file of a timeline: its tables, how it comes into being, and how a file that is none is recognised.

    meta(key, value)            'id', and once sealed 'summary' (JSON)
    tracks(id, name), speakers(id, name)
    entries(seq, track, speaker, number, t, duration, flags, said_at, payload)

Rules. WAL with `synchronous=FULL`: a commit is on the disk before it is answered. A file appears under its name only
when its schema is complete: it is built under another name and then linked, which never replaces what is there. So a
crash leaves no half-made timeline, and an empty file under a timeline's name is somebody else's: it is refused, not
taken for a new one. `said_at` is the wall clock of this server (ms, UTC); nothing but figures depends on it, so
clocks may jump.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from halqa.timeline.errors import ForeignFile, NoRoom, StoreMistake, TornFile

APPLICATION_ID = 0x48414C51  # "HALQ"
VERSION = 1
SUFFIX = ".timeline"
DRAFT_SUFFIX = ".new"

PAGE = 8192
"""Bytes. Measured with entries of 12 kB, two cores: 8,192 and 4,096 commit one by one alike (2,900/s, the disk's own
flush), sixteen at a time 13,000/s against 10,000/s; 16,384 and more make the file a third larger than what it holds
(8,192: 3 %) and write five times the payload (8,192: 3.2 times)."""
CHECKPOINT_PAGES = 512
"""The log is folded into the file every 4 MB (2 Mbit/s: every 16 s). The commit that does it takes up to 13 ms; with
32 MB, 60 ms and not one append a second more; with 1 MB, a tenth slower."""
WRITER_KIB, READER_KIB = 2048, 512
"""Cache of a connection. Reading runs through a lesson once; only the inner pages of the trees come again (an hour:
320 kB). The writer's holds what one commit changes."""
BUSY_S = 10.0
"""How long to wait for another process that has the file locked (a `verify`, a copy being made)."""

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
-- With seq and flags, seeking a key entry reads this index and no entry.
CREATE INDEX entries_by_time ON entries (track, t, seq, flags);
CREATE UNIQUE INDEX entries_by_number ON entries (speaker, track, number);
-- A handful of rows; without it, whoever joins at the end would read the whole lesson backwards to its init.
CREATE INDEX inits ON entries (track, seq) WHERE flags & 2;
"""

ENTRY = (
    "SELECT e.seq, t.name, s.name, e.number, e.t, e.duration, e.flags, e.payload"
    " FROM entries e JOIN tracks t ON t.id = e.track JOIN speakers s ON s.id = e.speaker"
)
"""The beginning of a query whose rows are the fields of an `Entry`."""


class DiskTrouble(StoreMistake):
    """The disk does not answer as it should. Say the same again; if it goes on, a technician has to look at it."""

    code, status, retry = "disk-trouble", 503, True


@contextlib.contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Say what errors of SQLite and the system mean for the reader."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL or (code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _full(path)):
            raise NoRoom from None
        if code == sqlite3.SQLITE_NOTADB:
            raise ForeignFile(f"{path.name} is not a Halqa timeline.") from None
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
            raise TornFile(f"{path.name} is damaged: {error}.") from None
        raise DiskTrouble(f"{path.name}: {error}") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from None
        raise DiskTrouble(f"{path.name}: {error.strerror}") from None


def _full(path: Path) -> bool:
    """SQLite reports some writes that found no room (to its shared memory) as plain I/O errors."""
    room = os.statvfs(path.parent)
    return room.f_bavail * room.f_frsize < (1 << 20)


def connect(path: Path, *, cache_kib: int) -> sqlite3.Connection:
    """A connection as all of ours are. The caller sees to it that one thread at a time uses it."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_S)
    db.execute("PRAGMA synchronous=FULL")
    db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    db.execute(f"PRAGMA cache_size=-{cache_kib}")
    return db


def create(path: Path, name: str) -> None:
    """Make an empty timeline file, whole or not at all. Does nothing if somebody else made it meanwhile."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}{DRAFT_SUFFIX}")
    log = wal(path)
    if log.exists() and log.stat().st_size and not path.exists():
        raise TornFile(f"{log.name} lies there without its timeline. Put {path.name} back, or move it away.")
    with plainly(path):
        try:
            _build(draft, name)
            _link(draft, path)
            _sync_folder(path.parent)
        finally:
            for leftover in (draft, wal(draft), shm(draft)):
                leftover.unlink(missing_ok=True)


def _build(draft: Path, name: str) -> None:
    with contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as db:
        db.execute(f"PRAGMA page_size={PAGE}")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.executescript(f"BEGIN; {SCHEMA} COMMIT;")
        db.execute("INSERT INTO meta VALUES ('id', ?)", (name,))
        db.execute(f"PRAGMA user_version={VERSION}")
        db.execute(f"PRAGMA application_id={APPLICATION_ID}")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS) or path.exists():
            raise
        os.replace(draft, path)  # a file system without links (exFAT on a stick)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def wal(path: Path) -> Path:
    """The log beside a timeline file: what is committed and not yet folded into it."""
    return path.with_name(f"{path.name}-wal")


def shm(path: Path) -> Path:
    """The index of the log, shared by all connections."""
    return path.with_name(f"{path.name}-shm")


def check(path: Path) -> None:
    """Refuse what is no timeline, is from a newer Halqa, or was cut short; change nothing in it.

    With a log beside it, some connection may have the file open: then SQLite is asked, since opening and closing the
    file ourselves would drop that connection's locks (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    with plainly(path):
        if not path.is_file():
            raise ForeignFile(f"{path.name} is not a file.")
        if wal(path).exists():
            with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
                (application,) = db.execute("PRAGMA application_id").fetchone()
                (version,) = db.execute("PRAGMA user_version").fetchone()
            _check_marks(path, application, version)
        else:
            _check_header(path)


def _check_header(path: Path) -> None:
    """https://www.sqlite.org/fileformat2.html, 1.3: page size at 16, pages at 28, user version 60, application 68."""
    with path.open("rb") as file:
        header = file.read(100)
    if not header:
        raise ForeignFile(f"{path.name} is empty: not a Halqa timeline.")
    if len(header) < 100 or not header.startswith(b"SQLite format 3\x00"):
        raise ForeignFile(f"{path.name} is not a Halqa timeline.")
    _check_marks(path, int.from_bytes(header[68:72], "big"), int.from_bytes(header[60:64], "big"))
    page = int.from_bytes(header[16:18], "big")
    whole = int.from_bytes(header[28:32], "big") * (65536 if page == 1 else page)
    size = path.stat().st_size
    if size < whole:
        raise TornFile(f"{path.name} is cut short: {size} bytes of {whole}.")


def _check_marks(path: Path, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise ForeignFile(f"{path.name} is a database, but not a Halqa timeline.")
    if version > VERSION:
        raise ForeignFile(f"{path.name} was made by a newer Halqa (format {version}); this one reads up to {VERSION}.")
