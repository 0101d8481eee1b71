"""Attendance: a class with a name follows live, rewinds, comes back for the replay; its teacher sees which minutes."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page

from faces import Face, enter_classroom
from laps import draw_lap
from serving import Server, until

NAME = "Collège <i>Al Massira</i>"
NAMED = f"localStorage['halqa:class'] = {NAME!r}"


def leave(page: Page) -> None:
    """As people do: what was followed is told on the way out."""
    with page.expect_response(lambda answer: answer.url.endswith("/attendance") and answer.status == 204):
        page.evaluate("dispatchEvent(new Event('pagehide'))")


def enter_register(browser: Browser, server: Server, lesson: str) -> Page:
    page = browser.new_context(locale="fr-FR").new_page()
    page.goto(f"{server.url}/studio/enter?next=/lessons/{lesson}/attendance")
    page.fill("input[name=key]", server.key)
    page.keyboard.press("Enter")
    page.wait_for_selector(".register")
    return page


def parts(page: Page) -> str:
    """What the strip of the only class says."""
    return str(page.locator(".parts svg").get_attribute("aria-label"))


def stretches(text: str) -> list[tuple[int, int]]:
    """`0:05–0:12, …` in seconds."""
    found = re.findall(r"(\d+):(\d\d)–(\d+):(\d\d)", text)
    return [(int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in found]


def test_attendance(server: Server, chromium: Browser, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    draw_lap(clip, 45)
    lesson = server.announce("Les fractions")
    # Three quarters of a minute were taught before: far enough back to be late.
    assert server.teach(clip, lesson, "--speed", "0", loop=False).wait() == 0
    studio = server.teach(clip, lesson)
    try:
        # Nobody knows who this is, so nobody is told what it plays.
        stranger = enter_classroom(chromium, server, lesson)
        classroom = enter_classroom(chromium, server, lesson, script=NAMED)
        for face in (stranger, classroom):
            face.reaches("live")
            face.moves(by=4000)
        classroom.page.keyboard.press("Home")
        until(lambda: classroom.number("positionMs") < 8000)
        classroom.moves(by=3000)
        leave(classroom.page)
        asked: list[str] = []
        stranger.page.on("request", lambda request: asked.append(request.url))
        stranger.page.evaluate("dispatchEvent(new Event('pagehide'))")
        stranger.moves()
        assert [url for url in asked if url.endswith("/attendance")] == []
        context = classroom.page.context
        classroom.page.close()
    finally:
        studio.terminate()
        studio.wait()

    register = enter_register(chromium, server, lesson)
    assert register.locator("tbody tr").count() == 1
    assert register.locator("tbody th").inner_text() == NAME
    live, later = parts(register).split("Plus tard")
    assert "En direct" in live
    assert min(begin for begin, _ in stretches(live)) > 35
    assert stretches(later)[0][0] < 8

    server.seal(lesson)
    page = context.new_page()
    replay = Face(page, "halqa-classroom")
    page.goto(f"{server.url}/lessons/{lesson}?t=15")
    replay.reaches("replay")
    until(lambda: replay.number("positionMs") > 15_000)
    replay.moves(by=3000)
    leave(page)
    register.reload()
    assert parts(register).split("Plus tard")[0] == live
    seen = stretches(parts(register).split("Plus tard")[1])
    assert seen[0] == stretches(later)[0]
    assert any(begin in (14, 15, 16) and end >= 17 for begin, end in seen)

    with register.expect_download() as coming:
        register.click("text=CSV")
    assert NAME in Path(coming.value.path()).read_text(encoding="utf-8-sig")
    # Taken out, and put back.
    register.click("tbody button")
    register.wait_for_selector(".empty")
    register.click(".note button")
    assert register.locator("tbody tr").count() == 1
    assert replay.errors == classroom.errors == stranger.errors == []
