"""A planned lesson has an hour: which ones are accepted, what comes next, what a wall shows."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from halqa.cli import demo
from halqa.lessons import hours, services
from halqa.lessons.hours import BadHour, check_hour, read_hour
from halqa.lessons.models import Lesson
from halqa.lessons.services import LessonRefused
from halqa.lessons.templatetags.lessons import appointment, hour

from .test_access import FORM
from .test_api import say
from .test_pages import Page, read

NOW = dt.datetime(2026, 11, 25, 9, 30, 40, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def plan(title: str, at: dt.datetime | None, **told: Any) -> Lesson:
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
    assert re.findall(r"\d+", refused.value.reasons["minutes"]) == ["5", "300"]
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


@pytest.mark.usefixtures("at_half_past_ten")
def test_planned_lessons_are_found_by_their_hour() -> None:
    for title, later in (("c", 3), ("a", 1), ("b", 2)):
        plan(title, NOW + later * MINUTE)
    plan("sans heure", None)
    plan("oubliée", NOW - 31 * MINUTE)
    found = services.find(status="planned").lessons
    assert [one.title for one in found] == ["a", "b", "c", "sans heure", "oubliée"]


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


# -- the form -----------------------------------------------------------------------------------------------------


def local(moment: dt.datetime) -> str:
    """As a browser's field for a date and a time sends it."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def value(html: str, field: str) -> str | None:
    """What stands in this field of a form."""
    tag = re.search(rf'<input[^>]* name="{field}"[^>]*>', html)
    assert tag, f"there is no field {field}"
    found = re.search(r'value="([^"]*)"', tag[0])
    return found[1] if found else None


def tomorrow() -> dt.datetime:
    return hours.whole(timezone.now() + dt.timedelta(days=1))


def test_a_lesson_is_announced_for_an_hour(teacher: Client) -> None:
    assert 'type="datetime-local"' in read(teacher, "/lessons/new")
    assert teacher.post("/lessons/new", FORM | {"starts_at": local(tomorrow()), "minutes": "45"}).status_code == 302
    made = Lesson.objects.get()
    assert (made.starts_at, made.planned_minutes) == (tomorrow(), 45)
    html = read(teacher, f"{made.page}/edit")
    assert (value(html, "starts_at"), value(html, "minutes")) == (local(tomorrow()), "45")


def test_the_hour_may_stay_empty(teacher: Client) -> None:
    assert teacher.post("/lessons/new", FORM | {"starts_at": "", "minutes": ""}).status_code == 302
    assert (Lesson.objects.get().starts_at, Lesson.objects.get().planned_minutes) == (None, None)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"starts_at": "2025-01-06T10:00"}, "Cette heure est passée"),
        ({"starts_at": "2027-02-07T02:30"}, "Les horloges changent"),
        ({"starts_at": "2027-03-14T02:30"}, "Les horloges changent"),
        ({"starts_at": "2099-01-06T10:00"}, "Vérifiez l’année"),
        ({"starts_at": "à dix heures"}, "Accepté : une date et une heure"),
        ({"minutes": "4"}, "de 5 à 300 minutes"),
        ({"minutes": "une heure"}, "de 5 à 300 minutes"),
        ({"minutes": "9" * 5000}, "de 5 à 300 minutes"),
        ({"title": "sonn\x07erie"}, "signes qui ne peuvent pas être gardés"),
    ],
)
def test_mistakes_stand_at_their_field(wrong: dict[str, str], says: str, teacher: Client) -> None:
    answer = teacher.post("/lessons/new", FORM | wrong)
    html = answer.content.decode()
    field = next(iter(wrong))
    assert answer.status_code == 422
    assert says in html
    assert re.search(rf'<input[^>]* name="{field}"[^>]* aria-invalid="true"', html)
    assert re.search(rf'aria-describedby="[^"]*id_{field}_error', html)
    assert Lesson.objects.count() == 0


def test_a_passed_hour_is_told_beside_the_other_mistakes(teacher: Client) -> None:
    html = teacher.post("/lessons/new", FORM | {"title": "", "starts_at": "2025-01-06T10:00"}).content.decode()
    assert "Donnez un titre" in html
    assert "Cette heure est passée" in html


def test_a_passed_hour_in_arabic(teacher: Client) -> None:
    answer = teacher.post("/lessons/new", FORM | {"starts_at": "2025-01-06T10:00"}, headers={"accept-language": "ar"})
    assert "لقد مضت هذه الساعة" in answer.content.decode()


