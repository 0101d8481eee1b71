"""Which class followed which minutes of a lesson, live or later.

A classroom's page measures what it really played and reports all of it so far, every minute and at the end
(docs/protocol.md, *Attendance*); what is reported is united with what is known, so nothing is lost by cuts and nothing
counts twice. Every figure that a page, a table or a program shows comes from `register`.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halqa.spelling import search_key, search_words
from halqa.timeline.errors import Mistake

from . import services
from .models import Attendance, Lesson
from .spans import Span, length, united, within

SLACK_MS = 60_000
"""A page may be this far beyond the end that is known here: what it plays was committed after this house looked."""
MOST_SPANS = 500
"""A report's, of each kind: a page closes the smallest gaps beyond them. It takes 500 jumps to have as many."""
MOST_KEPT = 2_000
MOST_CLASSES = 1_000
"""Of one lesson: a province has some hundred rooms, and noise must not fill the disk."""
ERASED_AFTER = dt.timedelta(hours=1)
"""How long taking a class out can be undone."""
MINUTE_MS = 60_000

Sort = Literal["name", "live", "later", "first", "last"]
Only = Literal["", "live", "later"]


class AttendanceRefused(Mistake):
    """This cannot be what a class followed of this lesson."""

    code, status = "attendance-refused", 422


class TooManyClasses(Mistake):
    """More classes than this lesson can have are counted already."""

    code, status = "too-many-classes", 409


@dataclass(frozen=True, slots=True)
class Followed:
    """One class. Shares are of the lesson, in %, rounded."""

    id: int
    name: str
    live: list[Span]
    later: list[Span]
    live_ms: int
    later_ms: int
    live_share: int
    first_at: dt.datetime
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Minute:
    """How many classes followed (most of) one minute."""

    begins: int
    live: int
    ever: int


@dataclass(frozen=True, slots=True)
class Register:
    """Everything that is told about a lesson's classes. `rows`: those asked for; all else counts all of them."""

    duration: int
    rows: list[Followed]
    classes: int
    live: int
    """How many followed something live."""
    later: int
    """How many followed something later."""
    live_ms: int
    later_ms: int
    live_share: int
    """On average, of the lesson, in %."""
    minutes: list[Minute]

    @property
    def most(self) -> Minute | None:
        """When most classes were there, live or later; the first such minute."""
        return max(self.minutes, key=lambda minute: minute.ever, default=None)


# -- counting -----------------------------------------------------------------------------------------------------


def report(
    lesson: Lesson, secret: str, name: str, live: Sequence[Sequence[int]], later: Sequence[Sequence[int]], end: int
) -> None:
    """A class followed this so far. `end`: of the lesson, as far as it is known. Raises `AttendanceRefused`."""
    name = _checked_name(name)
    for field, spans in (("live", live), ("later", later)):
        if any(not 0 <= begin <= last <= end + SLACK_MS for begin, last in spans):
            raise AttendanceRefused(_("A stretch lies outside of the lesson."), field=field)
    voice = services.voice(lesson, "class", secret)
    with transaction.atomic():
        row = Attendance.objects.filter(lesson=lesson, voice=voice).first()
        if row is None:
            if Attendance.objects.filter(lesson=lesson).count() >= MOST_CLASSES:
                raise TooManyClasses
            row = Attendance(lesson=lesson, voice=voice)
        elif row.removed_at is not None:
            return
        row.name = name
        row.live, row.later = united(row.live, live), united(row.later, later)
        if max(len(row.live), len(row.later)) > MOST_KEPT:
            raise AttendanceRefused(_("There are too many stretches."), field="live")
        if not row.live and not row.later:
            return
        row.last_at = timezone.now()
        row.save()


def is_counted(lesson: Lesson, secret: str) -> bool:
    """Whether this class is known in this lesson."""
    return Attendance.objects.filter(lesson=lesson, voice=services.voice(lesson, "class", secret)).exists()


# -- taking out ---------------------------------------------------------------------------------------------------


def remove(lesson: Lesson, row: int) -> bool:
    """Take a class out; for an hour that can be undone. False: there is none such."""
    rows = Attendance.objects.filter(lesson=lesson, pk=row, removed_at=None)
    return rows.update(removed_at=timezone.now()) > 0


def put_back(lesson: Lesson, row: int) -> bool:
    """False: it is not to be had any more."""
    return Attendance.objects.filter(lesson=lesson, pk=row).exclude(name="").update(removed_at=None) > 0


def removed(lesson: Lesson, row: int) -> str:
    """The name of a class that was taken out and can be put back; else ""."""
    gone = Attendance.objects.filter(lesson=lesson, pk=row, removed_at__gt=timezone.now() - ERASED_AFTER)
    return gone.values_list("name", flat=True).first() or ""


def erase_removed() -> None:
    """Of classes taken out an hour ago nothing is left but the mark that they are not to be counted."""
    long_ago = Attendance.objects.filter(removed_at__lte=timezone.now() - ERASED_AFTER)
    long_ago.exclude(name="").update(name="", live=[], later=[])


# -- figures ------------------------------------------------------------------------------------------------------


def register(
    lesson: Lesson, duration: int, *, query: str = "", only: Only = "", sort: Sort = "name", down: bool = False
) -> Register:
    """The classes whose names have all the words of `query`, sorted; and what all classes together come to."""
    erase_removed()
    kept = Attendance.objects.filter(lesson=lesson, removed_at=None)
    rows = [_followed(row, duration) for row in kept]
    words = search_words(query)
    shown = [row for row in rows if all(word in search_key(row.name) for word in words)]
    if only:
        shown = [row for row in shown if (row.live_ms if only == "live" else row.later_ms)]
    shown.sort(key=lambda row: (search_key(row.name), row.first_at))
    if sort != "name":
        keys = {"live": "live_ms", "later": "later_ms", "first": "first_at", "last": "last_at"}
        shown.sort(key=lambda row: getattr(row, keys[sort]))
    if down:
        shown.reverse()
    return Register(
        duration=duration,
        rows=shown,
        classes=len(rows),
        live=sum(1 for row in rows if row.live_ms),
        later=sum(1 for row in rows if row.later_ms),
        live_ms=sum(row.live_ms for row in rows),
        later_ms=sum(row.later_ms for row in rows),
        live_share=round(sum(row.live_share for row in rows) / len(rows)) if rows else 0,
        minutes=_minutes(rows, duration),
    )


def _followed(row: Attendance, duration: int) -> Followed:
    live, later = united(row.live), united(row.later)
    live_ms = length(live)
    return Followed(
        id=row.pk,
        name=row.name,
        live=live,
        later=later,
        live_ms=live_ms,
        later_ms=length(later),
        live_share=_share(live_ms, duration),
        first_at=row.first_at,
        last_at=row.last_at,
    )


def _minutes(rows: Sequence[Followed], duration: int) -> list[Minute]:
    """Minute by minute; the last one may be shorter. Whoever followed half of it was there."""
    found = []
    both = [(row.live, united(row.live, row.later)) for row in rows]
    for begins in range(0, duration, MINUTE_MS):
        ends = min(begins + MINUTE_MS, duration)
        half = (ends - begins) / 2
        live = sum(1 for spans, _all in both if within(spans, begins, ends) >= half)
        ever = sum(1 for _live, spans in both if within(spans, begins, ends) >= half)
        found.append(Minute(begins, live, ever))
    return found


def _share(ms: int, duration: int) -> int:
    """In %; what goes a little beyond the end is all of it."""
    return min(100, round(100 * ms / duration)) if duration > 0 else 0


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60 or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise AttendanceRefused(_("A name has 1 to 60 characters."), field="name")
    return name
