"""The lessons room as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class LessonsConfig(AppConfig):
    name = "halqa.lessons"
    label = "lessons"
    default_auto_field = "django.db.models.BigAutoField"
