"""The tables of the lessons room."""

from __future__ import annotations

import secrets

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halqa.spelling import search_key

from .catalogue import LANGUAGES, Subject, levels, subjects

SLUG_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No i, l, o, 0, 1: a lesson's address is read aloud over a bad telephone. 31^8 of them cannot be guessed through."""


def new_slug() -> str:
    """A name for a lesson and its timeline."""
    return "".join(secrets.choice(SLUG_LETTERS) for _ in range(8))


class Lesson(models.Model):
    """One lesson, planned, on air or ended. Its `id` is also the name of its timeline."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        LIVE = "live", _("on air")
        ENDED = "ended", _("ended")

    id = models.CharField(primary_key=True, max_length=64, default=new_slug, editable=False)
    title = models.CharField(max_length=200)
    subject = models.CharField(max_length=16, blank=True)
    level = models.CharField(max_length=16, blank=True)
    teacher = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=3, default="fr")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.PLANNED)
    created_at = models.DateTimeField(default=timezone.now)
    starts_at = models.DateTimeField(null=True, blank=True)
    """When it is to begin, to the minute (`hours.py`); None: when the studio is free."""
    planned_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    """How long it is to be."""
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveBigIntegerField(null=True, blank=True)
    tracks = models.JSONField(default=list)
    """Of an ended lesson: what is on its timeline, as `[{name, bytes, begins, ends}]`."""
    search_key = models.CharField(max_length=400, editable=False)
    hidden_at = models.DateTimeField(null=True, blank=True)
    """Hidden by a teacher: found by nobody else, kept whole, shown again on request."""
    join_code = models.CharField(max_length=6, blank=True, editable=False, db_index=True)
    """Six digits with which pupils join; given when they are first asked for, taken back when the lesson ends."""

    silent = False
    """Of a lesson on air, as its page shows it: nothing was said for a minute (`house.is_silent`). Not kept."""

    class Meta:
        indexes = [
            models.Index(fields=["status", "-started_at"], name="lesson_by_status"),
            models.Index(fields=["-created_at"], name="lesson_by_creation"),
            models.Index(fields=["status", "starts_at"], name="lesson_by_hour"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the search key true whenever the title or the teacher is saved."""
        self.search_key = search_key(f"{self.title} {self.teacher}")[:400]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def is_live(self) -> bool:
        return self.status == self.Status.LIVE

    @property
    def is_ended(self) -> bool:
        return self.status == self.Status.ENDED

    @property
    def is_planned(self) -> bool:
        return self.status == self.Status.PLANNED

    @property
    def subject_facts(self) -> Subject:
        """Name and colour of the subject; a subject the data file no longer has counts as `other`."""
        return subjects().get(self.subject) or subjects()["other"]

    @property
    def subject_name(self) -> str:
        return self.subject_facts.name if self.subject else ""

    @property
    def level_name(self) -> str:
        level = levels().get(self.level)
        return level.name if level else self.level

    @property
    def language_name(self) -> str:
        return LANGUAGES.get(self.language, self.language)

    @property
    def page(self) -> str:
        return reverse("lesson", args=[self.id])

    @property
    def studio(self) -> str:
        return reverse("studio", args=[self.id])

    @property
    def hls(self) -> str:
        return f"{self.page}/hls/master.m3u8"


class Captions(models.Model):
    """The captions of one lesson in one language, as a teacher brought them in a file."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(max_length=3)
    cues = models.JSONField(default=list)
    """`[[begins, ends, text], …]`, ms on the lesson's clock, in order."""
    uploaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "language"], name="one_file_a_language")]

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.language}"


class Attendance(models.Model):
    """What one class followed of one lesson. Only classes that named themselves; nothing about a pupil."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="attendances")
    voice = models.CharField(max_length=16)
    """The same as of its answers (docs/protocol.md): whoever shows the same secret is the same class."""
    name = models.CharField(max_length=60)
    live = models.JSONField(default=list)
    """Played within half a minute of the end while the lesson was on air, as `[from, to]` in ms (`spans.py`)."""
    later = models.JSONField(default=list)
    """Played rewound, or after the end."""
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    """Taken out by a teacher. The row stays, so that this class does not come back by itself; soon it is empty."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "voice"], name="one_attendance_a_voice")]

    def __str__(self) -> str:
        return self.name


class Plan(models.Model):
    """What was prepared for a lesson, so that any PC can teach it, and it can be given again (`plan.py`)."""

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, primary_key=True)
    version = models.PositiveIntegerField(default=0)
    """Counts what was written; whoever writes says which version it knows."""
    writer = models.CharField(max_length=32, blank=True)
    """Which sitting of a studio wrote it: what it wrote itself it may write again, though an answer was lost."""
    board = models.JSONField(default=list)
    """What is said on the board when the lesson goes on air: `[{track, payload}]`, payloads in base64."""
    polls = models.JSONField(default=list)
    """The questions, in order, with what is right."""

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.version}"
