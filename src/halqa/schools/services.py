"""The only door to schools, for other rooms and pages: places, their rooms, and the walls that are paired there."""

from __future__ import annotations

import datetime as dt
import logging
import re
import unicodedata
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import TypeVar

from django.core.paginator import Paginator
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Count, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halqa.spelling import search_key, search_words
from halqa.timeline.errors import Mistake

from .models import MOST_NAME, MOST_ROOM, MOST_TOWN, Room, School, Wall
from .pairing import DIGITS, SENTENCES, TooManyOpen, TooManyPairings, WrongPairingCode, hash_of, new_pairing, pair

__all__ = [
    "DIGITS",
    "SENTENCES",
    "Found",
    "NoSuchPlace",
    "PlaceRefused",
    "TooManyOpen",
    "TooManyPairings",
    "Wall",
    "WrongPairingCode",
    "access_room",
    "access_school",
    "access_wall",
    "add_room",
    "create",
    "find",
    "new_pairing",
    "pair",
    "put_back",
    "remove",
    "removed",
    "rename",
    "rename_room",
    "revoke",
    "revoked",
    "rewrite",
    "rooms_of",
    "wall_of",
]

log = logging.getLogger("halqa.schools")
Place = TypeVar("Place", School, Room, Wall)

PAGE_SIZE = 60
"""A province has some 60 schools: one page."""
MOST_ROOMS = 200
"""Of one school: no school has them, and noise must not fill the disk."""
SEEN_EVERY = dt.timedelta(minutes=1)
"""A wall asks every few seconds; a write to the disk a minute is enough to say when it was seen."""
MOST_TOKEN = 100


class NoSuchPlace(Mistake):
    """There is no such school, room or screen."""

    code, status = "no-such-place", 404


