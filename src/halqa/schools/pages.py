"""The pages about schools and their rooms, for teachers. All of them are whole without any script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import services
from .door import for_teachers
from .forms import SchoolForm
from .models import MOST_ROOM, School
from .services import PlaceRefused

SEARCHED_BEYOND = 12
"""Up to a dozen schools are seen at a glance."""


@require_safe
@for_teachers
def schools(request: HttpRequest) -> HttpResponse:
    """All schools, or those that have the words that are searched for."""
    query = " ".join(request.GET.get("q", "").split())[:120]
    found = services.find(query, int(number(request.GET.get("page", "")) or 1))
    context = {"query": query, "found": found, "searched": bool(query) or found.known > SEARCHED_BEYOND}
    return render(request, "schools/schools.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_teachers
def new(request: HttpRequest) -> HttpResponse:
    """Add a school, and go on to its rooms."""
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_teachers
def edit(request: HttpRequest, school_id: int) -> HttpResponse:
    """Correct what was written about a school."""
    return _write(request, services.access_school(school_id))


@require_safe
@for_teachers
def school(request: HttpRequest, school_id: int) -> HttpResponse:
    """One school: its rooms, and the screens that are paired there."""
    shown = services.access_school(school_id)
    gone, unpaired = number(request.GET.get("removed", "")), number(request.GET.get("unpaired", ""))
    undo = services.removed(shown, gone) if gone else None
    return school_page(request, shown, undo=undo, unpaired=services.revoked(shown, unpaired) if unpaired else None)


@require_POST
@for_teachers
def add_room(request: HttpRequest, school_id: int) -> HttpResponse:
    shown, name = services.access_school(school_id), request.POST.get("name", "")
    try:
        made = services.add_room(shown, name)
    except PlaceRefused as refused:
        return school_page(request, shown, adding={"told": name, "reason": refused.reasons["name"]})
    return redirect(f"{shown.page}#room-{made.pk}")


@require_POST
@for_teachers
def rename_room(request: HttpRequest, school_id: int, room_id: int) -> HttpResponse:
    shown, name = services.access_school(school_id), request.POST.get("name", "")
    room = services.access_room(shown, room_id)
    try:
        services.rename_room(room, name)
    except PlaceRefused as refused:
        return school_page(request, shown, refused={"room": room.pk, "told": name, "reason": refused.reasons["name"]})
    return redirect(f"{shown.page}#room-{room.pk}")


@require_POST
@for_teachers
def remove_room(request: HttpRequest, school_id: int, room_id: int) -> HttpResponse:
    """Take a room away; the next page offers to undo it."""
    shown = services.access_school(school_id)
    services.remove(services.access_room(shown, room_id))
    return redirect(f"{shown.page}?removed={room_id}")


@require_POST
@for_teachers
def put_back_room(request: HttpRequest, school_id: int, room_id: int) -> HttpResponse:
    """Undo it. Undone before, it stays so."""
    shown = services.access_school(school_id)
    room = services.removed(shown, room_id) or services.access_room(shown, room_id)
    try:
        services.put_back(room)
    except PlaceRefused as refused:
        return school_page(request, shown, undo=room, kept_away=refused.reasons["name"])
    return redirect(f"{shown.page}#room-{room.pk}")


# -- between the pages and the rest -------------------------------------------------------------------------------


def school_page(request: HttpRequest, school: School, **more: Any) -> HttpResponse:
    """The page of a school; what was refused stands in it, beside its field."""
    context = {"school": school, "rooms": services.rooms_of(school), "most": MOST_ROOM, **more}
    refused = {"adding", "refused", "kept_away"} & more.keys()
    return render(request, "schools/school.html", context, status=422 if refused else 200)


def number(told: str) -> int:
    """A number from an address; 0 for what is none, or none that a table can have."""
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else 0


def _write(request: HttpRequest, school: School | None) -> HttpResponse:
    names = SchoolForm.base_fields
    first = {name: getattr(school, name) for name in names} if school else {"kind": School.Kind.COLLEGE}
    form = SchoolForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_valid():
        try:
            kept = services.rewrite(school, **form.told) if school else services.create(**form.told)
        except PlaceRefused as refused:
            form.refuse(refused.reasons)
        else:
            return redirect(kept.page)
    context = {"form": form, "school": school, "back": school.page if school else reverse("schools")}
    return render(request, "schools/write.html", context, status=422 if form.is_bound else 200)
