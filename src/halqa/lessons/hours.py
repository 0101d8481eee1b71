"""The hour of a planned lesson: how it is written, and which ones are accepted.

Written without an offset it is an hour of the house (Africa/Casablanca), whose clock goes back by one for Ramadan.
"""

from __future__ import annotations

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

LEAST_MINUTES, MOST_MINUTES = 5, 300
"""Shorter is a mistype for hours; longer is no lesson, but a day with breaks in it."""
LATE = dt.timedelta(minutes=30)
"""So long after its hour a lesson that did not begin is still expected. Then something else is shown instead."""
FAR = dt.timedelta(days=2 * 365)
"""Beyond it lie mistyped years: schools plan one year, and announce the next."""


class BadHour(ValueError):
    """What is wrong with an hour and what would be accepted, in the reader's language."""


def read_hour(text: str) -> dt.datetime:
    """`2026-11-26T10:00`, as browsers and programs write it, with or without an offset. Raises `BadHour`."""
    try:
        moment = parse_datetime(text.strip()) if re.search(r"\d[T ]\d", text.strip()) else None
    except ValueError:
        moment = None
    if moment is None:
        raise BadHour(_("Accepted: a date and a time, for example %(example)s.") % {"example": "2026-11-26T10:00"})
    return whole(moment if timezone.is_aware(moment) else _in_this_house(moment))


def whole(moment: dt.datetime) -> dt.datetime:
    """To the minute, as forms show it: what nobody touched then stays the same."""
    return moment.replace(second=0, microsecond=0)


def check_hour(moment: dt.datetime, now: dt.datetime) -> None:
    """Return if a lesson can be planned for this hour; else `BadHour`."""
    if moment < whole(now):
        clock = f"{timezone.localtime(now):%H:%M}"
        raise BadHour(_("This hour has passed: it is %(clock)s now. Choose a later one, or none.") % {"clock": clock})
    if moment - now > FAR:
        raise BadHour(_("This is more than two years ahead. Look at the year."))
    _in_this_house(timezone.make_naive(moment))


def is_due(moment: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a lesson that was planned for `moment`, and has not begun, is about to."""
    return moment is not None and moment <= now <= moment + LATE


def _in_this_house(local: dt.datetime) -> dt.datetime:
    try:
        return from_current_timezone(local)
    except ValidationError:
        raise BadHour(_("The clocks change in that hour. Choose one before 2:00 or after 3:00.")) from None
