"""The tables of the schools room."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from halqa.spelling import search_key

MOST_NAME = 120
MOST_TOWN = 80
MOST_ROOM = 60


class School(models.Model):
    """A place where lessons are followed: a school of the province, or another house that follows like one."""

    class Kind(models.TextChoices):
        COLLEGE = "college", gettext_lazy("Middle school")
        LYCEE = "lycee", gettext_lazy("High school")
        OTHER = "other", gettext_lazy("Association, workshop, youth house")

    latin = models.CharField(max_length=MOST_NAME, blank=True)
    """The name in Latin letters. Either name may be missing, never both."""
    arabic = models.CharField(max_length=MOST_NAME, blank=True)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    gresa = models.CharField(max_length=6, blank=True)
    """The ministry's code of a school: five digits and a letter. Other places have none."""
    town = models.CharField(max_length=MOST_TOWN)
    search_key = models.CharField(max_length=400, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(latin="", arabic=""), name="school_has_a_name"),
            models.UniqueConstraint(fields=["gresa"], condition=~Q(gresa=""), name="one_school_a_gresa"),
        ]

    def __str__(self) -> str:
        return self.latin or self.arabic

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the search key true whenever a name is saved."""
        self.search_key = search_key(f"{self.latin} {self.arabic} {self.town} {self.gresa}")[:400]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """The name as the reader reads: in Arabic letters for whoever reads Arabic, if it has one."""
        first, second = (self.arabic, self.latin) if _reads_arabic() else (self.latin, self.arabic)
        return first or second

    @property
    def other_name(self) -> str:
        """The other one of the two names; "" if there is none."""
        return ({self.latin, self.arabic} - {self.name, ""} or {""}).pop()

    @property
    def kind_name(self) -> str:
        return str(self.Kind(self.kind).label)

    @property
    def page(self) -> str:
        return reverse("school", args=[self.pk])


class Room(models.Model):
    """A room of a school, where a class sits before a wall."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=MOST_ROOM)
    removed_at = models.DateTimeField(null=True, blank=True)
    """Taken away by somebody; put back as it was, walls included, when they change their mind."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(removed_at=None), name="one_room_a_name_in_a_school"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Wall(models.Model):
    """A device that stands in a room: paired once, known by its token from then on."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="walls")
    number = models.PositiveIntegerField()
    """Counts the walls that were ever paired in this room: a wall without a name is called by it."""
    name = models.CharField(max_length=MOST_ROOM, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 of its token, in hexadecimal. The token itself is only on the device."""
    paired_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.room} {self.name or self.number}"

    @property
    def label(self) -> str:
        """Its name, or which one of its room it is, in the reader's language."""
        return self.name or _("Screen %(n)d") % {"n": self.number}


class Pairing(models.Model):
    """A code for one more wall in a room, as it was asked for last. The code itself is not kept (`pairing.py`)."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True, related_name="pairing")
    nonce = models.CharField(max_length=32)
    until = models.DateTimeField(db_index=True)
    wall = models.OneToOneField(Wall, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    """The wall that was paired with it."""
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.room_id} until {self.until:%H:%M}"


def _reads_arabic() -> bool:
    return (get_language() or "").split("-")[0] == "ar"
