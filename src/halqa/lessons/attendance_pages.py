"""The attendance of one lesson, for teachers: a page, and the same as a table to take home."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast, get_args
from urllib.parse import quote

from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from halqa.people.services import teachers_only

from . import attendance, house, services
from .attendance import Only, Register, Sort
from .models import Lesson
from .sheets import Row, as_csv, as_xlsx
from .templatetags.lessons import stretches

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@teachers_only
def page(request: HttpRequest, lesson_id: str) -> HttpResponse:
    """Which class followed which minutes."""
    lesson = _access(lesson_id)
    asked = _asked(request)
    register = _register(lesson, asked)
    gone = request.GET.get("removed", "")
    row = int(gone) if gone.isascii() and gone.isdecimal() and len(gone) < 10 else 0
    context = {
        "lesson": lesson,
        "register": register,
        **asked,
        "columns": _columns(asked),
        "undo": {"row": row, "name": attendance.removed(lesson, row)},
        "as_csv": reverse("attendance_csv", args=[lesson.pk]),
        "as_xlsx": reverse("attendance_xlsx", args=[lesson.pk]),
        "top": max((minute.ever for minute in register.minutes), default=0),
    }
    return render(request, "lessons/attendance.html", context)


@require_safe
@teachers_only
def csv(request: HttpRequest, lesson_id: str) -> HttpResponse:
    lesson = _access(lesson_id)
    return _file(lesson, "csv", "text/csv; charset=utf-8", as_csv(table(_register(lesson, _asked(request)))))


@require_safe
@teachers_only
def xlsx(request: HttpRequest, lesson_id: str) -> HttpResponse:
    lesson = _access(lesson_id)
    rows = table(_register(lesson, _asked(request)))
    return _file(lesson, "xlsx", XLSX, as_xlsx(_("Attendance"), rows, from_right=get_language_bidi()))


@require_POST
@teachers_only
def remove(request: HttpRequest, lesson_id: str, row: int) -> HttpResponse:
    """Take a class out; the next page offers to undo it."""
    lesson = _access(lesson_id)
    if not attendance.remove(lesson, row):
        raise Http404
    return redirect(f"{reverse('attendance', args=[lesson.pk])}?removed={row}")


@require_POST
@teachers_only
def put_back(request: HttpRequest, lesson_id: str, row: int) -> HttpResponse:
    lesson = _access(lesson_id)
    if not attendance.put_back(lesson, row):
        raise Http404
    return redirect("attendance", lesson.pk)


def table(register: Register) -> list[Row]:
    """One row a class, below the headings."""
    headings = [
        _("Class"),
        _("Live"),
        _("Live, % of the lesson"),
        _("Later"),
        _("First time"),
        _("Last time"),
        _("Parts followed live"),
        _("Parts followed later"),
    ]
    rows: list[Row] = [
        [
            row.name,
            dt.timedelta(milliseconds=row.live_ms),
            row.live_share,
            dt.timedelta(milliseconds=row.later_ms),
            timezone.make_naive(row.first_at).replace(microsecond=0),
            timezone.make_naive(row.last_at).replace(microsecond=0),
            stretches(row.live),
            stretches(row.later),
        ]
        for row in register.rows
    ]
    return [headings, *rows]


def _access(lesson_id: str) -> Lesson:
    try:
        return services.access_lesson(lesson_id, teacher=True)
    except services.NoSuchLesson:
        raise Http404 from None


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What of the register is wanted; what nobody can want is taken for nothing said."""
    sort, only = request.GET.get("sort", ""), request.GET.get("only", "")
    return {
        "query": request.GET.get("q", "").strip()[:60],
        "sort": sort if sort in get_args(Sort) else "name",
        "only": only if only in get_args(Only) else "",
        "down": request.GET.get("down") == "1",
    }


def _register(lesson: Lesson, asked: dict[str, Any]) -> Register:
    duration = async_to_sync(house.duration_of)(lesson)
    return attendance.register(
        lesson,
        duration,
        query=asked["query"],
        only=cast(Only, asked["only"]),
        sort=cast(Sort, asked["sort"]),
        down=asked["down"],
    )


def _columns(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The headings: each sorts by its column, and the other way round when it does so already."""
    names = {
        "name": _("Class"),
        "live": _("Live"),
        "later": _("Later"),
        "first": _("First time"),
        "last": _("Last time"),
    }
    return [
        {
            "sort": sort,
            "name": name,
            "sorted": ("descending" if asked["down"] else "ascending") if asked["sort"] == sort else "",
            "down": "1" if asked["sort"] == sort and not asked["down"] else "",
        }
        for sort, name in names.items()
    ]


def _file(lesson: Lesson, kind: str, media_type: str, body: bytes) -> HttpResponse:
    name = "".join(letter for letter in lesson.title if letter.isalnum() or letter in " -_").strip() or lesson.pk
    response = HttpResponse(body, content_type=media_type)
    named = quote(f"{name} - {_('Attendance')}.{kind}")
    response["Content-Disposition"] = f"attachment; filename=\"{lesson.pk}.{kind}\"; filename*=UTF-8''{named}"
    response["Cache-Control"] = "no-store"
    return response
