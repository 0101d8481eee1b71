"""A teacher's and a classroom's browser, and what their pages tell of themselves."""

from __future__ import annotations

from typing import Any, Protocol

from playwright.sync_api import Browser, Page

from serving import Server, until


class Evaluating(Protocol):
    """A page of some browser."""

    def evaluate(self, expression: str, /) -> Any:
        """The value of a script's expression, through JSON."""


class Telling:
    """One page with `<halqa-studio>` or `<halqa-classroom>`, in any browser: what it tells of itself."""

    def __init__(self, page: Evaluating, element: str) -> None:
        self._page = page
        self._element = element

    def told(self, name: str) -> str:
        script = f"document.querySelector('{self._element}')?.dataset.{name} ?? ''"
        return str(self._page.evaluate(script))

    def number(self, name: str) -> float:
        return float(self.told(name) or 0)

    def reaches(self, state: str, seconds: float = 30) -> None:
        until(lambda: self.told("state") == state, seconds)

    def moves(self, name: str = "positionMs", by: float = 1000, seconds: float = 30) -> None:
        """Wait until this figure has grown."""
        before = self.number(name)
        until(lambda: self.number(name) >= before + by, seconds)


class Face(Telling):
    """Such a page in a browser that Playwright drives."""

    def __init__(self, page: Page, element: str) -> None:
        super().__init__(page, element)
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))


def enter_studio(
    browser: Browser, server: Server, lesson: str, *, script: str = "", query: str = "", locale: str = "fr-FR"
) -> Face:
    """A teacher's browser at the studio of a lesson, not yet on air. `script` runs before the page's own."""
    context = browser.new_context(locale=locale, permissions=["camera", "microphone"])
    if script:
        context.add_init_script(script)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    face = Face(page, "halqa-studio")
    page.goto(f"{server.url}/studio/enter?next=/studio/{lesson}")
    page.fill("input[name=key]", server.key)
    page.keyboard.press("Enter")
    page.wait_for_selector("halqa-studio")
    if query:
        page.goto(f"{server.url}/studio/{lesson}{query}")
    face.reaches("ready")
    until(lambda: page.evaluate("document.querySelector('.preview').videoWidth > 0"))
    return face


class House(Protocol):
    """Where pages come from: the house itself, or a way to it."""

    url: str


def enter_classroom(browser: Browser, server: House, lesson: str, locale: str = "fr-FR", *, script: str = "") -> Face:
    """A classroom's browser at the page of a lesson. `script` runs before the page's own."""
    page = browser.new_context(locale=locale).new_page()
    if script:
        page.add_init_script(script)
    face = Face(page, "halqa-classroom")
    page.goto(f"{server.url}/lessons/{lesson}")
    return face
