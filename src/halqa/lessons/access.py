"""Who is a teacher: whoever knows this house's key, or has shown it in this browser. People and roles come later.

The check stands at the door: views ask `is_teacher` or carry `@teachers_only`; nothing further in asks again.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import math
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse

from halqa.timeline.errors import Mistake

from . import services
from .allowance import Allowance
from .attempts import FREE_CODES, Attempts
from .models import Lesson

Rest = ParamSpec("Rest")
Page = Callable[Concatenate[HttpRequest, Rest], HttpResponse]

_SESSION = "teacher"
attempts = Attempts(time.monotonic)
codes = Attempts(time.monotonic, FREE_CODES)
reports = Allowance(time.monotonic, 120, 0.5)
"""A class reports once a minute and when its page is left: a school of 30 rooms behind one address has plenty."""
newcomers = Allowance(time.monotonic, 60, 60.0)
"""Classes that were not counted in a lesson before: a school has some dozen rooms, and lessons are an hour apart."""


class NotATeacher(Mistake):
    """Only a teacher may do this. Enter the teacher key."""

    code, status = "teacher-only", 401


class WrongKey(Mistake):
    """This is not the teacher key of this house."""

    code, status = "wrong-key", 401


class TooManyKeys(Mistake):
    """Too many wrong keys came from this address. Wait, then try again."""

    code, status, retry = "too-many-keys", 429, True

    def __init__(self, seconds: int) -> None:
        super().__init__(retry_after=seconds)
        self.seconds = seconds


class WrongCode(Mistake):
    """This is not the code of a lesson that can be joined now."""

    code, status = "wrong-code", 403


class TooManyCodes(TooManyKeys):
    """Too many wrong codes came from this address. Wait, then try again."""

    code, status, retry = "too-many-codes", 429, True


class TooManyReports(TooManyKeys):
    """Too many classes of this address report what they followed. Wait, then try again."""

    code, status, retry = "too-many-reports", 429, True


class NoToken(Mistake):
    """This request does not carry the token of its page (X-CSRFToken). Open the page again."""

    code, status = "no-token", 403


def try_key(request: HttpRequest, told: str) -> None:
    """Return if `told` is the teacher key; else `WrongKey`, or `TooManyKeys` (then it was not even looked at)."""
    address = address_of(request)
    wait = attempts.wait(address)
    if wait > 0:
        raise TooManyKeys(math.ceil(wait))
    if not hmac.compare_digest(_bare(told), _bare(settings.HALQA_TEACHER_KEY)):
        attempts.slipped(address)
        raise WrongKey
    attempts.forgive(address)


def try_code(request: HttpRequest, told: str) -> Lesson:
    """The lesson that is joined with this code; else `WrongCode`, or `TooManyCodes` (then it was not even looked at).

    A right code forgives nothing: whoever sits in a class knows one, and could try the others' in between.
    """
    address = address_of(request)
    wait = codes.wait(address)
    if wait > 0:
        raise TooManyCodes(math.ceil(wait))
    lesson = services.joined_by("".join(digit for digit in told if digit.isdecimal() and digit.isascii()))
    if lesson is None:
        codes.slipped(address)
        raise WrongCode
    return lesson


def may_report(request: HttpRequest, *, new: bool) -> None:
    """Return if this address may report what a class followed; else `TooManyReports`."""
    address = address_of(request)
    wait = reports.take(address) or (newcomers.take(address) if new else 0.0)
    if wait > 0:
        raise TooManyReports(math.ceil(wait))


def address_of(request: HttpRequest) -> str:
    """Where a request comes from. A proxy on this very machine is believed when it says for whom it asks."""
    address = request.META.get("REMOTE_ADDR") or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    return forwarded if forwarded and address in ("127.0.0.1", "::1") else address


def remember_teacher(request: HttpRequest) -> None:
    """From now on this browser is a teacher's, until the key changes, the session ends, or `forget_teacher`."""
    request.session[_SESSION] = _mark()
    rotate_token(request)


def forget_teacher(request: HttpRequest) -> None:
    request.session.flush()


def is_teacher(request: HttpRequest) -> bool:
    """Whether this browser has shown the key that is in force."""
    return hmac.compare_digest(str(request.session.get(_SESSION, "")), _mark())


def teacher_on_pages(request: HttpRequest) -> dict[str, bool]:
    """For every template: `teacher`. Pages for broken requests may have no session."""
    return {"teacher": hasattr(request, "session") and is_teacher(request)}


def teachers_only(page: Callable[Concatenate[HttpRequest, Rest], HttpResponse]) -> Page[Rest]:
    """Others are sent to the page that asks for the key, and come back from there."""

    @functools.wraps(page)
    def guarded(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if is_teacher(request):
            return page(request, *args, **kwargs)
        back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
        return HttpResponseRedirect(f"{reverse('enter')}?{urlencode({'next': back})}")

    return cast(Page[Rest], guarded)


def _bare(key: str) -> bytes:
    """Small letters, spaces and missing dashes are no mistakes."""
    return "".join(letter for letter in key.upper() if letter.isalnum()).encode()


def _mark() -> str:
    key = settings.HALQA_TEACHER_KEY.encode()
    return hmac.new(settings.SECRET_KEY.encode(), b"teacher " + key, hashlib.sha256).hexdigest()[:32]