def test_the_title_of_an_old_plan_is_corrected_without_touching_its_hour(teacher: Client) -> None:
    made = plan("Ancien titre", hours.whole(timezone.now() - dt.timedelta(days=40)))
    stands = value(read(teacher, f"{made.page}/edit"), "starts_at")
    assert teacher.post(f"{made.page}/edit", FORM | {"starts_at": stands or ""}).status_code == 302
    before = made.starts_at
    made.refresh_from_db()
    assert (made.title, made.starts_at) == ("Les fractions", before)
    refused = teacher.post(f"{made.page}/edit", FORM | {"starts_at": "2025-01-06T10:00"})
    assert refused.status_code == 422
    assert "Cette heure est passée" in refused.content.decode()
    made.refresh_from_db()
    assert made.starts_at == before


def test_the_hour_of_what_has_begun_is_not_asked_for(teacher: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson(status="ended")
    assert 'name="starts_at"' not in read(teacher, f"{made.page}/edit")
    assert teacher.post(f"{made.page}/edit", FORM | {"starts_at": local(tomorrow())}).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.starts_at) == ("Les fractions", None)


def test_given_again_at_another_hour(teacher: Client) -> None:
    made = services.create("Les fractions", minutes=45)
    html = read(teacher, f"{made.page}/again")
    assert (value(html, "starts_at"), value(html, "minutes")) == (None, "45")
    told = FORM | {"pages": "none", "title": "Pour la 1AC2", "starts_at": "2025-01-06T10:00", "minutes": "50"}
    refused = teacher.post(f"{made.page}/again", told)
    assert refused.status_code == 422
    assert "Cette heure est passée" in refused.content.decode()
    assert teacher.post(f"{made.page}/again", told | {"starts_at": local(tomorrow())}).status_code == 302
    other = Lesson.objects.get(title="Pour la 1AC2")
    assert (other.starts_at, other.planned_minutes) == (tomorrow(), 50)


# -- the pages ----------------------------------------------------------------------------------------------------


@pytest.fixture
def at_half_past_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 10:30 in Casablanca, on Wednesday 25 November 2026."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.mark.usefixtures("at_half_past_ten")
def test_hours_as_people_say_them() -> None:
    today, next_year = utc("2026-11-25T13:05"), utc("2027-01-06T09:00")
    day = dt.timedelta(days=1)
    with translation.override("fr"):
        assert hour(today) == 'aujourd’hui à\u00a0<bdi class="figures">14:05</bdi>'
        assert hour(today + day) == 'demain à\u00a0<bdi class="figures">14:05</bdi>'
        assert hour(today - day) == 'hier à\u00a0<bdi class="figures">14:05</bdi>'
        assert hour(today + 2 * day) == 'vendredi 27 novembre à\u00a0<bdi class="figures">14:05</bdi>'
        assert hour(next_year) == 'mercredi 6 janvier 2027 à\u00a0<bdi class="figures">10:00</bdi>'
        assert appointment(today) == "mercredi 25 novembre à\u00a0\u206814:05\u2069"
    with translation.override("ar"):
        assert hour(today) == 'اليوم على الساعة\u00a0<bdi class="figures">14:05</bdi>'
        assert hour(today + day) == 'غدًا على الساعة\u00a0<bdi class="figures">14:05</bdi>'
        assert appointment(today + day) == "الخميس 26 نونبر على الساعة\u00a0\u206814:05\u2069"
    with translation.override("en"):
        assert appointment(utc("2027-02-20T10:00")) == "Saturday 20 February 2027 at\u00a0\u206810:00\u2069", (
            "in Ramadan"
        )


@pytest.mark.usefixtures("at_half_past_ten")
def test_home_tells_everybody_what_comes(reader: Client, teacher: Client) -> None:
    plan("Newton", NOW + dt.timedelta(days=1), teacher="A. Tazi")
    plan("Thalès", NOW + 20 * MINUTE, language="fr")
    plan("Quand le studio est libre", None)
    plan("Oubliée", NOW - 31 * MINUTE)
    html = read(reader, "/")
    assert html.index("Thalès") < html.index("Newton")
    assert 'aujourd’hui à\u00a0<bdi class="figures">10:50</bdi>' in html
    assert 'demain à\u00a0<bdi class="figures">10:30</bdi>' in html
    assert "Quand le studio est libre" not in html
    assert "Oubliée" not in html
    assert "Newton" not in read(reader, "/?q=thales")
    html = read(teacher, "/")
    places = [html.index(title) for title in ("Thalès", "Newton", "Quand le studio est libre", "Oubliée")]
    assert places == sorted(places)


