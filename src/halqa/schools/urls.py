"""Which page of the schools room is where."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
