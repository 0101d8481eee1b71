"""Is this timeline file whole? `halqa lesson verify` asks here. Reads only, entry by entry; blocking."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from halqa.timeline import Entry, Summary
from halqa.timeline.errors import Mistake
from halqa.timeline.frames import MAX_U32

from .order import Digests, Figures, Voice
from .schema import ENTRY, check

MOST = 20
"""Findings of one kind that are told one by one; who has more restores a copy anyway."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that is not as it should be: a stable code, and a sentence for a person."""

    code: str
    sentence: str


class Verification(msgspec.Struct, frozen=True):
    """What was found in a file; no finding is good news. `entries` is how many can be read from the beginning on."""

    path: str
    entries: int
    duration: int
    sealed: bool
    findings: list[Finding]

    @property
    def whole(self) -> bool:
        return not self.findings


class _Reading:
    """Holds entries, in the order they lie in the file, against the laws of a timeline."""

    def __init__(self) -> None:
        self.figures = Figures()
        self.digests = Digests()
        self.read = 0
        self._seq = 0
        self._last: dict[str, Entry] = {}
        self._numbers: dict[Voice, int] = {}

    def take(self, entry: Entry) -> Iterator[Finding]:
        """What is wrong with the next entry."""
        where = f"Entry {entry.seq} ({entry.track})"
        if entry.seq != self._seq + 1:
            yield Finding("seq-gap", f"After entry {self._seq} comes entry {entry.seq}: some are missing.")
        last = self._last.get(entry.track)
        if last is not None and entry.t < last.t:
            yield Finding("time-goes-back", f"{where} begins at {entry.t} ms, before entry {last.seq} at {last.t} ms.")
        voice = (entry.speaker, entry.track)
        expected = self._numbers.get(voice, 0) + 1
        if entry.number != expected:
            yield Finding("number-gap", f"{where} is number {entry.number} of {entry.speaker}; {expected} was next.")
        if entry.t < 0 or entry.duration < 0 or entry.end > MAX_U32:
            yield Finding("beyond-time", f"{where} does not lie within the 2^32 ms of a lesson's clock.")
            return
        self._seq, self._last[entry.track], self._numbers[voice] = entry.seq, entry, entry.number
        self.read += 1
        self.figures.add([entry], 0)
        self.digests.add([entry])

    def against(self, seal: Summary) -> Iterator[Finding]:
        """What is not as the seal says."""
        found = self.figures.summary(seal.id)
        if (found.head, found.duration) != (seal.head, seal.duration):
            yield Finding(
                "seal",
                f"The seal says {seal.head} entries and {seal.duration} ms; there are {found.head} and"
                f" {found.duration} ms.",
            )
        digests = self.digests.told()
        for track in sorted(seal.tracks.keys() | digests.keys()):
            if track not in seal.tracks:
                yield Finding("digest", f"Track {track} was added after the seal.")
            elif seal.tracks[track].digest != digests.get(track):
                yield Finding("digest", f"Track {track} is not what was sealed: its digest differs.")


def verify(path: Path) -> Verification:
    """Hold a timeline file against the laws: SQLite's own check, seq, time, numbers, and the seal if it has one.

    A lesson on air can be verified too; what is said meanwhile is not looked at.
    """
    reading = _Reading()
    findings: list[Finding] = []
    sealed = False
    try:
        if not path.exists():
            return Verification(str(path), 0, 0, False, [Finding("no-such-timeline", f"There is no {path.name}.")])
        check(path)
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10.0, isolation_level=None)) as db:
            db.execute("BEGIN")  # everything below sees one and the same moment
            findings += _damage(db)
            told = db.execute("SELECT value FROM meta WHERE key = 'summary'").fetchone()
            sealed = told is not None
            findings += _nameless(db)
            for row in db.execute(f"{ENTRY} ORDER BY e.seq"):
                findings += reading.take(Entry(*row))
            if told is not None:
                findings += reading.against(msgspec.json.decode(told[0], type=Summary))
    except Mistake as mistake:
        findings.append(Finding(mistake.code, str(mistake)))
    except msgspec.DecodeError as error:
        findings.append(Finding("seal", f"The seal cannot be read: {error}."))
    except (sqlite3.Error, OSError) as error:
        findings.append(
            Finding("torn-file", f"{path.name} cannot be read on after entry {reading.figures.head}: {error}.")
        )
    duration = reading.figures.summary("").duration
    return Verification(str(path), reading.read, duration, sealed, _fewer(findings))


def _damage(db: sqlite3.Connection) -> Iterator[Finding]:
    for (line,) in db.execute(f"PRAGMA integrity_check({MOST})"):
        if line != "ok":
            yield Finding("torn-file", f"SQLite finds damage: {line}.")


def _nameless(db: sqlite3.Connection) -> Iterator[Finding]:
    (count,) = db.execute(
        "SELECT count(*) FROM entries WHERE track NOT IN (SELECT id FROM tracks)"
        " OR speaker NOT IN (SELECT id FROM speakers)"
    ).fetchone()
    if count:
        yield Finding("nameless", f"{count} entries belong to no track or no speaker that is known.")


def _fewer(findings: list[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    codes: dict[str, int] = {}
    for finding in findings:
        codes[finding.code] = codes.get(finding.code, 0) + 1
        if codes[finding.code] <= MOST:
            kept.append(finding)
    kept += [
        Finding(code, f"{count - MOST} more findings of this kind.") for code, count in codes.items() if count > MOST
    ]
    return kept