def test_home_without_anything_to_come(reader: Client) -> None:
    assert re.search(r"<section data-coming[^>]* hidden>", read(reader, "/"))


@pytest.mark.usefixtures("at_half_past_ten")
def test_the_page_of_a_lesson_to_come(reader: Client) -> None:
    made = plan("Thalès", NOW + 20 * MINUTE)
    html = read(reader, made.page)
    assert 'aujourd’hui à\u00a0<bdi class="figures">10:50</bdi>' in html
    assert "n’a pas encore commencé" in html
    assert json.loads(Page(html).blocks["lesson"])["starts"] == {
        "at": round((NOW + 20 * MINUTE).timestamp() * 1000),
        "now": round(NOW.timestamp() * 1000),
        "words": "mercredi 25 novembre à\u00a0\u206810:50\u2069",
    }


@pytest.mark.usefixtures("at_half_past_ten")
@pytest.mark.parametrize(("minutes", "due"), [(1, False), (0, True), (-30, True), (-31, False)])
def test_what_passes_its_hour_is_about_to_begin(minutes: int, due: bool, reader: Client) -> None:
    html = read(reader, plan("Thalès", NOW + minutes * MINUTE).page)
    assert ("La leçon va commencer" in html, "n’a pas encore commencé" in html) == (due, not due)


def test_without_an_hour_and_after_the_beginning_there_is_none(reader: Client, lesson: Callable[..., Lesson]) -> None:
    begun = plan("x", timezone.now())
    services.began(begun.pk)
    for made in (lesson(status="planned"), begun):
        html = read(reader, made.page)
        assert json.loads(Page(html).blocks["lesson"])["starts"] is None
        assert "La leçon va commencer" not in html


@pytest.mark.usefixtures("at_half_past_ten")
def test_the_demo_has_lessons_to_come_and_puts_them_off_when_it_starts_again(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> dict[str, dt.datetime | None]:
        return {one.title: one.starts_at for one in services.find(status="planned").lessons}

    demo.plan_ahead()
    soon, tomorrow = (planned["title"] for planned in demo.PLANNED)
    first = told()
    assert first == {soon: utc("2026-11-25T09:50"), tomorrow: utc("2026-11-26T09:00")}
    monkeypatch.setattr(timezone, "now", lambda: NOW + dt.timedelta(days=3))
    demo.plan_ahead()
    assert told() == {soon: utc("2026-11-28T09:50"), tomorrow: utc("2026-11-29T09:00")}
    assert "demain à\u00a0" in read(reader, "/")


# -- the API ------------------------------------------------------------------------------------------------------


def test_programs_announce_an_hour(reader: Client, key: dict[str, str]) -> None:
    body = {"title": "x", "starts_at": local(tomorrow()), "minutes": 45}
    answer = say(reader, "/api/lessons", body, **key)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["starts_at"], made["minutes"]) == (tomorrow().isoformat(), 45)
    assert made["starts_at"].endswith("+00:00")
    assert reader.get(f"/api/lessons/{made['id']}").json() == made
    free = say(reader, "/api/lessons", {"title": "y", "starts_at": None}, **key).json()
    assert (free["starts_at"], free["minutes"]) == (None, None)
    assert [one["title"] for one in reader.get("/api/lessons?status=planned").json()["lessons"]] == ["x", "y"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"starts_at": "2025-01-06T10:00Z"}, "lesson-refused"),
        ({"starts_at": "2027-02-07T02:30"}, "lesson-refused"),
        ({"starts_at": "9999-12-31T23:59-12:00"}, "lesson-refused"),
        ({"starts_at": "0001-01-01T00:00+14:00"}, "lesson-refused"),
        ({"starts_at": "demain"}, "lesson-refused"),
        ({"starts_at": 1790000000}, "bad-question"),
        ({"starts_at": "2" * 41}, "bad-question"),
        ({"minutes": 4}, "lesson-refused"),
        ({"minutes": 10**30}, "lesson-refused"),
        ({"minutes": "longtemps"}, "bad-question"),
        ({"minutes": 45.5}, "bad-question"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_what_programs_are_refused(
    wrong: dict[str, object], code: str, language: str, reader: Client, key: dict[str, str]
) -> None:
    answer = say(reader, "/api/lessons", {"title": "x"} | wrong, **key | {"accept-language": language})
    told = answer.json()
    assert (answer.status_code, told["code"], told["field"]) == (422, code, next(iter(wrong)))
    assert any("\u0600" <= letter <= "\u06ff" for letter in told["detail"]) == (language == "ar")
    assert Lesson.objects.count() == 0
