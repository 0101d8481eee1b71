"""Which page of the schools room is where."""

from __future__ import annotations

from django.urls import path

from . import pages, pairing_pages

urlpatterns = [
    path("schools", pages.schools, name="schools"),
    path("schools/new", pages.new, name="school_new"),
    path("schools/<int:school_id>", pages.school, name="school"),
    path("schools/<int:school_id>/edit", pages.edit, name="school_edit"),
    path("schools/<int:school_id>/rooms", pages.add_room, name="room_add"),
    path("schools/<int:school_id>/rooms/<int:room_id>/rename", pages.rename_room, name="room_rename"),
    path("schools/<int:school_id>/rooms/<int:room_id>/remove", pages.remove_room, name="room_remove"),
    path("schools/<int:school_id>/rooms/<int:room_id>/back", pages.put_back_room, name="room_back"),
    path("schools/<int:school_id>/rooms/<int:room_id>/pairing", pairing_pages.page, name="pairing"),
    path("schools/<int:school_id>/walls/<int:wall_id>/rename", pairing_pages.rename, name="wall_rename"),
    path("schools/<int:school_id>/walls/<int:wall_id>/revoke", pairing_pages.revoke, name="wall_revoke"),
]
