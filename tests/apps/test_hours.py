"""A planned lesson has an hour: which ones are accepted, what comes next, what a wall shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from halqa.lessons import hours, services
from halqa.lessons.hours import BadHour, check_hour, read_hour
from halqa.lessons.models import Lesson
from halqa.lessons.services import LessonRefused

NOW = dt.datetime(2026, 11, 25, 9, 30, 40, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def plan(title: str, at: dt.datetime | None, **told: str) -> Lesson:
    """A planned lesson whose hour may have passed."""
    made = services.create(title, **told)
    Lesson.objects.filter(pk=made.pk).update(starts_at=at)
    made.refresh_from_db()
    return made


# -- how an hour is written ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-26T10:00", "2026-11-26T09:00"),
        (" 2026-11-26 10:00:59 ", "2026-11-26T09:00"),
        ("2026-11-26T10:00Z", "2026-11-26T10:00"),
        ("2026-11-26T10:00+02:00", "2026-11-26T08:00"),
        # Ramadan of 2027: from 7 February to 14 March the house is an hour behind its usual time.
        ("2027-02-06T10:00", "2027-02-06T09:00"),
        ("2027-02-20T10:00", "2027-02-20T10:00"),
        ("2027-03-14T10:00", "2027-03-14T09:00"),
    ],
)
def test_hours_of_this_house(written: str, moment: str) -> None:
    assert read_hour(written) == utc(moment)


@pytest.mark.parametrize(
    "written",
    ["", "x", "2026-11-26", "10:00", "2026-02-30T10:00", "2026-11-26T25:00", "20266-11-26T10:00", "0000-00-00T00:00"],
)
def test_what_is_no_hour(written: str) -> None:
    with pytest.raises(BadHour, match="2026-11-26T10:00"):
        read_hour(written)


@pytest.mark.parametrize("written", ["2027-02-07T02:30", "2027-03-14T02:30"])
def test_an_hour_that_comes_twice_or_never(written: str) -> None:
    with pytest.raises(BadHour, match="changent"):
        read_hour(written)


def test_an_hour_that_comes_twice_is_refused_with_an_offset_too() -> None:
    with pytest.raises(BadHour, match="changent"):
        check_hour(read_hour("2027-02-07T02:30+01:00"), NOW)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("2026-11-25T10:29", "10:30"),
        ("2025-11-26T10:00", "10:30"),
        ("0001-01-01T00:00", "10:30"),
        ("2029-01-01T10:00", "deux ans"),
        ("9999-12-31T23:59-12:00", "deux ans"),
    ],
)
def test_hours_that_are_refused(written: str, says: str) -> None:
    with pytest.raises(BadHour, match=says):
        check_hour(read_hour(written), NOW)


def test_this_very_minute_is_accepted() -> None:
    check_hour(read_hour("2026-11-25T10:30"), NOW)


# -- planned, corrected -------------------------------------------------------------------------------------------


def test_planned_for_an_hour() -> None:
    at = timezone.now() + dt.timedelta(days=1, seconds=7)
    made = services.create("x", starts_at=at, minutes=45)
    made.refresh_from_db()
    assert made.starts_at == at.replace(second=0, microsecond=0)
    assert made.planned_minutes == 45
    assert services.create("y").starts_at is None


@pytest.mark.parametrize("minutes", [-1, 0, 4, 301, 10**9])
def test_minutes_out_of_bounds(minutes: int) -> None:
    with pytest.raises(LessonRefused) as refused:
        services.create("x", minutes=minutes)
    assert list(refused.value.reasons) == ["minutes"]
    assert {"5", "300"} <= set(refused.value.reasons["minutes"].replace(".", " ").split())
    assert Lesson.objects.count() == 0


def rewrite(lesson: Lesson, title: str, at: dt.datetime | None) -> Lesson:
    return services.rewrite(lesson, title, subject="", level="", teacher="", language="fr", starts_at=at)


def test_an_old_hour_stands_but_is_not_given_anew() -> None:
    past = hours.whole(timezone.now() - dt.timedelta(days=3))
    made = plan("Ancien titre", past)
    assert rewrite(made, "Nouveau titre", past).title == "Nouveau titre"
    with pytest.raises(LessonRefused) as refused:
        rewrite(made, "Nouveau titre", past + MINUTE)
    assert list(refused.value.reasons) == ["starts_at"]
    assert rewrite(made, "Quand le studio est libre", None).starts_at is None


def test_what_began_keeps_the_hour_that_was_planned(lesson: Callable[..., Lesson]) -> None:
    made = plan("x", hours.whole(timezone.now()))
    services.began(made.pk)
    made.refresh_from_db()
    before = made.starts_at
    assert before is not None
    assert rewrite(made, "y", None).starts_at == before


# -- what comes next ----------------------------------------------------------------------------------------------


def test_planned_lessons_are_found_by_their_hour() -> None:
    for title, hour in (("c", 3), ("a", 1), ("b", 2)):
        plan(title, NOW + dt.timedelta(hours=hour))
    plan("sans heure", None)
    assert [one.title for one in services.find(status="planned").lessons] == ["a", "b", "c", "sans heure"]


def test_what_comes_next() -> None:
    for title, minutes in (("demain", 1440), ("bientôt", 5), ("en retard", -30), ("oubliée", -31)):
        plan(title, NOW + minutes * MINUTE)
    plan("sans heure", None)
    services.hide(plan("cachée", NOW + MINUTE))
    services.began(plan("commencée", NOW + MINUTE).pk)
    assert [one.title for one in services.upcoming(NOW)] == ["en retard", "bientôt", "demain"]
    assert [one.title for one in services.upcoming(NOW, 1)] == ["en retard"]


def test_a_wall_shows_what_is_on_air_then_what_begins_next(lesson: Callable[..., Lesson]) -> None:
    assert services.next_for_walls(NOW) is None
    plan("oubliée", NOW - 31 * MINUTE)
    plan("sans heure", None)
    lesson("terminée", status="ended")
    assert services.next_for_walls(NOW) is None
    plan("après", NOW + 90 * MINUTE)
    first = plan("d’abord", NOW + 5 * MINUTE)
    assert services.next_for_walls(NOW) == first
    late = plan("en retard", NOW - 10 * MINUTE)
    assert services.next_for_walls(NOW) == late
    for title, began in (("hier", NOW - dt.timedelta(days=1)), ("à l’instant", NOW), ("tantôt", NOW - MINUTE)):
        made = services.create(title)
        services.began(made.pk, began)
    shown = services.next_for_walls(NOW)
    assert shown is not None
    assert shown.title == "à l’instant"
    services.hide(shown)
    shown = services.next_for_walls(NOW)
    assert shown is not None
    assert shown.title == "tantôt"
