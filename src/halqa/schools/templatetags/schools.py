"""How long ago a wall was seen, as people say it."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.translation import gettext, ngettext

register = template.Library()


@register.filter
def ago(moment: dt.datetime | None) -> str:
    """`seen just now`, `seen 3 minutes ago`, then hours, then days."""
    if moment is None:
        return gettext("not seen yet")
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 2:
        return gettext("seen just now")
    if minutes < 60:
        return ngettext("seen %(n)d minute ago", "seen %(n)d minutes ago", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("seen %(n)d hour ago", "seen %(n)d hours ago", hours) % {"n": hours}
    days = hours // 24
    return ngettext("seen %(n)d day ago", "seen %(n)d days ago", days) % {"n": days}


@register.filter
def in_threes(code: str) -> str:
    """`123 456`: six digits are read and typed in two halves."""
    return f"{code[:3]}\u2009{code[3:]}"