class PlaceRefused(Mistake):
    """Something about this place has to be written otherwise."""

    code, status = "place-refused", 422

    def __init__(self, reasons: Mapping[str, str]) -> None:
        """`reasons`: for each field, what is wrong and what would be accepted, in the reader's language."""
        super().__init__(" ".join(reasons.values()))
        self.reasons = dict(reasons)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search; every school carries `room_count` and `wall_count`. `known`: how many there are at all."""

    schools: list[School]
    page: int
    pages: int
    total: int
    known: int


# -- schools ------------------------------------------------------------------------------------------------------


def find(query: str = "", page: int = 1) -> Found:
    """Schools that have all the words of `query` in their names, town or code, by name."""
    there = Q(rooms__removed_at=None)
    found = School.objects.order_by("search_key", "pk")
    known = found.count()
    for word in search_words(query):
        found = found.filter(search_key__contains=word)
    pages = Paginator(
        found.annotate(
            room_count=Count("rooms", filter=there, distinct=True),
            wall_count=Count("rooms__walls", filter=there & Q(rooms__walls__revoked_at=None), distinct=True),
        ),
        PAGE_SIZE,
    )
    shown = pages.get_page(page)
    return Found(list(shown.object_list), shown.number, pages.num_pages, pages.count, known)


def create(**told: str) -> School:
    """A new school of `latin`, `arabic`, `kind`, `gresa`, `town`. Raises `PlaceRefused`."""
    return _kept(School(**_checked(**told)))


def rewrite(school: School, **told: str) -> School:
    """Correct what was written about a school. Raises `PlaceRefused`; then nothing is changed."""
    changed = copy(school)
    for field, value in _checked(**told).items():
        setattr(changed, field, value)
    return _kept(changed)


def access_school(school_id: int) -> School:
    """The school, or `NoSuchPlace`."""
    return _there(School.objects.filter(pk=school_id).first())


# -- rooms --------------------------------------------------------------------------------------------------------


def rooms_of(school: School) -> list[Room]:
    """The rooms of a school by name, each with the walls that are paired there."""
    walls = Prefetch("walls", Wall.objects.filter(revoked_at=None).order_by("number"))
    rooms = school.rooms.filter(removed_at=None).prefetch_related(walls)
    return sorted(rooms, key=lambda room: (_counted(room.name), room.pk))


def access_room(school: School, room_id: int) -> Room:
    return _there(school.rooms.filter(pk=room_id, removed_at=None).first())


def add_room(school: School, name: str) -> Room:
    """One more room. Raises `PlaceRefused`."""
    name = _name_of_room(name)
    if school.rooms.filter(removed_at=None).count() >= MOST_ROOMS:
        raise PlaceRefused({"name": _("A school has at most %(n)d rooms.") % {"n": MOST_ROOMS}})
    try:
        with transaction.atomic():
            return school.rooms.create(name=name)
    except IntegrityError:
        raise PlaceRefused({"name": _taken(name)}) from None


def rename_room(room: Room, name: str) -> None:
    """Raises `PlaceRefused`; then nothing is changed."""
    name = _name_of_room(name)
    try:
        with transaction.atomic():
            Room.objects.filter(pk=room.pk).update(name=name)
    except IntegrityError:
        raise PlaceRefused({"name": _taken(name)}) from None
    room.name = name


def remove(room: Room) -> None:
    """This room is shown no more, and its walls and its code open nothing while it is away."""
    Room.objects.filter(pk=room.pk, removed_at=None).update(removed_at=timezone.now())


def removed(school: School, room_id: int) -> Room | None:
    """The room that was removed under this number, to put it back."""
    return school.rooms.filter(pk=room_id, removed_at__isnull=False).first()


def put_back(room: Room) -> None:
    """The room is there again, and its walls with it. Raises `PlaceRefused` if another one has its name by now."""
    try:
        with transaction.atomic():
            Room.objects.filter(pk=room.pk).update(removed_at=None)
    except IntegrityError:
        raise PlaceRefused({"name": _taken(room.name)}) from None


# -- walls --------------------------------------------------------------------------------------------------------


def wall_of(token: str | None) -> Wall | None:
    """The wall that shows this token, with its room and school; None if it is unknown, revoked, or its room is gone.

    It is looked up by its hash: how long that takes tells nothing about any token. Notes that the wall was seen.
    """
    if not token or len(token) > MOST_TOKEN:
        return None
    paired = Wall.objects.select_related("room__school").filter(revoked_at=None, room__removed_at=None)
    wall = paired.filter(secret_hash=hash_of(token)).first()
    if wall is not None:
        _note_seen(wall)
    return wall


def access_wall(school: School, wall_id: int) -> Wall:
    """A wall that is paired in a room of this school, or `NoSuchPlace`."""
    paired = Wall.objects.select_related("room").filter(revoked_at=None, room__removed_at=None, room__school=school)
    return _there(paired.filter(pk=wall_id).first())


def rename(wall: Wall, name: str) -> None:
    """Without a name it is called by its number again. Raises `PlaceRefused`."""
    name, reasons = _line(name), dict[str, str]()
    _bounded(reasons, "name", name, MOST_ROOM)
    if reasons:
        raise PlaceRefused(reasons)
    Wall.objects.filter(pk=wall.pk).update(name=name)
    wall.name = name


def revoke(wall: Wall) -> None:
    """From this moment its token opens nothing. It cannot be undone: the device is paired anew."""
    now = timezone.now()
    if Wall.objects.filter(pk=wall.pk, revoked_at=None).update(revoked_at=now):
        wall.revoked_at = now


def revoked(school: School, wall_id: int) -> Wall | None:
    """The wall of this school that was revoked under this number."""
    gone = Wall.objects.filter(revoked_at__isnull=False, room__school=school)
    return gone.filter(pk=wall_id).first()


def _note_seen(wall: Wall) -> None:
    now = timezone.now()
    if wall.seen_at is not None and abs(now - wall.seen_at) < SEEN_EVERY:
        return
    try:
        Wall.objects.filter(pk=wall.pk).update(seen_at=now)
        wall.seen_at = now
    except DatabaseError:
        log.warning("It could not be noted that a wall was seen: the database takes no writing just now.")


# -- what may be written about a place ----------------------------------------------------------------------------

_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f]")
_GRESA = re.compile(r"[0-9]{5}[A-Z]")


def _checked(latin: str = "", arabic: str = "", kind: str = "", gresa: str = "", town: str = "") -> dict[str, str]:
    latin, arabic, town = _line(latin), _line(arabic), _line(town)
    gresa = "".join(_plain(letter) for letter in gresa.upper() if not letter.isspace())
    reasons: dict[str, str] = {}
    if not latin and not arabic:
        reasons["latin"] = _("Give the school a name, in Latin or in Arabic letters.")
    elif _ARABIC.search(latin):
        reasons["latin"] = _("Here the name stands in Latin letters; the Arabic name has its own line.")
    elif arabic and not _ARABIC.search(arabic):
        reasons["arabic"] = _("Here the name stands in Arabic letters; the other name has its own line.")
    _bounded(reasons, "latin", latin, MOST_NAME)
    _bounded(reasons, "arabic", arabic, MOST_NAME)
    if kind not in School.Kind.values:
        reasons["kind"] = _("Choose what kind of place it is.")
    if gresa and not _GRESA.fullmatch(gresa):
        reasons["gresa"] = _("A GRESA code is five digits and a letter, as 12345A. Leave it empty if there is none.")
    if not town:
        reasons["town"] = _("Write the town or the commune.")
    _bounded(reasons, "town", town, MOST_TOWN)
    if reasons:
        raise PlaceRefused(reasons)
    return {"latin": latin, "arabic": arabic, "kind": kind, "gresa": gresa, "town": town}


def _kept(school: School) -> School:
    taken = School.objects.filter(gresa=school.gresa).exclude(pk=school.pk).first() if school.gresa else None
    try:
        if taken is None:
            with transaction.atomic():
                school.save()
            return school
    except IntegrityError:
        taken = School.objects.filter(gresa=school.gresa).exclude(pk=school.pk).first()
        if taken is None:
            raise
    reason = _("“%(name)s” has this code already. A code belongs to one school.") % {"name": taken.name}
    raise PlaceRefused({"gresa": reason})


def _name_of_room(name: str) -> str:
    name, reasons = _line(name), dict[str, str]()
    if not name:
        reasons["name"] = _("Give the room a name, for example “Room 3” or “Library”.")
    _bounded(reasons, "name", name, MOST_ROOM)
    if reasons:
        raise PlaceRefused(reasons)
    return name


def _bounded(reasons: dict[str, str], field: str, value: str, most: int) -> None:
    if len(value) > most:
        reasons[field] = _("At most %(n)d characters.") % {"n": most}
    elif any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
        reasons[field] = _("This has signs that cannot be kept.")


def _taken(name: str) -> str:
    return _("This school has a room “%(name)s” already. Give another name.") % {"name": name}


def _counted(name: str) -> list[tuple[int, str]]:
    """For sorting: “Room 2” stands before “Room 10”."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", search_key(name))]


def _line(text: str) -> str:
    return " ".join(text.split())


def _plain(letter: str) -> str:
    digit = unicodedata.digit(letter, None)
    return letter if digit is None else str(digit)


def _there(place: Place | None) -> Place:
    if place is None:
        raise NoSuchPlace
    return place
