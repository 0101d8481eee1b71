"""The pages, as a browser without scripts gets them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client

from halqa.lessons.models import Lesson

LANGUAGES = ["fr", "ar", "en", "zgh"]
EVERYBODYS = ["/", "/?q=x", "/help", "/studio/enter", "/nowhere", "/api/docs"]


class Page(HTMLParser):
    """What of a page matters here: every address in it, inline code, and the text of JSON blocks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.blocks: dict[str, str] = {}
        self._block: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.addresses += [str(told[name]) for name in ("href", "src", "action", "poster") if told.get(name)]
        self.inline += [name for name in told if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not told.get("src") and told.get("type") != "application/json"):
            self.inline.append(tag)
        if tag == "script" and told.get("type") == "application/json":
            self._block = str(told["id"])

    def handle_data(self, data: str) -> None:
        if self._block:
            self.blocks[self._block] = data
            self._block = None


def read(client: Client, path: str, status: int = 200, language: str = "fr") -> str:
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", EVERYBODYS)
def test_no_outside_host_and_no_inline_code(path: str, language: str, reader: Client) -> None:
    answer = reader.get(path, headers={"accept-language": language})
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:", policy)
    page = Page(answer.content.decode())
    assert page.addresses
    assert all(address.startswith(("/", "?", "#")) and "//" not in address[:2] for address in page.addresses)
    assert page.inline == []


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl"), ("en", "ltr"), ("zgh", "ltr")])
def test_every_page_says_its_language_and_direction(language: str, direction: str, reader: Client) -> None:
    for path in EVERYBODYS[:-1]:
        html = reader.get(path, headers={"accept-language": language}).content.decode()
        assert f'<html lang="{language}" dir="{direction}">' in html


def test_french_unless_asked_otherwise(reader: Client) -> None:
    assert '<html lang="fr"' in read(reader, "/", language="de")


