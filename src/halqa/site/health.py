"""`/healthz`: is this house able to take a lesson? Answered without Django and without its database."""

from __future__ import annotations

import os
from pathlib import Path

from halqa import __version__


def health(timelines: Path) -> tuple[int, dict[str, str]]:
    """The status and the body: 200 `ok`, or 503 `cannot-write` when timelines could not be kept in their folder."""
    probe = timelines / f".healthz.{os.getpid()}"
    try:
        timelines.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        return 503, {"status": "cannot-write", "detail": error.strerror or str(error), "version": __version__}
    return 200, {"status": "ok", "version": __version__}
