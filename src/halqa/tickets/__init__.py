"""Tickets: signed slips that say who may do what, on which timeline and tracks, until when.

Whoever knows people and lessons (Django) writes them; the gateway only reads them. A ticket is a JWT (RFC 7519)
signed with HS256 (RFC 7515) under the server's own secret.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Literal

import jwt
import msgspec

from halqa.timeline import Tracks
from halqa.timeline.errors import Mistake

Verb = Literal["say", "follow", "seal"]
LEEWAY_S = 30
"""How far the clocks of two servers of one province (a relay, the studio's) may differ."""


class TicketMistake(Mistake):
    """This ticket does not open this door."""

    status = 403


class NoTicket(TicketMistake):
    """A ticket is needed here. The lesson's page gives one."""

    code, status = "no-ticket", 401


class TicketExpired(TicketMistake):
    """This ticket has expired. The lesson's page gives a new one."""

    code, status = "ticket-expired", 401


class TicketForged(TicketMistake):
    """This ticket was not written by this server, or is damaged."""

    code, status = "ticket-forged", 401


class TicketElsewhere(TicketMistake):
    """This ticket is for another lesson."""

    code = "ticket-elsewhere"


class TicketVerb(TicketMistake):
    """This ticket does not allow this act."""

    code = "ticket-verb"


class TicketTracks(TicketMistake):
    """This ticket does not open this track."""

    code = "ticket-tracks"


class TicketSpeaker(TicketMistake):
    """This ticket does not allow to speak under this name."""

    code = "ticket-speaker"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket allows.

    `tracks`: patterns (`halqa.timeline.tracks`). `speaker`: what a speaker's name must begin with ("" for followers).
    `guest`: whoever holds this answers and asks, but does not teach: it cannot begin a lesson or move its clock, and
    says little (`gateway/say.py`). `hears`: what may be followed, where that is not what may be said. `seconds`: for
    how long from now on.
    """

    timeline: str
    may: frozenset[Verb]
    tracks: tuple[str, ...] = ("*",)
    speaker: str = ""
    guest: bool = False
    hears: tuple[str, ...] | None = None
    seconds: int = 12 * 3600

    @property
    def heard(self) -> tuple[str, ...]:
        """Patterns of the tracks that may be followed."""
        return self.tracks if self.hears is None else self.hears


class _Claims(msgspec.Struct):
    tl: str
    may: list[Verb]
    tracks: list[str]
    exp: int
    speaker: str = ""
    guest: bool = False
    hears: list[str] | None = None


class Tickets:
    """Writes and reads tickets under one secret (at least 32 bytes)."""

    def __init__(self, secret: bytes, now: Callable[[], float] = time.time) -> None:
        if len(secret) < 32:
            raise ValueError("The secret that signs tickets has at least 32 bytes.")
        self._secret = secret
        self._now = now

    def issue(self, grant: Grant) -> str:
        """The ticket for this grant, valid from now for `grant.seconds`."""
        claims = {
            "tl": grant.timeline,
            "may": sorted(grant.may),
            "tracks": list(grant.tracks),
            "exp": int(self._now()) + grant.seconds,
        }
        if grant.speaker:
            claims["speaker"] = grant.speaker
        if grant.guest:
            claims["guest"] = True
        if grant.hears is not None:
            claims["hears"] = list(grant.hears)
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def check(self, ticket: str | None, timeline: str, verb: Verb) -> Grant:
        """What `ticket` allows, if it allows `verb` on `timeline`; else a `TicketMistake`."""
        if not ticket:
            raise NoTicket
        try:
            told = jwt.decode(
                ticket,
                self._secret,
                algorithms=["HS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp"]},
            )
            claims = msgspec.convert(told, _Claims)
        except (jwt.InvalidTokenError, msgspec.ValidationError, ValueError):
            raise TicketForged from None
        if claims.exp + LEEWAY_S <= self._now():
            raise TicketExpired
        if claims.tl != timeline:
            raise TicketElsewhere
        if verb not in claims.may:
            raise TicketVerb
        return Grant(
            timeline=claims.tl,
            may=frozenset(claims.may),
            tracks=tuple(claims.tracks),
            speaker=claims.speaker,
            guest=claims.guest,
            hears=None if claims.hears is None else tuple(claims.hears),
            seconds=int(claims.exp - self._now()),
        )


def allowed_tracks(granted: tuple[str, ...], asked: Iterable[str] | None) -> Tracks:
    """The tracks somebody gets who may have those of these patterns and asks for others (None: for all he may have)."""
    if asked is None:
        return Tracks(granted)
    wanted = Tracks(asked)
    for pattern in wanted.patterns:
        if not _covers(granted, pattern):
            raise TicketTracks(f"This ticket does not open {pattern!r}.", field="tracks")
    return wanted


def _covers(granted: tuple[str, ...], pattern: str) -> bool:
    if pattern in granted:
        return True
    if pattern == "*":
        return False
    if pattern.endswith("/*"):
        return "*" in granted and not pattern.startswith("private/")
    # A track, or those that begin alike: its own beginning is one of them.
    return pattern.removesuffix("*") in Tracks(granted)
