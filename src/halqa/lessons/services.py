"""The only door to lessons, for other rooms, pages and the command line."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import logging
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Case, F, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _

from halqa.spelling import search_words
from halqa.tickets import Grant, Tickets
from halqa.timeline import Summary
from halqa.timeline.errors import Mistake

from .catalogue import LANGUAGES, levels, subjects
from .hours import LATE, LEAST_MINUTES, MOST_MINUTES, BadHour, check_hour, whole
from .models import SLUG_LETTERS, Lesson

log = logging.getLogger("halqa.lessons")

PAGE_SIZE = 12
TICKET_SECONDS = 12 * 3600
ANSWER_TRACKS = ("private/answers", "private/questions", "private/here")
PEN_SECONDS = 60
"""The studio gives a class that has the pen a new ticket twice in this time: a pen that was taken back is soon dry."""
CALL_SECONDS = 3600
"""How long the credentials for a TURN server hold: a class has the floor for minutes."""
VOICE_LETTERS = 12
"""31^12 names: nobody meets another's by chance. With `c-` or `p-` they are the voice of whoever answers."""
CODE_DIGITS = 6
Role = Literal["class", "pupil"]


class NoSuchLesson(Mistake):
    """There is no lesson under this address."""

    code, status = "no-such-lesson", 404


class LessonRefused(Mistake):
    """Something about this lesson has to be written otherwise."""

    code, status = "lesson-refused", 422

    def __init__(self, reasons: Mapping[str, str]) -> None:
        """`reasons`: for each field, what is wrong and what would be accepted, in the reader's language."""
        super().__init__(" ".join(reasons.values()))
        self.reasons = dict(reasons)


class LessonOver(Mistake):
    """This lesson has ended: it can be seen again, but no longer answered."""

    code, status = "lesson-over", 409


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search."""

    lessons: list[Lesson]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Slip:
    """A ticket as pages hand it out. `expires_at`: ms since 1970. `speaker`: what its holder's names begin with."""

    ticket: str
    expires_at: int
    speaker: str = ""


# -- a lesson's life ----------------------------------------------------------------------------------------------


def create(
    title: str,
    *,
    subject: str = "",
    level: str = "",
    teacher: str = "",
    language: str = "fr",
    starts_at: dt.datetime | None = None,
    minutes: int | None = None,
    lesson_id: str | None = None,
) -> Lesson:
    """A new, planned lesson. Raises `LessonRefused`. `lesson_id`: the name of a timeline that comes from elsewhere."""
    told = _checked(title, subject, level, teacher, language) | _planned(starts_at, minutes)
    if lesson_id is not None:
        try:
            with transaction.atomic():
                return Lesson.objects.create(id=lesson_id, **told)
        except IntegrityError:
            raise LessonRefused({"id": _("There is already a lesson under this address.")}) from None
    while True:
        try:
            with transaction.atomic():
                return Lesson.objects.create(**told)
        except IntegrityError:
            log.info("A lesson's address was taken; trying another one.")


def rewrite(
    lesson: Lesson,
    title: str,
    *,
    subject: str,
    level: str,
    teacher: str,
    language: str,
    starts_at: dt.datetime | None = None,
    minutes: int | None = None,
) -> Lesson:
    """Correct what was written about a lesson. Its address and its timeline stay. Raises `LessonRefused`.

    Once it has begun, the hour that was planned for it stays too.
    """
    told = _checked(title, subject, level, teacher, language)
    if lesson.is_planned:
        told |= _planned(starts_at, minutes, lesson.starts_at)
    for field, value in told.items():
        setattr(lesson, field, value)
    lesson.save()
    return lesson


def hide(lesson: Lesson) -> None:
    """Nobody finds this lesson any more; nothing of it is lost."""
    Lesson.objects.filter(pk=lesson.pk, hidden_at=None).update(hidden_at=timezone.now())


def show_again(lesson: Lesson) -> None:
    Lesson.objects.filter(pk=lesson.pk).update(hidden_at=None)


def forget(lesson_id: str) -> None:
    """Remove what is written about a lesson for good. Its timeline is the stores' to delete."""
    Lesson.objects.filter(pk=lesson_id).delete()


def began(lesson_id: str, at: dt.datetime | None = None) -> None:
    """Somebody teaches on the timeline: the lesson is on air. Said again, or after the end, it changes nothing."""
    at = at or timezone.now()
    Lesson.objects.filter(pk=lesson_id, status=Lesson.Status.PLANNED).update(status=Lesson.Status.LIVE, started_at=at)


def sealed(lesson_id: str, summary: Summary) -> None:
    """The timeline was sealed: the lesson has ended and can be replayed. Said again, it changes nothing."""
    began(lesson_id, moment(summary.started_at))
    live = Lesson.objects.filter(pk=lesson_id, status=Lesson.Status.LIVE)
    started_at = live.values_list("started_at", flat=True).first()
    ended_at = moment(summary.said_at) or timezone.now()
    live.update(
        status=Lesson.Status.ENDED,
        ended_at=max(ended_at, started_at or ended_at),  # the server's clock may have been set back meanwhile
        duration_ms=summary.duration,
        tracks=track_list(summary),
        join_code="",
    )


