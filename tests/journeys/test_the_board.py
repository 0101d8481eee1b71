"""The board from the pen to the classrooms: live, for who joins late, rewound, replayed, printed. In real browsers."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser

from faces import Face, enter_classroom
from halqa.media import board
from halqa.media.hand import Hand
from halqa.media.teach import Desk, Teacher, file_batches
from halqa.timeline import Draft
from serving import Server, until
from test_board_in_the_studio import at_the_board, drag, things, wave, write


class Lesson:
    """A lesson that is taught from here: a film with sound, and a board that is written on when the test says so."""

    def __init__(self, server: Server, clip: Path, title: str = "Thalès") -> None:
        self.server = server
        self.id = server.announce(title)
        self.hand = Hand()
        self._clip = clip
        self._said = 0
        self._now = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=[self._teach()], daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    async def _teach(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with Teacher(Desk(self.server.url, self.server.key), self.id) as self._teacher:
            batches = file_batches(str(self._clip), speed=1, starts_at=0, fragment_ms=250, loop=True, most=90)

            def told(end: int, _: object) -> None:
                self._now = end
                self._ready.set()

            filming = asyncio.create_task(self._teacher.say_all(batches, told))
            await self._over.wait()
            filming.cancel()
            await asyncio.gather(filming, return_exceptions=True)
            await self._teacher.client.seal(self.id)

    @property
    def now(self) -> int:
        """How far the lesson is, ms on its clock."""
        return self._now

    def write(self, act: Callable[[Hand], object]) -> int:
        """Write from now on, said at once as a whole; the moment at which it is on the board, ms."""
        self.hand.rest_until(self._now)
        act(self.hand)
        return self._say()

    def _say(self) -> int:
        drafts = self.hand.drafts[self._said :]
        self._said = len(self.hand.drafts)
        speaker = self._teacher.speaker
        assert speaker is not None
        asyncio.run_coroutine_threadsafe(speaker.say(drafts), self._loop).result(60)
        return max(draft.t + draft.duration for draft in drafts)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    command = "ffmpeg -v error -f lavfi -i testsrc=s=320x180:r=12 -f lavfi -i sine=f=330 -t 40 -pix_fmt yuv420p"
    subprocess.run([*command.split(), str(path)], check=True)
    return path


@pytest.fixture
def lesson(server: Server, clip: Path) -> Iterator[Lesson]:
    taught = Lesson(server, clip)
    yield taught
    if server.lesson(taught.id)["status"] != "ended":
        taught.end()


def shown(face: Face) -> str:
    """What is on the board there, once it has rested: page and book in a word."""
    until(lambda: face.told("board") != "", 60)
    return face.told("board")


def has(*faces: Face, page: str = "1", strokes: int) -> None:
    """Wait until these classrooms have so many things on this page."""
    for face in faces:
        until(lambda face=face: face.told("page") == page and face.number("things") == strokes, 60)  # type: ignore[misc]


def triangle(hand: Hand) -> None:
    hand.line((1000, 3000), (2500, 800), (4000, 3000))
    hand.line((1000, 3000), (4000, 3000), colour=board.BLUE)
    hand.text(4500, 600, 3000, 300, "مبرهنة طاليس")


def seek(face: Face, ms: int) -> None:
    face.page.evaluate(
        "ms => { const s = document.querySelector('.seek'); s.value = ms; s.dispatchEvent(new Event('change')) }", ms
    )


def at(face: Face, ms: int, within: int = 4000) -> str:
    """What the board shows at this moment, or so little later: sought, played, and stopped."""
    for _ in range(10):
        seek(face, ms)
        until(lambda: face.number("positionMs") >= ms - 100 and face.told("playing") == "true", 60)
        face.page.keyboard.press("k")
        until(lambda: face.told("playing") == "false")
        if ms - 100 <= face.number("positionMs") <= ms + within:
            return shown(face)
    raise AssertionError(f"it never stood at {ms} ms")


def kept_whole(face: Face) -> None:
    until(lambda: face.told("kept") == "whole", 60)


def test_written_live_joined_late_rewound_and_replayed(server: Server, chromium: Browser, lesson: Lesson) -> None:
    french = enter_classroom(chromium, server, lesson.id)
    arabic = enter_classroom(chromium, server, lesson.id, "ar")
    for face in (french, arabic):
        face.reaches("live")
    assert french.told("layout") in ("picture", "card"), "nothing is written yet"

    # Both see it, and the same.
    first = lesson.write(triangle)
    has(french, arabic, strokes=3)
    early = shown(french)
    assert shown(arabic) == early
    assert french.told("layout") == "corner"

    # A page is turned; the scene changes; more is written.
    def exercise(hand: Hand) -> None:
        hand.turn("2", 1, "squares")
        hand.tell(fact="scene", scene="both")
        hand.tell(fact="chapter", title="Exercice")
        hand.formula(600, 600, 300, r"\frac{AM}{AB}")
        hand.circle(3000, 2000, 700, colour=board.RED)

    until(lambda: lesson.now > first + 6000)
    second = lesson.write(exercise)
    has(french, arabic, page="2", strokes=2)
    later = shown(french)
    assert shown(arabic) == later != early
    assert french.told("layout") == "side"
    until(lambda: french.page.locator(".board-formula .katex").count() > 0)

    # Who joins late has all of it, once and in order. What is told of the board, and the page that is shown, came with
    # the first answer, which was asked for before the scripts that read it were there.
    late = enter_classroom(chromium, server, lesson.id, script=ASKED)
    has(late, page="2", strokes=2)
    kept_whole(late)
    assert shown(late) == later
    assert asked(late, "board,talk") == [{"page": "live", "after": "0"}]
    assert asked(late, "board/2") == []
    assert late.page.evaluate("window.halqaEarly.size") == 0

    # A page of one's own, and back to the teacher's.
    late.page.keyboard.press("PageUp")
    has(late, page="1", strokes=3)
    assert late.page.is_visible(".astray")
    late.page.click(".astray")
    has(late, page="2", strokes=2)

    # Rewound while it is on air: the earlier board; and back.
    until(lambda: lesson.now > second + 6000)
    assert at(late, first + 500) == early
    assert late.told("state") == "behind"
    late.page.keyboard.press("l")
    late.reaches("live")
    assert shown(late) == later

    # Erased, after which the page is another one again.
    third = lesson.write(lambda hand: hand.drafts.append(gone(hand, "2", 1)))
    until(lambda: shown(french) not in (early, later))
    last = shown(french)
    until(lambda: lesson.now > third + 3000)
    lesson.end()

    # The replay shows at every moment what was seen then.
    for locale in ("fr-FR", "ar"):
        replay = enter_classroom(chromium, server, lesson.id, locale, script=ASKED)
        replay.reaches("replay")
        kept_whole(replay)
        assert asked(replay, "board,talk")[0] == {"page": "0", "until": "15000", "after": "0"}
        for moment, seen in ((second + 500, later), (first + 500, early), (third + 500, last)):
            assert at(replay, moment) == seen
        assert replay.errors == []
    marks = replay.page.locator(".marks i").count()
    assert marks >= 1
    for face in (french, arabic, late):
        assert face.errors == []


ASKED = """
{ // Every address that the page asks for.
  const ask = window.fetch;
  window.asked = [];
  window.fetch = (address, ...more) => {
    window.asked.push(new URL(address, location).search);
    return ask(address, ...more);
  };
}
"""


def asked(face: Face, tracks: str) -> list[dict[str, str]]:
    """What was asked for on just these tracks, without their names and the limit."""
    questions = [dict(parse_qsl(search.removeprefix("?"))) for search in face.page.evaluate("window.asked")]
    mine = [one for one in questions if one.get("tracks") == tracks]
    return [{name: value for name, value in one.items() if name not in ("tracks", "limit")} for one in mine]


def gone(hand: Hand, page: str, thing: int) -> Draft:
    return Draft(f"board/{page}", "", 0, hand.now, 0, 0, board.payload([board.gone(thing)]))


def test_strokes_grow_and_chapters_lead_through_the_lesson(server: Server, chromium: Browser, lesson: Lesson) -> None:
    begins = lesson.write(lambda hand: hand.tell(fact="scene", scene="board"))

    def slowly(hand: Hand) -> None:
        hand.rest(1500)
        for y in (600, 1500, 2400):
            hand.line((500, y), (7500, y + 200))
        hand.turn("2", 1)
        hand.tell(fact="chapter", title="La suite")
        hand.line((500, 500), (3000, 700))

    ends = lesson.write(slowly)
    until(lambda: lesson.now > ends + 1500)
    lesson.end()
    replay = enter_classroom(chromium, server, lesson.id)
    replay.reaches("replay")
    kept_whole(replay)
    replay.page.select_option("[data-pick=speed]", "0.5")
    seek(replay, begins)
    until(lambda: replay.number("things") == 0)
    seen = []

    def all_of_it() -> bool:
        seen.append(painted(replay))
        return replay.told("page") == "2"

    until(all_of_it, 90)
    grew = [ink for ink, page in seen if page == "1" and ink > 0]
    assert len(set(grew)) >= 5, "not stroke by stroke, but as they were drawn"
    assert all(later >= sooner * 0.98 for sooner, later in pairwise(grew)), f"what is there stays: {grew}"

    # Keys and the panel lead from chapter to chapter.
    replay.page.keyboard.press("Home")
    until(lambda: replay.number("positionMs") < ends - 2000)
    replay.page.keyboard.press("n")
    until(lambda: replay.told("page") == "2")
    replay.page.keyboard.press("b")
    chapter = replay.page.locator(".panel .chapters button", has_text="La suite")
    assert "0:" in chapter.inner_text()
    replay.page.keyboard.press("Home")
    until(lambda: replay.told("page") == "1")
    chapter.click()
    until(lambda: replay.told("page") == "2")
    assert replay.page.locator(".panel .pages button").count() == 2
    assert replay.errors == []


def painted(face: Face) -> tuple[int, str]:
    """How much ink is on the board there (dark dots of its canvases), and on which page."""
    script = """() => {
      const dark = new Set();
      for (const canvas of document.querySelectorAll('.blackboard canvas')) {
        if (!canvas.width) continue;
        const dots = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        for (let i = 3; i < dots.length; i += 4) if (dots[i] > 120) dark.add(i);
      }
      return [dark.size, document.querySelector('halqa-classroom').dataset.page];
    }"""
    ink, page = face.page.evaluate(script)
    return int(ink), str(page)


def test_the_reader_chooses_what_is_shown(server: Server, chromium: Browser, lesson: Lesson) -> None:
    def on_camera(hand: Hand) -> None:
        hand.tell(fact="scene", scene="camera")
        hand.line((500, 500), (3000, 700))

    lesson.write(on_camera)
    face = enter_classroom(chromium, server, lesson.id)
    face.reaches("live")

    def stands(layout: str) -> None:
        until(lambda: face.told("layout") == layout)

    stands("picture")
    face.page.keyboard.press("s")
    stands("side")
    face.page.keyboard.press("s")
    until(lambda: face.page.evaluate("document.querySelector('halqa-classroom').classList.contains('swapped')"))
    face.page.keyboard.press("b")
    face.page.check("input[name=wish][value=board]")
    stands("board")
    face.page.check("input[name=wish][value=teacher]")
    stands("picture")
    lesson.write(lambda hand: hand.tell(fact="scene", scene="both"))
    stands("side")
    face.page.keyboard.press("Escape")
    assert face.page.is_hidden(".panel")

    # Upright they stand above each other; on sound alone the board has all the room.
    face.page.set_viewport_size({"width": 360, "height": 740})
    stands("stack")
    face.page.set_viewport_size({"width": 1366, "height": 768})
    face.page.select_option("[data-pick=quality]", "32")
    stands("board")

    # Closer with the wheel, and back to what the teacher looks at.
    box = face.page.locator(".blackboard").bounding_box()
    assert box is not None
    face.page.mouse.move(box["x"] + 300, box["y"] + 200)
    face.page.mouse.wheel(0, -600)
    until(lambda: face.page.is_visible(".astray"))
    face.page.click(".astray")
    until(lambda: face.page.is_hidden(".astray"))
    assert face.errors == []


INKED = """([x, y, w, h]) => {
  // How many dots are written on in this part of the page (board units).
  const canvas = document.querySelector('.blackboard .board-ink');
  const scale = canvas.width / 8000;
  const { data } = canvas.getContext('2d').getImageData(...[x, y, w, h].map(one => Math.round(one * scale)));
  let dots = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 100) dots++;
  return dots;
}"""

LIES = """() => {
  // How the text lies there: degrees, clockwise.
  const { transform } = document.querySelector('.blackboard .board-text').style;
  const [a, b] = transform.match(/-?[0-9.]+(e-?[0-9]+)?/g).map(Number);
  return Math.round(Math.atan2(b, a) * 180 / Math.PI);
}"""


def test_what_the_teacher_turns_is_turned_in_the_classroom_and_on_paper(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Rotations")
    studio = at_the_board(chromium, server, lesson)
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    keys = studio.page.keyboard
    write(studio, wave(1500, 1600, width=3000))
    keys.press("t")
    drag(studio, (2400, 2400), (2400, 2400))
    keys.type("perpendiculaire")
    keys.press("Escape")
    things(studio, 2)
    classroom = enter_classroom(chromium, server, lesson)
    classroom.reaches("live")
    has(classroom, strokes=2)
    until(lambda: classroom.page.evaluate(INKED, [1400, 1300, 3200, 600]) > 200)
    before = shown(classroom)

    # By the handle, both at once, to a right angle: with Shift the hand need not be exact.
    keys.press("v")
    keys.press("Control+a")
    knob, middle = grip(studio)
    mouse = studio.page.mouse
    mouse.move(*knob)
    mouse.down()
    keys.down("Shift")
    mouse.move(middle[0] + 200, middle[1] + 12, steps=8)
    mouse.up()
    keys.up("Shift")
    until(lambda: classroom.page.evaluate(LIES) == 90)
    until(lambda: classroom.page.evaluate(INKED, [1400, 1300, 1000, 600]) == 0)
    assert classroom.page.evaluate(INKED, [2500, 300, 1500, 3600]) > 200
    until(lambda: shown(classroom) != before)
    turned = shown(classroom)

    # One step back, one forth; and as far by keys.
    keys.press("Control+z")
    until(lambda: classroom.page.evaluate(LIES) == 0)
    keys.press("Control+y")
    until(lambda: classroom.page.evaluate(LIES) == 90)
    until(lambda: shown(classroom) == turned)
    keys.press("Control+a")
    for key in ("h", "Shift+H", "j"):
        keys.press(key)
    until(lambda: classroom.page.evaluate(LIES) == 75)
    for _ in range(5):
        keys.press("h")
    until(lambda: classroom.page.evaluate(LIES) == 0)
    until(lambda: classroom.page.evaluate(INKED, [1400, 1300, 1000, 600]) > 50)
    keys.press("j")
    until(lambda: classroom.page.evaluate(LIES) == 15)

    # A text that is turned stays so when it is written anew.
    keys.press("t")
    studio.page.locator(".easel .board-text").click(position={"x": 20, "y": 10}, force=True)
    keys.type(" !")
    keys.press("Escape")
    until(lambda: classroom.page.inner_text(".blackboard .board-text") == "perpendiculaire !")
    assert classroom.page.evaluate(LIES) == 15

    album = chromium.new_context(locale="fr-FR").new_page()
    album.goto(f"{server.url}/lessons/{lesson}/board")
    until(lambda: album.evaluate("document.querySelector('halqa-album')?.dataset.state") == "ready", 60)
    places = album.evaluate("[...document.querySelectorAll('halqa-album svg [transform]')].map(one => one.getCTM().b)")
    assert len(places) == 2
    assert all(place > 0 for place in places), "the stroke, and the text"
    assert studio.errors == classroom.errors == []


def grip(studio: Face) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the handle is that turns what is chosen, and the middle about which it turns (CSS pixels)."""
    script = """() => ['.choice .grip.turn', '.choice polygon.around'].map(one => {
      const { x, y, width, height } = document.querySelector(one).getBoundingClientRect();
      return [x + width / 2, y + height / 2];
    })"""
    knob, middle = studio.page.evaluate(script)
    return (knob[0], knob[1]), (middle[0], middle[1])


