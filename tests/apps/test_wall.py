"""The page of a wall: how it is paired, what it shows when, and what nobody else can make of it."""

from __future__ import annotations

import datetime as dt

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.utils import timezone

from halqa.lessons import house, services
from halqa.lessons.models import Lesson
from halqa.lessons.wall import COOKIE, on_walls
from halqa.schools import services as schools
from halqa.schools.models import Room, Wall
from halqa.timeline import Summary


@pytest.fixture
def room() -> Room:
    school = schools.create(latin="Collège Ibn Sina", arabic="إعدادية ابن سينا", kind="college", town="Benguerir")
    return schools.add_room(school, "Salle 3")


@pytest.fixture
def paired(room: Room) -> Client:
    """A browser that has been paired."""
    client = Client()
    code, _ = schools.new_pairing(room)
    assert client.post("/wall", {"code": code}).status_code == 302
    return client


def planned(minutes: float, title: str = "Les fractions") -> Lesson:
    return services.create(title, starts_at=timezone.now() + dt.timedelta(minutes=minutes))


def test_a_screen_asks_for_six_digits_and_stays_paired(room: Room) -> None:
    client = Client()
    page = client.get("/wall")
    assert page.status_code == 200
    assert 'name="code"' in page.content.decode()
    assert COOKIE not in page.cookies
    code, _ = schools.new_pairing(room)
    # As people type it: in threes, or with Arabic digits.
    answer = client.post(
        "/wall", {"code": f"{code[:3]} {code[3:]}".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))}
    )
    assert (answer.status_code, answer["location"]) == (302, "/wall")
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) > 300 * 24 * 3600
    assert cookie.value not in str(list(Wall.objects.values()))
    page = client.get("/wall")
    assert "Collège Ibn Sina · Salle 3" in page.content.decode()
    assert page["cache-control"] == "no-store"
    # A second use of the digits, on another screen.
    assert Client().post("/wall", {"code": code}).status_code == 403


@pytest.mark.parametrize(
    ("code", "status"), [("", 422), ("12345", 422), ("1234567", 422), ("abc", 422), ("12a45", 422)]
)
def test_what_are_no_six_digits(code: str, status: int) -> None:
    page = Client().post("/wall", {"code": code}, headers={"accept-language": "ar"})
    assert page.status_code == status
    assert "aria-invalid" in page.content.decode()


def test_wrong_digits_are_refused_and_guessing_is_stopped(room: Room) -> None:
    code, _ = schools.new_pairing(room)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    client = Client()
    answers = [client.post("/wall", {"code": wrong}) for _ in range(12)]
    assert answers[0].status_code == 403
    assert COOKIE not in answers[0].cookies
    assert answers[-1].status_code == 429
    assert int(answers[-1]["retry-after"]) > 0
    # Not even the right one is looked at now.
    assert client.post("/wall", {"code": code}).status_code == 429
    assert not Wall.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "é", "\x00"])
def test_a_cookie_that_nobody_gave(token: str) -> None:
    client = Client()
    client.cookies[COOKIE] = token
    assert 'name="code"' in client.get("/wall").content.decode()
    assert client.get("/wall/now").json()["paired"] is False


def test_nothing_is_announced(paired: Client) -> None:
    assert "Aucune leçon" in paired.get("/wall", headers={"accept-language": "fr"}).content.decode()
    told = paired.get("/wall/now").json()
    assert (told["paired"], told["shows"], told["next"], told["starts"]) == (True, "", "", None)


def test_the_next_lesson_and_its_hour(paired: Client) -> None:
    planned(90, "Plus tard")
    lesson = planned(30)
    page = paired.get("/wall").content.decode()
    assert "Les fractions" in page
    assert "Plus tard" not in page
    assert "halqa-classroom" not in page
    told = paired.get("/wall/now").json()
    assert lesson.starts_at is not None
    assert (told["shows"], told["next"], told["title"]) == ("", lesson.pk, "Les fractions")
    assert told["starts"] == round(lesson.starts_at.timestamp() * 1000)
    assert 0 < told["starts"] - told["now"] <= 30 * 60_000


