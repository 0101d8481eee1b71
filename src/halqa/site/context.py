"""What every template knows besides its own page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """`here`: this page's address, for links that come back to it. `languages`: each under its own name."""
    return {
        "here": request.get_full_path(),
        "languages": settings.LANGUAGES,
        "version": settings.HALQA_VERSION,
    }
