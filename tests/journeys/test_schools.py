"""A school is written down, and a screen is paired in one of its rooms: with scripts and without, in two languages."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Page, expect

from serving import Server
from test_accessible import is_accessible

PAIR = """
import sys
from halqa.site.start import ready
ready()
from halqa.schools.services import pair
pair(sys.argv[1], "192.0.2.1")
"""


def type_on_the_screen(server: Server, digits: str) -> None:
    """What the screen's page does with the digits that somebody types there."""
    environment = {**os.environ, "HALQA_DATA": str(server.data)}
    subprocess.run([sys.executable, "-c", PAIR, digits], env=environment, check=True)


def enter(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/studio/enter?next=/schools")
    page.fill("#key", server.key)
    page.click("main [type=submit]")
    expect(page).to_have_url(f"{server.url}/schools")


@pytest.mark.parametrize(("locale", "add"), [("fr-FR", "Ajouter un écran"), ("ar-MA", "إضافة شاشة")])
def test_a_screen_is_paired(server: Server, chromium: Browser, locale: str, add: str) -> None:
    page = chromium.new_context(locale=locale).new_page()
    enter(page, server)
    is_accessible(page)
    page.click("main a.button.primary")
    page.click("main [type=submit]")
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    is_accessible(page)
    page.fill("[name=latin]", "Collège Ibn Khaldoun")
    page.fill("[name=arabic]", "إعدادية ابن خلدون")
    page.fill("[name=town]", "Benguerir")
    page.click("main [type=submit]")
    is_accessible(page)
    page.fill("#new-room", "Salle 1")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=add).click()
    digits = page.locator(".digits").inner_text()
    is_accessible(page)
    page.reload()
    assert page.locator(".digits").inner_text() == digits
    type_on_the_screen(server, digits)
    expect(page.locator(".note.well")).to_be_visible()  # nobody loaded the page again
    is_accessible(page)
    page.click("main a.button.primary")
    for summary in page.locator("main summary").all():
        summary.click()
    is_accessible(page)
    page.goto(f"{server.url}/schools/999")
    is_accessible(page)


def test_without_scripts(server: Server, chromium: Browser) -> None:
    page = chromium.new_context(locale="fr-FR", java_script_enabled=False).new_page()
    enter(page, server)
    page.click("main a.button.primary")
    page.fill("[name=latin]", "Collège Ibn Khaldoun")
    page.fill("[name=town]", "Benguerir")
    page.click("main [type=submit]")
    for room in ("Salle 1", "Salle 2"):
        page.fill("#new-room", room)
        page.click("button:has-text('Ajouter'):near(#new-room)")
    page.click("section:has-text('Salle 2') button:has-text('Retirer')")
    expect(page.locator("section h2")).to_have_text(["Salle 1"])
    page.click("button:has-text('Annuler')")
    expect(page.locator("section h2")).to_have_text(["Salle 1", "Salle 2"])
    page.click("section:has-text('Salle 2') button:has-text('Ajouter un écran')")
    type_on_the_screen(server, page.locator(".digits").inner_text())
    page.reload()
    expect(page.locator(".note.well")).to_contain_text("Écran 1")
    page.click("main a.button.primary")
    page.click("summary:has-text('Délier')")
    page.click("button:has-text('Délier cet écran')")
    expect(page.locator(".note")).to_contain_text("il n’ouvre plus rien")
