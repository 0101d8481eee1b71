"""Who comes late, over a line that drops while the page is still on its way: nothing is missing in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Browser, Route

from faces import Face
from halqa.media.hand import Hand
from halqa.media.teach import Desk, Teacher
from halqa.timeline import Draft
from serving import Server, until

LATE = ("**/view-*.js", "**/beside-*.js")
"""The scripts that come behind the page's own."""


async def _written(server: Server, lesson: str) -> None:
    hand = Hand()
    hand.tell(
        fact="poll-opened", poll="p1", kind="one", text="Combien ?", choices=["quatre", "cinq", "six"], picture=None
    )
    hand.text(400, 300, 4300, 370, "Déjà écrit")
    hand.line((400, 900), (4000, 900))
    async with Teacher(Desk(server.url, server.key), lesson) as teacher:
        await teacher.say_all(_at_once(hand))


async def _at_once(hand: Hand) -> AsyncIterator[list[Draft]]:
    yield hand.drafts


def test_what_comes_behind_the_page_comes_though_it_was_cut(server: Server, chromium: Browser) -> None:
    lesson = server.announce("Déjà commencé")
    with ThreadPoolExecutor(1) as beside:  # Playwright's loop runs in this thread.
        beside.submit(asyncio.run, _written(server, lesson)).result()
    page = chromium.new_context(locale="fr-FR").new_page()
    classroom = Face(page, "halqa-classroom")
    cut: list[str] = []

    def once(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1].split("-")[0]
        if name in cut:
            route.continue_()
        else:
            cut.append(name)
            route.abort()

    for name in LATE:
        page.route(name, once)
    page.goto(f"{server.url}/lessons/{lesson}")
    until(lambda: classroom.number("things") == 2)
    until(lambda: page.locator(".blackboard .board-words p").count() == 1)
    question = page.locator(".answering .question-card:not(.slate-card)")
    until(question.is_visible)
    assert "Combien ?" in question.inner_text()
    assert sorted(cut) == ["beside", "view"], "each was cut once"
    assert classroom.errors == []
