"""How a wall is paired, and by whom it is not: codes that run out, are used once, and cannot be guessed through."""

from __future__ import annotations

import datetime as dt
import secrets
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from halqa.schools import pairing, services
from halqa.schools.models import Pairing, Room, Wall
from halqa.schools.services import (
    TooManyOpen,
    TooManyPairings,
    WrongPairingCode,
    new_pairing,
    pair,
    wall_of,
)

from .conftest import Clock

HERE = "192.0.2.1"
Later = Callable[..., dt.datetime]


@pytest.fixture
def rooms() -> list[Room]:
    school = services.create(latin="Collège Ibn Khaldoun", kind="college", town="Benguerir")
    return [services.add_room(school, f"Salle {number}") for number in range(1, 13)]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Moves the clock on the wall: `later(minutes=10)`."""
    begun, passed = timezone.now(), dt.timedelta()

    def move(**by: float) -> dt.datetime:
        nonlocal passed
        passed += dt.timedelta(**by)
        return begun + passed

    monkeypatch.setattr(timezone, "now", lambda: begun + passed)
    return move


def wrong(code: str) -> str:
    """Another code than the ones that are open."""
    open_ones = {pairing.code_of(one) for one in Pairing.objects.all()}
    return next(told for n in range(20) if (told := f"{(int(code) + n) % 10**6:06}") not in open_ones)


# -- codes --------------------------------------------------------------------------------------------------------


def test_a_wall_is_paired(rooms: list[Room], later: Later) -> None:
    code, until = new_pairing(rooms[0])
    assert (len(code), code.isdecimal(), until - later()) == (6, True, dt.timedelta(minutes=10))
    wall, token = pair(code, HERE)
    assert (wall.room, wall.label, wall.seen_at) == (rooms[0], "Écran 1", later())
    known = wall_of(token)
    assert known == wall
    assert known is not None
    assert known.room.school.latin == "Collège Ibn Khaldoun"
    second, other = pair(new_pairing(rooms[0])[0], HERE)
    assert (second.label, wall_of(other), wall_of(token)) == ("Écran 2", second, wall)


@pytest.mark.parametrize("written", ["{0}{1}{2} {3}{4}{5}", " {0}-{1}-{2}-{3}-{4}-{5}\n", "{0}{1}{2}\u202f{3}{4}{5}"])
def test_codes_may_be_typed_as_people_do(written: str, rooms: list[Room]) -> None:
    assert pair(written.format(*new_pairing(rooms[0])[0]), HERE)
    arabic = "".join("٠١٢٣٤٥٦٧٨٩"[int(digit)] for digit in new_pairing(rooms[0])[0])
    assert pair(arabic, HERE)


def test_a_code_works_once(rooms: list[Room]) -> None:
    code, _ = new_pairing(rooms[0])
    pair(code, HERE)
    with pytest.raises(WrongPairingCode):
        pair(code, HERE)
    assert Wall.objects.count() == 1


def test_of_two_that_come_at_once_one_is_paired(rooms: list[Room], monkeypatch: pytest.MonkeyPatch) -> None:
    code, _ = new_pairing(rooms[0])
    seen = list(Pairing.objects.all())
    pair(code, HERE)
    monkeypatch.setattr(pairing, "_open", lambda now: seen)  # what the second one read before the first one wrote
    with pytest.raises(WrongPairingCode):
        pair(code, HERE)
    assert Wall.objects.count() == 1


def test_a_code_runs_out(rooms: list[Room], later: Later) -> None:
    code, _ = new_pairing(rooms[0])
    later(minutes=9, seconds=59)
    assert pairing.state_of(rooms[0])[0] == "open"
    later(seconds=1)
    assert pairing.state_of(rooms[0])[0] == "over"
    with pytest.raises(WrongPairingCode):
        pair(code, HERE)


def test_a_new_code_voids_the_old_one_of_its_room_alone(rooms: list[Room]) -> None:
    first, other = new_pairing(rooms[0])[0], new_pairing(rooms[1])[0]
    second, _ = new_pairing(rooms[0])
    with pytest.raises(WrongPairingCode):
        pair(first, HERE)
    assert pair(second, HERE)[0].room == rooms[0]
    assert pair(other, HERE)[0].room == rooms[1]


def test_codes_that_are_open_together_differ(rooms: list[Room], monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["a", "b", "b", "c"])
    monkeypatch.setattr(pairing, "code_of", lambda one: {"a": "000001", "b": "000001", "c": "000002"}[one.nonce])
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(drawn))
    assert [new_pairing(room)[0] for room in rooms[:2]] == ["000001", "000002"]


def test_few_are_open_at_a_time(rooms: list[Room], later: Later) -> None:
    codes = [new_pairing(room)[0] for room in rooms[: pairing.MOST_OPEN]]
    later(minutes=4, seconds=30)
    with pytest.raises(TooManyOpen) as refused:
        new_pairing(rooms[8])
    assert (refused.value.status, refused.value.details["retry_after"]) == (429, 330)
    assert new_pairing(rooms[0])[0] not in codes, "a room that has one gets a new one"
    pair(codes[1], HERE)
    assert new_pairing(rooms[8])
    with pytest.raises(TooManyOpen):
        new_pairing(rooms[9])
    later(minutes=10)
    assert new_pairing(rooms[9])


def test_a_room_that_is_away_takes_no_wall(rooms: list[Room]) -> None:
    code, _ = new_pairing(rooms[0])
    services.remove(rooms[0])
    with pytest.raises(WrongPairingCode):
        pair(code, HERE)
    services.put_back(rooms[0])
    assert pair(code, HERE)


# -- guessing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", ["", "x", "12345", "1234567", "0" * 100_000, "\ud800\x00", "'; --", "²²²²²²"])
def test_nonsense_is_a_wrong_code(told: str, rooms: list[Room]) -> None:
    new_pairing(rooms[0])
    with pytest.raises(WrongPairingCode) as refused:
        pair(told, HERE)
    assert (refused.value.status, refused.value.code) == (403, "wrong-pairing-code")


def test_an_address_that_guesses_waits(rooms: list[Room], clock: Clock) -> None:
    code, _ = new_pairing(rooms[0])
    for _ in range(pairing.FREE_SLIPS):
        with pytest.raises(WrongPairingCode):
            pair(wrong(code), HERE)
    with pytest.raises(TooManyPairings) as refused:
        pair(code, HERE)
    assert (refused.value.status, refused.value.details) == (429, {"retry_after": 15})
    assert not Wall.objects.exists(), "it was not even looked at"
    assert pair(code, "192.0.2.2")
    clock.now += 15
    code, _ = new_pairing(rooms[0])
    assert pair(code, HERE)
    with pytest.raises(WrongPairingCode):
        pair(code, HERE)
    with pytest.raises(TooManyPairings):
        pair(code, HERE)


def test_many_addresses_guess_no_faster(rooms: list[Room], clock: Clock) -> None:
    """Somebody with a new address for every guess gets some 1,500 guesses in a day and a night, not 5,760."""
    code, _ = new_pairing(rooms[0])
    looked_at, waits = 0, set[int]()
    for number in range(24 * 60 * 4):
        clock.now += 15
        try:
            pair(wrong(code), f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        except WrongPairingCode:
            looked_at += 1
        except TooManyPairings as refused:
            waits.add(refused.seconds)
    assert looked_at <= pairing.FREE_SLIPS_OF_ALL + 24 * 60 + 10
    assert max(waits) <= pairing.LONGEST_WAIT_OF_ALL_S
    clock.now += pairing.LONGEST_WAIT_OF_ALL_S
    assert pair(new_pairing(rooms[0])[0], HERE), "whoever comes with a right code in between is let in"


def test_guessing_in_parallel_helps_nobody(rooms: list[Room]) -> None:
    new_pairing(rooms[0])
    answers = []
    for number in range(300):
        try:
            pair("", f"2001:db8:{number:x}::1")
        except (WrongPairingCode, TooManyPairings) as refused:
            answers.append(type(refused))
    assert answers.count(WrongPairingCode) == pairing.FREE_SLIPS_OF_ALL


# -- what is kept -------------------------------------------------------------------------------------------------


def test_neither_code_nor_token_is_in_the_database(rooms: list[Room], caplog: pytest.LogCaptureFixture) -> None:
    open_code, _ = new_pairing(rooms[1])
    code, _ = new_pairing(rooms[0])
    with caplog.at_level("DEBUG", logger="halqa"):
        _, token = pair(code, HERE)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            kept = str(cursor.fetchall())
            assert not [told for told in (code, open_code, token, HERE) if f"'{told}'" in kept], table
    assert token not in caplog.text
    assert code not in caplog.text


def test_without_the_sites_secret_a_row_tells_no_code(rooms: list[Room]) -> None:
    from django.test import override_settings

    codes = [new_pairing(room)[0] for room in rooms[:8]]
    with override_settings(SECRET_KEY=settings.SECRET_KEY[::-1]):
        assert [pairing.code_of(one) for one in Pairing.objects.order_by("room")] != codes
    assert [pairing.code_of(one) for one in Pairing.objects.order_by("room")] == codes


# -- walls --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "x", "x" * 43, "\ud800", "\x00", "é" * 50, "x" * 100_000])
def test_an_unknown_token_is_nobodys(token: str | None, rooms: list[Room]) -> None:
    pair(new_pairing(rooms[0])[0], HERE)
    assert wall_of(token) is None


def test_a_hash_that_was_stolen_opens_nothing(rooms: list[Room]) -> None:
    pair(new_pairing(rooms[0])[0], HERE)
    assert wall_of(Wall.objects.get().secret_hash) is None


def test_revoking_is_at_once_and_for_ever(rooms: list[Room]) -> None:
    (wall, token), (_, other) = (pair(new_pairing(room)[0], HERE) for room in rooms[:2])
    services.revoke(wall)
    assert wall_of(token) is None
    assert wall_of(other) is not None
    at = Wall.objects.get(pk=wall.pk).revoked_at
    services.revoke(wall)
    assert Wall.objects.get(pk=wall.pk).revoked_at == at
    with pytest.raises(services.NoSuchPlace):
        services.access_wall(rooms[0].school, wall.pk)
    assert pair(new_pairing(rooms[0])[0], HERE)[0].number == 2, "numbers are not given twice"


def test_a_wall_goes_and_comes_with_its_room(rooms: list[Room]) -> None:
    _, token = pair(new_pairing(rooms[0])[0], HERE)
    services.remove(rooms[0])
    assert wall_of(token) is None
    services.put_back(rooms[0])
    assert wall_of(token) is not None


def test_when_a_wall_was_seen_is_written_once_a_minute(rooms: list[Room], later: Later) -> None:
    wall, token = pair(new_pairing(rooms[0])[0], HERE)
    writes: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        writes.extend([sql] if sql.startswith("UPDATE") else [])
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        for _ in range(10):
            later(seconds=7)
            wall_of(token)
    wall.refresh_from_db()
    assert (len(writes), later() - (wall.seen_at or later())) == (1, dt.timedelta(seconds=7))
    later(days=-1)  # the server's clock is set right
    wall_of(token)
    wall.refresh_from_db()
    assert wall.seen_at == later()


def test_a_full_disk_stops_no_wall(rooms: list[Room], later: Later) -> None:
    _, token = pair(new_pairing(rooms[0])[0], HERE)
    later(minutes=2)

    def full(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE"):
            raise DatabaseError(sqlite3.OperationalError("database or disk is full"))
        return execute(sql, *rest)

    with connection.execute_wrapper(full):
        assert wall_of(token) is not None


def test_a_wall_has_a_name_if_it_is_given_one(rooms: list[Room]) -> None:
    wall, _ = pair(new_pairing(rooms[0])[0], HERE)
    services.rename(wall, "  Au  fond ")
    assert (Wall.objects.get().label, wall.label) == ("Au fond", "Au fond")
    for name in ("x" * 61, "a\x00b"):
        with pytest.raises(services.PlaceRefused) as refused:
            services.rename(wall, name)
        assert "name" in refused.value.reasons
    services.rename(wall, "")
    assert Wall.objects.get().label == "Écran 1"
