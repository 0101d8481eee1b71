"""Which page is where. What is not Django's (`/timelines/`, HLS, `/static/`, `/healthz`) is in `asgi.py`."""

from __future__ import annotations

from django.urls import include, path

from . import errors, help, language

urlpatterns = [
    path("language/<slug:code>", language.switch, name="language"),
    path("help", help.help_page, name="help"),
    path("", include("halqa.people.urls")),
    path("", include("halqa.schools.urls")),
    path("", include("halqa.lessons.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
