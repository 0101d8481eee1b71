"""Captions of a lesson: a file a language, brought by a teacher; or what was typed while it was on air.

A file takes the place of what was typed in its language. What is kept of it is plain text with its times, so that
nothing of its markup reaches a page.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from halqa.timeline import Entry

from .catalogue import LANGUAGES
from .cues import MOST_TEXT, BadCaptions, Cue, read_captions
from .models import Captions, Lesson

SHOWN_MS, A_LETTER_MS, MOST_MS = 2_000, 60, 7_000
"""A typed line is shown until the next one, for as long as it takes to read it (17 letters a second), 7 s at most."""


class CaptionsRefused(BadCaptions):
    """This file cannot be used as captions."""

    code = "captions-refused"


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
            cues.append(Cue(t, ends, text))
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
