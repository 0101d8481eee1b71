"""Seeking in a long lesson: the right picture comes, wherever it was before."""

from __future__ import annotations

from playwright.sync_api import Browser

from faces import enter_classroom
from laps import say_long_lesson, seek
from serving import Server


def test_far_ahead_and_far_back(server: Server, chromium: Browser) -> None:
    lesson = say_long_lesson(server, minutes=8, lap_seconds=20)
    classroom = enter_classroom(chromium, server, lesson.id)
    classroom.reaches("replay")
    classroom.moves()
    for seconds in (430, 311, 65, 206, 14, 407, 123):
        found = seek(classroom.page, seconds * 1000)
        assert not found.buffered
        assert lesson.off(seconds * 1000, found.shown) < 1000
        classroom.moves()
    assert classroom.errors == []
