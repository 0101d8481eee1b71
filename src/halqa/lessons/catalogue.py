"""Subjects and levels of Morocco's schools, from `data/morocco.json`, which a coordinator can correct."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import msgspec
from django.utils.translation import get_language


class Named(msgspec.Struct, frozen=True):
    """Something with one name per language. Tamazight may be missing and is then shown in French."""

    id: str
    fr: str
    ar: str
    en: str
    zgh: str = ""

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_in(get_language() or "fr")

    def name_in(self, language: str) -> str:
        return str(getattr(self, language.split("-")[0], "") or self.fr)


class Subject(Named, frozen=True, kw_only=True):
    """What is taught, with the colour by which it is found again (4.5:1 on white and on the dark card)."""

    colour: str


class Level(Named, frozen=True):
    """For whom it is taught: a year, perhaps a stream."""


class Cycle(Named, frozen=True, kw_only=True):
    """A group of levels."""

    levels: list[Level]


class Catalogue(msgspec.Struct, frozen=True):
    subjects: list[Subject]
    cycles: list[Cycle]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The whole data file, read once."""
    return msgspec.json.decode(files("halqa.lessons").joinpath("data/morocco.json").read_bytes(), type=Catalogue)


@lru_cache(maxsize=1)
def subjects() -> dict[str, Subject]:
    return {subject.id: subject for subject in catalogue().subjects}


@lru_cache(maxsize=1)
def levels() -> dict[str, Level]:
    return {level.id: level for cycle in catalogue().cycles for level in cycle.levels}


LANGUAGES = {"ar": "العربية", "fr": "Français", "zgh": "ⵜⴰⵎⴰⵣⵉⵖⵜ", "en": "English"}
"""The languages a lesson can be taught in, each in its own name."""
