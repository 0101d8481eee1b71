"""The whiteboard of the studio: written on by mouse and pen, undone, turned over, reloaded; and what is kept of it."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Browser

from faces import Face, enter_classroom, enter_studio
from halqa.stores import verify
from serving import Server, until

Point = tuple[float, float, float]

PEN = """([points, kind, buttons]) => {
  const page = document.querySelector('.easel .board-page');
  const box = page.getBoundingClientRect();
  const touch = (type, [x, y, pressure], held) => page.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, pointerId: 7, pointerType: kind, pressure, buttons: held,
    button: type === 'pointermove' ? -1 : 0,
    clientX: box.left + x / 8000 * box.width, clientY: box.top + y / 8000 * box.width,
  }));
  touch('pointerdown', points[0], buttons);
  for (const point of points.slice(1)) touch('pointermove', point, buttons);
  touch('pointerup', points.at(-1), 0);
}"""

SEEN = """box => {
  const [x, y, w, h] = box;
  let dots = 0;
  for (const canvas of document.querySelectorAll('.easel .board-ink, .easel .board-marked')) {
    const scale = canvas.width / 8000;
    const area = [x * scale, y * scale, Math.max(1, w * scale), Math.max(1, h * scale)].map(Math.round);
    const { data } = canvas.getContext('2d').getImageData(...area);
    for (let i = 3; i < data.length; i += 4) if (data[i] > 100) dots++;
  }
  return dots;
}"""


KEPT = """lesson => new Promise((resolve, reject) => {
  const opening = indexedDB.open(`halqa-outbox-${lesson}`);
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const db = opening.result;
    const work = db.transaction(['entries', 'prepared']);
    const [entries, prepared] = ['entries', 'prepared'].map(name => work.objectStore(name).getAll());
    work.oncomplete = () => {
      db.close();
      resolve(entries.result.filter(one => one.track.startsWith('board')).length + prepared.result.length);
    };
  };
})"""


def write(studio: Face, points: Sequence[Point], kind: str = "pen", buttons: int = 1) -> None:
    """Pointer events as a pen (or a finger) makes them; coordinates in board units."""
    studio.page.evaluate(PEN, [[list(point) for point in points], kind, buttons])


def drag(studio: Face, *way: tuple[float, float]) -> None:
    """The mouse, pressed, along this way (board units)."""
    mouse = studio.page.mouse
    box = studio.page.evaluate(
        "(() => { const b = document.querySelector('.easel .board-page').getBoundingClientRect();"
        " return [b.left, b.top, b.width / 8000] })()"
    )
    places = [(box[0] + x * box[2], box[1] + y * box[2]) for x, y in way]
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=6)
    mouse.up()


def wave(x: float, y: float, width: float = 2400) -> list[Point]:
    return [(x + width * i / 60, y + 150 * math.sin(i / 4), 0.2 + 0.01 * i) for i in range(61)]


def dots(studio: Face, x: float, y: float, width: float, height: float) -> int:
    """How many pixels are written on in this part of the page (board units)."""
    return int(studio.page.evaluate(SEEN, [x, y, width, height]))


def things(studio: Face, count: int) -> None:
    until(lambda: studio.number("things") == count)


def press(studio: Face, act: str, value: str | None = None) -> None:
    studio.page.click(f"[data-do={act}]" + (f"[data-value='{value}']" if value is not None else ""))


def code(op: list[Any] | bytes) -> int:
    """What an operation is. A stroke is said in bits: first its code (`1`: it goes on, `010`: it begins)."""
    if isinstance(op, bytes):
        return 2 if op[0] & 0x80 else 1
    return int(op[0])


def said(file: Path) -> Iterator[tuple[str, int, int, Any]]:
    """Everything on the board's tracks, in order: track, t, duration, operations."""
    with sqlite3.connect(file) as db:
        rows = db.execute(
            "SELECT tracks.name, t, duration, payload FROM entries JOIN tracks ON tracks.id = entries.track"
            " WHERE tracks.name LIKE 'board%' ORDER BY seq"
        )
        for track, t, duration, payload in rows:
            yield str(track), int(t), int(duration), msgspec.msgpack.decode(payload)


def at_the_board(chromium: Browser, server: Server, lesson: str) -> Face:
    studio = enter_studio(chromium, server, lesson)
    studio.page.keyboard.press("2")
    until(lambda: studio.told("scene") == "board")
    return studio


