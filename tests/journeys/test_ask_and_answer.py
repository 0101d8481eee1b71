"""Ask and answer: a studio, two classrooms and a pupil's telephone, in real browsers, to the replay and the table."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from faces import Face, enter_classroom, enter_studio
from serving import Server, until

PHONE = ViewportSize(width=360, height=740)


def name_class(classroom: Face, name: str) -> None:
    """The first answer asks who answers."""
    page = classroom.page
    page.wait_for_selector(".naming[open]")
    page.fill(".naming input", name)
    page.keyboard.press("Enter")


def enter_pupil(browser: Browser, server: Server, code: str, name: str, locale: str = "fr-FR") -> Face:
    """A pupil's telephone that has joined."""
    page = browser.new_context(locale=locale, viewport=PHONE, has_touch=True).new_page()
    face = Face(page, "halqa-pupil")
    page.goto(f"{server.url}/join")
    page.fill("[name=code]", code)
    page.fill("[name=name]", name)
    page.click("[type=submit]")
    face.reaches("open")
    return face


def words(page: Page, selector: str) -> str:
    return page.inner_text(selector)


def test_ask_and_answer(server: Server, chromium: Browser, tmp_path: Path) -> None:
    lesson = server.announce("Les fractions")
    studio = enter_studio(chromium, server, lesson)
    desk = studio.page
    code = desk.evaluate("JSON.parse(document.getElementById('lesson').textContent).code")

    # Prepared before the lesson; what is typed is text, whatever it looks like.
    desk.click(".asking-tabs [data-id=polls]")
    desk.click("[data-ask=write]")
    desk.fill(".prepare [name=text]", "Combien font <b>1/2 + 1/4</b> ?")
    for index, choice in enumerate(("2/6", "3/4", "1/8", "2/4")):
        desk.locator(".prepare [name=choice]").nth(index).fill(choice)
    desk.locator(".prepare [name=ticked]").nth(1).check()
    desk.click(".prepare [data-ask=keep]")
    assert "1/2 + 1/4" in words(desk, ".asking .prepared")
    assert desk.locator(".asking .prepared b").count() == 0
    assert desk.locator(".asking [data-ask=open]").is_disabled()

    desk.click("[data-act=go]")
    studio.reaches("on-air")
    first = enter_classroom(chromium, server, lesson)
    second = enter_classroom(chromium, server, lesson, "ar")
    pupil = enter_pupil(chromium, server, code, "Amina <img>")
    for classroom in (first, second):
        classroom.reaches("live")
        classroom.moves()

    desk.click("[data-ask=code]")
    first.page.wait_for_selector(".answering .code:not([hidden])")
    assert words(first.page, ".answering .code b").replace(" ", "") == code

    # Opened with one button; it stands on the walls and on the telephone.
    desk.click(".asking [data-ask=open]")
    for face in (first, second, pupil):
        face.page.wait_for_selector(".poll .choice >> nth=3")
        assert "<b>1/2 + 1/4</b>" in words(face.page, ".poll .question")

    # One class answers by the keyboard, and changes its mind; the telephone by touch.
    first.page.keyboard.press("a")
    name_class(first, "Collège Al Massira")
    first.page.wait_for_selector(".poll [data-choice='0'][aria-pressed=true]")
    first.page.keyboard.press("b")
    first.page.wait_for_selector(".poll [data-choice='1'][aria-pressed=true]")
    pupil.page.tap(".poll [data-choice='1']")
    until(lambda: pupil.told("arrived") == "true")
    desk.wait_for_selector(".asking .now >> text=2 réponses")

    # The other class is cut off while it answers: the answer waits, is there after a reload, and counts once.
    second.page.click(".poll [data-choice='2']")
    name_class(second, "ثانوية الأطلس")
    desk.wait_for_selector(".asking .now >> text=3 réponses")
    second.page.context.set_offline(True)
    second.page.click(".poll [data-choice='3']")
    second.page.wait_for_selector(".answering[data-arrived=false]", state="attached")
    desk.click(".asking [data-ask=close]")
    pupil.page.wait_for_selector(".poll:not(.open)")
    assert pupil.page.locator(".poll [data-choice='0']").is_disabled()
    second.page.context.set_offline(False)
    second.page.reload()
    second.page.wait_for_selector(".answering[data-arrived=true]", state="attached")

    def counts() -> list[str]:
        return [part.inner_text() for part in desk.locator(".asking .now .bars b").all()]

    until(lambda: counts() == ["0", "2", "0", "1"])

    # Shown to all, then the right answer: by colour, sign and word.
    desk.click(".asking .now [data-ask=show]")
    for face in (first, second, pupil):
        face.page.wait_for_selector(".poll.shown")
        face.page.wait_for_selector(".poll [data-choice='1'] .of >> text=/^2 ·/")
        assert face.page.locator(".poll .right").count() == 0
    desk.click(".asking .now [data-ask=reveal]")
    for face in (first, second, pupil):
        face.page.wait_for_selector(".poll [data-choice='1'].right .verdict svg")
    assert "Bien répondu" in words(first.page, ".poll [data-choice='1']")
    second.page.wait_for_selector(".poll [data-choice='3'].missed")

    # Who answered what, and the table.
    desk.click(".asking .now summary >> nth=0")
    assert "Collège Al Massira" in words(desk, ".asking .now table")
    with desk.expect_download() as saved:
        desk.click(".asking .now [data-ask=csv]")
    file = tmp_path / "answers.csv"
    saved.value.save_as(file)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    heading, *rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert heading == ["Sondage", "Question", "École / élève", "Réponse", "Juste", "Temps"]
    assert sorted(row[:5] for row in rows) == [
        ["1", "Combien font <b>1/2 + 1/4</b> ?", "Amina <img>", "B. 3/4", "oui"],
        ["1", "Combien font <b>1/2 + 1/4</b> ?", "Collège Al Massira", "B. 3/4", "oui"],
        ["1", "Combien font <b>1/2 + 1/4</b> ?", "ثانوية الأطلس", "D. 2/4", "non"],
    ]

    # A question from the telephone: answered in writing, for all to read.
    pupil.page.click("details.ask summary")
    pupil.page.fill("form.asking textarea", "Pourquoi pas 2/6 ?")
    pupil.page.click("form.asking button")
    desk.click(".asking-tabs [data-id=questions]")
    desk.click(".asking .queue [data-ask=reply]")
    desk.fill(".reply textarea", "On n’ajoute pas les dénominateurs.")
    desk.click("[data-ask=send-reply]")
    desk.click(".asking-tabs [data-id=polls]")
    desk.click(".asking .now [data-ask=hide]")
    first.page.wait_for_selector(".answering .published:not([hidden])")
    assert "dénominateurs" in words(first.page, ".published")

    desk.click(".asking header [data-id='']")
    desk.click("[data-act=end]")
    studio.reaches("ended")
    pupil.reaches("ended")

    # The replay asks again, lets the reader try, and shows what was shown when it was.
    replay = enter_classroom(chromium, server, lesson)
    replay.reaches("replay")
    replay.page.wait_for_selector(".poll.open [data-choice='2']")
    replay.page.click(".poll [data-choice='2']")
    assert "rien n’est envoyé" in words(replay.page, ".poll .state")
    replay.page.wait_for_selector(".poll.shown [data-choice='1'].right")
    assert words(replay.page, ".poll [data-choice='1'] .of").startswith("2 ·")
    for face in (studio, first, second, pupil, replay):
        assert face.errors == []
