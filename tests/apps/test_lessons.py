"""A lesson's life: planned, on air, ended; told by its timeline, found, hidden, shown again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from halqa.lessons import services
from halqa.lessons.models import SLUG_LETTERS, Lesson
from halqa.lessons.services import LessonRefused, NoSuchLesson
from halqa.tickets import Tickets
from halqa.timeline import Summary
from halqa.timeline.interface import TrackFacts
from halqa.timeline.tracks import check_timeline

SUMMARY = Summary(
    id="x",
    head=40,
    duration=65_000,
    sealed=True,
    started_at=1_790_000_000_000,
    said_at=1_790_000_065_000,
    tracks={"audio": TrackFacts(entries=30, bytes=900, begins=0, ends=65_000), "private/a": TrackFacts(1, 1, 0, 1)},
)


def test_a_life() -> None:
    lesson = services.create("  Les   fractions ", subject="maths", level="1ac", teacher="A. Tazi")
    assert (lesson.title, lesson.status) == ("Les fractions", "planned")
    services.began(lesson.pk)
    lesson.refresh_from_db()
    began = lesson.started_at
    assert lesson.is_live
    assert began is not None
    services.sealed(lesson.pk, SUMMARY)
    lesson.refresh_from_db()
    assert lesson.is_ended
    assert lesson.started_at == began
    assert lesson.duration_ms == 65_000
    assert lesson.tracks == [{"name": "audio", "bytes": 900, "begins": 0, "ends": 65_000}]


def test_said_again_changes_nothing() -> None:
    lesson = services.create("Une leçon")
    services.sealed(lesson.pk, SUMMARY)
    before = Lesson.objects.values().get(pk=lesson.pk)
    services.began(lesson.pk)
    services.sealed(lesson.pk, Summary("x", 1, 1, True, 1, 1, {}))
    assert Lesson.objects.values().get(pk=lesson.pk) == before
    services.began("nobody")


def test_addresses_are_plain_and_name_a_timeline() -> None:
    for _ in range(20):
        made = services.create("x")
        assert len(made.pk) == 8
        assert set(made.pk) <= set(SLUG_LETTERS)
        check_timeline(made.pk)


def test_an_address_from_elsewhere_is_kept_once() -> None:
    assert services.create("x", lesson_id="from-elsewhere").pk == "from-elsewhere"
    with pytest.raises(LessonRefused) as refused:
        services.create("y", lesson_id="from-elsewhere")
    assert "id" in refused.value.reasons


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "x", "subject": "magic"}, "subject"),
        ({"title": "x", "level": "9z"}, "level"),
        ({"title": "x", "teacher": "x" * 101}, "teacher"),
        ({"title": "x", "language": "tlh"}, "language"),
    ],
)
def test_refusals_name_their_field(told: dict[str, Any], field: str) -> None:
    with pytest.raises(LessonRefused) as refused:
        services.create(**told)
    assert list(refused.value.reasons) == [field]
    assert Lesson.objects.count() == 0


def test_hidden_is_nowhere_and_comes_back(lesson: Callable[..., Lesson]) -> None:
    made = lesson("Cachée")
    services.hide(made)
    with pytest.raises(NoSuchLesson):
        services.access_lesson(made.pk)
    assert services.find("cachee").total == 0
    assert services.find("cachee", hidden=True).total == 1
    assert services.access_lesson(made.pk, teacher=True) == made
    services.show_again(made)
    assert services.access_lesson(made.pk) == made


def test_pages_of_a_search(lesson: Callable[..., Lesson]) -> None:
    for _ in range(30):
        lesson()
    found = services.find(size=12, page=3)
    assert (len(found.lessons), found.page, found.pages, found.total) == (6, 3, 3, 30)
    assert services.find(size=12, page=99).page == 3
    assert services.find(size=12, page=0).lessons
    everything = [one.pk for page in (1, 2, 3) for one in services.find(size=12, page=page).lessons]
    assert len(set(everything)) == 30


def test_tickets_open_their_own_lesson_only() -> None:
    from django.conf import settings

    tickets = Tickets(settings.HALQA_SECRET)
    lesson = services.create("x")
    follow, say = services.follow_ticket(lesson), services.say_ticket(lesson)
    assert tickets.check(follow.ticket, lesson.pk, "follow").may == {"follow"}
    grant = tickets.check(say.ticket, lesson.pk, "seal")
    assert grant.may == {"say", "follow", "seal"}
    assert grant.speaker == say.speaker != services.say_ticket(lesson).speaker
    assert services.say_ticket(lesson, "s7k2x9").speaker == "s7k2x9"
