"""What the pages say is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from halqa import __version__

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), target


def test_every_file_that_the_architecture_names_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for name in re.findall(r"`((?:tests|docs|web)/[\w/.]+)`", text):
        assert (ROOT / name).exists(), name


def test_the_version_has_a_chapter_in_the_changelog() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_every_setting_that_is_read_is_described() -> None:
    described = (ROOT / "docs" / "settings.md").read_text()
    for path in (ROOT / "src").rglob("*.py"):
        for name in re.findall(r'"(HALQA_[A-Z]+)"', path.read_text()):
            assert f"`{name}`" in described, f"{name} ({path.name})"


def commands() -> list[str]:
    told = subprocess.run([sys.executable, "-m", "halqa", "--help"], capture_output=True, text=True, check=True)
    return re.findall(r"^    (\w+) ", told.stdout, re.MULTILINE)


def test_there_are_commands() -> None:
    assert {"serve", "teach", "lesson", "load", "doctor", "demo", "line"} <= set(commands())


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme_and_explains_itself(command: str) -> None:
    assert f"halqa {command}" in (ROOT / "README.md").read_text()
    told = subprocess.run(
        [sys.executable, "-m", "halqa", command, "--help"], capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0
    assert "usage" in told.stdout.lower()
