"""A wall: paired once, it announces the next lesson, opens it by itself, is known in the studio, and is revoked."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from faces import Face
from serving import Server, until
from test_accessible import is_accessible
from test_schools import enter

CLIP = """
import asyncio, pathlib, sys
from halqa.media.demo_clip import make_clip
asyncio.run(make_clip(pathlib.Path(sys.argv[1]), 20, "Les dunes"))
"""


def in_minutes(minutes: float) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)).isoformat()


def room_with_digits(page: Page, server: Server) -> str:
    """A school with one room, and the six digits for a screen in it."""
    enter(page, server)
    page.goto(f"{server.url}/schools/new")
    page.fill("[name=latin]", "Collège Ibn Khaldoun")
    page.fill("[name=arabic]", "إعدادية ابن خلدون")
    page.fill("[name=town]", "Benguerir")
    page.click("main [type=submit]")
    page.fill("#new-room", "Salle 1")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ajouter un écran").click()
    return "".join(sign for sign in page.locator(".digits").inner_text() if sign.isdecimal())


def test_a_wall_from_its_digits_to_the_lesson_and_away(server: Server, chromium: Browser, tmp_path: Path) -> None:
    clip = tmp_path / "voice.mp4"
    subprocess.run([sys.executable, "-c", CLIP, str(clip)], check=True)
    desk = chromium.new_context(locale="fr-FR").new_page()
    digits = room_with_digits(desk, server)
    for locale in ("fr-FR", "ar"):
        page = chromium.new_context(locale=locale).new_page()
        page.goto(f"{server.url}/wall")
        is_accessible(page)
    # A mistake, and its correction: there is no keyboard on a wall.
    for key in ("0", "⌫", *digits):
        page.click(f"[data-key='{key}']")
    page.wait_for_selector("[data-wall]")
    is_accessible(page)
    assert page.locator("[data-left]").count() == 0
    expect(desk.locator(".note.well")).to_be_visible()

    # A lesson is announced: the wall learns it, and says how long it is until then.
    lesson = server.announce("Les oasis", starts_at=in_minutes(30))
    expect(page.locator("h1")).to_have_text("Les oasis", timeout=30_000)
    until(lambda: page.locator("[data-left]").inner_text() != "")
    is_accessible(page)

    # Another one, sooner: in its last five minutes it is opened, and when it goes on air it plays.
    soon = server.announce("Les dunes", starts_at=in_minutes(4))
    wall = Face(page, "halqa-classroom")
    page.wait_for_selector("halqa-classroom[data-state=before]", timeout=60_000)
    assert page.locator(".home").count() == 0
    expect(page.locator(".left")).not_to_be_empty()
    teacher = server.teach(clip, soon)
    try:
        wall.reaches("live", 60)
        wall.moves()
        # The teacher knows which room it is, though nobody gave a name.
        studio = chromium.new_context(locale="fr-FR").new_page()
        studio.goto(f"{server.url}/studio/enter?next=/studio/{soon}")
        studio.fill("input[name=key]", server.key)
        studio.keyboard.press("Enter")
        expect(studio.locator(".school .name").first).to_contain_text("ابن خلدون · Salle 1", timeout=60_000)
    finally:
        teacher.kill()
        teacher.wait()
    assert lesson != soon

    # Revoked, it shows nothing any more.
    desk.goto(f"{server.url}/schools")
    desk.click("main .list a, main td a, main li a")
    desk.locator("main summary").last.click()
    desk.locator("form[action$='/revoke'] button").click()
    page.wait_for_selector("[data-pair]", timeout=60_000)
    assert wall.errors == []
