"""What a teacher writes about a lesson. A reason names its field and says what would be accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .catalogue import LANGUAGES, catalogue
from .hours import LEAST_MINUTES, MOST_MINUTES, BadHour, check_hour, read_hour


def _subjects() -> list[tuple[str, Any]]:
    return [("", _("Choose…")), *((subject.id, subject.name) for subject in catalogue().subjects)]


def _levels() -> list[tuple[str, Any]]:
    groups = [(cycle.name, [(level.id, level.name) for level in cycle.levels]) for cycle in catalogue().cycles]
    return [("", _("Choose…")), *groups]


class HourField(forms.DateTimeField):
    """An hour of this house, in the browser's own field for a date and a time."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: str | dt.date | None) -> dt.datetime | None:
        if not isinstance(value, str):
            return super().to_python(value)
        try:
            return read_hour(value) if value else None
        except BadHour as bad:
            raise forms.ValidationError(str(bad)) from None


class LessonForm(forms.Form):
    """Title, subject, level, teacher, hour and minutes (until it has begun), language."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        error_messages={
            "required": _("Give the lesson a title, for example “Fractions: adding and comparing”."),
            "max_length": _("A title has at most 200 characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    subject = forms.ChoiceField(
        label=_("Subject"),
        choices=_subjects,
        error_messages={
            "required": _("Choose a subject from the list."),
            "invalid_choice": _("Choose a subject from the list."),
        },
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=_levels,
        error_messages={
            "required": _("Choose a level from the list."),
            "invalid_choice": _("Choose a level from the list."),
        },
    )
    teacher = forms.CharField(
        label=_("Teacher"),
        max_length=100,
        error_messages={
            "required": _("Write the name of the teacher, as pupils know it."),
            "max_length": _("A name has at most 100 characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    starts_at = HourField(
        label=_("Planned for"),
        required=False,
        help_text=_("Time of Morocco. Empty: when the studio is free."),
    )
    minutes = forms.IntegerField(
        label=_("Length, in minutes"),
        required=False,
        help_text=_("5 to 300. May stay empty."),
        min_value=LEAST_MINUTES,
        max_value=MOST_MINUTES,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Accepted: 5 to 300 minutes.")),
    )
    language = forms.ChoiceField(
        label=_("Taught in"),
        choices=list(LANGUAGES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a language."), "invalid_choice": _("Choose a language.")},
    )

    def __init__(self, *args: Any, begun: bool = False, **kwargs: Any) -> None:
        """`begun`: the hour that was planned is no longer to be changed."""
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        if begun:
            del self.fields["starts_at"], self.fields["minutes"]
        self._mark()

    def clean_starts_at(self) -> dt.datetime | None:
        """The services say so too; said here, it stands beside every other mistake."""
        hour: dt.datetime | None = self.cleaned_data["starts_at"]
        if hour is not None and hour != self.initial.get("starts_at"):
            try:
                check_hour(hour, timezone.now())
            except BadHour as bad:
                raise forms.ValidationError(str(bad)) from None
        return hour

    def refuse(self, reasons: Mapping[str, str]) -> None:
        """What was found wrong only further in (`services.LessonRefused`)."""
        for field, reason in reasons.items():
            self.add_error(field, reason)
        self._mark()

    def _mark(self) -> None:
        for name in self.errors if self.is_bound else ():
            self.fields[name].widget.attrs |= {"aria-invalid": "true"}


class AgainForm(LessonForm):
    """A lesson that is given again: the same, and what is on its board."""

    pages = forms.ChoiceField(
        choices=[("prepared", ""), ("end", ""), ("none", "")],
        error_messages={"required": _("Choose which pages."), "invalid_choice": _("Choose which pages.")},
    )
    board = forms.JSONField(required=False, error_messages={"invalid": _("The pages could not be read. Try again.")})
    """The pages as they stood at the end, which only a browser can tell (`web/again/`)."""

    def clean_board(self) -> list[dict[str, str]]:
        board = self.cleaned_data["board"] or []
        fields = ("track", "payload")
        good = isinstance(board, list) and all(
            isinstance(one, dict) and all(isinstance(one.get(field), str) for field in fields) for one in board
        )
        if not good or (self.data.get("pages") == "end" and not board):
            raise forms.ValidationError(_("The pages could not be read. Try again."))
        return [{field: one[field] for field in fields} for one in board]
