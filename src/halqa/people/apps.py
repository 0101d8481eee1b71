"""The people room as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "halqa.people"
    label = "people"
