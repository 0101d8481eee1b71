"""Every language says everything: the pages' words and the elements' words, with the same places to fill in."""

from __future__ import annotations

import gettext
import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

SOURCES = Path(__file__).parents[2]
CATALOGUES = sorted(SOURCES.glob("src/halqa/*/locale"))
PLACES = re.compile(r"%\((\w+)\)")
FACES = sorted({file.name.split(".")[0] for file in (SOURCES / "web" / "words").glob("*.json")})


def catalogue(locale: Path, language: str) -> dict[str, str]:
    """What one catalogue says, by its English; a plural's forms are `english#0`, `english#1` …"""
    with (locale / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        said = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {f"{key[0]}#{key[1]}" if isinstance(key, tuple) else key: text for key, text in said.items() if key}


def test_every_room_with_pages_has_its_words() -> None:
    assert {locale.parent.name for locale in CATALOGUES} == {"site", "people", "schools", "lessons"}
    assert sum(len(catalogue(locale, "fr")) for locale in CATALOGUES) > 235


@pytest.mark.parametrize("locale", CATALOGUES, ids=lambda locale: locale.parent.name)
def test_pages_speak_three_languages_whole(locale: Path) -> None:
    english = catalogue(locale, "en")
    singular = {key.split("#")[0] for key in english}
    assert len(singular) >= 10
    for language, plurals in (("fr", 2), ("ar", 6), ("en", 2)):
        said = catalogue(locale, language)
        assert {key.split("#")[0] for key in said} == singular
        counted = {key.split("#")[0] for key in said if "#" in key}
        assert all(f"{key}#{form}" in said for key in counted for form in range(plurals))
        assert all(said.values())


@pytest.mark.parametrize("locale", CATALOGUES, ids=lambda locale: locale.parent.name)
@pytest.mark.parametrize("language", ["fr", "ar", "zgh"])
def test_places_to_fill_in_are_the_same(locale: Path, language: str) -> None:
    for key, text in catalogue(locale, language).items():
        asked = set(PLACES.findall(key))
        # A counted sentence may say the number in words («دقيقتان»); it never asks for something else.
        assert set(PLACES.findall(text)) <= asked if "#" in key else set(PLACES.findall(text)) == asked, key


def test_every_english_sentence_is_in_the_catalogues() -> None:
    """What a template or a module wants translated is there; found as text, so that no tool is needed."""
    known = set().union(*({key.split("#")[0] for key in catalogue(locale, "fr")} for locale in CATALOGUES))
    wanted: dict[str, str] = {}
    for file in SOURCES.glob("src/halqa/*/**/*.html"):
        for sentence in re.findall(r'{% translate "([^"]+)"', file.read_text()):
            wanted[sentence] = file.name
    for file in [file for locale in CATALOGUES for file in locale.parent.glob("**/*.py")]:
        for sentence in re.findall(r'\b(?:_|gettext|gettext_lazy)\(\s*"([^"]+)"\s*\)', file.read_text()):
            wanted[sentence] = file.name
    assert len(wanted) > 150
    assert {sentence: file for sentence, file in wanted.items() if sentence not in known} == {}


def test_what_tamazight_does_not_say_is_said_in_french() -> None:
    with translation.override("zgh"):
        assert translation.gettext("today") == "ⴰⵙⵙⴰ"
        assert translation.gettext("Join the lesson") == "Rejoindre la leçon"


def test_a_reader_of_tamazight_gets_it(reader: Client) -> None:
    html = reader.get("/", headers={"accept-language": "zgh"}).content.decode()
    assert '<html lang="zgh"' in html
    assert "ⵜⴰⵎⴰⵣⵉⵖⵜ" in html


# -- the words of elements ----------------------------------------------------------------------------------------


def words(face: str, language: str) -> dict[str, str]:
    told: dict[str, str] = json.loads((SOURCES / "web" / "words" / f"{face}.{language}.json").read_bytes())
    return told


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_elements_speak_three_languages_whole(face: str, language: str) -> None:
    french, said = words(face, "fr"), words(face, language)
    assert _bases(said) == _bases(french)
    assert all(said.values())
    for key, text in said.items():
        model = french.get(key) or french[f"{_base(key)}.other"]
        asked, given = set(re.findall(r"\{(\w+)\}", model)), set(re.findall(r"\{(\w+)\}", text))
        assert given == asked or (_base(key) != key and given <= asked), f"{face}.{language}: {key}"


@pytest.mark.parametrize("face", FACES)
def test_tamazight_says_nothing_that_does_not_exist(face: str) -> None:
    assert _bases(words(face, "zgh")) <= _bases(words(face, "fr"))


def _base(key: str) -> str:
    """`studio.followers.few` is one form of `studio.followers` (`web/ui/words.ts`)."""
    return re.sub(r"\.(zero|one|two|few|many|other)$", "", key)


def _bases(said: dict[str, str]) -> set[str]:
    return {_base(key) for key in said}
