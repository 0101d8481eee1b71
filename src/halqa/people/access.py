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
from django.utils.translation import gettext_lazy as _

from halqa.timeline.errors import Mistake

from .attempts import Attempts

Rest = ParamSpec("Rest")
Page = Callable[Concatenate[HttpRequest, Rest], HttpResponse]

_SESSION = "teacher"
attempts = Attempts(time.monotonic)


class NotATeacher(Mistake):
    """Only a teacher may do this. Enter the teacher key."""

    code, status = "teacher-only", 401


class WrongKey(Mistake):
    """This is not the teacher key of this house."""

    code, status = "wrong-key", 401


class TooMany(Mistake):
    """Too many attempts came from this address. Wait, then try again."""

    code, status, retry = "too-many", 429, True

    def __init__(self, seconds: int) -> None:
        super().__init__(retry_after=seconds)
        self.seconds = seconds


class TooManyKeys(TooMany):
    """Too many wrong keys came from this address. Wait, then try again."""

    code, status, retry = "too-many-keys", 429, True


class NoToken(Mistake):
    """This request does not carry the token of its page (X-CSRFToken). Open the page again."""

    code, status = "no-token", 403


SENTENCES = {
    NotATeacher: _("Only a teacher may do this. Enter the teacher key."),
    WrongKey: _("This is not the teacher key of this house."),
    TooManyKeys: _("Too many wrong keys came from this address. Wait, then try again."),
    NoToken: _("This request does not carry the token of its page (X-CSRFToken). Open the page again."),
}
"""What these mistakes say in the reader's language, for whoever answers them."""


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
