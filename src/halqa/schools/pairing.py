"""How a wall is paired: six digits that a teacher's page shows and somebody types on the device, once.

*The code is not kept.* A row holds a nonce; its code is drawn from the nonce with the site's secret, so the page can
show it again after a reload, and whoever reads the database alone learns nothing.

*Guessing stays hopeless.* A code holds for ten minutes, works once, and at most `MOST_OPEN` are open in the house: a
guess meets one of them with a chance of 1 in 125,000. An address has ten free slips, then waits longer and longer. All
addresses together have a hundred an hour: many that guess day and night, while all codes are always open, need five
weeks for an even chance. A right code forgives nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import math
import secrets
import time
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halqa.people.services import Attempts, TooMany
from halqa.timeline.errors import Mistake

from .models import Pairing, Room, Wall

DIGITS = 6
HOLDS = dt.timedelta(minutes=10)
"""As long as it takes to walk from the office to the farthest room, with the six digits on paper."""
MOST_OPEN = 8
"""Some technicians at work in schools at the same time; each code is open for the minute until it is typed."""
FREE_SLIPS, FREE_SLIPS_OF_ALL = 10, 100
LONGEST_WAIT_OF_ALL_S = 60.0
"""Whoever guesses from everywhere keeps honest people waiting for so long at most."""
_EVERYBODY = ""

slips = Attempts(time.monotonic, FREE_SLIPS)
slips_of_all = Attempts(time.monotonic, FREE_SLIPS_OF_ALL, LONGEST_WAIT_OF_ALL_S)


class WrongPairingCode(Mistake):
    """This is not the code of a screen that is waited for now."""

    code, status = "wrong-pairing-code", 403


class TooManyPairings(TooMany):
    """Too many wrong codes came in. Wait, then try again."""

    code, status, retry = "too-many-pairings", 429, True


class TooManyOpen(TooMany):
    """As many screens as possible are being added just now. Wait until one of their codes is used or has run out."""

    code, status, retry = "too-many-open-pairings", 429, True


SENTENCES = {
    WrongPairingCode: _("This is not the code of a screen that is waited for now."),
    TooManyPairings: _("Too many wrong codes came in. Wait, then try again."),
    TooManyOpen: _(
        "As many screens as possible are being added just now. Wait until one of their codes is used or has run out."
    ),
}
"""What these mistakes say in the reader's language, for whoever answers them."""


def new_pairing(room: Room) -> tuple[str, dt.datetime]:
    """A code for one more wall in this room, and until when it holds. The one before is void. Raises `TooManyOpen`."""
    now = timezone.now()
    with transaction.atomic():
        others = list(_open(now).exclude(room=room))
        if len(others) >= MOST_OPEN:
            first = min(pairing.until for pairing in others)
            raise TooManyOpen(max(1, math.ceil((first - now).total_seconds())))
        taken = {code_of(pairing) for pairing in others}
        while True:
            pairing = Pairing(room=room, nonce=secrets.token_hex(16), until=now + HOLDS)
            if (code := code_of(pairing)) not in taken:
                break
        fresh = {"nonce": pairing.nonce, "until": pairing.until, "used_at": None, "wall": None}
        Pairing.objects.update_or_create(room=room, defaults=fresh)
    return code, pairing.until


def pair(code: str, address: str) -> tuple[Wall, str]:
    """The wall that is paired with this code, and its token, which is told this once.

    Raises `WrongPairingCode`, or `TooManyPairings` (then the code was not even looked at).
    """
    wait = max(slips.wait(address), slips_of_all.wait(_EVERYBODY))
    if wait > 0:
        raise TooManyPairings(math.ceil(wait))
    told = "".join(str(int(digit)) for digit in code[:40] if digit.isdecimal())
    now, token = timezone.now(), secrets.token_urlsafe(32)
    with transaction.atomic():
        # Every open code is compared, whichever is met first: how long it takes tells nothing.
        met = [pairing for pairing in _open(now) if hmac.compare_digest(code_of(pairing), told)]
        wall = _paired(met[0], token, now) if met else None
    if wall is None:
        slips.slipped(address)
        slips_of_all.slipped(_EVERYBODY)
        raise WrongPairingCode
    return wall, token


def state_of(room: Room) -> tuple[Literal["none", "open", "used", "over"], Pairing | None]:
    """What has become of the code that was asked for last in this room; of a wall that was revoked since, nothing."""
    pairing = Pairing.objects.select_related("wall").filter(room=room).first()
    if pairing is None:
        return "none", None
    if pairing.used_at is not None:
        return ("used" if pairing.wall and pairing.wall.revoked_at is None else "none"), pairing
    return ("open" if pairing.until > timezone.now() else "over"), pairing


def code_of(pairing: Pairing) -> str:
    """The six digits of a pairing, as the site's secret draws them from its nonce."""
    message = f"pairing {pairing.room_id} {pairing.nonce}".encode()
    mark = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).digest()
    return f"{int.from_bytes(mark) % 10**DIGITS:0{DIGITS}}"


def hash_of(token: str) -> str:
    """What is kept of a token. It has 256 random bits: nothing slower is needed, and nothing salts it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _open(now: dt.datetime) -> QuerySet[Pairing]:
    return Pairing.objects.filter(used_at=None, until__gt=now, room__removed_at=None).order_by("until")


def _paired(pairing: Pairing, token: str, now: dt.datetime) -> Wall | None:
    """The new wall; None if somebody else was faster with the same code."""
    if not Pairing.objects.filter(pk=pairing.pk, nonce=pairing.nonce, used_at=None).update(used_at=now):
        return None
    number = Wall.objects.filter(room_id=pairing.room_id).aggregate(most=Max("number"))["most"] or 0
    wall = Wall.objects.create(
        room_id=pairing.room_id, number=number + 1, secret_hash=hash_of(token), paired_at=now, seen_at=now
    )
    Pairing.objects.filter(pk=pairing.pk).update(wall=wall)
    return wall