def test_a_lesson_opens_five_minutes_before_and_closes_after_it(paired: Client) -> None:
    lesson = planned(30)
    assert lesson.starts_at is not None

    def shows(minutes: float) -> str:
        assert lesson.starts_at is not None
        shown, _ = async_to_sync(on_walls)(lesson.starts_at + dt.timedelta(minutes=minutes))
        return shown.pk if shown else ""

    assert [shows(-5.1), shows(-4.9), shows(0), shows(29)] == ["", lesson.pk, lesson.pk, lesson.pk]
    # It never began.
    assert shows(31) == ""
    services.began(lesson.pk)
    page = paired.get("/wall").content.decode()
    assert "halqa-classroom" in page
    assert "kiosk" in page
    assert 'href="/"' not in page
    assert '"place": "Coll\\u00e8ge Ibn Sina \\u00b7 Salle 3"' in page
    assert paired.get("/wall/now").json() | {"now": 0, "offset": 0} == {
        "paired": True,
        "shows": lesson.pk,
        "live": True,
        "next": "",
        "title": "",
        "starts": None,
        "now": 0,
        "offset": 0,
    }
    Lesson.objects.filter(pk=lesson.pk).update(status=Lesson.Status.ENDED, ended_at=timezone.now())
    assert paired.get("/wall/now").json()["shows"] == ""
    assert "halqa-classroom" not in paired.get("/wall").content.decode()


def test_a_studio_that_was_left_on_air_keeps_no_wall(paired: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = planned(60, "Laissée à l’antenne")
    services.began(lesson.pk)
    said_at = timezone.now()

    async def summary_of(_: str) -> Summary:
        return Summary(lesson.pk, 1, 0, False, None, round(said_at.timestamp() * 1000), {})

    monkeypatch.setattr(house, "summary_of", summary_of)

    def shows() -> str:
        return str(paired.get("/wall/now").json()["shows"])

    assert shows() == lesson.pk
    # Cut off for two minutes: the class waits with it, unless the next one's hour has come.
    said_at -= dt.timedelta(minutes=2)
    assert shows() == lesson.pk
    following = planned(3)
    assert shows() == following.pk
    services.hide(following)
    assert shows() == lesson.pk
    said_at -= dt.timedelta(minutes=9)
    assert shows() == ""
    announced = planned(120)
    assert paired.get("/wall/now").json()["next"] == announced.pk


def test_a_hidden_lesson_is_on_no_wall(paired: Client) -> None:
    lesson = planned(2)
    Lesson.objects.filter(pk=lesson.pk).update(hidden_at=timezone.now())
    assert paired.get("/wall/now").json()["shows"] == ""


def test_a_wall_that_is_revoked_shows_nothing_from_that_moment(paired: Client) -> None:
    planned(2)
    assert paired.get("/wall/now").json()["shows"]
    schools.revoke(Wall.objects.get())
    assert paired.get("/wall/now").json() | {"now": 0, "offset": 0} == {
        "paired": False,
        "shows": "",
        "live": False,
        "next": "",
        "title": "",
        "starts": None,
        "now": 0,
        "offset": 0,
    }
    assert 'name="code"' in paired.get("/wall").content.decode()


def test_a_wall_is_no_teacher(paired: Client) -> None:
    assert paired.get("/schools").status_code == 302
    assert paired.get("/lessons/new").status_code == 302
    assert paired.get("/hidden?hidden=all").status_code == 404


@pytest.mark.parametrize("path", ["/wall", "/wall/now"])
def test_other_verbs(path: str, paired: Client) -> None:
    assert paired.delete(path).status_code == 405
    assert paired.head(path).status_code == 200
    assert Client(enforce_csrf_checks=True).post("/wall", {"code": "123456"}).status_code == 403
