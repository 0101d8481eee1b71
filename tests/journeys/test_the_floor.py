"""The floor: a class raises its hand, is called, is heard and seen by all, and in the replay; in real browsers.

Each desk has a camera of one colour and a microphone of one pitch, so that who is seen and heard where can be measured.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page

from faces import Face, enter_classroom, enter_studio
from serving import Server, until

BLUE, RED, GREEN, YELLOW = "#1030d0", "#d01010", "#10a030", "#d0b010"
# None is a multiple of another: what distorts has multiples.
TEACHER_HZ, FIRST_HZ, SECOND_HZ, THIRD_HZ = 440, 790, 1270, 1010

DEVICES = """
{ // A camera that shows one colour, a microphone that hums one note.
  const make = async (wanted) => {
    if (COLOUR === "none") throw new DOMException("", "NotFoundError");
    const stream = new MediaStream();
    if (wanted.video) {
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
      const pen = canvas.getContext("2d");
      let n = 0;
      const draw = () => {
        pen.fillStyle = COLOUR;
        pen.fillRect(0, 0, 640, 360);
        pen.fillStyle = n++ % 2 ? "#fff" : "#eee";
        pen.fillRect(0, 0, 9, 9);
      };
      draw();
      setInterval(draw, 66);
      stream.addTrack(canvas.captureStream(15).getVideoTracks()[0]);
    }
    if (wanted.audio) {
      const context = new AudioContext();
      const hum = new OscillatorNode(context, { frequency: HERTZ });
      const out = context.createMediaStreamDestination();
      hum.connect(new GainNode(context, { gain: 0.3 })).connect(out);
      hum.start();
      stream.addTrack(out.stream.getAudioTracks()[0]);
    }
    return stream;
  };
  Object.defineProperty(MediaDevices.prototype, "getUserMedia", { value: make });
}
"""

HEARD = """([selector, hertz]) => {
  // How loud one note is in what an element plays: decibels above the middle of all others, and below the loudest.
  const element = document.querySelector(selector);
  if (!element.srcObject) element.caught ??= element.captureStream();
  const track = (element.srcObject ?? element.caught).getAudioTracks().at(-1);
  if (!track) return [-99, 99];
  const ears = (window.ears ??= new Map());
  if (!ears.has(track.id)) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0.5 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    ears.set(track.id, { context, analyser });
  }
  const { context, analyser } = ears.get(track.id);
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const at = Math.round((hertz * analyser.fftSize) / context.sampleRate);
  const peak = Math.max(...bins.slice(at - 3, at + 4));
  const middle = [...bins.slice(20, 600)].sort((a, b) => a - b)[290];
  return Number.isFinite(peak) ? [peak - Math.max(middle, -120), Math.max(...bins) - peak] : [-99, 99];
}"""

SEEN = """([selector, x, y]) => {
  // The colour of a picture at a place, in shares of its width and height: r, g, b.
  const video = document.querySelector(selector);
  if (!video.videoWidth) return [0, 0, 0];
  const size = { width: video.videoWidth, height: video.videoHeight };
  const canvas = Object.assign(document.createElement("canvas"), size);
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  return [...pen.getImageData(x * canvas.width, y * canvas.height, 1, 1).data.slice(0, 3)];
}"""


def devices(colour: str, hertz: int) -> str:
    return DEVICES.replace("COLOUR", f'"{colour}"').replace("HERTZ", str(hertz))


def hears(page: Page, hertz: int, selector: str = "halqa-classroom > main > audio") -> bool:
    # Where all is still but pure notes, what coding leaves at 60 dB below them stands out as well.
    above, below = page.evaluate(HEARD, [selector, hertz])
    return float(above) > 15 and float(below) < 25


def colour(page: Page, x: float, y: float = 0.5, selector: str = "halqa-classroom > main > video") -> str:
    seen = dict(zip(("red", "green", "blue"), page.evaluate(SEEN, [selector, x, y]), strict=True))
    most: Any = max(seen.values())
    if most < 60:
        return "dark"
    strong = [name for name, value in seen.items() if value > 0.6 * most]
    return "yellow" if strong == ["red", "green"] else strong[0]


def silent(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('halqa-classroom > main > audio').muted"))


def raise_hand(classroom: Face, name: str) -> None:
    # What a hand is raised with is brought behind the lesson.
    until(lambda: classroom.told("hand") == "down")
    classroom.page.keyboard.press("h")
    classroom.page.wait_for_selector(".naming[open]")
    classroom.page.fill(".naming input", name)
    classroom.page.keyboard.press("Enter")
    until(lambda: classroom.told("hand") == "up")


def tile(studio: Face, name: str) -> Any:
    return studio.page.locator(".school", has_text=name)


def test_the_floor(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Les oasis")
    studio = enter_studio(chromium, server, lesson, script=devices(BLUE, TEACHER_HZ))
    desk = studio.page
    desk.click("[data-act=go]")
    studio.reaches("on-air")
    first = enter_classroom(chromium, server, lesson, script=devices(RED, FIRST_HZ))
    second = enter_classroom(chromium, server, lesson, "ar", script=devices(GREEN, SECOND_HZ))
    for classroom in (first, second):
        classroom.reaches("live")
        classroom.moves()

    # Hands, in the order in which they went up; what is typed is text.
    raise_hand(first, "Collège <b>Tata</b>")
    tile(studio, "Tata").locator(".hand").wait_for()
    raise_hand(second, "إعدادية زاكورة")
    until(lambda: studio.told("hands") == "2")
    hands = desk.locator(".school .hand").all_inner_texts()
    assert [text.strip() for text in hands] == ["Main n° 1", "Main n° 2"]
    assert "<b>Tata</b>" in desk.locator(".school .name").first.inner_text()
    # Free; on a machine that is busy with other tests it may look narrow.
    assert desk.locator(".school .bars").first.get_attribute("data-line") in ("3", "2")

    # "Later": the class is told that its hand was seen.
    tile(studio, "زاكورة").locator("[data-floor=lower]").click()
    until(lambda: second.told("hand") == "down")
    until(lambda: studio.told("hands") == "1")

    # The first has the floor: heard and seen by the other class beside the teacher, and named.
    tile(studio, "Tata").locator("[data-floor=give]").click()
    until(lambda: first.told("call") == "picture")
    given_at = studio.number("t")
    until(lambda: tile(studio, "Tata").get_attribute("data-call") == "connected")
    assert first.told("hand") == "down"
    until(lambda: hears(second.page, FIRST_HZ) and hears(second.page, TEACHER_HZ))
    until(lambda: colour(second.page, 0.25) == "blue" and colour(second.page, 0.75) == "red")
    assert "Collège <b>Tata</b>" in second.page.inner_text(".floor .who")

    # It hears the teacher through the call, not itself; the lesson's own sound is silent there.
    call = "halqa-classroom .floor .studio"
    until(lambda: hears(first.page, TEACHER_HZ, call))
    until(lambda: not hears(first.page, FIRST_HZ, call))
    assert silent(first.page)
    until(lambda: colour(first.page, 0.5, 0.5, call) == "blue")

    # A second class beside it: each hears the other, nobody itself.
    tile(studio, "زاكورة").hover()
    tile(studio, "زاكورة").locator("[data-floor=give]").click()
    until(lambda: second.told("call") == "picture")
    until(lambda: hears(first.page, SECOND_HZ, call))
    until(lambda: hears(second.page, FIRST_HZ, call) and hears(second.page, TEACHER_HZ, call))
    until(lambda: not hears(second.page, SECOND_HZ, call))
    until(lambda: not hears(first.page, FIRST_HZ, call))
    both_at = studio.number("t")
    until(lambda: studio.number("t") > both_at + 3000)

    # One gives it back, from the other it is taken; both are in the lesson again, with its sound.
    first.page.click(".floor [data-do=giveback]")
    until(lambda: first.told("call") == "none" and desk.locator(".school.holding").count() == 1)
    tile(studio, "زاكورة").locator("[data-floor=take]").click()
    until(lambda: second.told("call") == "none")
    until(lambda: not silent(first.page) and not silent(second.page))
    until(lambda: first.told("floor") == second.told("floor") == "")
    until(lambda: hears(first.page, TEACHER_HZ) and not hears(first.page, FIRST_HZ))
    until(lambda: colour(first.page, 0.25) == "blue" and colour(first.page, 0.75) == "blue")

    # The replay shows and says the same at the same moments.
    desk.click("[data-act=end]")
    studio.reaches("ended")
    replay = enter_classroom(chromium, server, lesson)
    replay.page.goto(f"{server.url}/lessons/{lesson}?t={(given_at + 3000) / 1000}")
    replay.moves()
    until(lambda: hears(replay.page, FIRST_HZ) and colour(replay.page, 0.75, 0.3) == "red")
    assert "Tata" in replay.page.inner_text(".floor .who")
    replay.page.goto(f"{server.url}/lessons/{lesson}?t={(both_at + 500) / 1000}")
    replay.moves()
    until(lambda: hears(replay.page, SECOND_HZ) and hears(replay.page, FIRST_HZ))
    until(lambda: "Tata" in replay.told("floor") and "زاكورة" in replay.told("floor"))
    for face in (studio, first, second, replay):
        assert face.errors == []


def test_three_classes_through_a_reload_of_the_studio(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Les oasis")
    studio = enter_studio(chromium, server, lesson, script=devices(BLUE, TEACHER_HZ))
    desk = studio.page
    desk.click("[data-act=go]")
    studio.reaches("on-air")
    notes = {"Tata": FIRST_HZ, "Zagora": SECOND_HZ, "Agdz": THIRD_HZ}
    classes = {}
    for name, shade in zip(notes, (RED, GREEN, YELLOW), strict=True):
        classes[name] = one = enter_classroom(chromium, server, lesson, script=devices(shade, notes[name]))
        one.reaches("live")
        one.moves()
        raise_hand(one, name)
        tile(studio, name).locator("[data-floor=give]").click()
        until(lambda: one.told("call") == "picture")  # noqa: B023
    call = "halqa-classroom .floor .studio"
    watching = classes["Tata"].page
    places = [(x, y) for x in (0.25, 0.75) for y in (0.25, 0.75)]

    def all_speak() -> None:
        """Each hears the teacher and the two others, and all four are in the picture of the lesson."""
        for name, one in classes.items():
            for hertz in (TEACHER_HZ, *(hertz for other, hertz in notes.items() if other != name)):
                until(lambda: hears(one.page, hertz, call), 60)  # noqa: B023
        until(lambda: {colour(watching, *place) for place in places} == {"blue", "red", "green", "yellow"}, 60)

    all_speak()
    # Reloaded while all three have the floor, the studio is on air again by itself, and calls each of them again.
    desk.reload()
    studio.reaches("on-air", 60)
    until(lambda: desk.locator(".school.holding[data-call=connected]").count() == 3, 60)
    all_speak()

    # And it is in its hands still: it is taken from one, and the two others go on.
    tile(studio, "Zagora").locator("[data-floor=take]").click()
    until(lambda: classes["Zagora"].told("call") == "none" and not silent(classes["Zagora"].page))
    until(lambda: hears(classes["Tata"].page, THIRD_HZ, call) and not hears(classes["Tata"].page, SECOND_HZ, call))
    for face in (studio, *classes.values()):
        assert face.errors == []


def test_a_class_without_a_microphone_and_one_that_leaves(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Les oasis")
    studio = enter_studio(chromium, server, lesson, script=devices(BLUE, TEACHER_HZ))
    desk = studio.page
    desk.click("[data-act=go]")
    studio.reaches("on-air")
    mute = enter_classroom(chromium, server, lesson, script=devices("none", 0))
    mute.reaches("live")
    mute.moves()
    raise_hand(mute, "Agdz")
    tile(studio, "Agdz").locator("[data-floor=give]").click()
    until(lambda: mute.told("call") == "refused")
    until(lambda: tile(studio, "Agdz").get_attribute("data-call") == "refused")
    assert "écrire" in tile(studio, "Agdz").locator(".how").inner_text()

    # It writes instead, and the teacher reads it.
    mute.page.click(".floor [data-do=write]")
    mute.page.fill(".asking textarea", "Pourquoi <i>là</i> ?")
    mute.page.click(".asking .primary")
    desk.click(".asking-tabs [data-id=questions]")
    desk.wait_for_selector(".asking .queue li")
    assert "Pourquoi <i>là</i> ?" in desk.inner_text(".asking .queue")
    desk.click(".asking header [data-ask=tab]")

    # It is lent the pen: everyone sees the board, and what it writes there, under its own name; undone, it is gone.
    tile(studio, "Agdz").locator("[data-floor=pen]").click()
    mute.page.wait_for_selector(".lent-pen")
    assert studio.told("scene") == "both"
    box = mute.page.locator(".lent-pen").bounding_box()
    assert box
    for row in (0.55, 0.75):
        mute.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * row)
        mute.page.mouse.down()
        for step in range(1, 20):
            mute.page.mouse.move(box["x"] + box["width"] * (0.6 + step * 0.015), box["y"] + box["height"] * row)
        mute.page.mouse.up()
    until(lambda: studio.told("things") == "2" and mute.told("things") == "2")
    mute.page.click(".floor [data-do=undo]")
    until(lambda: studio.told("things") == "1")
    tile(studio, "Agdz").locator("[data-floor=pen]").click()
    mute.page.wait_for_selector(".lent-pen", state="detached")

    # It closes its page: its tile goes, and so does the floor.
    mute.page.close()
    until(lambda: desk.locator(".school.holding .bars[data-line='0']").count() == 1)
    tile(studio, "Agdz").locator("[data-floor=take]").click()
    until(lambda: desk.locator(".school").count() == 0)
    assert studio.told("floor") == ""
    assert studio.errors == []
