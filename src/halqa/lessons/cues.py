"""Captions in files: WebVTT (W3C, https://www.w3.org/TR/webvtt1/) and SRT read. Pure.

Whoever sends a file is told the line that is wrong and what is accepted there: readers made for players (webvtt-py
too) skip what they do not understand, take `x < 3` for markup, and nobody would know that a third of a lesson has no
captions. Lenient where people's files differ and nothing is lost by it (a BOM, any line ends, commas in times, hours
left out, positions and colours, which are dropped).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halqa.timeline.errors import Mistake

MOST_BYTES = 1 << 20
"""An hour of speech has some 60 kB of captions: this is a whole school day, in any script."""
TOO_LARGE = gettext_lazy(
    "This file is larger than 1 MB. Accepted: captions as WebVTT or SRT; an hour of a lesson has some 60 kB."
)
MOST_TEXT = 500
"""Characters at once, as on the timeline: more does not fit over a lesson."""

_TIME = r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]\d)[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?", re.ASCII)
_HEAD = re.compile(r"WEBVTT(?:[ \t].*)?")
_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?(?:c|i|b|u|v|ruby|rt|lang|font)(?:[.\s][^>]*)?>|<[\d:.]+>|\{\\[^}]*\}", re.IGNORECASE | re.ASCII)


class BadCaptions(Mistake):
    """These captions cannot be read."""

    code, status = "bad-captions", 422


class TooManyCaptions(BadCaptions):
    """This file is too large."""

    code, status = "too-large-captions", 413


class Cue(NamedTuple):
    """One caption: from when to when on the lesson's clock (ms), and what is read."""

    begins: int
    ends: int
    text: str


# -- reading ------------------------------------------------------------------------------------------------------


def read_captions(file: bytes) -> list[Cue]:
    """The captions in a WebVTT or SRT file, in the order of their beginnings. Raises `BadCaptions`."""
    if len(file) > MOST_BYTES:
        raise TooManyCaptions(str(TOO_LARGE))
    cues = sorted(_cues(re.split(r"\r\n|\r|\n", _text(file))), key=lambda cue: cue.begins)
    if not cues:
        raise BadCaptions(_("There is no caption in this file: only its heading, or empty lines."))
    return cues


def _text(file: bytes) -> str:
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file[: error.start].count(b"\n") + 1
        raise BadCaptions(
            _("Line %(line)d is not UTF-8. Save the file as UTF-8 in the program it comes from, and send it again.")
            % {"line": line}
        ) from None


def _cues(lines: list[str]) -> Iterator[Cue]:
    at, webvtt = _after_heading(lines)
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        end = next((i for i in range(at, len(lines)) if not lines[i].strip()), len(lines))
        if not (webvtt and _ASIDE.fullmatch(lines[at]) and "-->" not in lines[at]):
            cue = _cue(lines, at, end)
            if cue.text:
                yield cue
        at = end


def _after_heading(lines: list[str]) -> tuple[int, bool]:
    """Where the captions begin, and whether this is WebVTT; the heading of that goes on to the first empty line."""
    if _HEAD.fullmatch(lines[0]):
        return next((i for i in range(1, len(lines)) if not lines[i].strip() or "-->" in lines[i]), len(lines)), True
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if not (lines[first].strip().isdecimal() or "-->" in lines[first]):
        raise BadCaptions(
            _(
                "Line %(line)d begins neither WebVTT nor SRT. Accepted: a first line “WEBVTT”, or “1” and below it “00:00:01,000 --> 00:00:04,000”."  # noqa: E501
            )
            % {"line": first + 1}
        )
    return first, False


def _cue(lines: list[str], first: int, end: int) -> Cue:
    """The caption in `lines[first:end]`: perhaps a name or number, its times, its text."""
    at = first if "-->" in lines[first] or first + 1 == end else first + 1
    times = _TIMES.fullmatch(lines[at])
    if not times:
        raise BadCaptions(
            _(
                "Line %(line)d: here the times of a caption are missing or wrong. Accepted: “00:01:02.500 --> 00:01:05.000”."  # noqa: E501
            )
            % {"line": at + 1}
        )
    begins, ends = _ms(times.groups()[:4]), _ms(times.groups()[4:])
    if ends <= begins:
        raise BadCaptions(_("Line %(line)d: this caption ends before it begins.") % {"line": at + 1})
    for i in range(at + 1, end):
        if "-->" in lines[i]:
            raise BadCaptions(_("Line %(line)d: an empty line is missing before this caption.") % {"line": i + 1})
    text = _plain("\n".join(lines[at + 1 : end]))
    if len(text) > MOST_TEXT:
        raise BadCaptions(
            _("Line %(line)d: this caption has more than 500 characters. Make several of it.") % {"line": at + 1}
        )
    return Cue(begins, ends, text)


def _ms(time: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, part = time
    return ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int(
        (part or "").ljust(3, "0")
    )


def _plain(text: str) -> str:
    """What is read, without what dresses it. Who speaks stays."""
    told = html.unescape(_TAG.sub("", _VOICE.sub(r"\1: ", text)))
    kept = "".join(letter for letter in told if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs"))
    return "\n".join(line for line in (" ".join(line.split()) for line in kept.split("\n")) if line)
