"""What a teacher writes about a school. The form only shows it; what is accepted is decided in `services.py` alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import MOST_NAME, MOST_TOWN, School


def _text(label: Any, most: int, **attrs: str) -> forms.Field:
    widget = forms.TextInput(attrs={"autocomplete": "off", "maxlength": str(most), "dir": "auto", **attrs})
    return forms.Field(label=label, required=False, widget=widget)


class SchoolForm(forms.Form):
    """Both names, what kind of place it is, the town, and the ministry's code."""

    latin = _text(_("Name in Latin letters"), MOST_NAME, dir="ltr", placeholder="Collège Ibn Khaldoun")
    arabic = _text(_("Name in Arabic letters"), MOST_NAME, dir="rtl", lang="ar", placeholder="إعدادية ابن خلدون")
    kind = forms.Field(label=_("Kind"), required=False, widget=forms.RadioSelect(choices=School.Kind.choices))
    town = _text(_("Town or commune"), MOST_TOWN)
    gresa = _text(_("GRESA code, if it has one"), 12, dir="ltr", placeholder="12345A", autocapitalize="characters")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    @property
    def told(self) -> dict[str, str]:
        """What was written, field by field; "" for what was not sent."""
        return {name: value or "" for name, value in self.cleaned_data.items()}

    def refuse(self, reasons: Mapping[str, str]) -> None:
        """Say beside each field why it cannot stay so."""
        for name, reason in reasons.items():
            self.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
            self.add_error(name, reason)