def test_headers(reader: Client) -> None:
    answer = reader.get("/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=(self)" in answer["Permissions-Policy"]
    assert answer["Cache-Control"] == "private, no-cache"
    assert not answer.cookies, "whoever only reads gets no cookie"


# -- language -----------------------------------------------------------------------------------------------------


def test_the_language_is_switched_on_the_same_page(reader: Client, lesson: Callable[..., Lesson]) -> None:
    lesson("Les fractions")
    html = read(reader, "/?q=fractions&page=1")
    link = next(address for address in Page(html).addresses if address.startswith("/language/ar"))
    answer = reader.get(link)
    assert answer["Location"] == "/?q=fractions&page=1"
    assert 'dir="rtl"' in read(reader, answer["Location"])


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_away(next_page: str, reader: Client, teacher: Client) -> None:
    assert reader.get("/language/fr", {"next": next_page})["Location"] == "/"
    assert teacher.get("/studio/enter", {"next": next_page})["Location"] == "/"


def test_languages_are_called_by_their_own_names(reader: Client) -> None:
    html = read(reader, "/", language="ar")
    assert all(name in html for name in ("Français", "العربية", "ⵜⴰⵎⴰⵣⵉⵖⵜ", "English"))


def test_a_language_nobody_speaks_here(reader: Client) -> None:
    assert reader.get("/language/tlh").status_code == 404


# -- home ---------------------------------------------------------------------------------------------------------


def test_home_empty(reader: Client) -> None:
    html = read(reader, "/")
    assert "Aucune leçon à l’antenne en ce moment" in html
    assert "La première est encore à venir" in html
    assert 'role="search"' in html


def test_home_shows_what_is_on_air_and_what_was_taught(reader: Client, lesson: Callable[..., Lesson]) -> None:
    live = lesson("Les fractions", status="live", subject="maths", level="1ac", teacher="Amina Tazi")
    ended = lesson("الجملة الفعلية", language="ar", subject="arabic")
    planned = lesson("Pas encore", status="planned")
    html = read(reader, "/")
    assert f'href="{live.page}"' in html
    assert f'href="{ended.page}"' in html
    assert planned.title not in html
    assert "Mathématiques" in html
    assert "Amina Tazi" in html
    assert "2 minutes" in html
    assert '<bdi lang="ar">الجملة الفعلية</bdi>' in html
    assert f'data-on-air="{live.pk}"' in html
    arabic = read(reader, "/", language="ar")
    assert "الرياضيات" in arabic
    assert "دقيقتان" in arabic


def test_search_by_title(reader: Client, lesson: Callable[..., Lesson]) -> None:
    lesson("Les élèves")
    lesson("Les lois de Newton")
    html = read(reader, "/?q=ELEVES")
    assert "Les élèves" in html
    assert "Newton" not in html
    assert 'value="ELEVES"' in html
    assert "Aucune leçon enseignée ne porte ce titre" in read(reader, "/?q=zzz")


def test_what_was_typed_is_text(reader: Client, lesson: Callable[..., Lesson]) -> None:
    lesson("<script>alert(1)</script>", teacher="</bdi><b>")
    for path in ("/?q=<script>alert(1)</script>", "/"):
        assert "<script>alert" not in read(reader, path)


def test_pages(reader: Client, lesson: Callable[..., Lesson]) -> None:
    for _ in range(13):
        lesson()
    assert 'rel="next" href="?page=2#taught"' in read(reader, "/")
    assert 'rel="prev" href="?page=1#taught"' in read(reader, "/?page=2")
    for odd in ("0", "-1", "x", "9" * 30, "²"):
        read(reader, f"/?page={odd}")


def test_every_key_the_help_tells_does_something(reader: Client) -> None:
    source = (Path(__file__).parents[2] / "web" / "classroom" / "keys.ts").read_text()
    acts = set(re.findall(r'^  "?([^":\n]+?)"?: "', source, re.M))
    names = {"Espace": " ", "←": "ArrowLeft", "→": "ArrowRight", "&lt;": "<", "&gt;": ">"}
    told = re.findall(r"<kbd>(.+?)</kbd>", read(reader, "/help"))
    assert len(told) > 10
    assert {names.get(key, key.lower() if len(key) == 1 else key) for key in told} <= acts


# -- a lesson -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["planned", "live", "ended"])
def test_a_lesson_for_everybody(status: str, reader: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson("Les </script> fractions", status=status, subject="maths", teacher="A. Tazi")
    html = read(reader, made.page, language="ar")
    page = Page(html)
    facts = json.loads(page.blocks["lesson"])
    assert facts["id"] == made.pk
    assert facts["title"] == "Les </script> fractions"
    assert facts["subject"] == "الرياضيات"
    assert facts["status"] == status
    assert facts["timeline"] == f"/timelines/{made.pk}"
    assert facts["tickets"] == f"/api/lessons/{made.pk}/tickets/follow"
    assert facts["hls"] == f"/lessons/{made.pk}/hls/master.m3u8"
    assert facts["ticket"].count(".") == 2
    assert "speaker" not in facts
    assert json.loads(page.blocks["words"]) == {"first": "واحد", "second": "deux </script>"}
    assert "<halqa-classroom>" in html
    assert f"http://testserver{made.hls}" in html
    assert page.inline == []


def test_absent_and_hidden_get_the_same_answer(teacher: Client, lesson: Callable[..., Lesson]) -> None:
    made = lesson()
    teacher.post(f"{made.page}/hide")
    reader = Client()
    hidden, absent = (reader.get(f"/lessons/{name}") for name in (made.pk, "nowhere2"))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content.replace(made.pk.encode(), b"nowhere2") == absent.content


def test_days_as_people_say_them() -> None:
    import datetime as dt

    from django.utils import timezone, translation

    from halqa.lessons.templatetags.lessons import clock, day, duration, heading

    with translation.override("ar"):
        assert day(dt.datetime(2020, 8, 1, 12, tzinfo=dt.UTC)) == "1 غشت 2020"
        assert [duration(n * 60_000) for n in (1, 2, 3, 11, 100)] == [
            "دقيقة واحدة", "دقيقتان", "3 دقائق", "11 دقيقة", "1 س 40 د",
        ]  # fmt: skip
    with translation.override("fr"):
        assert day(dt.datetime(2020, 8, 1, 12, tzinfo=dt.UTC)) == "1er août 2020"
        assert day(timezone.now()) == "aujourd’hui"
        assert day(timezone.now() - dt.timedelta(days=1)) == "hier"
        assert clock(dt.datetime(2020, 8, 1, 12, tzinfo=dt.UTC)) == "1er août 2020 13:00"
        assert duration(3_900_000) == "1 h 05"
        assert duration(40_000) == "40 secondes"
    with translation.override("zgh"):
        assert day(dt.datetime(2020, 8, 1, 12, tzinfo=dt.UTC)) == "1 ⵖⵓⵛⵜ 2020"
    assert heading("Les fractions : comparer") == "Les fractions\u00a0: comparer"