def test_all_pages_are_printed(server: Server, chromium: Browser, lesson: Lesson, tmp_path: Path) -> None:
    album = chromium.new_context(locale="fr-FR").new_page()
    state = "document.querySelector('halqa-album')?.dataset.state"
    album.goto(f"{server.url}/lessons/{server.announce('Sans tableau')}/board")
    until(lambda: album.evaluate(state) == "empty")
    assert "Rien n’a été écrit" in album.inner_text("halqa-album")

    lesson.write(triangle)

    def more(hand: Hand) -> None:
        hand.turn("2", 1, "lines")
        hand.formula(600, 600, 300, r"\frac{3 \times 4}{2} = 6")
        hand.line((500, 2000), (7000, 2000), width=200, tool=board.HIGHLIGHTER, colour=board.SAFFRON)
        hand.turn("3", 2)

    until(lambda: lesson.now > lesson.hand.now)
    lesson.write(more)
    album.goto(f"{server.url}/lessons/{lesson.id}/board")
    until(lambda: album.evaluate(state) == "ready", 60)
    paper = tmp_path / "board.pdf"
    album.pdf(path=paper, prefer_css_page_size=True)
    assert "Pages:           3" in tool("pdfinfo", paper)
    assert "842" in tool("pdfinfo", paper).split("Page size:")[1][:30].replace("841.92", "842"), "A4, on its side"
    text = tool("pdftotext", "-f", "1", "-l", "1", paper, "-")
    assert "طاليس" in text, "texts are texts, their letters in their order"
    assert len(tool("pdfimages", "-list", paper).splitlines()) == 2, "no picture at all"
    tool("pdftocairo", "-svg", "-f", "1", "-l", "1", paper, tmp_path / "1.svg")
    assert (tmp_path / "1.svg").read_text().count("<path") >= 3

    # A page as a file of its own: the letters are inside.
    with album.expect_download() as download:
        album.locator("[data-keep=svg]").first.click()
    assert download.value.suggested_filename == "Thalès 1.svg"
    kept = download.value.path().read_text()
    assert "طاليس" in kept
    assert "data:font/woff2" in kept
    with album.expect_download() as download:
        album.locator("[data-keep=png]").first.click()
    file = download.value.path().read_bytes()
    assert file.startswith(b"\x89PNG")
    assert int.from_bytes(file[16:20]) == 3840


def tool(name: str, *args: object) -> str:
    found = shutil.which(name)
    assert found, f"{name} is of the Debian package poppler-utils"
    done = subprocess.run([found, *map(str, args)], capture_output=True, text=True, check=True)
    return done.stdout
