"""What readers of a lesson may: join it with its code, report what a class followed. Who teaches: `halqa.people`."""

from __future__ import annotations

import math
import time

from django.http import HttpRequest

from halqa.people.services import Allowance, Attempts, TooMany, address_of
from halqa.timeline.errors import Mistake

from . import services
from .models import Lesson

FREE_CODES = 40
"""A join code has a million values and opens only the right to answer: a class of forty may mistype it once each, then
guessing costs minutes a try."""

codes = Attempts(time.monotonic, FREE_CODES)
reports = Allowance(time.monotonic, 120, 0.5)
"""A class reports once a minute and when its page is left: a school of 30 rooms behind one address has plenty."""
newcomers = Allowance(time.monotonic, 60, 60.0)
"""Classes that were not counted in a lesson before: a school has some dozen rooms, and lessons are an hour apart."""


class WrongCode(Mistake):
    """This is not the code of a lesson that can be joined now."""

    code, status = "wrong-code", 403


class TooManyCodes(TooMany):
    """Too many wrong codes came from this address. Wait, then try again."""

    code, status, retry = "too-many-codes", 429, True


class TooManyReports(TooMany):
    """Too many classes of this address report what they followed. Wait, then try again."""

    code, status, retry = "too-many-reports", 429, True


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
