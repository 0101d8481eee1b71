"""Captions in files: what people have is read, and what cannot be is told by its line."""

from __future__ import annotations

import re

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from halqa.lessons.captions import as_webvtt
from halqa.lessons.cues import MOST_BYTES, BadCaptions, Cue, read_captions

ARABIC = [Cue(1000, 4000, "مرحبا بكم في درس اليوم"), Cue(4500, 7250, "الحديقة\nجميلة")]
WEBVTT = """WEBVTT - une leçon
Kind: captions
Language: ar

STYLE
::cue { color: lime }

NOTE ceci n’est lu par personne

intro
00:01.000 --> 00:04.000 position:10%,line-left align:start
<v.loud Amina>مرحبا</v> <i>بكم</i> في <00:00:02.000>درس اليوم

00:00:04.500 --> 00:00:07.250
<c.yellow>الحديقة</c>
جميلة &amp; <b>خضراء</b>
"""
SRT = """1
00:00:01,000 --> 00:00:04,000
{\\an8}<font color=red>مرحبا بكم</font> في درس اليوم

2
0:00:04,5 --> 0:00:07,25
الحديقة
جميلة
"""


def test_webvtt_with_all_its_dress() -> None:
    assert read_captions(WEBVTT.encode()) == [
        Cue(1000, 4000, "Amina: مرحبا بكم في درس اليوم"),
        Cue(4500, 7250, "الحديقة\nجميلة & خضراء"),
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("text", [SRT, as_webvtt(ARABIC, "ar")])
def test_srt_and_webvtt_from_any_system(text: str, mark: str, ends: str) -> None:
    assert read_captions((mark + text.replace("\n", ends)).encode()) == ARABIC


def test_captions_are_put_in_order_and_mathematics_is_no_dress() -> None:
    told = ["00:09.000 --> 00:10.000\nx < 3, y > 2", "01:00:05.000 --> 01:00:06.000\nb", "00:05.000 --> 00:06.000\na"]
    file = "\n\n".join(["WEBVTT", *told]).encode()
    assert [cue.text for cue in read_captions(file)] == ["a", "x < 3, y > 2", "b"]


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        (b"", "1", "WEBVTT"),
        (b"\n\nBonjour\n", "3", "WEBVTT"),
        (b"PK\x03\x04", "1", "WEBVTT"),
        (b"WEBVTT\n\n00:01.000 -> 00:02.000\na\n", "4", "-->"),
        (b"WEBVTT\n\n00:01.000 --> 00:02\na\n", "3", "00:01:02.500 --> 00:01:05.000"),
        (b"WEBVTT\n\n00:61.000 --> 00:62.000\na\n", "3", "-->"),
        (b"1\n00:00:01,000 --> 00:00:02,000\na\n\n2\nb\n", "6", "-->"),
        (b"1\r\n00:00:02,000 --> 00:00:01,000\r\na\r\n", "2", "finit avant de commencer"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:02.000 --> 00:03.000\nb\n", "5", "vide"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"a" * 501, "3", "500"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nécole".encode("latin-1"), "4", "UTF-8"),
        (SRT.encode("utf-16"), "1", "UTF-8"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(file: bytes, line: str, says: str) -> None:
    with translation.override("fr"), pytest.raises(BadCaptions) as told:
        read_captions(file)
    assert re.findall(r"igne (\d+)", told.value.detail) == [line]
    assert says in told.value.detail
    assert told.value.status == 422


def test_too_large_and_empty() -> None:
    with pytest.raises(BadCaptions) as told:
        read_captions(b"WEBVTT\n\n" + b"\n" * MOST_BYTES)
    assert told.value.status == 413
    for empty in (b"WEBVTT", b"WEBVTT\n\nNOTE rien\n", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n"):
        with translation.override("fr"), pytest.raises(BadCaptions) as none:
            read_captions(empty)
        assert "aucun sous-titre" in none.value.detail


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(file: bytes) -> None:
    for told in (file, b"WEBVTT\n\n" + file, b"1\n00:00:01,000 --> 00:00:02,000\n" + file):
        try:
            cues = read_captions(told)
        except BadCaptions:
            continue
        assert read_captions(as_webvtt(cues, "fr").encode()) == cues


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10**5), st.text(max_size=60))))
def test_what_is_written_is_read_again(told: list[tuple[int, int, str]]) -> None:
    cues = [Cue(t, t + long, " ".join(text.split())) for t, long, text in told]
    cues = [cue for cue in cues if cue.text and cue.text.isprintable()]
    if cues:
        read = read_captions(as_webvtt(cues, "fr").encode())
        assert [(cue.begins, cue.ends) for cue in read] == [
            (cue.begins, cue.ends) for cue in sorted(cues, key=lambda cue: cue.begins)
        ]
