"""A lesson is prepared on one PC, opened on another, given, and given again to another group."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from faces import Face, enter_classroom, enter_studio
from serving import Server, until
from test_board_in_the_studio import drag
from test_slides_in_a_lesson import SHOWN, deck

QUESTION = "Combien font <b>1/2 + 1/4</b> ?"
NOTE = ".side .plan"


def prepare_poll(studio: Face, text: str) -> None:
    page = studio.page
    page.click(".asking-tabs [data-id=polls]")
    page.click("[data-ask=write]")
    page.fill(".prepare [name=text]", text)
    for index, choice in enumerate(("2/6", "3/4")):
        page.locator(".prepare [name=choice]").nth(index).fill(choice)
    page.locator(".prepare [name=ticked]").nth(1).check()
    page.click(".prepare [data-ask=keep]")
    page.click(".asking header [data-id='']")


def polls(studio: Face) -> list[str]:
    return [text.strip() for text in studio.page.locator(".asking .prepared li p:first-child").all_text_contents()]


def has(studio: Face, pages: int, things: int) -> None:
    until(lambda: (studio.told("pages"), studio.told("things")) == (str(pages), str(things)))


def give_again(browser: Browser, server: Server, lesson: str, title: str, pages: str) -> str:
    """On a PC that has never seen this lesson; the new one."""
    page = browser.new_context(locale="fr-FR").new_page()
    page.goto(f"{server.url}/studio/enter?next=/lessons/{lesson}/again")
    page.fill("input[name=key]", server.key)
    page.keyboard.press("Enter")
    page.fill("input[name=title]", title)
    page.select_option("[name=subject]", "maths")
    page.select_option("[name=level]", "3ac")
    page.fill("[name=teacher]", "Mme Alaoui")
    page.check(f"input[name=pages][value={pages}]")
    page.click("form[data-again] [type=submit]")
    page.wait_for_url("**/studio/*")
    page.context.close()
    return page.url.rsplit("/", 1)[-1]


def test_prepared_given_and_given_again(server: Server, chromium: Browser, tmp_path: Path) -> None:
    lesson = server.announce("Thalès")
    studio = enter_studio(chromium, server, lesson)
    studio.page.keyboard.press("2")
    studio.page.wait_for_selector(".easel .board-page")
    until(lambda: studio.told("scene") == "board" and studio.told("board") == "here")
    drag(studio, (800, 800), (3000, 1500))
    has(studio, 1, 1)
    studio.page.click("[data-do=slides]")
    studio.page.set_input_files("dialog.deck input[type=file]", deck(tmp_path / "deck.pdf", 2))
    has(studio, 3, 0)
    until(lambda: not studio.page.is_visible("dialog.deck"))
    drag(studio, (800, 800), (3000, 1500))
    drag(studio, (800, 1800), (3000, 2500))
    has(studio, 3, 2)
    prepare_poll(studio, QUESTION)
    until(lambda: studio.told("plan") == "kept")
    assert server.lesson(lesson)["status"] == "planned"

    other = enter_studio(chromium, server, lesson)
    has(other, 3, 2)
    assert polls(other) == [QUESTION]
    other.page.context.close()

    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    drag(studio, (800, 3000), (3000, 3600))
    studio.moves("t", 2000)
    studio.page.click("[data-act=end]")
    studio.reaches("ended")

    # The same for another group: what was prepared, without what was written in the lesson.
    again = give_again(chromium, server, lesson, "Thalès, groupe B", "prepared")
    assert server.lesson(again)["title"] == "Thalès, groupe B"
    assert server.lesson(again)["status"] == "planned"
    second = enter_studio(chromium, server, again)
    second.page.keyboard.press("2")
    has(second, 3, 2)
    assert polls(second) == [QUESTION]
    until(lambda: second.page.evaluate(SHOWN) > 0)
    second.page.click("[data-act=go]")
    second.reaches("on-air")
    classroom = enter_classroom(chromium, server, again)
    classroom.reaches("live")
    until(lambda: classroom.page.evaluate(SHOWN) > 0)
    # On air it is as if it had been prepared here: nothing is there twice.
    second.page.reload()
    has(second, 3, 2)

    # And as it stood at the end.
    whole = give_again(chromium, server, lesson, "Thalès, groupe C", "end")
    third = enter_studio(chromium, server, whole)
    third.page.keyboard.press("2")
    has(third, 3, 1)
    third.page.keyboard.press("PageDown")
    has(third, 3, 3)
    until(lambda: third.page.evaluate(SHOWN) > 0)
    assert polls(third) == [QUESTION]
    for face in (studio, second, third, classroom):
        assert face.errors == []


def test_two_pcs_prepare_the_same_lesson(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Thalès")
    here, there = (enter_studio(chromium, server, lesson) for _ in range(2))
    prepare_poll(here, "Ici ?")
    until(lambda: here.told("plan") == "kept")
    prepare_poll(there, "Là-bas ?")
    until(lambda: there.told("plan") == "ask")
    assert "autre PC" in there.page.inner_text(NOTE)
    # The other one's, then one's own instead of it.
    there.page.click(f"{NOTE} [data-plan=theirs]")
    until(lambda: polls(there) == ["Ici ?"])
    prepare_poll(there, "Encore ?")
    until(lambda: there.told("plan") == "kept")
    prepare_poll(here, "Toujours ?")
    until(lambda: here.told("plan") == "ask")
    here.page.click(f"{NOTE} [data-plan=mine]")
    until(lambda: here.told("plan") == "kept")
    third = enter_studio(chromium, server, lesson)
    assert polls(third) == ["Ici ?", "Toujours ?"]
    for face in (here, there, third):
        assert face.errors == []
