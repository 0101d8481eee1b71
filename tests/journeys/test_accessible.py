"""WCAG 2.2 AA, as far as a machine can tell: axe over every page, in French and in Arabic, by day and by night."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from faces import Face, enter_studio
from serving import Server, until

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: list[tuple[int, int, Literal["light", "dark"]]] = [(360, 740, "light"), (1366, 768, "dark")]
"""Narrow and wide, day and night: each colour and each arrangement is seen once."""
LOOK = """async rules => {
  const told = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
  return { passes: told.passes.length,
    violations: told.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target} ${n.failureSummary}`)) };
}"""


def is_accessible(page: Page) -> None:
    """No violation on a phone by day, nor on a desk by night."""
    page.evaluate(AXE)
    for width, height, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # Whatever hides itself while nobody moves is looked at too.
        page.mouse.move(width / 2, height / 2)
        page.mouse.move(width / 2, height / 3)
        told = page.evaluate(LOOK, RULES)
        assert told["passes"] > 5, "axe looked at a page"
        assert told["violations"] == [], f"{page.url}, {width} wide, {scheme}"


@pytest.mark.parametrize("locale", ["fr-FR", "ar-MA"])
def test_every_page(server: Server, chromium: Browser, locale: str) -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=90)
    lesson = server.announce("Les fractions", starts_at=soon.isoformat())
    studio = enter_studio(chromium, server, lesson, locale=locale)
    is_accessible(studio.page)
    reader = chromium.new_context(locale=locale).new_page()
    classroom = Face(reader, "halqa-classroom")
    reader.goto(f"{server.url}/lessons/{lesson}")
    classroom.reaches("before")
    until(lambda: reader.inner_text("halqa-classroom .left"))
    is_accessible(reader)
    reader.goto(server.url)
    reader.wait_for_selector("[data-coming] .lesson")
    is_accessible(reader)
    reader.goto(f"{server.url}/lessons/{lesson}")

    studio.page.click("[data-act=go]")
    studio.reaches("on-air")
    classroom.reaches("live")
    classroom.moves()
    is_accessible(studio.page)
    is_accessible(reader)
    reader.keyboard.press("?")
    is_accessible(reader)
    reader.goto(server.url)
    is_accessible(reader)
    for address in ("/studio/enter", "/help", "/lessons/nonesuch", "/?q=zzz"):
        reader.goto(server.url + address)
        is_accessible(reader)

    studio.page.click("[data-act=end]")
    studio.reaches("ended")
    is_accessible(studio.page)
    reader.goto(f"{server.url}/lessons/{lesson}")
    classroom.reaches("replay")
    until(lambda: reader.evaluate("document.querySelector('video').currentTime > 0"))
    is_accessible(reader)

    teacher = studio.page
    teacher.goto(f"{server.url}/")
    is_accessible(teacher)
    teacher.goto(f"{server.url}/lessons/new")
    is_accessible(teacher)
    teacher.click("main [type=submit]")
    teacher.wait_for_selector("[aria-invalid=true]")
    is_accessible(teacher)
    assert studio.errors == classroom.errors == []
