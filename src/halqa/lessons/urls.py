"""Which page of the lessons room is where."""

from __future__ import annotations

from django.urls import path

from . import attendance_pages, pages, wall
from .api import api

urlpatterns = [
    path("", pages.home, name="home"),
    path("lessons/new", pages.new, name="new"),
    path("lessons/<slug:lesson_id>", pages.lesson, name="lesson"),
    path("lessons/<slug:lesson_id>/board", pages.board, name="board"),
    path("lessons/<slug:lesson_id>/captions", pages.captions_desk, name="captions"),
    path("lessons/<slug:lesson_id>/captions/<slug:language>.vtt", pages.captions_file, name="captions_file"),
    path("lessons/<slug:lesson_id>/captions/<slug:language>.json", pages.captions_cues, name="captions_cues"),
    path("lessons/<slug:lesson_id>/captions/<slug:language>/remove", pages.captions_remove, name="captions_remove"),
    path("lessons/<slug:lesson_id>/edit", pages.edit, name="edit"),
    path("lessons/<slug:lesson_id>/again", pages.again, name="again"),
    path("lessons/<slug:lesson_id>/hide", pages.hide, name="hide"),
    path("lessons/<slug:lesson_id>/show", pages.show_again, name="show_again"),
    path("lessons/<slug:lesson_id>/attendance", attendance_pages.page, name="attendance"),
    path("lessons/<slug:lesson_id>/attendance.csv", attendance_pages.csv, name="attendance_csv"),
    path("lessons/<slug:lesson_id>/attendance.xlsx", attendance_pages.xlsx, name="attendance_xlsx"),
    path("lessons/<slug:lesson_id>/attendance/<int:row>/remove", attendance_pages.remove, name="attendance_remove"),
    path("lessons/<slug:lesson_id>/attendance/<int:row>/back", attendance_pages.put_back, name="attendance_back"),
    path("join", pages.join, name="join"),
    path("studio/<slug:lesson_id>", pages.studio, name="studio"),
    path("wall", wall.wall, name="wall"),
    path("wall/now", wall.wall_now, name="wall_now"),
    path("api/", api.urls),
]
