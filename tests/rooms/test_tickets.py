"""Tickets: written once, read many times, and never bent."""

from __future__ import annotations

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halqa.tickets import Grant, TicketExpired, TicketForged, TicketMistake, Tickets, TicketTracks, allowed_tracks

SECRET = b"x" * 32


def grant(**more: object) -> Grant:
    return Grant(timeline="lesson", may=frozenset({"follow"}), **more)  # type: ignore[arg-type]


def test_a_ticket_opens_its_own_door_until_it_expires() -> None:
    clock = [1_000.0]
    tickets = Tickets(SECRET, now=lambda: clock[0])
    ticket = tickets.issue(grant(tracks=("audio", "video/*"), speaker="s7", seconds=60))
    told = tickets.check(ticket, "lesson", "follow")
    assert (told.tracks, told.speaker, told.seconds) == (("audio", "video/*"), "s7", 60)
    clock[0] += 85
    tickets.check(ticket, "lesson", "follow")
    clock[0] += 10
    with pytest.raises(TicketExpired):
        tickets.check(ticket, "lesson", "follow")


def test_a_clock_that_jumps_back_opens_nothing_new() -> None:
    clock = [1_000_000.0]
    tickets = Tickets(SECRET, now=lambda: clock[0])
    ticket = tickets.issue(grant())
    clock[0] -= 500_000
    assert tickets.check(ticket, "lesson", "follow").timeline == "lesson"


@given(st.text(max_size=80))
def test_nonsense_is_forged(text: str) -> None:
    with pytest.raises(TicketMistake):
        Tickets(SECRET).check(text, "lesson", "follow")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"tl": "lesson", "may": ["follow"], "tracks": ["*"]},
        {"tl": "lesson", "may": ["fly"], "tracks": ["*"], "exp": 9e9},
        {"tl": 7, "may": ["follow"], "tracks": ["*"], "exp": 9_000_000_000},
        {"tl": "lesson", "may": "follow", "tracks": ["*"], "exp": 9_000_000_000},
    ],
)
def test_signed_but_not_a_ticket(claims: dict[str, object]) -> None:
    with pytest.raises(TicketForged):
        Tickets(SECRET).check(jwt.encode(claims, SECRET, "HS256"), "lesson", "follow")


def test_other_algorithms_are_refused() -> None:
    claims = {"tl": "lesson", "may": ["follow"], "tracks": ["*"], "exp": 9_000_000_000}
    for token in (jwt.encode(claims, None, "none"), jwt.encode(claims, SECRET * 2, "HS512")):
        with pytest.raises(TicketForged):
            Tickets(SECRET).check(token, "lesson", "follow")


def test_a_short_secret_is_no_secret() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Tickets(b"short")


@pytest.mark.parametrize(
    ("granted", "asked", "opens"),
    [
        (("*",), "audio", True),
        (("*",), "video/*", True),
        (("*",), "*", True),
        (("*",), "private/a", False),
        (("*",), "private/*", False),
        (("*", "private/a"), "private/a", True),
        (("private/*",), "private/a", True),
        (("audio",), "*", False),
        (("audio",), "video/*", False),
        (("video/360",), "video/*", False),
        (("video/*",), "video/360", True),
        (("private/c-ab-*",), "private/c-ab-*", True),
        (("private/c-ab-*",), "private/c-ab-note", True),
        (("private/c-ab-*",), "private/c-ab-s1-*", True),
        (("private/c-ab-*",), "private/c-ab", False),
        (("private/c-ab-*",), "private/c-abc-note", False),
        (("private/c-ab-*",), "private/c-*", False),
        (("private/c-ab-*",), "private/*", False),
        (("private/c-ab",), "private/c-ab-*", False),
        (("private/*",), "private/c-ab-*", True),
        (("*",), "private/c-ab-*", False),
    ],
)
def test_what_may_be_asked_for(granted: tuple[str, ...], asked: str, opens: bool) -> None:
    if opens:
        assert allowed_tracks(granted, [asked]).patterns == (asked,)
    else:
        with pytest.raises(TicketTracks):
            allowed_tracks(granted, [asked])


def test_what_may_be_said_and_what_may_be_followed_can_differ() -> None:
    tickets = Tickets(SECRET)
    told = tickets.check(tickets.issue(grant(tracks=("a", "b"), hears=("b",))), "lesson", "follow")
    assert (told.tracks, told.heard) == (("a", "b"), ("b",))
    assert tickets.check(tickets.issue(grant(hears=())), "lesson", "follow").heard == ()
    assert tickets.check(tickets.issue(grant(tracks=("a",))), "lesson", "follow").heard == ("a",)
