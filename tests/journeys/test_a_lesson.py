"""A lesson from *À l'antenne* to its replay, in real browsers with a fake camera and microphone."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser

from faces import enter_classroom, enter_studio
from halqa.stores import verify
from serving import Server, until

CASABLANCA = ZoneInfo("Africa/Casablanca")


def sound(file: Path) -> list[tuple[int, int]]:
    """Begin and end of every sound entry of a timeline file."""
    with sqlite3.connect(file) as db:
        rows = db.execute(
            "SELECT t, t + duration FROM entries WHERE flags & 2 = 0"
            " AND track = (SELECT id FROM tracks WHERE name = 'audio') ORDER BY seq"
        )
        return [(int(begin), int(end)) for begin, end in rows]


def has_no_hole(file: Path, at_most_ms: int = 150) -> bool:
    """Whether the sound of a lesson goes on from entry to entry."""
    said = sound(file)
    return all(later[0] - sooner[1] <= at_most_ms for sooner, later in pairwise(said))


def test_from_on_air_to_replay(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Une leçon de bout en bout")
    classroom = enter_classroom(chromium, server, lesson)
    classroom.reaches("before")
    assert "n’a pas encore commencé" in classroom.page.inner_text("halqa-classroom .message")

    studio = enter_studio(chromium, server, lesson)
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")

    # The classroom that waited plays by itself.
    classroom.reaches("live")
    classroom.moves()
    until(lambda: classroom.page.evaluate("document.querySelector('video').currentTime > 0"))
    until(lambda: studio.number("followers") >= 1)
    assert classroom.told("rung").startswith("video/")
    assert server.lesson(lesson)["status"] == "live"

    # Rewound while it is on air, and back.
    studio.moves("t", 6000)
    classroom.page.keyboard.press("Home")
    classroom.reaches("behind")
    until(lambda: classroom.number("positionMs") < 4000)
    classroom.moves()
    classroom.page.keyboard.press("l")
    classroom.reaches("live")
    until(lambda: classroom.number("latencyMs") < 4000)
    classroom.moves()

    # The studio is reloaded in the middle and goes on air again by itself; the classroom goes on.
    before = studio.number("t")
    studio.page.reload()
    studio.reaches("on-air")
    until(lambda: studio.number("t") > before + 2000)
    until(lambda: classroom.number("positionMs") > before + 500)

    # Ending can be undone for ten seconds.
    studio.page.click("[data-act=end]")
    studio.reaches("ending")
    studio.page.click("[data-act=end]")
    studio.reaches("on-air")
    studio.page.click("[data-act=end]")
    studio.reaches("ended")
    classroom.reaches("ended")
    assert server.lesson(lesson)["status"] == "ended"

    file = server.data / "timelines" / f"{lesson}.timeline"
    assert verify(file).whole
    assert has_no_hole(file, 700), "between two sittings at most the time of their first packets"

    # The replay is there at once: seek, speed, and go on where one stopped.
    replay = enter_classroom(chromium, server, lesson, "ar")
    replay.reaches("replay")
    replay.moves()
    assert replay.page.evaluate("document.documentElement.dir") == "rtl"
    replay.page.evaluate(
        "s => { s = document.querySelector('.seek'); s.value = 3000; s.dispatchEvent(new Event('change')) }"
    )
    until(lambda: 2800 <= replay.number("positionMs") <= 4500)
    replay.page.select_option("[data-pick=speed]", "2")
    replay.moves()
    assert replay.page.evaluate("document.querySelector('audio').playbackRate") == 2
    assert replay.page.evaluate("document.querySelector('audio').preservesPitch") is True
    for face in (studio, classroom, replay):
        assert face.errors == []


WRONG_CLOCK = """
  const [date, tick] = [Date.now.bind(Date), performance.now.bind(performance)];
  window.skipped = 0;
  Date.now = () => date() - 3 * 3600000;
  performance.now = () => tick() + window.skipped;
