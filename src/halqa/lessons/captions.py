"""Captions of a lesson: a file a language, brought by a teacher; or what was typed while it was on air.

A file takes the place of what was typed in its language. WebVTT (W3C, https://www.w3.org/TR/webvtt1/) and SubRip are
read; what is kept is plain text with its times, so that nothing of a file's markup reaches a page.
"""

from __future__ import annotations

import html
import io
from collections.abc import Sequence

import webvtt
from django.utils.translation import gettext as _
from webvtt.errors import MalformedCaptionError, MalformedFileError
from webvtt.models import Timestamp

from halqa.timeline import Entry
from halqa.timeline.errors import Mistake

from .catalogue import LANGUAGES
from .models import Captions, Lesson

MOST_BYTES = 1 << 20
"""A lesson of four hours, word by word, is 200 kB."""
MOST_CUES = 20_000
MOST_TEXT = 500
SHOWN_MS, A_LETTER_MS, MOST_MS = 2_000, 60, 7_000
"""A typed line is shown until the next one, for as long as it takes to read it (17 letters a second), 7 s at most."""

Cue = tuple[int, int, str]
"""Begins, ends (ms on the lesson's clock), and what is said."""


class CaptionsRefused(Mistake):
    """This file cannot be used as captions."""

    code, status = "captions-refused", 422


def read_captions(data: bytes) -> list[Cue]:
    """The cues of a WebVTT or SubRip file, in order. Raises `CaptionsRefused`, saying what would be accepted."""
    if len(data) > MOST_BYTES:
        raise CaptionsRefused(_("The file is larger than 1 MB: captions are text, of a few hundred kB at most."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CaptionsRefused(_("The file is not in UTF-8. Save it as UTF-8 in the program that wrote it.")) from None
    if "\0" in text:
        raise CaptionsRefused(_("The file is not text."))
    kind = "vtt" if text.lstrip().startswith("WEBVTT") else "srt"
    try:
        read = webvtt.from_buffer(io.StringIO(text.lstrip()), format=kind).captions if text.strip() else []
    except (MalformedFileError, MalformedCaptionError):
        read = []
    cues = [cue for cue in map(_cue, read) if cue]
    if not cues:
        raise CaptionsRefused(_("This is no WebVTT and no SubRip file, or there is no text in it."))
    if len(cues) > MOST_CUES:
        raise CaptionsRefused(_("The file has more than %(most)d lines.") % {"most": MOST_CUES})
    return sorted(cues)


def _cue(caption: webvtt.Caption) -> Cue | None:
    begins, ends = _ms(caption.start_time), _ms(caption.end_time)
    text = " ".join(html.unescape(caption.text).split())[:MOST_TEXT]
    if ends <= begins:
        at = caption.start
        raise CaptionsRefused(_("The line at %(at)s ends before it begins.") % {"at": at})
    return (begins, ends, text) if text else None


def _ms(time: Timestamp) -> int:
    return ((time.hours * 60 + time.minutes) * 60 + time.seconds) * 1000 + time.milliseconds


def keep(lesson: Lesson, language: str, data: bytes) -> Captions:
    """These are the captions of this language from now on. Raises `CaptionsRefused`; then those of before stay."""
    if language not in LANGUAGES:
        raise CaptionsRefused(_("Choose a language from the list."))
    cues = read_captions(data)
    kept, _made = Captions.objects.update_or_create(lesson=lesson, language=language, defaults={"cues": cues})
    return kept


def remove(lesson: Lesson, language: str) -> None:
    """The file of this language is no longer used; what was typed is shown again."""
    Captions.objects.filter(lesson=lesson, language=language).delete()


def kept(lesson: Lesson) -> dict[str, Captions]:
    """The files of this lesson, by language."""
    return {one.language: one for one in lesson.captions.all()}


def typed(entries: Sequence[Entry]) -> list[Cue]:
    """What was typed on one track, with the times at which it is shown."""
    lines = [(entry.t, _text(entry.payload)) for entry in entries]
    cues = []
    for place, (t, text) in enumerate(lines):
        ends = t + min(MOST_MS, SHOWN_MS + A_LETTER_MS * len(text))
        later = next((after for after, _ in lines[place + 1 :] if after > t), ends)
        ends = min(ends, later)
        if text:
            cues.append((t, ends, text))
    return cues


def _text(payload: bytes) -> str:
    return " ".join(payload.decode("utf-8", "replace").split())[:MOST_TEXT]


def as_webvtt(cues: Sequence[Cue], language: str) -> str:
    """A WebVTT file of these cues."""
    blocks = [f"WEBVTT\nLanguage: {language}"]
    for begins, ends, text in cues:
        told = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_time(begins)} --> {_time(ends)}\n{told}")
    return "\n\n".join(blocks) + "\n"


def _time(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{rest:03}"
