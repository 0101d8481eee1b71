"""Make Django ready in this process: for the server, and for commands that look at lessons."""

from __future__ import annotations

import os

import django


def ready(*, migrate: bool = True) -> None:
    """Load the settings and the apps, and bring the database up to this version. Harmless when done before.

    Every start migrates: there is no engineer on site who would.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halqa.site.settings")
    django.setup()
    if migrate:
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
