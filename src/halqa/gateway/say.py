"""What one request says: its body, within bounds, decoded and held against the ticket."""

from __future__ import annotations

from halqa.tickets import Grant, TicketSpeaker, TicketTracks
from halqa.timeline import Body, Tracks, decode_said
from halqa.timeline.errors import MalformedFrame, Mistake, TooLarge

from .answers import FRAMES, Receive, Scope, header
from .body import read_body
from .limits import Limits


class WrongType(Mistake):
    """What is said comes as application/vnd.halqa.frames."""

    code, status = "wrong-type", 415


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
        if said.speaker != body.frames[0].speaker:
            raise MalformedFrame("One request has one speaker.", field="speaker", frame=index)
    return body
