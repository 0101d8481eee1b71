"""The page of a wall: paired once, it shows the next lesson and how long it is until then, opens it, and closes it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from halqa.people.services import address_of
from halqa.schools import services as schools
from halqa.timeline import Summary

from . import house, services
from .models import Lesson
from .pages import classroom

COOKIE = "wall"
FOR_EVER_S = 400 * 24 * 3600
"""What browsers keep a cookie for at most; it is given anew with every page."""
OPENS_BEFORE = dt.timedelta(minutes=5)
LEFT_AFTER = dt.timedelta(minutes=10)
"""So long after the last word of a lesson on air nobody is in its studio."""


@require_http_methods(["GET", "HEAD", "POST"])
async def wall(request: HttpRequest) -> HttpResponse:
    """Whoever stands before a wall. A wall is known by the cookie that it was given when it was paired."""
    known = await _known(request)
    if known is None:
        return await sync_to_async(_pair)(request)
    if request.method == "POST":
        return HttpResponseRedirect(reverse("wall"))
    now = timezone.now()
    shown, following = await on_walls(now)
    return await sync_to_async(_page)(request, f"{known.room.school.name} · {known.room.name}", shown, following, now)


@require_safe
async def wall_now(request: HttpRequest) -> HttpResponse:
    """What a wall that is open asks every few seconds: does it show what it should?"""
    known, now = await _known(request), timezone.now()
    shown, following = await on_walls(now) if known else (None, None)
    told = {
        "paired": known is not None,
        "shows": shown.pk if shown else "",
        "live": shown is not None and shown.is_live,
        **_told(following, now),
    }
    return JsonResponse(told, headers={"cache-control": "no-store"})


async def on_walls(now: dt.datetime) -> tuple[Lesson | None, Lesson | None]:
    """The lesson that walls show now, or else the one that they announce.

    A lesson on air of which nothing is heard any more makes room for the one whose hour has come, and in the end for
    whatever comes: a studio that was left without ending its lesson keeps no wall.
    """
    found = await sync_to_async(services.next_for_walls)(now)
    if found is not None and found.is_live:
        summary = await house.summary_of(found.pk)
        if house.is_silent(summary):
            coming = next(iter(await sync_to_async(services.upcoming)(now, 1)), None)
            if _left(summary, now) or (coming is not None and not _early(coming, now)):
                found = coming
    return (None, found) if found is not None and found.is_planned and _early(found, now) else (found, None)


def _left(summary: Summary | None, now: dt.datetime) -> bool:
    return summary is None or _ms(now) - (summary.said_at or 0) > LEFT_AFTER.total_seconds() * 1000


def _early(lesson: Lesson, now: dt.datetime) -> bool:
    return lesson.starts_at is not None and lesson.starts_at - now > OPENS_BEFORE


async def _known(request: HttpRequest) -> schools.Wall | None:
    return await sync_to_async(schools.wall_of)(request.COOKIES.get(COOKIE, ""))


def _page(
    request: HttpRequest, place: str, shown: Lesson | None, following: Lesson | None, now: dt.datetime
) -> HttpResponse:
    token = request.COOKIES[COOKIE]
    watched = {"watch": reverse("wall_now"), "shows": shown.pk if shown else ""}
    if shown is not None:
        return _remembered(classroom(request, shown, {"wall": {"place": place, **watched}}), token)
    context = {"place": place, "next": following, "facts": watched | _told(following, now)}
    return _remembered(render(request, "lessons/wall.html", context), token)


def _told(following: Lesson | None, now: dt.datetime) -> dict[str, Any]:
    """Moments in ms since 1970: a wall's own clock is often wrong."""
    starts = following.starts_at if following else None
    told = {"next": following.pk if following else "", "title": following.title if following else ""}
    return told | {"starts": _ms(starts) if starts else None, "now": _ms(now), "offset": _offset(now)}


def _offset(now: dt.datetime) -> int:
    """The house's time less UTC, ms. Devices know other rules than the server: Morocco changes them at short notice."""
    offset = timezone.localtime(now).utcoffset()
    return round(offset.total_seconds() * 1000) if offset else 0


def _ms(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)


def _pair(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "lessons/pair.html")
    code = request.POST.get("code", "")[:40]
    if sum(sign.isdecimal() for sign in code) != schools.DIGITS:
        return render(request, "lessons/pair.html", {"short": True, "code": code}, status=422)
    try:
        _, token = schools.pair(code, address_of(request))
    except schools.WrongPairingCode:
        return render(request, "lessons/pair.html", {"wrong": True}, status=403)
    except schools.TooManyPairings as mistake:
        page = render(request, "lessons/pair.html", {"wait": mistake.seconds}, status=429)
        page["Retry-After"] = str(mistake.seconds)
        return page
    return _remembered(HttpResponseRedirect(reverse("wall")), token)


def _remembered(page: HttpResponse, token: str) -> HttpResponse:
    secure = bool(settings.SESSION_COOKIE_SECURE)
    page.set_cookie(COOKIE, token, max_age=FOR_EVER_S, secure=secure, httponly=True, samesite="Lax")
    page["Cache-Control"] = "no-store"
    return page
