"""A teacher and two schools, one in French and one in Arabic, through a whole lesson, and its replay.

What both saw at a moment live is what the replay shows at that moment, in either language.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from faces import Face, enter_classroom, enter_studio
from serving import Server, until
from test_ask_and_answer import name_class
from test_slates import write
from test_slides_in_a_lesson import deck
from test_the_floor import BLUE, FIRST_HZ, GREEN, RED, SECOND_HZ, TEACHER_HZ, devices, tile


@dataclass(frozen=True)
class Moment:
    """What a class saw at one moment of the lesson (ms)."""

    t: float
    board: str
    page: str
    scene: str
    floor: str
    question: str
    caption: str


SEEN = """() => {
  // All of it at once: between two looks it may change.
  const face = document.querySelector("halqa-classroom");
  const text = selector => {
    const part = face.querySelector(selector);
    return part && part.checkVisibility() ? part.textContent : "";
  };
  const { board, page, scene, floor } = face.dataset;
  return [board, page, scene, floor, text(".answering .poll .question"), text(".caption")].map(one => one ?? "");
}"""


def seen(face: Face, t: float = 0) -> Moment:
    """What a class sees now."""
    return Moment(t, *face.page.evaluate(SEEN))


def agree(studio: Face, classes: list[Face], wanted: Any) -> Moment:
    """Wait until all classes see the same, and what is wanted: the moment at which that was so, and a while longer."""
    while True:
        until(lambda: all(wanted(seen(one)) for one in classes) and len({seen(one) for one in classes}) == 1, 60)
        t = studio.number("t")
        moment = seen(classes[0], t)
        until(lambda: studio.number("t") > t + 2500)  # noqa: B023
        if all(seen(one, t) == moment for one in classes):
            return moment


def shows(replay: Face, moment: Moment) -> bool:
    """Whether the replay shows what was seen at this moment; it is brought there, and kept near it."""
    if not moment.t <= replay.number("positionMs") <= moment.t + 2000:
        script = """([to]) => {
          const seek = document.querySelector(".seek");
          seek.value = to;
          seek.dispatchEvent(new Event("change"));
        }"""
        replay.page.evaluate(script, [moment.t + 300])
        return False
    return seen(replay, moment.t) == moment


def draw(desk: Page, row: float) -> None:
    """A stroke on the studio's board."""
    write(desk, ".easel .board-page", row)


def test_a_whole_lesson(server: Server, chromium: Browser, tmp_path: Path) -> None:
    lesson = server.announce("Une leçon entière")
    studio = enter_studio(chromium, server, lesson, script=devices(BLUE, TEACHER_HZ))
    desk = studio.page
    # Prepared beforehand: two slides, and the board is what is seen.
    desk.keyboard.press("2")
    desk.click("[data-do=slides]")
    desk.set_input_files("dialog.deck input[type=file]", deck(tmp_path / "deck.pdf", 2))
    until(lambda: studio.told("pages") == "2" and not desk.is_visible("dialog.deck"))
    desk.click("[data-act=go]")
    studio.reaches("on-air")
    french = enter_classroom(chromium, server, lesson, script=devices(RED, FIRST_HZ))
    arabic = enter_classroom(chromium, server, lesson, "ar", script=devices(GREEN, SECOND_HZ))
    classes = [french, arabic]
    for one in classes:
        one.reaches("live")
        one.moves()
    moments: list[Moment] = []

    # Ink over a slide, then the next slide.
    draw(desk, 0.6)
    draw(desk, 0.7)
    moments.append(agree(studio, classes, lambda now: now.board != "" and now.scene == "board"))
    desk.keyboard.press("PageDown")
    draw(desk, 0.5)
    second = agree(studio, classes, lambda now: now.page not in ("", moments[0].page))
    assert second.board != moments[0].board
    moments.append(second)

    # A question, answered by both; shown with what is right, and taken off again.
    desk.click(".asking-tabs [data-id=polls]")
    desk.click(".asking [data-ask=quick][data-id='2']")
    for one, name in zip(classes, ("Tata", "زاكورة"), strict=True):
        one.page.wait_for_selector(".poll .choice >> nth=1")
        one.page.keyboard.press("a")
        name_class(one, name)
    until(lambda: desk.locator(".asking .now .answered", has_text="2").count() == 1)
    desk.click(".asking .now [data-ask=close]")
    desk.click(".asking .now [data-ask=show]")
    until(lambda: all(one.page.locator(".poll").count() == 1 for one in classes))
    desk.click(".asking .now [data-ask=hide]")
    desk.click(".asking header [data-ask=tab]")

    # A line of captions; a slate from each, one of them shown to all.
    desk.click("[data-slates=desk]")
    desk.click(".slates-desk .set button")
    for one in classes:
        one.page.wait_for_selector(".own-slate .tools:not([hidden])")
        write(one.page)
    until(lambda: studio.told("slates") == "2")
    desk.locator(".slates-desk .tile", has_text="زاكورة").click()
    desk.click(".slates-desk [data-slates=show]")
    until(lambda: studio.told("pages") == "3")
    desk.click("[data-slates=desk]")
    desk.click(".slates-desk [data-slates=hide]")
    desk.click(".slates-desk header [data-slates=desk]")
    moments.append(agree(studio, classes, lambda now: now.page not in ("", second.page) and now.board != ""))

    # One has the floor, beside the teacher; then the lesson goes on, with the camera.
    french.page.keyboard.press("h")
    tile(studio, "Tata").locator("[data-floor=give]").click()
    until(lambda: french.told("call") == "picture")
    until(lambda: arabic.told("floor") == "Tata")
    floor_at = studio.number("t")
    until(lambda: studio.number("t") > floor_at + 2500)
    tile(studio, "Tata").locator("[data-floor=take]").click()
    until(lambda: french.told("call") == "none" and arabic.told("floor") == "")
    desk.click("button[data-scene=both]")
    draw(desk, 0.8)
    moments.append(agree(studio, classes, lambda now: now.scene == "both"))
    desk.click("[data-act=end]")
    studio.reaches("ended")

    # The replay, in both languages, at the same moments.
    for language in ("fr-FR", "ar"):
        replay = enter_classroom(chromium, server, lesson, language)
        replay.moves()
        replay.page.mouse.move(200, 200)
        until(lambda: replay.told("kept") == "whole")  # noqa: B023
        for moment in moments:
            until(lambda: shows(replay, moment), 20)  # noqa: B023
        replay.page.goto(f"{server.url}/lessons/{lesson}?t={(floor_at + 500) / 1000}")
        until(lambda: replay.told("floor") == "Tata")  # noqa: B023
        assert replay.errors == []
        replay.page.context.close()
    for face in (studio, *classes):
        assert face.errors == []