def unended() -> list[str]:
    """The lessons that a restart may have left behind their timelines."""
    return list(Lesson.objects.exclude(status=Lesson.Status.ENDED).values_list("pk", flat=True))


def track_list(summary: Summary) -> list[dict[str, str | int]]:
    """What is on a timeline, track by track, as pages and programs are told."""
    return [
        {"name": name, "bytes": facts.bytes, "begins": facts.begins, "ends": facts.ends}
        for name, facts in sorted(summary.tracks.items())
        if not name.startswith("private/")
    ]


def moment(ms: int | None) -> dt.datetime | None:
    """A wall clock in ms since 1970 as Django keeps it."""
    return None if ms is None else dt.datetime.fromtimestamp(ms / 1000, dt.UTC)


# -- finding ------------------------------------------------------------------------------------------------------


def access_lesson(lesson_id: str, *, teacher: bool = False) -> Lesson:
    """The lesson, if there is one that this reader may see; else `NoSuchLesson`, whatever the reason."""
    lesson = Lesson.objects.filter(pk=lesson_id).first()
    if lesson is None or (lesson.hidden_at is not None and not teacher):
        raise NoSuchLesson
    return lesson


def find_hidden(lesson_id: str) -> Lesson | None:
    """The lesson that was hidden under this address, to show it again."""
    return Lesson.objects.filter(pk=lesson_id, hidden_at__isnull=False).first()


def find(query: str = "", status: str = "", page: int = 1, *, size: int = PAGE_SIZE, hidden: bool = False) -> Found:
    """Lessons whose title or teacher has all the words of `query`; a page beyond the last is the last.

    Newest first; planned ones by their hour, then those without one, at last those whose hour has passed.
    """
    found = _named(_ordered(Lesson.objects.filter(hidden_at__isnull=not hidden), status), query)
    pages = Paginator(found, size)
    shown = pages.get_page(page)
    return Found(list(shown.object_list), shown.number, pages.num_pages, pages.count)


def upcoming(now: dt.datetime, limit: int = PAGE_SIZE, *, query: str = "") -> list[Lesson]:
    """The planned lessons that begin next, the first one first; one that is late a while is still among them."""
    planned = Lesson.objects.filter(status=Lesson.Status.PLANNED, hidden_at=None, starts_at__gte=now - LATE)
    return list(_named(planned, query).order_by("starts_at", "created_at", "pk")[:limit])


def next_for_walls(now: dt.datetime) -> Lesson | None:
    """What a wall shows: the lesson on air (the one that began last), else the one that begins next."""
    live = Lesson.objects.filter(status=Lesson.Status.LIVE, hidden_at=None).order_by("-started_at", "pk").first()
    return live or next(iter(upcoming(now, 1)), None)


def _named(lessons: QuerySet[Lesson], query: str) -> QuerySet[Lesson]:
    for word in search_words(query):
        lessons = lessons.filter(search_key__contains=word)
    return lessons


def _ordered(lessons: QuerySet[Lesson], status: str) -> QuerySet[Lesson]:
    if status:
        lessons = lessons.filter(status=status)
    if status == Lesson.Status.PLANNED:
        passed = Case(When(starts_at__lt=timezone.now() - LATE, then=1), default=0)
        return lessons.order_by(passed, F("starts_at").asc(nulls_last=True), "-created_at", "pk")
    return lessons.order_by(F("started_at").desc(nulls_first=True), "-created_at", "pk")


# -- tickets ------------------------------------------------------------------------------------------------------


def follow_ticket(lesson: Lesson) -> Slip:
    """May follow this lesson, everything on it that is not private."""
    return _slip(Grant(timeline=lesson.pk, may=frozenset({"follow"}), seconds=TICKET_SECONDS))


def say_ticket(lesson: Lesson, speaker: str = "") -> Slip:
    """May teach this lesson: say everything, follow it and what is answered in private, end it.

    A fresh speaker's prefix unless one is given.
    """
    speaker = speaker or "s" + "".join(secrets.choice(SLUG_LETTERS) for _ in range(5))
    verbs = frozenset({"say", "follow", "seal"})
    grant = Grant(
        timeline=lesson.pk,
        may=verbs,  # type: ignore[arg-type]
        tracks=("*", "private/*"),
        speaker=speaker,
        seconds=TICKET_SECONDS,
    )
    return _slip(grant)


def answer_ticket(lesson: Lesson, role: Role, keepsake: str = "") -> Slip:
    """May answer and ask in this lesson, under one name of its own, and hear what the teacher says to it alone.

    Raises `LessonOver`.

    `keepsake`: a secret that a browser made up. Who shows the same again is the same speaker; nobody can become another
    one by knowing its name. Nothing about the holder is kept here.
    """
    if lesson.is_ended:
        raise LessonOver
    name = voice(lesson, role, keepsake or secrets.token_hex(16))
    own = f"private/{name}-*"
    grant = Grant(
        timeline=lesson.pk,
        may=frozenset({"say", "follow"}),
        tracks=(*ANSWER_TRACKS, own),
        hears=(own,),
        speaker=name,
        guest=True,
        seconds=TICKET_SECONDS,
    )
    return _slip(grant)


