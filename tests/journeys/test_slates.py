"""Slates: classes and a pupil write on their own, cut off or not; the teacher sees, corrects, shows one to all."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Browser, Page

from cutline import line_to
from faces import Face, enter_classroom, enter_studio
from serving import Server, until
from test_ask_and_answer import enter_pupil, name_class


def write(page: Page, sheet: str = ".own-slate .writing .board-page", row: float = 0.4) -> None:
    """One stroke across this sheet."""
    box = page.locator(sheet).bounding_box()
    assert box
    y = box["y"] + box["height"] * row
    page.mouse.move(box["x"] + box["width"] * 0.2, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + box["width"] * (0.2 + step * 0.07), y + (step % 2) * 12)
    page.mouse.up()


def things(page: Page) -> int:
    return int(page.get_attribute(".own-slate", "data-things") or 0)


def inked(page: Page, selector: str) -> bool:
    """Whether anything was drawn on the canvases of a sheet."""
    script = """selector => {
      const drawn = canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      const all = [...document.querySelectorAll(selector + " canvas")].filter(canvas => canvas.width);
      return all.some(canvas => new Uint32Array(drawn(canvas).buffer).some(Boolean));
    }"""
    return bool(page.evaluate(script, selector))


NOTED = """() => {
  const state = document.querySelector(".own-slate .state");
  window.told = [];
  new MutationObserver(() => window.told.push(state.textContent)).observe(state, { childList: true });
}"""
"""Remember everything that a slate says of itself from now on."""


def take_slate(classroom: Face, name: str) -> None:
    classroom.page.wait_for_selector(".own-slate .nameless button")
    classroom.page.click(".own-slate .nameless button")
    classroom.page.wait_for_selector(".naming[open]")
    classroom.page.fill(".naming input", name)
    classroom.page.keyboard.press("Enter")
    classroom.page.wait_for_selector(".own-slate .tools:not([hidden])")


def test_slates(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Les aires")
    studio = enter_studio(chromium, server, lesson)
    desk = studio.page
    code = desk.evaluate("JSON.parse(document.getElementById('lesson').textContent).code")
    desk.click("[data-act=go]")
    studio.reaches("on-air")
    first = enter_classroom(chromium, server, lesson)
    second = enter_classroom(chromium, server, lesson, "ar")
    pupil = enter_pupil(chromium, server, code, "Amina")
    for classroom in (first, second):
        classroom.reaches("live")
        classroom.moves()

    # A task, with one button; everyone has a slate of its own.
    desk.click("[data-slates=desk]")
    desk.fill(".slates-desk [name=task]", "Dessinez un <b>carré</b>")
    desk.select_option(".slates-desk [name=paper]", "squares")
    desk.click(".slates-desk .set button")
    for page in (first.page, second.page, pupil.page):
        page.locator(".own-slate .task", has_text="<b>carré</b>").wait_for()
    take_slate(first, "Tata")
    take_slate(second, "زاكورة")
    pupil.page.evaluate(NOTED)

    # Who has taken a slate has a tile, empty as it is, and a figure says how many have written.
    until(lambda: studio.told("slates") == "3")
    until(lambda: desk.locator(".slates-desk [data-state=empty]").count() == 3)
    assert desk.locator(".slates-desk .when").all_inner_texts() == ["", "", ""]
    desk.locator(".slates-desk .count", has_text="0 sur 3").wait_for()
    write(first.page)
    desk.locator(".slates-desk .count", has_text="1 sur 3 a écrit").wait_for()
    desk.locator("[data-state=writing] .when", has_text="maintenant").wait_for()
    write(second.page)
    write(second.page, row=0.6)
    write(pupil.page)
    until(lambda: (things(first.page), things(second.page), things(pupil.page)) == (1, 2, 1))

    # What was written is undone and done again, by a button and by a key.
    first.page.click(".own-slate [data-slate=undo]")
    until(lambda: things(first.page) == 0)
    first.page.click(".own-slate [data-slate=redo]")
    until(lambda: things(first.page) == 1)
    assert first.page.locator(".own-slate [data-slate=redo]").is_disabled()
    second.page.keyboard.press("Control+z")
    second.page.keyboard.press("Control+z")
    until(lambda: things(second.page) == 0)
    second.page.keyboard.press("Control+y")
    second.page.keyboard.press("Control+Shift+Z")
    until(lambda: things(second.page) == 2)

    # The teacher sees all of them, live; nobody sees another's.
    desk.locator(".slates-desk .count", has_text="3 sur 3 ont écrit").wait_for()
    names = desk.locator(".slates-desk .tile bdi")
    until(lambda: sorted(names.all_inner_texts()) == sorted(["Tata", "زاكورة", "Amina"]))
    until(lambda: all(inked(desk, f".slates-desk .tiles li:nth-child({n})") for n in (1, 2, 3)))
    assert "Ligne coupée" not in str(pupil.page.evaluate("window.told")), "a stroke on its way is no cut"
    pupil.page.click(".own-slate [data-slate=done]")
    desk.wait_for_selector(".slates-desk [data-state=done]")

    # One is opened, and written on: its class sees that, and only that class.
    desk.locator(".slates-desk .tile", has_text="Tata").click()
    desk.wait_for_selector(".slates-desk .large .board-page")
    write(desk, ".slates-desk .large .board-page", 0.7)
    until(lambda: things(first.page) == 2)
    until(lambda: "professeur a écrit" in first.page.inner_text(".own-slate .state"))
    desk.keyboard.press("Control+z")
    until(lambda: things(first.page) == 1)
    desk.click(".slates-desk [data-slates=redo]")
    until(lambda: things(first.page) == 2)
    assert (things(second.page), things(pupil.page)) == (2, 1)

    # Corrected and given back: its class is told so, after a reload too, until it writes on.
    desk.click(".slates-desk [data-slates=giveback]")
    first.page.locator(".own-slate.returned .state", has_text="vous la rend").wait_for()
    first.page.reload()
    first.page.locator(".own-slate.returned .state", has_text="vous la rend").wait_for()
    until(lambda: things(first.page) == 2)
    assert second.page.locator(".own-slate.returned").count() == pupil.page.locator(".own-slate.returned").count() == 0
    desk.click(".slates-desk [data-slates=back]")
    desk.locator("[data-state=returned]", has_text="Tata").wait_for()
    write(first.page, row=0.8)
    desk.locator("[data-state=writing]", has_text="Tata").wait_for()
    first.page.wait_for_selector(".own-slate:not(.returned)")
    first.page.click(".own-slate [data-slate=undo]")
    until(lambda: things(first.page) == 2)

    # Who was away while it was given back sees it on returning; what was handed in is in hand again.
    place = pupil.page.url
    pupil.page.goto("about:blank")
    desk.locator(".slates-desk .tile", has_text="Amina").click()
    desk.click(".slates-desk [data-slates=giveback]")
    desk.locator("[data-slates=giveback]:disabled", has_text="rendue").wait_for()
    pupil.page.goto(place)
    pupil.page.wait_for_selector(".own-slate.returned")
    assert pupil.page.inner_text(".own-slate [data-slate=done]") == "J’ai fini"

    # All of them on paper, with their names.
    desk.evaluate("window.print = () => undefined")
    desk.click(".slates-desk [data-slates=print]")
    desk.wait_for_selector(".slates-print figure:nth-of-type(3) svg path", state="attached")
    assert sorted(desk.locator(".slates-print figcaption").all_text_contents()) == sorted(["Tata", "زاكورة", "Amina"])
    desk.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert desk.locator(".slates-print").count() == 0

    # A class that is cut off goes on writing; what it wrote arrives when the line is back.
    second.page.context.set_offline(True)
    write(second.page, row=0.8)
    until(lambda: things(second.page) == 3)
    second.page.locator(".own-slate .state", has_text="مقطوع").wait_for()
    second.page.context.set_offline(False)
    desk.click(".slates-desk [data-slates=back]")
    desk.locator(".slates-desk .tile", has_text="زاكورة").click()
    desk.wait_for_selector(".slates-desk .large .board-page")
    until(lambda: "مقطوع" not in second.page.inner_text(".own-slate .state"), 60)

    # Pencils down: nothing can be written any more. Then one is shown to all, under its name.
    desk.click(".slates-desk [data-slates=close]")
    first.page.wait_for_selector(".own-slate.closed")
    write(first.page, row=0.2)
    assert things(first.page) == 2
    desk.keyboard.press("Escape")
    desk.locator(".slates-desk .tile", has_text="Tata").click()
    desk.click(".slates-desk [data-slates=show]")
    until(lambda: studio.told("pages") == "2")
    shown_at = studio.number("t")
    desk.click("[data-slates=desk]")
    desk.click(".slates-desk [data-slates=hide]")
    desk.click(".slates-desk header [data-slates=desk]")
    until(lambda: first.told("things") == second.told("things") == "3")
    until(lambda: "Tata" in second.page.inner_text(".blackboard"))
    until(lambda: first.told("board") == second.told("board") != "")
    board = first.told("board")

    # The lesson ends; the replay has what was shown, and no trace of the others.
    until(lambda: studio.number("t") > shown_at + 2000)
    desk.click("[data-act=end]")
    studio.reaches("ended")
    replay = enter_classroom(chromium, server, lesson)
    replay.page.goto(f"{server.url}/lessons/{lesson}?t={(shown_at + 1500) / 1000}")
    replay.moves()
    until(lambda: replay.told("board") == board)
    assert not replay.page.locator(".own-slate .task").is_visible()
    said = replay.page.request.get(f"{server.url}/timelines/{lesson}", headers=bearer(replay.page))
    assert [name for name in said.json()["tracks"] if name.startswith("private")] == []
    for face in (studio, first, second, pupil, replay):
        assert face.errors == []


def bearer(page: Page) -> dict[str, str]:
    ticket = page.evaluate("JSON.parse(document.getElementById('lesson').textContent).ticket")
    return {"authorization": f"Bearer {ticket}"}


def printed(desk: Page) -> int:
    """How many strokes all slates have on paper, as the teacher has them; on paper without a ruling."""
    desk.click(".slates-desk [data-slates=print]")
    desk.wait_for_selector(".slates-print figure svg", state="attached")
    return desk.locator(".slates-print figure svg path").count()


def class_cut_in_a_lesson(
    server: Server, chromium: Browser, pass_by: Callable[[Face, Callable[[], None]], None]
) -> float:
    """
    A class is cut in the middle of a poll and of a stroke. On its return it has all, and all have what it did.

    `pass_by` lasts as long as the cut; it is given the class's face, and what happens on all sides, to be done often.
    Returned are the seconds from the mended line until all of that is so.
    """
    lesson = server.announce("La ligne coupée")
    studio = enter_studio(chromium, server, lesson)
    desk = studio.page
    desk.keyboard.press("2")
    desk.click("[data-act=go]")
    studio.reaches("on-air")
    whole = enter_classroom(chromium, server, lesson)
    with line_to(server) as line:
        away = enter_classroom(chromium, line, lesson)
        for one in (whole, away):
            one.reaches("live")
            one.moves()
        write(desk, ".easel .board-page", 0.1)

        # A slate for each, and a question over it, which the class has answered once.
        desk.click("[data-slates=desk]")
        desk.click(".slates-desk .set button")
        away.page.click(".own-slate .nameless button")
        name_class(away, "Tata")
        write(away.page, row=0.2)
        desk.locator(".slates-desk [data-state=writing]", has_text="Tata").wait_for()
        desk.click(".slates-desk header [data-slates=desk]")
        desk.click(".asking-tabs [data-id=polls]")
        desk.click(".asking [data-ask=quick][data-id='2']")
        away.page.click(".poll [data-choice='0']")
        desk.locator(".asking .now .answered", has_text="1").wait_for()
        away.page.locator(".question-card:not(.slate-card) [data-do=fold]").click()

        # In the middle of a stroke nothing comes through any more. It changes its mind, and writes on.
        box = away.page.locator(".own-slate .writing .board-page").bounding_box()
        assert box
        mouse = away.page.mouse
        mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3)
        mouse.down()
        mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.3, steps=8)
        line.cut()
        mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.3, steps=8)
        mouse.up()
        away.page.click(".answering .chip[data-do=fold]")
        away.page.click(".poll [data-choice='1']")
        away.page.wait_for_selector(".answering[data-arrived=false]", state="attached")
        away.page.locator(".question-card:not(.slate-card) [data-do=fold]").click()
        before = desk.locator(".asking .now .answered").inner_text()
        desk.click(".asking header [data-ask=tab]")
        rows = iter(range(45))

        def happens() -> None:
            """A stroke of the teacher on the lesson's board, and one of the class on its slate."""
            row = 0.2 + 0.015 * next(rows)
            write(desk, ".easel .board-page", row)
            write(away.page, row=row + 0.15)

        happens()
        pass_by(away, happens)
        happens()
        # It is given back meanwhile, by a teacher who has not seen what was written since.
        desk.click("[data-slates=desk]")
        desk.locator(".slates-desk .tile", has_text="Tata").click()
        desk.click(".slates-desk [data-slates=giveback]")
        desk.click(".slates-desk [data-slates=back]")
        desk.locator(".slates-desk [data-state=returned]", has_text="Tata").wait_for()
        desk.click(".slates-desk header [data-slates=desk]")
        desk.click(".asking-tabs [data-id=polls]")
        assert desk.locator(".asking .now .answered").inner_text() == before
        desk.click(".asking .now [data-ask=close]")
        assert away.number("things") < whole.number("things")
        written = things(away.page)
        line.mend()
        mended_at = time.monotonic()

        # It is there again: all of the board, its answer once, as it was given last, and its slate whole.
        away.reaches("live", 60)
        away.page.wait_for_selector(".answering[data-arrived=true]", state="attached", timeout=60_000)
        until(lambda: [one.inner_text() for one in desk.locator(".asking .now .bars b").all()] == ["0", "1"])
        desk.click(".asking header [data-ask=tab]")
        desk.click("[data-slates=desk]")
        desk.locator(".slates-desk [data-state=writing]", has_text="Tata").wait_for()
        desk.evaluate("window.print = () => undefined")
        until(lambda: printed(desk) == things(away.page) == written)
        desk.click(".slates-desk [data-slates=hide]")
        until(lambda: away.told("things") == whole.told("things") == studio.told("things"), 60)
        until(lambda: away.told("board") == whole.told("board") != "")
        took = time.monotonic() - mended_at
        for face in (studio, whole, away):
            assert face.errors == []
            face.page.context.close()
    return took


def test_a_class_cut_in_a_poll_and_a_stroke(server: Server, chromium: Browser) -> None:
    """Until its page has found out by itself; `bench/cut.py` cuts it for minutes."""
    class_cut_in_a_lesson(server, chromium, lambda away, _: away.reaches("waiting", 60))
