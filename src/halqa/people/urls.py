"""Which page of the people room is where. The key is asked for on the way to the studio, so that is where it stands."""

from __future__ import annotations

from django.urls import path

from . import pages

urlpatterns = [
    path("studio/enter", pages.enter, name="enter"),
    path("studio/leave", pages.leave, name="leave"),
]
