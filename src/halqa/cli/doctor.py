"""`halqa doctor`: is this machine ready, and what to do if it is not."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .serve import port_of


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at. `needed`: Halqa does not run without it."""

    name: str
    good: bool
    found: str
    needed: bool = True
    remedy: str = ""


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "doctor",
        help="is this machine ready? what to do if not",
        description="Look at everything Halqa needs on this machine, and say what to do about what is missing.",
        epilog="example: halqa doctor --port 8000",
    )
    parser.add_argument("--data", metavar="DIR", help="data folder (default: HALQA_DATA, else ./var)")
    parser.add_argument("--port", type=int, default=None, help="is this port free? (default: PORT, else 8000)")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look at everything. 1 when something needed is missing."""
    data = Path(args.data or os.environ.get("HALQA_DATA") or "var").absolute()
    port = port_of(args)
    checks: list[Callable[[], Checked]] = [
        _python,
        _sqlite,
        _pages,
        lambda: _writable(data),
        lambda: _own(data),
        lambda: _room(data),
        lambda: _disk(data),
        lambda: _port(port),
        _clock,
        _files,
        lambda: _program("ffmpeg", "halqa teach, ingest and export, and the demo", "ffmpeg"),
        _encoders,
        lambda: _program("espeak-ng", "the demo's voice", "espeak-ng"),
    ]
    found = [check() for check in checks]
    if args.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            mark = "good" if one.good else "MISSING" if one.needed else "absent"
            print(f"{mark:8} {one.name:22} {one.found}")
            if not one.good and one.remedy:
                print(f"{'':8} {'':22} -> {one.remedy}")
    return 1 if any(one.needed and not one.good for one in found) else 0


def _python() -> Checked:
    good = sys.version_info >= (3, 11)
    return Checked("python", good, sys.version.split()[0], remedy="Install Python 3.11 or newer.")


def _sqlite() -> Checked:
    good = sqlite3.sqlite_version_info >= (3, 37)  # STRICT tables
    return Checked("sqlite", good, sqlite3.sqlite_version, remedy="Install SQLite 3.37 or newer.")


def _pages() -> Checked:
    built = Path(__file__).parents[1] / "site" / "built" / "manifest.json"
    return Checked("pages", built.exists(), "built" if built.exists() else "not built", remedy="Run `make setup`.")


def _writable(data: Path) -> Checked:
    remedy = "Give it to whoever runs Halqa (chown -R), or choose another one with --data."
    try:
        data.mkdir(parents=True, exist_ok=True)
        for folder in (data, data / "timelines"):
            if folder == data or folder.exists():
                with tempfile.TemporaryFile(dir=folder):
                    pass
    except OSError as error:
        return Checked("data folder", False, f"{data}: {error.strerror}", remedy=remedy)
    locked = [file.name for file in data.glob("halqa.sqlite3*") if not os.access(file, os.R_OK | os.W_OK)]
    return Checked("data folder", not locked, f"{data}: {locked[0]} is closed" if locked else str(data), remedy=remedy)


def _own(data: Path) -> Checked:
    """Whether what is in the data folder was made by Halqa. A new house has nothing yet."""
    remedy = "Choose another folder with --data, or put back what was kept of this one."
    secret, rows = data / "secret", data / "halqa.sqlite3"
    try:
        if secret.exists() and len(bytes.fromhex(secret.read_text(encoding="ascii"))) < 32:
            return Checked("own files", False, f"{secret}: this is too short", remedy=remedy)
        if rows.exists():
            with contextlib.closing(sqlite3.connect(f"{rows.as_uri()}?mode=ro", uri=True)) as db:
                (lessons,) = db.execute("SELECT count(*) FROM lessons_lesson").fetchone()
            return Checked("own files", True, f"{lessons} lessons")
    except (ValueError, OSError) as error:
        return Checked("own files", False, f"{secret}: {error}", remedy=remedy)
    except sqlite3.Error as error:
        return Checked("own files", False, f"{rows}: {error}", remedy=remedy)
    return Checked("own files", True, "none yet")


def _room(data: Path) -> Checked:
    there = next(folder for folder in (data, *data.parents) if folder.is_dir())
    free = shutil.disk_usage(there).free
    hours = free / (2_000_000 / 8 * 3600)
    remedy = "Free some room, or choose another disk with --data."
    return Checked("room", free > 2 << 30, f"{free / 2**30:.1f} GiB, about {hours:.0f} h of lessons", remedy=remedy)


def _disk(data: Path) -> Checked:
    """Durable commits a second, as a lesson makes them (one commit of 12 kB after another, half a second long)."""
    try:
        with (
            tempfile.TemporaryDirectory(dir=data) as folder,
            contextlib.closing(sqlite3.connect(Path(folder, "probe"), isolation_level=None)) as db,
        ):
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA wal_autocheckpoint=100")
            db.execute("CREATE TABLE probe (id INTEGER PRIMARY KEY, payload BLOB)")
            payload, commits, began = os.urandom(12_000), 0, time.monotonic()
            while time.monotonic() - began < 0.5:
                db.execute("REPLACE INTO probe VALUES (1, ?)", (payload,))  # one row: the disk may be nearly full
                commits += 1
    except (OSError, sqlite3.Error) as error:
        return Checked("disk", False, str(error), remedy="Choose another disk with --data.")
    rate = commits * 2
    remedy = "A lesson needs about 20 commits a second: use a better disk for many lessons at once."
    return Checked("disk", rate > 100, f"{rate:,} durable commits a second", needed=rate < 20, remedy=remedy)


def _port(port: int) -> Checked:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return Checked("port", False, f"{port}: {error.strerror}", needed=False, remedy="Choose another: --port.")
    return Checked("port", True, f"{port} is free")


def _clock() -> Checked:
    year = time.gmtime().tm_year
    remedy = "Set the clock; tickets and dates depend on it."
    return Checked("clock", 2025 <= year < 2100, time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()), remedy=remedy)


def _files() -> Checked:
    import resource

    from halqa.gateway.server import FEW_FILES

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    endless = hard == resource.RLIM_INFINITY
    remedy = "Raise it (LimitNOFILE in systemd): each follower is an open file."
    found = "without limit" if endless else f"up to {hard}"
    return Checked("open files", endless or hard >= FEW_FILES, found, needed=False, remedy=remedy)


def _program(name: str, use: str, package: str) -> Checked:
    path = shutil.which(name)
    return Checked(name, path is not None, path or "not here", False, f"For {use}: apt-get install {package}")


def _encoders() -> Checked:
    wanted = ("libx264", "libopus")
    try:
        told = subprocess.run(["ffmpeg", "-hide_banner", "-encoders"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return Checked("encoders", False, "no ffmpeg", needed=False)
    missing = [name for name in wanted if name not in told.stdout]
    found = f"missing: {', '.join(missing)}" if missing else ", ".join(wanted)
    return Checked("encoders", not missing, found, False, "Use Debian's ffmpeg.")
