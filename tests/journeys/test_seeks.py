"""Seeking in a long lesson: the right picture comes, wherever it was before."""

from __future__ import annotations

from playwright.sync_api import Browser

from faces import enter_classroom, enter_studio
from laps import say_long_lesson, seek
from serving import Server, until


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


PICTURES = "(b => [...Array(b.length).keys()].map(i => b.start(i)))(document.querySelector('video').buffered)"
"""Where the stretches of picture that lie ready begin, s."""
WATCH = """() => {
  window.least = 1e9;
  const video = document.querySelector('video');
  video.addEventListener('seeked', () => { window.least = Math.min(window.least, video.currentTime) });
}"""
"""The earliest moment (s) that the picture was brought to."""
MOVE = "at => { const s = document.querySelector('.seek'); s.value = at; s.dispatchEvent(new Event('change')) }"
TOGETHER = """() => {
  const [video, audio] = [document.querySelector('video'), document.querySelector('audio')];
  return !video.seeking && Math.abs(video.currentTime - audio.currentTime) < 0.5;
}"""


LATE = """(() => {
  const add = MediaSource.prototype.addSourceBuffer;
  const updating = Object.getOwnPropertyDescriptor(SourceBuffer.prototype, 'updating').get;
  MediaSource.prototype.addSourceBuffer = function (mime) {
    const buffer = add.call(this, mime);
    if (!mime.startsWith('video')) return buffer;
    const append = buffer.appendBuffer;
    let held = false;
    Object.defineProperty(buffer, 'updating', { get: () => held || updating.call(buffer) });
    buffer.appendBuffer = bytes => {
      held = true;
      setTimeout(() => { held = false; append.call(buffer, bytes); }, 60);
    };
    return buffer;
  };
})()"""
"""A browser that takes pictures more slowly than sound."""


def test_a_picture_that_was_on_its_way_elsewhere(server: Server, chromium: Browser) -> None:
    lesson = say_long_lesson(server, minutes=4, lap_seconds=20)
    classroom = enter_classroom(chromium, server, lesson.id, script=LATE)
    classroom.reaches("replay")
    classroom.moves()
    for seconds in (203, 65, 151):
        # It seeks to what is not there (any more) when the reader moves the bar; and the sound is there before it.
        elsewhere = (seconds + 120) % 240
        classroom.page.evaluate(f"document.querySelector('video').currentTime = {elsewhere}")
        assert lesson.off(seconds * 1000, seek(classroom.page, seconds * 1000).shown) < 1000
        classroom.moves()
    assert classroom.errors == []


def test_what_was_heard_without_a_picture_is_seen_when_one_goes_back(server: Server, chromium: Browser) -> None:
    lesson = server.announce("La ligne était faible")
    studio = enter_studio(chromium, server, lesson)
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    classroom = enter_classroom(chromium, server, lesson)
    classroom.reaches("live")
    page = classroom.page
    page.select_option("[data-pick=quality]", "32")
    until(lambda: page.evaluate(PICTURES) == [])
    at = classroom.number("positionMs") + 500
    classroom.moves(by=8000)
    page.select_option("[data-pick=quality]", "auto")
    until(lambda: page.evaluate(PICTURES) != [])
    [begins, *_] = page.evaluate(PICTURES)
    page.evaluate(WATCH)
    page.evaluate(MOVE, at)
    classroom.reaches("behind")
    until(lambda: page.evaluate("window.least") < begins - 1)
    classroom.moves(by=500)
    until(lambda: page.evaluate(TOGETHER))
