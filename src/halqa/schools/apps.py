"""The schools room as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    name = "halqa.schools"
    label = "schools"
    default_auto_field = "django.db.models.BigAutoField"
