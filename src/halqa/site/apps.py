"""The house as Django sees it: base templates, the design system, template tags."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "halqa.site"
    label = "site"
    verbose_name = "Halqa"
