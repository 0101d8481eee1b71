"""The pages about walls: six digits to pair one more, and what is done with those that are paired."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from . import pairing, services
from .door import for_teachers
from .pages import school_page
from .services import PlaceRefused, TooManyOpen


@require_http_methods(["GET", "HEAD", "POST"])
@for_teachers
def page(request: HttpRequest, school_id: int, room_id: int) -> HttpResponse:
    """POST makes a code; GET shows the one that was made last, however often it is loaded, and what became of it."""
    school = services.access_school(school_id)
    room = services.access_room(school, room_id)
    context: dict[str, Any] = {"school": school, "room": room}
    if request.method == "POST":
        try:
            services.new_pairing(room)
        except TooManyOpen as mistake:
            context |= {"state": "full", "free_at": timezone.now() + dt.timedelta(seconds=mistake.seconds)}
            response = render(request, "schools/pairing.html", context, status=429)
            response["Retry-After"] = str(mistake.seconds)
            return response
        return redirect("pairing", school.pk, room.pk)
    state, last = pairing.state_of(room)
    origin = settings.HALQA_URL or f"{request.scheme}://{request.get_host()}"
    context |= {"state": state, "pairing": last, "address": origin + reverse("wall")}
    if state == "open" and last is not None:
        context["code"] = pairing.code_of(last)
    response = render(request, "schools/pairing.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@for_teachers
def rename(request: HttpRequest, school_id: int, wall_id: int) -> HttpResponse:
    """Call a wall otherwise; without a name, by its number."""
    school, name = services.access_school(school_id), request.POST.get("name", "")
    wall = services.access_wall(school, wall_id)
    try:
        services.rename(wall, name)
    except PlaceRefused as refused:
        return school_page(request, school, refused={"wall": wall.pk, "told": name, "reason": refused.reasons["name"]})
    return redirect(f"{school.page}#room-{wall.room_id}")


@require_POST
@for_teachers
def revoke(request: HttpRequest, school_id: int, wall_id: int) -> HttpResponse:
    """From this moment the device opens nothing."""
    school = services.access_school(school_id)
    wall = services.access_wall(school, wall_id)
    services.revoke(wall)
    return redirect(f"{school.page}?unpaired={wall.pk}#room-{wall.room_id}")
