"""Errors of the API as `application/problem+json` (RFC 9457), in the reader's language, naming the field."""

from __future__ import annotations

import json
from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from halqa.people import services as people
from halqa.timeline.errors import Mistake, NoRoom

from .access import TooManyCodes, TooManyReports, WrongCode
from .attendance import AttendanceRefused, TooManyClasses
from .plan import PlanChanged, PlanRefused
from .services import LessonOver, LessonRefused, NoSuchLesson

SENTENCES = people.SENTENCES | {
    NoSuchLesson: _("There is no lesson under this address."),
    LessonRefused: _("Something about this lesson has to be written otherwise."),
    LessonOver: _("This lesson has ended: it can be seen again, but no longer answered."),
    WrongCode: _("This is not the code of a lesson that can be joined now."),
    TooManyCodes: _("Too many wrong codes came from this address. Wait, then try again."),
    AttendanceRefused: _("This cannot be what a class followed of this lesson."),
    TooManyClasses: _("More classes than this lesson can have are counted already."),
    TooManyReports: _("Too many classes of this address report what they followed. Wait, then try again."),
    PlanChanged: _("This was prepared further on another computer meanwhile."),
    PlanRefused: _("This cannot be kept as what was prepared for a lesson."),
    NoRoom: _("The disk of this server is full. Nothing was written; try again when there is room."),
}

NO_ROOM_S = 10
"""When to ask again: somebody has to make room first."""


def problem(status: int, code: str, title: str, *, retry: bool = False, **more: Any) -> HttpResponse:
    """One problem. Members whose value is None are left out."""
    told = {"title": title, "status": status, "code": code, "retry": retry, **more}
    body = json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=False)
    response = HttpResponse(body, status=status, content_type="application/problem+json")
    if "retry_after" in more:
        response["Retry-After"] = str(more["retry_after"])
    if status == 401:
        response["WWW-Authenticate"] = "Halqa-Key"
    return response


def tell_problems(api: NinjaAPI) -> None:
    """Teach `api` to answer every mistake as a problem."""

    @api.exception_handler(LessonRefused)
    def refused(request: HttpRequest, mistake: LessonRefused) -> HttpResponse:
        fields = [{"field": field, "detail": reason} for field, reason in mistake.reasons.items()]
        title = str(SENTENCES[LessonRefused])
        return problem(422, mistake.code, title, field=fields[0]["field"], detail=str(mistake), errors=fields)

    @api.exception_handler(Mistake)
    def mistaken(request: HttpRequest, mistake: Mistake) -> HttpResponse:
        title = str(SENTENCES.get(type(mistake), mistake.sentence()))
        return problem(
            mistake.status, mistake.code, title, retry=mistake.retry, detail=mistake.detail or None, **mistake.details
        )

    @api.exception_handler(OperationalError)
    def not_kept(request: HttpRequest, error: OperationalError) -> HttpResponse:
        if "disk is full" not in str(error):
            raise error
        return problem(507, NoRoom.code, str(SENTENCES[NoRoom]), retry=True, retry_after=NO_ROOM_S)

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = [{"field": _field(found["loc"]), "detail": _reason(found)} for found in error.errors]
        title = gettext("A part of this request cannot be understood.")
        first = fields[0] if fields else {"field": None, "detail": None}
        return problem(422, "bad-question", title, field=first["field"], detail=first["detail"], errors=fields)

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        title = gettext("A part of this request cannot be understood.")
        return problem(error.status_code, "bad-question", title, detail=str(error))

    @api.exception_handler(Http404)
    def nothing_here(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "no-such-address", gettext("There is nothing under this address."))


def _reason(found: dict[str, Any]) -> str:
    """What is wrong with one field, and what would be accepted, in the reader's language."""
    kind, bounds = found["type"], found.get("ctx", {})
    if kind == "missing":
        return gettext("This is needed.")
    if kind == "literal_error":
        return gettext("Accepted: %(values)s.") % {"values": str(bounds["expected"]).replace(" or ", ", ")}
    if kind == "string_too_long":
        return gettext("At most %(n)d characters.") % {"n": bounds["max_length"]}
    if kind in ("json_invalid", "json_type"):
        return gettext("This is not JSON.")
    return gettext("This is not accepted here.")


def _field(place: tuple[str | int, ...]) -> str:
    """`("body", "told", "title")` is, to whoever wrote the request, `title`."""
    return str(place[-1]) if place else ""
