"""A lesson as one MP4 file, without re-encoding: a picture and the sound, copied into place by ffmpeg.

Each track's entries are joined to a fragmented MP4 of their own (they are one already) and handed to ffmpeg through a
temporary file; ffmpeg only copies. The target appears whole or not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from halqa.timeline import Timeline, Tracks
from halqa.timeline.errors import BadQuestion
from halqa.timeline.tracks import height as height_of

from .errors import NoEncoder, NotMedia

Progress = Callable[[float], None]


async def export_mp4(
    timeline: Timeline, target: Path, *, height: int | None = None, progress: Progress = lambda done: None
) -> None:
    """Write the lesson to `target`. `height`: this picture (default: the highest that runs through most of it).

    Raises `NotMedia` when there is nothing to export, `BadQuestion` for a height that the lesson does not have.
    """
    if shutil.which("ffmpeg") is None:
        raise NoEncoder
    tracks = await _chosen(timeline, height)
    draft = target.with_name(f".{target.name}.part.mp4")
    try:
        with tempfile.TemporaryDirectory(prefix="halqa-export-", dir=target.parent) as folder:
            files = []
            for index, track in enumerate(tracks):
                file = Path(folder, f"{index}.mp4")
                share = partial(_share, progress, index, len(tracks) + 1)
                with await asyncio.to_thread(file.open, "wb") as out:
                    await _write(timeline, track, out, share)
                files.append(file)
            await _join(files, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    progress(1.0)


def _share(progress: Progress, part: int, parts: int, done: float) -> None:
    """Progress of one part among several of the same weight."""
    progress((part + done) / parts)


async def _chosen(timeline: Timeline, height: int | None) -> list[str]:
    summary = await timeline.summary()
    rungs = {name: facts for name, facts in summary.tracks.items() if height_of(name) and facts.ends}
    if height is not None and f"video/{height}" not in rungs:
        known = ", ".join(sorted((str(height_of(name)) for name in rungs), key=int)) or "none"
        raise BadQuestion(f"This lesson has no picture of {height} lines; it has: {known}.", field="height")
    whole = [name for name, facts in rungs.items() if facts.ends - facts.begins >= summary.duration * 0.9]
    best = f"video/{height}" if height is not None else max(whole or rungs, key=height_of, default=None)
    tracks = ([best] if best else []) + (["audio"] if "audio" in summary.tracks else [])
    if not tracks:
        raise NotMedia("Nothing that could be exported was said in this lesson yet.")
    return tracks


async def _write(timeline: Timeline, track: str, out: BinaryIO, progress: Progress) -> None:
    """All entries of a track, init segments only where they change."""
    cursor, wanted, init = 0, Tracks.shared((track,)), b""
    head = timeline.head
    while entries := await timeline.read(cursor, tracks=wanted, limit=4 << 20, upto=head):
        for entry in entries:
            if entry.init and entry.payload == init:
                continue
            init = entry.payload if entry.init else init
            await asyncio.to_thread(out.write, entry.payload)
        cursor = entries[-1].seq
        progress(cursor / max(head, 1))


async def _join(files: list[Path], target: Path) -> None:
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    for file in files:
        command += ["-protocol_whitelist", "file", "-i", str(file)]
    for index in range(len(files)):
        command += ["-map", f"{index}:0"]
    command += ["-c", "copy", "-movflags", "+faststart", str(target)]
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        raise
    if child.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise NotMedia(f"ffmpeg could not join the tracks: {lines[-1] if lines else child.returncode}")
