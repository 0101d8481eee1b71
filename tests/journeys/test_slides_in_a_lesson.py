"""A document becomes pages of the board, in the studio, and is seen in the classroom and in the replay."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from faces import enter_classroom, enter_studio
from serving import Server, until


def deck(path: Path, pages: int) -> Path:
    pictures = []
    for number in range(1, pages + 1):
        picture = Image.new("RGB", (1600, 900), "white")
        ImageDraw.Draw(picture).text((80, 80), f"Page {number}", fill="black", font_size=200)
        pictures.append(picture)
    pictures[0].save(path, save_all=True, append_images=pictures[1:])
    return path


PUT = """[...document.querySelectorAll(".board-pictures img")]
  .filter(one => one.width < 7000 && one.naturalWidth).length"""
PASTE = """() => new Promise(done => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 60, height: 40 });
  canvas.getContext("2d").fillRect(0, 0, 60, 40);
  canvas.toBlob(blob => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([blob], "pasted.png", { type: "image/png" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    done();
  });
})"""
SHOWN = "document.querySelector('.board-pictures img')?.naturalWidth ?? 0"


def test_a_document_becomes_pages_that_the_class_sees(server: Server, chromium: Browser, tmp_path: Path) -> None:
    lesson = server.announce("Avec des diapositives")
    studio = enter_studio(chromium, server, lesson)
    studio.page.keyboard.press("2")
    studio.page.click("[data-do=slides]")
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    studio.page.set_input_files("dialog.deck input[type=file]", broken)
    until(lambda: "abîmé" in studio.page.inner_text("dialog.deck .told-deck"))

    studio.page.set_input_files("dialog.deck input[type=file]", deck(tmp_path / "deck.pdf", 3))
    until(lambda: studio.told("pages") == "3")
    until(lambda: not studio.page.is_visible("dialog.deck"))
    until(lambda: studio.page.evaluate(SHOWN) > 0)
    assert server.lesson(lesson)["status"] == "planned"

    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    classroom = enter_classroom(chromium, server, lesson)
    classroom.reaches("live")
    until(lambda: classroom.page.evaluate(SHOWN) > 0)
    first = classroom.page.get_attribute(".board-pictures img", "src")
    studio.page.keyboard.press("PageDown")
    until(lambda: classroom.page.get_attribute(".board-pictures img", "src") not in (None, first))

    # All of it is undone at once, and done again.
    studio.page.keyboard.press("Control+z")
    until(lambda: studio.told("pages") == "1")
    until(lambda: studio.page.evaluate("!document.querySelector('.easel .board-pictures img')"))
    studio.page.keyboard.press("Control+Shift+z")
    until(lambda: studio.told("pages") == "3")

    # A picture on the page, chosen or pasted; a file that is none is refused in words, and nothing is there.
    things = int(studio.number("things"))
    picture = tmp_path / "oasis.png"
    Image.new("RGB", (400, 300), "#2a9d8f").save(picture)
    studio.page.set_input_files("input[data-image]", picture)
    until(lambda: studio.number("things") == things + 1)
    until(lambda: classroom.page.evaluate(PUT) > 0)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    studio.page.set_input_files("input[data-image]", bad)
    studio.page.locator(".trouble", has_text="PDF").wait_for()
    assert studio.number("things") == things + 1
    studio.page.evaluate(PASTE)
    until(lambda: studio.number("things") == things + 2)
    studio.page.keyboard.press("Control+z")
    until(lambda: studio.number("things") == things + 1)

    studio.moves("t", 2000)
    studio.page.click("[data-act=end]")
    studio.reaches("ended")
    replay = enter_classroom(chromium, server, lesson, "ar")
    replay.reaches("replay")
    until(lambda: replay.page.evaluate(SHOWN) > 0)
    for face in (studio, classroom, replay):
        assert face.errors == []
