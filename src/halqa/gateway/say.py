"""What one request says: its body, within bounds, decoded and held against the ticket."""

from __future__ import annotations

from halqa.tickets import Grant, TicketSpeaker, TicketTracks
from halqa.timeline import STAMP, Body, Draft, Passing, Tracks, decode_said
from halqa.timeline.errors import MalformedFrame, Mistake, TooLarge

from .answers import FRAMES, Receive, Scope, header
from .body import read_body
from .limits import Limits

GUEST_PAYLOAD = 4096
"""Bytes. The longest answer is 500 characters: 2,000 bytes in the longest script, and the name beside it."""
GUEST_FRAME = 64
"""Bytes that a guest's frame counts for at least: small ones cost those who hear them as much."""
HERE = "private/here"
"""Who is here is only ever shown in passing: there is no register of it on a timeline."""


class WrongType(Mistake):
    """What is said comes as application/vnd.halqa.frames."""

    code, status = "wrong-type", 415


class GuestSaid(Mistake):
    """Whoever does not teach says it stamped (flag 4), without a duration; that it is here, only in passing."""

    code, status = "ticket-guest", 403


async def read(scope: Scope, receive: Receive, grant: Grant, limits: Limits) -> Body:
    """What this request says. Raises a `Mistake`; nothing was written then."""
    if (header(scope, b"content-type") or "").split(";")[0].strip().lower() != FRAMES.decode():
        raise WrongType
    length = header(scope, b"content-length")
    if length is not None and length.isdecimal() and int(length) > limits.body:
        raise TooLarge(f"One request may hold {limits.body} bytes.", field="body")
    body = decode_said(await read_body(receive, limits.body, limits.body_wait))
    if len(body.drafts) > limits.frames:
        raise TooLarge(f"One request may hold {limits.frames} entries.", field="body")
    if len(body.passing) > limits.passing:
        raise TooLarge(f"One request may hold {limits.passing} passing frames.", field="body")
    tracks = Tracks(grant.tracks)
    for index, said in enumerate(body.frames):
        if said.track not in tracks:
            raise TicketTracks(f"This ticket does not open {said.track!r}.", field="track", frame=index)
        if not said.speaker.startswith(grant.speaker):
            raise TicketSpeaker(f"A speaker here is named {grant.speaker}…", field="speaker", frame=index)
        if grant.guest:
            _as_a_guest(said, index)
        if said.speaker != body.frames[0].speaker:
            raise MalformedFrame("One request has one speaker.", field="speaker", frame=index)
    return body


def _as_a_guest(said: Draft | Passing, index: int) -> None:
    """A guest must not move the lesson's clock, on which everyone else's next entry depends, nor fill the disk."""
    if isinstance(said, Passing):
        return
    if said.flags != STAMP or said.duration:
        raise GuestSaid(field="flags", frame=index)
    if said.track == HERE:
        raise GuestSaid(field="track", frame=index)
    if len(said.payload) > GUEST_PAYLOAD:
        raise TooLarge(f"An answer may be {GUEST_PAYLOAD} bytes long.", field="payload", frame=index)
