"""The timelines of this process, for pages that show what is on them.

The ASGI composition opens them on its event loop and puts them here; Django's async views run on the same loop. A
process without them (a command line, a migration) shows lessons without what only their timelines know.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from halqa.timeline import Draft, Entry, Stores, Summary, Tracks
from halqa.timeline.errors import Mistake, NoSuchTimeline

from .models import Lesson

SILENT_AFTER_S = 60
"""A live lesson that says nothing for a minute is shown as cut off: a studio speaks at least every second."""

_stores: Stores | None = None


def open_house(stores: Stores | None) -> None:
    """From now on pages look here. None: the house is closed."""
    global _stores
    _stores = stores


async def summary_of(lesson_id: str) -> Summary | None:
    """What is on this lesson's timeline; None if nothing was said yet, or if it cannot be read."""
    if _stores is None:
        return None
    try:
        return await (await _stores.open(lesson_id)).summary()
    except Mistake:
        return None


async def entries_of(lesson_id: str, track: str) -> list[Entry]:
    """All entries of one small track; none if there are none, or if they cannot be read."""
    if _stores is None:
        return []
    try:
        timeline = await _stores.open(lesson_id)
        found: list[Entry] = []
        while page := await timeline.read(found[-1].seq if found else 0, tracks=Tracks([track]), limit=1 << 20):
            found += page
        return found
    except Mistake:
        return []


async def duration_of(lesson: Lesson) -> int:
    """How long a lesson is, so far if it is on air, in ms."""
    if lesson.is_ended:
        return lesson.duration_ms or 0
    summary = await summary_of(lesson.pk)
    return summary.duration if summary else 0


async def copy_pictures(lesson_id: str, to: str, names: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Lay these pictures, `(width, seq)`, of one lesson's timeline on another's; under which seq they are there.

    They keep the speaker that said them, so none is laid twice. What is not there is left out.
    """
    wanted = sorted(names)
    if _stores is None or not wanted:
        return {}
    try:
        here = await _stores.open(lesson_id)
    except NoSuchTimeline:
        return {}
    there = await _stores.open(to, create=True)
    copied = {}
    for width, seq in wanted:
        tracks = Tracks.shared((f"slides/{width}",))
        found = await here.read(seq - 1, tracks=tracks, limit=1, upto=seq)
        if not found:
            continue
        entry = found[0]
        draft = Draft(entry.track, entry.speaker, entry.number, 0, 0, entry.flags, entry.payload)
        done = await there.append([draft])
        if done.entries:
            copied[width, seq] = done.entries[0].seq
    return copied


def is_silent(summary: Summary | None) -> bool:
    """Whether the studio of a live lesson has fallen silent. Unknown is not silent."""
    return bool(summary and summary.said_at and time.time() - summary.said_at / 1000 > SILENT_AFTER_S)
