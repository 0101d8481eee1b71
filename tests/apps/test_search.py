"""Whoever writes otherwise still finds."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halqa.lessons import services
from halqa.lessons.models import Lesson
from halqa.spelling import search_key, search_words


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("Les élèves et l'école", "ECOLE eleves"),
        ("Le cœur et l’œil", "coeur oeil"),
        ("إمتحان الرياضيات", "امتحان"),
        ("كِتَابُ القِرَاءَة", "كتاب القراءه"),
        ("الحديقة", "حديقه"),
        ("حديقة", "الحديقة"),
        ("مستشفى", "مستشفي"),
        ("شيء", "شي"),
        ("Leçon ٣", "leçon 3"),
        ("Fractions : comparer", "fractions, comparer!"),
        ("ⵜⵉⴼⵉⵏⴰⵖ", "ⵜⵉⴼⵉⵏⴰⵖ"),
    ],
)
def test_found_although_written_otherwise(title: str, asked: str, lesson: Callable[..., Lesson]) -> None:
    made = lesson(title)
    lesson("Autre chose")
    assert [found.pk for found in services.find(asked).lessons] == [made.pk]


def test_all_words_are_needed_and_signs_are_no_wildcards(lesson: Callable[..., Lesson]) -> None:
    lesson("Les fractions", teacher="Amina Tazi")
    assert services.find("fractions tazi").total == 1
    assert services.find("fractions newton").total == 0
    assert services.find("fr_x").total == 0
    assert services.find("%").total == 1, "nothing is left to look for: everything is found"


@given(st.text(max_size=60))
def test_folding_is_stable(text: str) -> None:
    key = search_key(text)
    assert search_key(key) == key
    assert not any(unicodedata.combining(letter) for letter in key)
    assert all(word for word in search_words(text)) or not key
