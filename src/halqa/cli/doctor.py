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
    port = args.port if args.port is not None else int(os.environ.get("PORT") or 8000)
    checks: list[Callable[[], Checked]] = [
        _python,
        _sqlite,
        _pages,
        lambda: _writable(data),
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
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        return Checked("data folder", False, f"{data}: {error.strerror}", remedy="Choose another one with --data.")
    return Checked("data folder", True, str(data))


def _room(data: Path) -> Checked:
    free = shutil.disk_usage(data if data.exists() else data.parent).free
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
            db.execute("CREATE TABLE probe (payload BLOB)")
            payload, commits, began = os.urandom(12_000), 0, time.monotonic()
            while time.monotonic() - began < 0.5:
                db.execute("INSERT INTO probe VALUES (?)", (payload,))
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
