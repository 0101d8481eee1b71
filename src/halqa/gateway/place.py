"""Where a follower begins: the place found for what it asks, and what it must be given first.

Theory of operation. A question names a cursor (`after`), a moment (`at`) or the end (`at=live`). A cursor is its own
place. A moment is sought per track: pictures begin with a key entry, sound with what plays then, and so everything
begins at the earliest of these. Classes come by the hundred when a lesson begins, and all of them ask for the end with
the same wishes: those that come together share one search (`hub.places`).
"""

from __future__ import annotations

from typing import NamedTuple

from halqa.fanout import Follower, Ladder
from halqa.timeline import Entry, Timeline, Tracks, encode_entry
from halqa.timeline.tracks import height, is_media, is_video

from .hub import Hub
from .question import Question

RUNG_NEAR_MS = 5_000
"""A rung whose last key entry lies further back than this had stopped by then (key entries come every 2 s)."""
RUNGS_APART_MS = 1_000
"""Rungs that begin together do so within a fragment; one that begins later has no picture of this moment."""


class Place(NamedTuple):
    """`cursor`: it has everything up to here. `floors`: per track, the seq it begins at, where that is later.
    `opening`: init entries (frames) to give first. `inits`: all that are in force. `rungs`: of which one begins."""

    cursor: int
    floors: dict[str, int]
    opening: bytes
    inits: list[Entry]
    rungs: list[str]


async def place(hub: Hub, question: Question, now: float) -> tuple[bytes, Follower]:
    """This follower at its place, and the init frames that its first entries need."""
    ladder = None if question.video is None else Ladder(question.video, rung=question.rung, start=question.start)
    if question.after is not None:
        inits = await hub.timeline.inits(question.after, question.wants) if ladder and question.after else []
        if ladder is not None and ladder.rung is None and question.after:
            ladder.begin(await _rungs(hub, ladder, hub.tail.t))
        watching = ladder is not None and question.follow and question.attends
        return b"", Follower(question.wants, question.after, ladder=ladder, inits=inits, live=watching, began=now)
    if question.at is not None:
        found = await _find(hub, question, question.at)
    else:
        wishes = (question.wants, question.video, question.rung, question.start)
        found = await hub.places.get(wishes, lambda: _find(hub, question, hub.tail.t), now)
    if ladder is not None:
        ladder.begin(found.rungs)
    follower = Follower(
        question.wants,
        found.cursor,
        ladder=ladder,
        inits=found.inits,
        floors=found.floors,
        live=question.live and question.attends,
        began=now,
    )
    return found.opening, follower


async def _find(hub: Hub, question: Question, at: int) -> Place:
    timeline = hub.timeline
    ladder = None if question.video is None else Ladder(question.video, rung=question.rung, start=question.start)
    rungs: list[str] = []
    if ladder is not None:
        rungs = await _rungs(hub, ladder, at)
        ladder.begin(rungs)
    pictures = [t for t in hub.tail.ends if is_video(t) and (t == ladder.waiting if ladder else t in question.wants)]
    floors: dict[str, int] = {}
    begins = at
    for track in pictures:
        seq = await timeline.seek(at, track, key=True)
        if seq is not None:
            floors[track] = seq
            [entry] = await timeline.read(seq - 1, tracks=Tracks([track]), limit=1)
            begins = min(begins, entry.t)
    others = [track for track in hub.tail.ends if track in question.wants and not is_video(track)]
    floors |= await _floors(timeline, begins, [track for track in others if is_media(track)])
    if not floors:  # beside sound and picture, what is not media has no place of its own: it may be very old
        floors = await _floors(timeline, begins, others)
    cursor = min(floors.values(), default=hub.tail.head + 1) - 1
    inits = await timeline.inits(cursor, Tracks(["audio", "video/*"]))
    opening = [e for e in inits if e.seq <= cursor and is_media(e.track) and _opens(e.track, ladder, question)]
    return Place(cursor, floors, b"".join(encode_entry(entry) for entry in opening), inits, rungs)


async def _floors(timeline: Timeline, at: int, tracks: list[str]) -> dict[str, int]:
    """Per track, the seq of its last entry that begins at or before this moment (or of its first one)."""
    sought = {track: await timeline.seek(at, track, key=False) for track in tracks}
    return {track: seq for track, seq in sought.items() if seq is not None}


def _opens(track: str, ladder: Ladder | None, question: Question) -> bool:
    return track in question.wants and not (is_video(track) and ladder is not None)


async def _rungs(hub: Hub, ladder: Ladder, at: int) -> list[str]:
    """The rungs that run at this moment, lowest first; where none does yet, those that begin first after it."""
    begins: dict[str, int] = {}
    for track in sorted((t for t in hub.tail.ends if ladder.allows(t)), key=height):
        seq = await hub.timeline.seek(at, track, key=True)
        if seq is None:
            continue
        [entry] = await hub.timeline.read(seq - 1, tracks=Tracks([track]), limit=1)
        if entry.t >= at - RUNG_NEAR_MS:
            begins[track] = entry.t
    late = max(at, min(begins.values(), default=at) + RUNGS_APART_MS)
    return [track for track, t in begins.items() if t <= late]
