"""Is this timeline file whole? `halqa lesson verify` asks here. Reads only; blocking."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from halqa.timeline import Summary
from halqa.timeline.errors import Mistake

from .file import check_header, digests


class Finding(msgspec.Struct, frozen=True):
    """One thing that is not as it should be."""

    code: str
    sentence: str


class Verification(msgspec.Struct, frozen=True):
    """What was found; nothing is good."""

    path: str
    entries: int
    sealed: bool
    findings: list[Finding]

    @property
    def whole(self) -> bool:
        return not self.findings


LAWS = (
    ("seq-gap", "SELECT count(*) != coalesce(max(seq), 0) OR coalesce(min(seq), 1) != 1 FROM entries",
     "Entries are missing: the seq has a gap."),
    ("time-goes-back", "SELECT count(*) FROM (SELECT t < lag(t) OVER (PARTITION BY track ORDER BY seq) AS back"
     " FROM entries) WHERE back", "On a track, time goes back."),
    ("number-gap", "SELECT count(*) FROM (SELECT count(*) AS said, max(number) AS last, min(number) AS first"
     " FROM entries GROUP BY speaker, track) WHERE said != last OR first != 1", "A speaker's numbers have a gap."),
    ("nameless", "SELECT count(*) FROM entries WHERE track NOT IN (SELECT id FROM tracks)"
     " OR speaker NOT IN (SELECT id FROM speakers)", "Entries belong to no track or no speaker."),
)  # fmt: skip


def verify(path: Path) -> Verification:
    """Hold a timeline file against the laws: SQLite's own check, seq, time, numbers, and the digests once sealed."""
    findings: list[Finding] = []
    entries, sealed = 0, False
    try:
        check_header(path)
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10.0)) as db:
            findings += _integrity(db)
            if not findings:
                (entries,) = db.execute("SELECT count(*) FROM entries").fetchone()
                findings += _laws(db)
                told = db.execute("SELECT value FROM meta WHERE key = 'summary'").fetchone()
                sealed = told is not None
                if told is not None:
                    findings += _seal(db, told[0])
    except Mistake as mistake:
        findings.append(Finding(mistake.code, str(mistake)))
    except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
        findings.append(Finding("torn-file", f"{path.name} cannot be read to the end: {error}"))
    return Verification(str(path), entries, sealed, findings)


def _integrity(db: sqlite3.Connection) -> Iterator[Finding]:
    for (line,) in db.execute("PRAGMA integrity_check(5)"):
        if line != "ok":
            yield Finding("torn-file", f"SQLite finds damage: {line}")


def _laws(db: sqlite3.Connection) -> Iterator[Finding]:
    for code, broken, sentence in LAWS:
        if db.execute(broken).fetchone()[0]:
            yield Finding(code, sentence)


def _seal(db: sqlite3.Connection, told: str) -> Iterator[Finding]:
    summary = msgspec.json.decode(told, type=Summary)
    found = dict(digests(db))
    for track in sorted(summary.tracks.keys() | found.keys()):
        facts = summary.tracks.get(track)
        if facts is None or facts.digest != found.get(track):
            yield Finding("digest", f"Track {track} is not what was sealed.")
