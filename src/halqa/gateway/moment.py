"""What was said last by a moment of the lesson, and so which page of the board comes with an answer (`page`).

Who comes late wants the page that is shown, and learns its name only from what is said on `board`. Nearly always it is
the one that was written on last, which the timeline tells without reading what was written: so it comes with the first
answer, one turn of the line sooner.
"""

from __future__ import annotations

from halqa.fanout import Tail
from halqa.tickets import Grant, allowed_tracks
from halqa.timeline import Timeline, Tracks

from .question import Question

PAGES = Tracks(["board/*"])


async def last_by(timeline: Timeline, at: int, wants: Tracks) -> tuple[int, str | None]:
    """The seq and the track of the last entry on these tracks that begins by this moment (ms); 0 and None: none."""
    found: list[tuple[int, str | None]] = [(0, None)]
    for track, facts in (await timeline.summary()).tracks.items():
        if track in wants and facts.begins <= at:
            found.append((await timeline.seek(at, track, key=False) or 0, track))
    return max(found, key=lambda one: one[0])


async def with_page(question: Question, grant: Grant, timeline: Timeline, tail: Tail) -> tuple[Question, str | None]:
    """The question with the track of the page that it asks for among its wishes, and that track; None: there is none.

    Raises `TicketTracks` where the ticket does not open it.
    """
    if question.page is None:
        return question, None
    track = tail.page if question.page == "live" else (await last_by(timeline, question.page, PAGES))[1]
    if track is None:
        return question, None
    asked = allowed_tracks(grant.heard, [track])
    return question._replace(wants=Tracks.shared((*question.wants.patterns, *asked.patterns))), track