def test_written_before_the_lesson_and_said_on_air(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Un tableau préparé")
    studio = at_the_board(chromium, server, lesson)

    # Prepared: nothing is said yet, and a reload keeps it.
    write(studio, wave(500, 800))
    things(studio, 1)
    until(lambda: dots(studio, 400, 500, 2600, 600) > 200)
    press(studio, "add-page")
    until(lambda: studio.number("pages") == 2)
    drag(studio, (3000, 2000), (5000, 2600), (3000, 3200))
    things(studio, 1)
    assert server.lesson(lesson)["status"] == "planned"
    studio.page.reload()
    studio.reaches("ready")
    until(lambda: studio.number("pages") == 2 and studio.number("things") == 1)
    assert studio.told("scene") == "board", "what is prepared is what one sees first"
    until(lambda: dots(studio, 2900, 1900, 2200, 1400) > 200)

    # On air it is said, and the scene with it; who follows has it.
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    write(studio, wave(500, 3600))
    things(studio, 2)
    classroom = enter_classroom(chromium, server, lesson)
    classroom.reaches("live")
    until(lambda: {"board", "board/1", "talk"} <= {track["name"] for track in server.lesson(lesson)["tracks"]})
    studio.page.keyboard.press("4")
    until(lambda: studio.told("scene") == "both")

    # A crash: the board is there again, from the server (what has arrived is no longer kept here).
    file = server.data / "timelines" / f"{lesson}.timeline"
    until(lambda: sum(code(op) == 1 for _, _, _, ops in said(file) for op in ops) == 3)
    until(lambda: studio.page.evaluate(KEPT, lesson) == 0)
    studio.page.reload()
    studio.reaches("on-air")
    until(lambda: studio.told("board") == "here")
    until(lambda: studio.number("pages") == 2 and studio.number("things") == 2 and studio.told("scene") == "both")
    until(lambda: dots(studio, 400, 3300, 2600, 700) > 200)

    studio.page.click("[data-act=end]")
    studio.reaches("ended", 60)
    assert verify(file).whole
    entries = list(said(file))
    codes = [code(op) for _, _, _, ops in entries for op in ops]
    assert codes.count(1) == 3, "each stroke was said once"
    assert codes.count(16) == 1
    assert all(0 <= duration <= 1500 for _, _, duration, _ in entries), "gathered for some 400 ms"
    with sqlite3.connect(file) as db:
        talk = db.execute("SELECT payload FROM entries JOIN tracks ON tracks.id = entries.track WHERE name = 'talk'")
        scenes = [json.loads(payload)["scene"] for (payload,) in talk]
    assert scenes[0] == "board"
    assert "both" in scenes
    assert studio.errors == []


def test_tools_undo_and_pages(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Tous les outils")
    studio = at_the_board(chromium, server, lesson)
    blocked: list[str] = []
    studio.page.on("console", lambda told: blocked.append(told.text) if "Content Security" in told.text else None)
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    keys = studio.page.keyboard

    # A pen presses: what it writes is broader where it presses more. A marker marks.
    write(studio, [(500 + 40 * i, 700, 0.05 + 0.9 * i / 60) for i in range(61)])
    until(lambda: dots(studio, 2500, 500, 300, 400) > 1.4 * dots(studio, 600, 500, 300, 400) > 0)
    keys.press("m")
    press(studio, "colour", "2")
    drag(studio, (500, 1500), (3000, 1500))
    things(studio, 2)
    keys.press("p")
    write(studio, wave(500, 2600))
    things(studio, 3)

    # Undone and done again, by keys and by buttons.
    keys.press("Control+z")
    things(studio, 2)
    until(lambda: dots(studio, 400, 2300, 2700, 700) == 0)
    keys.press("Control+y")
    things(studio, 3)
    until(lambda: dots(studio, 400, 2300, 2700, 700) > 200)
    press(studio, "undo")
    things(studio, 2)
    press(studio, "redo")
    things(studio, 3)

    # The eraser takes a stroke at a touch, or only a part of it; so does the other end of the pen.
    keys.press("e")
    press(studio, "way", "area")
    before = dots(studio, 400, 2300, 2700, 700)
    drag(studio, (1700, 2200), (1700, 3000))
    until(lambda: 0 < dots(studio, 400, 2300, 2700, 700) < before)
    things(studio, 3)
    press(studio, "way", "things")
    drag(studio, (1200, 2100), (1200, 3000))
    things(studio, 2)
    keys.press("p")
    write(studio, [(1500, 500, 0.5), (1500, 900, 0.5)], buttons=32)
    things(studio, 1)
    assert studio.told("tool") == "pen", "the other end of the pen is used, then the pen is a pen again"
    keys.press("Control+z")
    keys.press("Control+z")
    things(studio, 3)
    keys.press("Control+z")
    until(lambda: dots(studio, 400, 2300, 2700, 700) == before)

    # Shapes, text, a formula.
    for key in "larodgn":
        keys.press(key)
        drag(studio, (4200, 600), (5600, 1500))
    things(studio, 10)
    keys.press("t")
    drag(studio, (4200, 2200), (4200, 2200))
    keys.type("AB ⊥ CD")
    keys.press("Escape")
    things(studio, 11)
    assert studio.page.inner_text(".easel .board-words .board-text") == "AB ⊥ CD"
    keys.press("f")
    drag(studio, (4200, 3200), (4200, 3200))
    keys.type(r"\frac{1}{")
    until(lambda: "}" in studio.page.inner_text(".formula-panel .mistake"))
    keys.type("2}\\vec{u}")
    until(lambda: studio.page.inner_text(".formula-panel .mistake") == "")
    keys.press("Enter")
    things(studio, 12)
    until(lambda: studio.page.locator(".easel .board-words .katex").count() == 1)
    arrow = studio.page.locator(
        ".easel .board-words .katex .katex-overlay svg, .easel .board-words .katex .overlay svg"
    )
    assert arrow.evaluate("svg => svg.getBoundingClientRect().width") > 3, "a vector has its arrow"
    assert blocked == []

    # It comes back from the timeline, and is not laid out again: it would blink.
    studio.page.evaluate("document.querySelector('.easel .board-words .katex').dataset.first = 'yes'")
    file = server.data / "timelines" / f"{lesson}.timeline"
    until(lambda: any(code(op) == 3 and op[2]["kind"] == "formula" for _, _, _, ops in said(file) for op in ops))
    studio.moves("t", 1500)
    assert studio.page.locator(".easel .board-words .katex[data-first]").count() == 1

    # Chosen, moved with the arrows, doubled, taken away; and back.
    keys.press("v")
    drag(studio, (100, 400), (3300, 1000))
    keys.press("Shift+ArrowDown")
    until(lambda: dots(studio, 400, 780, 2700, 160) > 100 and dots(studio, 400, 600, 2700, 100) == 0)
    keys.press("Control+d")
    things(studio, 13)
    keys.press("Delete")
    things(studio, 12)
    keys.press("Control+z")
    keys.press("Control+z")
    keys.press("Control+z")
    things(studio, 12)
    until(lambda: dots(studio, 400, 600, 2700, 200) > 100)

    # Pages: a new one, back to the first, wiped; undoing turns to where it was done.
    studio.page.select_option("[data-paper]", "squares")
    press(studio, "add-page")
    until(lambda: studio.number("pages") == 2 and studio.number("things") == 0)
    keys.press("PageUp")
    things(studio, 12)
    press(studio, "clear")
    things(studio, 0)
    keys.press("PageDown")
    until(lambda: studio.told("page") != "1")
    keys.press("Control+z")
    until(lambda: studio.told("page") == "1")
    things(studio, 12)
    press(studio, "remove-page")
    until(lambda: studio.number("pages") == 1 and studio.told("page") != "1")
    keys.press("Control+z")
    until(lambda: studio.number("pages") == 2 and studio.told("page") == "1")

    # A palm beside a pen writes nothing.
    write(studio, [(2000, 4000, 0.5), (2600, 4000, 0.5)], kind="touch")
    things(studio, 12)

    studio.page.reload()
    studio.reaches("on-air")
    until(lambda: studio.told("board") == "here" and studio.number("things") == 12)
    assert studio.page.input_value("[data-paper]") == "squares"
    assert studio.errors == []


RED = """() => {
  // How many dots of the tips are as red as a laser.
  const canvas = document.querySelector('.easel .board-page > .board-tip');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let dots = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] > 200 && data[i + 1] < 90 && data[i + 3] > 200) dots++;
  return dots;
}"""


def test_a_laser_is_seen_on_the_other_screen_of_the_studio(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Deux postes")
    desk = at_the_board(chromium, server, lesson)
    desk.page.click("[data-act=go]")
    desk.reaches("on-air")
    write(desk, wave(500, 700))
    whiteboard = at_the_board(chromium, server, lesson)
    until(lambda: whiteboard.told("board") == "here" and whiteboard.number("things") == 1)
    assert whiteboard.page.evaluate(RED) == 0

    desk.page.keyboard.press("k")
    for _ in range(4):
        drag(desk, (3000, 2500), (5000, 3000))
    until(lambda: desk.page.evaluate(RED) > 20)
    until(lambda: whiteboard.page.evaluate(RED) > 20)
    # Moved no more, it goes out there by itself.
    until(lambda: whiteboard.page.evaluate(RED) == 0)
    assert desk.page.evaluate(RED) > 20
    desk.page.keyboard.press("p")
    until(lambda: desk.page.evaluate(RED) == 0)

    # A stroke of the one is on the page of the other, once.
    write(desk, wave(500, 1500))
    things(whiteboard, 2)
    assert desk.errors == whiteboard.errors == []


def test_cut_off_it_writes_on(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Un tableau sans ligne")
    studio = at_the_board(chromium, server, lesson)
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    write(studio, wave(500, 700))
    until(lambda: server.lesson(lesson)["status"] == "live")
    server.kill()
    write(studio, wave(500, 1500))
    write(studio, wave(500, 2300))
    things(studio, 3)
    studio.page.keyboard.press("Control+z")
    things(studio, 2)
    until(lambda: studio.number("behindMs") > 2500)
    server.start()
    until(lambda: studio.number("behindMs") < 1500, 60)
    things(studio, 2)
    file = server.data / "timelines" / f"{lesson}.timeline"
    until(lambda: sum(code(op) == 4 for _, _, _, ops in said(file) for op in ops) == 1)
    assert sum(code(op) == 1 for _, _, _, ops in said(file) for op in ops) == 3
    assert verify(file).whole
    assert studio.errors == []
