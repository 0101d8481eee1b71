"""A teacher announces, corrects, hides; the studio's page."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from halqa.lessons.models import Lesson

from .test_access import FORM
from .test_pages import Page, read


def test_announcing_goes_to_the_studio(teacher: Client) -> None:
    answer = teacher.post("/lessons/new", FORM)
    made = Lesson.objects.get()
    assert answer["Location"] == f"/studio/{made.pk}"
    assert (made.title, made.subject, made.level, made.teacher) == ("Les fractions", "maths", "1ac", "A. Tazi")
    assert "Les fractions" in read(teacher, "/")
    assert 'value="A. Tazi"' in read(teacher, "/lessons/new"), "the name is there the next time"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"title": ""}, "Donnez un titre"),
        ({"title": "x" * 201}, "200 caractères au plus"),
        ({"subject": "magic"}, "Choisissez une matière"),
        ({"level": ""}, "Choisissez un niveau"),
        ({"teacher": " "}, "le nom de l’enseignant"),
        ({"language": "tlh"}, "Choisissez une langue"),
    ],
)
def test_mistakes_name_the_field_and_keep_what_was_typed(wrong: dict[str, str], says: str, teacher: Client) -> None:
    typed = FORM | {"title": "Gardé «ici»"} | wrong
    answer = teacher.post("/lessons/new", typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert says in html
    assert 'aria-invalid="true"' in html
    assert wrong.keys() == {"title"} or "Gardé «ici»" in html
    assert Lesson.objects.count() == 0


def test_mistakes_in_arabic(teacher: Client) -> None:
    answer = teacher.post("/lessons/new", FORM | {"title": ""}, headers={"accept-language": "ar"})
    assert "أعطوا الدرس عنوانًا" in answer.content.decode()


def test_correcting(teacher: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson("Les fractoins")
    assert 'value="Les fractoins"' in read(teacher, f"{made.page}/edit")
    assert teacher.post(f"{made.page}/edit", FORM)["Location"] == made.page
    made.refresh_from_db()
    assert made.title == "Les fractions"
    assert made.search_key == "les fractions a tazi"
    assert made.is_ended


def test_only_teachers_are_offered_to_correct(teacher: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson()
    assert f"{made.page}/edit" in read(teacher, "/")
    assert f"{made.page}/edit" not in read(Client(), "/")


def test_hiding_can_be_undone(teacher: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson("Ratée")
    answer = teacher.post(f"{made.page}/hide")
    html = read(teacher, answer["Location"])
    assert "Annuler" in html
    assert f"{made.page}/show" in html
    assert "Ratée" in read(teacher, "/?hidden=all")
    assert "Ratée" not in read(Client(), "/?hidden=all")
    assert "Ratée" not in read(Client(), answer["Location"])
    assert teacher.post(f"{made.page}/show")["Location"] == made.page
    assert "Ratée" in read(Client(), "/")


def test_the_studio_may_teach(teacher: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson("Les fractions", status="planned", subject="maths")
    html = read(teacher, made.studio)
    facts = json.loads(Page(html).blocks["lesson"])
    assert facts["tickets"] == f"/api/lessons/{made.pk}/tickets/say"
    assert facts["speaker"]
    assert facts["csrf"]
    assert facts["status"] == "planned"
    assert "<halqa-studio>" in html
    assert Page(html).inline == []
    assert "csrftoken" in teacher.cookies


def test_an_ended_lesson_is_not_taught_again(teacher: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson(status="ended")
    assert teacher.get(made.studio)["Location"] == made.page
    assert teacher.get("/studio/nowhere2").status_code == 404
