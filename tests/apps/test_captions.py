"""Captions: files that teachers bring, what was typed on the timeline, and who gets which."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client

from halqa.lessons import captions, house
from halqa.lessons.cues import MOST_BYTES, read_captions
from halqa.lessons.models import Captions, Lesson
from halqa.stores import MemoryStores
from halqa.timeline import KEY, Draft

from .test_pages import read

Make = Callable[..., Lesson]
VTT = """\ufeffWEBVTT - une leçon\r
\r
NOTE ceci n'est pas dit\r
\r
1\r
00:01.000 --> 00:04.500 position:10% align:start\r
<v Professeur>Le <b>théorème</b>\r
de Thalès\r
\r
00:00:05.000 --> 00:00:07.000\r
إذا توازى مستقيمان &amp; قاطعان\r
"""
SRT = "1\n00:00:01,000 --> 00:00:02,000\nBonjour\n\n2\n00:00:03,000 --> 00:00:04,000\nمرحبا\n"


def bring(client: Client, lesson: Lesson, data: bytes, language: str = "fr", **headers: str) -> Any:
    file = SimpleUploadedFile("captions.vtt", data, "text/vtt")
    return client.post(f"{lesson.page}/captions", {"language": language, "file": file}, headers=headers)


def test_webvtt_and_subrip_become_plain_lines() -> None:
    assert read_captions(VTT.encode()) == [
        (1000, 4500, "Professeur: Le théorème\nde Thalès"),
        (5000, 7000, "إذا توازى مستقيمان & قاطعان"),
    ]
    assert read_captions(SRT.encode()) == [(1000, 2000, "Bonjour"), (3000, 4000, "مرحبا")]


def test_a_file_is_put_in_place_replaced_and_taken_away(teacher: Client, lesson: Make) -> None:
    made = lesson()
    assert bring(teacher, made, VTT.encode())["Location"] == f"{made.page}/captions?kept=fr"
    page = read(teacher, f"{made.page}/captions?kept=fr")
    assert "2 lignes" in page
    assert f'href="{made.page}/captions/fr.vtt"' in page
    assert f'"captions": {{"fr": "{made.page}/captions/fr.json"}}' in read(Client(), made.page)
    told = Client().get(f"{made.page}/captions/fr.json").json()
    assert told["cues"][0] == [1000, 4500, "Professeur: Le théorème\nde Thalès"]
    file = Client().get(f"{made.page}/captions/fr.vtt")
    assert file["Content-Type"] == "text/vtt; charset=utf-8"
    assert "00:00:05.000 --> 00:00:07.000\nإذا توازى مستقيمان &amp; قاطعان" in file.content.decode()
    assert bring(teacher, made, SRT.encode()).status_code == 302
    assert Captions.objects.get().cues[0] == [1000, 2000, "Bonjour"]
    assert teacher.post(f"{made.page}/captions/fr/remove").status_code == 302
    assert Client().get(f"{made.page}/captions/fr.json").status_code == 404


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "igne 1"),
        (b"\x89PNG\r\n\x1a\n\0\0", "UTF-8"),
        ("Élève".encode("latin-1"), "UTF-8"),
        (b"once upon a time", "WEBVTT"),
        (b"WEBVTT\n\n", "aucun sous-titre"),
        (b"WEBVTT\n\n00:05.000 --> 00:02.000\nbackwards\n", "Ligne 3"),
        (b"WEBVTT\n\n" + b"x" * MOST_BYTES, "1 Mo"),
        (b"{" * 5000, "igne 1"),
    ],
)
def test_a_bad_file_is_refused_and_the_one_before_stays(data: bytes, says: str, teacher: Client, lesson: Make) -> None:
    made = lesson()
    bring(teacher, made, SRT.encode())
    answer = bring(teacher, made, data)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert says in html
    assert 'aria-invalid="true"' in html
    assert Captions.objects.get().cues == [[1000, 2000, "Bonjour"], [3000, 4000, "مرحبا"]]


def test_refusals_in_arabic_and_of_languages(teacher: Client, lesson: Make) -> None:
    made = lesson()
    answer = bring(teacher, made, b"nothing", **{"accept-language": "ar"})
    assert "السطر 1" in answer.content.decode()
    for wrong in ("tlh", "", "../fr"):
        assert bring(teacher, made, SRT.encode(), wrong).status_code == 422
    assert Captions.objects.count() == 0


def test_only_teachers_bring_and_take_away(reader: Client, teacher: Client, lesson: Make) -> None:
    made = lesson()
    assert bring(reader, made, SRT.encode())["Location"].startswith("/studio/enter")
    assert reader.get(f"{made.page}/captions").status_code == 302
    bring(teacher, made, SRT.encode())
    assert reader.post(f"{made.page}/captions/fr/remove").status_code == 302
    assert Captions.objects.count() == 1
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sessionid"] = teacher.cookies["sessionid"].value
    assert bring(strict, made, SRT.encode()).status_code == 403
    assert reader.get(f"{made.page}/captions/de.json").status_code == 404
    assert reader.get("/lessons/nowhere2/captions/fr.vtt").status_code == 404


def test_what_was_typed_is_shown_as_long_as_it_takes_to_read() -> None:
    def line(seq: int, t: int, text: str) -> Any:
        return Draft("captions/fr", "s.1", seq, t, 0, KEY, text.encode())

    told = captions.typed([line(1, 0, "un"), line(2, 1000, "deux"), line(3, 9000, "x" * 200), line(4, 60_000, " ")])
    assert told == [(0, 1000, "un"), (1000, 3240, "deux"), (9000, 16_000, "x" * 200)]


async def test_typed_captions_are_a_file_too(lesson: Make) -> None:
    made = await sync_to_async(lesson)(status="live")
    stores = MemoryStores()
    timeline = await stores.open(made.pk, create=True)
    said = [Draft("captions/fr", "s.1", n, n * 5000, 0, KEY, f"ligne {n} <b>".encode()) for n in (1, 2)]
    await timeline.append(said)
    house.open_house(stores)
    try:
        client = AsyncClient()
        told = (await client.get(f"{made.page}/captions/fr.json")).json()
        assert [cue[2] for cue in told["cues"]] == ["ligne 1 <b>", "ligne 2 <b>"]
        file = (await client.get(f"{made.page}/captions/fr.vtt")).content.decode()
        assert "00:00:05.000 --> 00:00:07.660\nligne 1 &lt;b&gt;" in file
        assert (await client.get(f"{made.page}/captions/ar.json")).status_code == 404
        assert (await client.get(f"{made.page}/captions/xx-yy.json")).status_code == 404
    finally:
        house.open_house(None)


def test_every_folding_of_the_browser_is_that_of_the_house() -> None:
    """The page finds words as the search of the house does: both read this table (web/captions/find.test.ts)."""
    import json

    from halqa.spelling import search_key

    table = json.loads(Path("web/captions/folding.json").read_text())
    assert len(table) > 12
    for written, folded in table.items():
        assert search_key(written) == folded, written
