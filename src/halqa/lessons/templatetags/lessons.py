"""How lessons are written on pages: days as people here say them, lengths, names that keep their own direction."""

from __future__ import annotations

import datetime as dt
import re

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

register = template.Library()

MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    # The months as Morocco says them, not as the Levant or the Gulf do.
    "ar": "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر",
    "en": "January February March April May June July August September October November December",
    "zgh": "ⵉⵏⵏⴰⵢⵔ ⴱⵕⴰⵢⵕ ⵎⴰⵕⵚ ⵉⴱⵔⵉⵔ ⵎⴰⵢⵢⵓ ⵢⵓⵏⵢⵓ ⵢⵓⵍⵢⵓⵣ ⵖⵓⵛⵜ ⵛⵓⵜⴰⵏⴱⵉⵔ ⴽⵜⵓⴱⵔ ⵏⵓⵡⴰⵏⴱⵉⵔ ⴷⵓⵊⴰⵏⴱⵉⵔ",
}
WEEKDAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "ar": "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "zgh": "ⴰⵢⵏⴰⵙ ⴰⵙⵉⵏⴰⵙ ⴰⴽⵕⴰⵙ ⴰⴽⵡⴰⵙ ⴰⵙⵉⵎⵡⴰⵙ ⴰⵙⵉⴹⵢⴰⵙ ⴰⵙⴰⵎⴰⵙ",
}


@register.filter
def day(moment: dt.datetime) -> str:
    """`today`, `yesterday`, `14 novembre`, or with its year when that is another one; in the time of Casablanca."""
    date, today = timezone.localdate(moment), timezone.localdate()
    if date == today:
        return gettext("today")
    if date == today - dt.timedelta(days=1):
        return gettext("yesterday")
    return _date(date)


def _date(date: dt.date) -> str:
    month = _said(MONTHS)[date.month - 1]
    number = "1er" if date.day == 1 and month in MONTHS["fr"].split() else str(date.day)
    return f"{number} {month}" if date.year == timezone.localdate().year else f"{number} {month} {date.year}"


def _said(names: dict[str, str]) -> list[str]:
    return names.get((get_language() or "fr").split("-")[0], names["fr"]).split()


def weekday(date: dt.date) -> str:
    """`jeudi 26 novembre`, with its year when that is another one."""
    return f"{_said(WEEKDAYS)[date.weekday()]} {_date(date)}"


@register.filter
def hour(moment: dt.datetime) -> SafeString:
    """`today at 10:00`, `tomorrow at 10:00`, `jeudi 26 novembre à 10:00`; in the time of Casablanca."""
    local, today = timezone.localtime(moment), timezone.localdate()
    near = {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}
    said = near.get((local.date() - today).days) or weekday(local.date())
    time = format_html('<bdi class="figures">{}</bdi>', f"{local:%H:%M}")
    return format_html(gettext("%(day)s at %(time)s") % {"day": "{day}", "time": "{time}"}, day=said, time=time)


def appointment(moment: dt.datetime) -> str:
    """The same as text, without `today` and `tomorrow`: it stays true on a wall that is left open overnight."""
    local = timezone.localtime(moment)
    return gettext("%(day)s at %(time)s") % {"day": weekday(local.date()), "time": f"\u2068{local:%H:%M}\u2069"}


@register.filter
def clock(moment: dt.datetime) -> str:
    """`14:05` of today, or `yesterday 14:05`, in the time of Casablanca."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M}" if local.date() == timezone.localdate() else f"{day(moment)} {local:%H:%M}"


@register.filter
def duration(ms: int) -> str:
    """Minutes, or hours and minutes; below a minute, seconds."""
    seconds = round(ms / 1000)
    if seconds < 60:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    minutes = round(seconds / 60)
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return gettext("%(hours)d h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}


@register.filter
def minutes(number: int) -> str:
    """Minutes as lengths are said."""
    return duration(number * 60_000)


@register.filter
def at(ms: int) -> str:
    """A moment of a lesson as its player shows it: `12:30`, `1:02:30`. The same digits in every language."""
    seconds = int(ms) // 1000
    minutes, hours = seconds // 60 % 60, seconds // 3600
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


@register.filter
def stretches(spans: list[tuple[int, int]]) -> str:
    """Stretches of a lesson: `0:00–12:30, 15:00–20:10`."""
    return ", ".join(f"{at(begin)}\u2013{at(end)}" for begin, end in spans)


@register.filter
def minus(number: int, less: int) -> int:
    """For what is drawn: how wide from one number to another."""
    return number - less


@register.filter
def heading(title: str) -> str:
    """`title` without a line break before French double punctuation."""
    return re.sub(r" (?=[:;!?»])|(?<=«) ", "\u00a0", title)


@register.filter
def bdi(text: str) -> SafeString:
    """`text` kept in its own direction within a sentence of another one."""
    return format_html("<bdi>{}</bdi>", text)
