"""Durable appends of 12 kB to one timeline, beside raw SQLite with the same promise (WAL, synchronous=FULL).

    python bench/appends.py [--seconds 4] [--rounds 5]

- one: one caller, one entry after another, each awaited. - many: 32 callers at once (a province's studios, relays and
answers). - raw: one thread, one INSERT of 12 kB and one COMMIT after another, no checks, no event loop: the floor.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from halqa.stores import SqliteStores
from halqa.timeline import KEY, Draft

PAYLOAD = os.urandom(12_000)


async def appends(folder: Path, seconds: float, callers: int) -> float:
    """Acknowledged appends a second."""
    stores = SqliteStores(folder)
    timeline = await stores.open("bench", create=True)
    end, done = time.monotonic() + seconds, 0

    async def call(name: str) -> None:
        nonlocal done
        number = 0
        while time.monotonic() < end:
            number += 1
            await timeline.append([Draft(f"board/{name}", name, number, number, 0, KEY, PAYLOAD)])
            done += 1

    began = time.monotonic()
    await asyncio.gather(*(call(f"c{index}") for index in range(callers)))
    lasted = time.monotonic() - began
    await stores.close()
    return done / lasted


def raw(folder: Path, seconds: float) -> float:
    with contextlib.closing(sqlite3.connect(folder / "raw", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, payload BLOB)")
        began, done = time.monotonic(), 0
        while time.monotonic() < began + seconds:
            db.execute("INSERT INTO entries (payload) VALUES (?)", (PAYLOAD,))
            done += 1
        return done / (time.monotonic() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    figures: dict[str, list[float]] = {"one": [], "many": [], "raw": []}
    for _ in range(args.rounds):
        for name in figures:
            with tempfile.TemporaryDirectory() as folder:
                if name == "raw":
                    figures[name].append(raw(Path(folder), args.seconds))
                else:
                    callers = 1 if name == "one" else 32
                    figures[name].append(asyncio.run(appends(Path(folder), args.seconds, callers)))
    for name, values in figures.items():
        print(f"{name:5} {statistics.median(values):8,.0f}/s ({min(values):,.0f} to {max(values):,.0f})")
    for name in ("one", "many"):
        ratios = [a / b for a, b in zip(figures[name], figures["raw"], strict=True)]
        print(f"{name} / raw  {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
