"""Captions typed live and brought as a file; the transcript beside the replay; words found in what was written."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from faces import enter_classroom, enter_studio
from serving import Server, until

VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\nلنبدأ بمبرهنة طاليس\n\n00:04.000 --> 00:20.000\nإذا توازى مستقيمان\n"


def test_captions(server: Server, chromium: Browser, tmp_path: Path) -> None:
    lesson = server.announce("Thalès")
    studio = enter_studio(chromium, server, lesson)
    desk = studio.page
    desk.click("[data-act=go]")
    studio.reaches("on-air")
    first = enter_classroom(chromium, server, lesson)
    first.reaches("live")
    first.moves()
    page = first.page
    assert page.locator("[data-pick=captions]").is_hidden()

    # Typed: a line with Enter, seen at once where captions are wanted.
    desk.click(".captioning summary")
    desk.fill(".captioning input", "Les écoles <b>rurales</b>")
    desk.keyboard.press("Enter")
    page.wait_for_selector("[data-pick=captions]", state="attached")
    until(lambda: page.locator("[data-pick=captions] option").count() == 2)
    page.mouse.move(200, 200)
    page.select_option("[data-pick=captions]", "fr")
    desk.fill(".captioning input", "Une deuxième ligne")
    desk.keyboard.press("Enter")
    page.locator(".caption", has_text="Une deuxième ligne").wait_for()
    assert first.told("captions") == "fr"

    # Something is written on the board, with words in it; it is found beside what was said.
    desk.click("button[data-scene=board]")
    desk.click("[data-do=tool][data-value=text]")
    box = desk.locator(".easel .board-page").bounding_box()
    assert box
    desk.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    desk.keyboard.type("الحديقة العمومية")
    desk.keyboard.press("Escape")
    desk.click("[data-do=tool][data-value=pen]")
    until(lambda: first.told("things") == "1")
    page.mouse.move(210, 210)
    page.keyboard.press("b")
    page.fill(".find input", "حديقة")
    page.locator(".hits li", has_text="الحديقة العمومية").wait_for()
    page.fill(".find input", "ecole")
    hit = page.locator(".hits li")
    until(lambda: hit.count() == 1)
    assert "Les écoles <b>rurales</b>" in hit.inner_text()
    page.fill(".find input", "rien de tel")
    page.wait_for_selector(".nohits:not([hidden])")
    until(lambda: studio.number("t") > 9000)
    desk.click("[data-act=end]")
    studio.reaches("ended")

    # A file in Arabic is brought afterwards, on the page that says who may.
    file = tmp_path / "thales.vtt"
    file.write_text(VTT)
    desk.goto(f"{server.url}/lessons/{lesson}/captions")
    desk.check("[name=language][value=ar]", force=True)
    desk.set_input_files("[name=file]", tmp_path / "thales.vtt")
    desk.click("button[type=submit].primary")
    desk.wait_for_selector("[role=status]")

    # The replay shows it at its moment; a line of the transcript leads there; what was typed is there too.
    replay = enter_classroom(chromium, server, lesson, "ar")
    page = replay.page
    page.mouse.move(200, 200)
    replay.moves()
    page.select_option("[data-pick=captions]", "ar")
    page.keyboard.press("b")
    page.select_option("[data-pick=transcript]", "ar")
    until(lambda: page.locator(".transcript li").count() == 2)
    page.locator(".transcript button", has_text="إذا توازى").click()
    page.locator(".caption", has_text="إذا توازى مستقيمان").wait_for()
    until(lambda: 4000 <= replay.number("positionMs") < 9000)
    until(lambda: page.locator(".transcript [aria-current=true]", has_text="إذا توازى").count() == 1)
    page.fill(".find input", "طاليس")
    page.locator(".hits button", has_text="لنبدأ بمبرهنة طاليس").click()
    page.locator(".caption", has_text="لنبدأ بمبرهنة طاليس").wait_for()
    page.fill(".find input", "ecoles")
    page.locator(".hits li", has_text="rurales").wait_for()
    for face in (studio, first, replay):
        assert face.errors == []