def voice(lesson: Lesson, role: Role, secret: str) -> str:
    """The name in this lesson of whoever shows this secret. Nobody comes to another one's by knowing it."""
    mark = hmac.new(settings.HALQA_SECRET, f"{lesson.pk} {role} {secret}".encode(), hashlib.sha256).digest()
    return f"{role[0]}-" + "".join(SLUG_LETTERS[byte % len(SLUG_LETTERS)] for byte in mark[:VOICE_LETTERS])


def pen_ticket(lesson: Lesson, voice: str) -> Slip:
    """May write on the pages of this lesson's board, for a minute: for a class to which the teacher gives the pen."""
    if lesson.is_ended:
        raise LessonOver
    may = frozenset({"say"})
    tracks = ("board/*",)
    return _slip(Grant(timeline=lesson.pk, may=may, tracks=tracks, speaker=voice, guest=True, seconds=PEN_SECONDS))  # type: ignore[arg-type]


def call_servers(voice: str, now: float) -> list[dict[str, str | list[str]]]:
    """The STUN and TURN servers of a call with this voice, as `RTCIceServer` (W3C WebRTC, 4.2.4).

    Credentials hold for `CALL_SECONDS` and are made as coturn's `use-auth-secret` expects them
    (draft-uberti-behave-turn-rest-00): name `<expiry>:<voice>`, password base64(HMAC-SHA1(secret, name)).
    """
    servers: list[dict[str, str | list[str]]] = []
    if settings.HALQA_STUN:
        servers.append({"urls": settings.HALQA_STUN})
    if settings.HALQA_TURN and settings.HALQA_TURN_SECRET:
        name = f"{int(now) + CALL_SECONDS}:{voice}"
        mark = hmac.new(settings.HALQA_TURN_SECRET.encode(), name.encode(), hashlib.sha1).digest()
        servers.append({"urls": settings.HALQA_TURN, "username": name, "credential": base64.b64encode(mark).decode()})
    return servers


# -- joining ------------------------------------------------------------------------------------------------------


def join_code(lesson: Lesson) -> str:
    """The code with which pupils join this lesson; "" when it has ended. No two lessons share one at the same time."""
    if lesson.is_ended or lesson.join_code:
        return lesson.join_code
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        if not Lesson.objects.filter(join_code=code).exists():
            Lesson.objects.filter(pk=lesson.pk, join_code="").update(join_code=code)
            lesson.refresh_from_db(fields=["join_code"])
            return lesson.join_code


def joined_by(code: str) -> Lesson | None:
    """The lesson that can be joined with this code."""
    if len(code) != CODE_DIGITS:
        return None
    return Lesson.objects.filter(join_code=code, hidden_at=None).exclude(status=Lesson.Status.ENDED).first()


def _slip(grant: Grant) -> Slip:
    ticket = Tickets(settings.HALQA_SECRET).issue(grant)
    expires = int((timezone.now().timestamp() + grant.seconds) * 1000)
    return Slip(ticket=ticket, expires_at=expires, speaker=grant.speaker)


# -- what may be written about a lesson ---------------------------------------------------------------------------


def _checked(title: str, subject: str, level: str, teacher: str, language: str) -> dict[str, Any]:
    title, teacher = " ".join(title.split()), " ".join(teacher.split())
    reasons = {}
    if not title:
        reasons["title"] = _("Give the lesson a title.")
    elif len(title) > 200:
        reasons["title"] = _("A title has at most 200 characters.")
    if len(teacher) > 100:
        reasons["teacher"] = _("A name has at most 100 characters.")
    for field, value in (("title", title), ("teacher", teacher)):
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
            reasons[field] = _("This has signs that cannot be kept.")
    for field, value, known in (("subject", subject, subjects()), ("level", level, levels())):
        if value and value not in known:
            reasons[field] = _("Accepted: %(values)s.") % {"values": ", ".join(known)}
    if language not in LANGUAGES:
        reasons["language"] = _("Accepted: %(values)s.") % {"values": ", ".join(LANGUAGES)}
    if reasons:
        raise LessonRefused(reasons)
    return {"title": title, "subject": subject, "level": level, "teacher": teacher, "language": language}


def _planned(
    starts_at: dt.datetime | None, minutes: int | None, stands: dt.datetime | None = None
) -> dict[str, dt.datetime | int | None]:
    """`stands`: the hour that was planned before. Left as it is, it may have passed."""
    reasons = {}
    starts_at = starts_at and whole(starts_at)
    if starts_at is not None and starts_at != stands:
        try:
            check_hour(starts_at, timezone.now())
        except BadHour as bad:
            reasons["starts_at"] = str(bad)
    if minutes is not None and not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        reasons["minutes"] = _("Accepted: 5 to 300 minutes.")
    if reasons:
        raise LessonRefused(reasons)
    return {"starts_at": starts_at and starts_at.astimezone(dt.UTC), "planned_minutes": minutes}