"""
"""A PC that is three hours slow, and that loses count by as much as a test wants."""


def test_sound_alone_and_one_tap(server: Server, chromium: Browser) -> None:
    planned = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=20)
    lesson = server.announce("Le son d’abord", starts_at=planned.isoformat())
    studio = enter_studio(chromium, server, lesson)

    # A class that is there before the hour sees how long it is until then, by the server's clock.
    early = enter_classroom(chromium, server, lesson, script=WRONG_CLOCK)
    early.reaches("before")
    until(lambda: re.fullmatch(r"dans (19|20)\s+min", early.page.inner_text(".left")))
    assert f"{planned.astimezone(CASABLANCA):%H:%M}" in early.page.inner_text(".hour")

    # The teacher puts the lesson off; the page that waits learns it within a minute.
    moved = planned.astimezone(CASABLANCA) + dt.timedelta(hours=4)
    desk = studio.page.context.new_page()
    desk.goto(f"{server.url}/lessons/{lesson}/edit")
    desk.fill("[name=starts_at]", f"{moved:%Y-%m-%dT%H:%M}")
    desk.select_option("[name=subject]", "maths")
    desk.select_option("[name=level]", "1ac")
    desk.fill("[name=teacher]", "A. Tazi")
    desk.click("main .primary[type=submit]")
    desk.wait_for_url(f"**/lessons/{lesson}")
    desk.close()
    early.page.evaluate("window.skipped += 61000")
    until(lambda: f"{moved:%H:%M}" in early.page.inner_text(".hour"))
    until(lambda: re.fullmatch(r"dans 4\s+h", early.page.inner_text(".left")))

    studio.page.select_option("[data-pick=picture]", "none:")
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    early.reaches("live")
    assert not early.page.is_visible(".hour")
    assert not early.page.is_visible(".left")
    assert early.errors == []
    early.page.context.close()
    classroom = enter_classroom(chromium, server, lesson)
    classroom.reaches("live")
    classroom.moves()
    assert not classroom.page.evaluate("document.querySelector('halqa-classroom').classList.contains('pictured')")
    assert list({t["name"] for t in server.lesson(lesson)["tracks"]}) == ["audio"]

    # The camera is switched on in the middle of the lesson: it is seen.
    studio.page.select_option("[data-pick=picture]", index=0)
    until(lambda: classroom.page.evaluate("document.querySelector('halqa-classroom').classList.contains('pictured')"))

    # Sound only, chosen by hand.
    classroom.page.select_option("[data-pick=quality]", "32")
    until(
        lambda: not classroom.page.evaluate("document.querySelector('halqa-classroom').classList.contains('pictured')")
    )
    classroom.moves()


def test_the_server_is_killed_in_the_middle(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Le serveur tombe")
    studio = enter_studio(chromium, server, lesson)
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    classroom = enter_classroom(chromium, server, lesson)
    classroom.reaches("live")
    classroom.moves()
    server.kill()
    classroom.reaches("waiting")
    until(lambda: studio.number("behindMs") > 3000)
    assert "coupée" in studio.page.inner_text(".behind")
    server.start()
    until(lambda: studio.number("behindMs") < 1500, 60)
    classroom.reaches("live", 60)
    classroom.moves(seconds=60)
    studio.page.click("[data-act=end]")
    studio.reaches("ended", 60)
    file = server.data / "timelines" / f"{lesson}.timeline"
    assert verify(file).whole
    assert has_no_hole(file)


def test_the_studio_is_cut_off_for_twenty_seconds_and_reloaded(server: Server, chromium: Browser) -> None:
    lesson = server.announce("La ligne du studio tombe")
    studio = enter_studio(chromium, server, lesson)
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    studio.moves("t", 2000)
    studio.page.context.set_offline(True)
    until(lambda: studio.number("behindMs") > 20_000, 60)
    said = studio.number("t")
    studio.page.context.set_offline(False)
    studio.page.reload()
    studio.reaches("on-air")
    until(lambda: studio.number("behindMs") < 1500, 60)
    studio.moves("t", 2000)
    studio.page.click("[data-act=end]")
    studio.reaches("ended", 60)
    file = server.data / "timelines" / f"{lesson}.timeline"
    assert verify(file).whole
    assert has_no_hole(file, 700)
    assert sound(file)[-1][1] > said + 1500, "what was said during the cut is there"


def test_a_studio_whose_browser_keeps_nothing_goes_on_from_memory(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Sans disque")
    full = "indexedDB.open = () => { throw new DOMException('no room', 'QuotaExceededError') }"
    studio = enter_studio(chromium, server, lesson, script=full)
    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    until(lambda: "Le disque de ce PC est plein" in studio.page.inner_text(".trouble"))
    studio.page.context.set_offline(True)
    until(lambda: studio.number("behindMs") > 3000, 60)
    studio.page.context.set_offline(False)
    until(lambda: studio.number("behindMs") < 1500, 60)
    said = studio.number("t")
    studio.page.click("[data-act=end]")
    studio.reaches("ended", 60)
    file = server.data / "timelines" / f"{lesson}.timeline"
    assert verify(file).whole
    assert has_no_hole(file)
    assert sound(file)[-1][1] > said - 500
    assert studio.errors == []
