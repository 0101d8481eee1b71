"""Django as it runs, on a data folder of its own: real settings, real SQLite file, real migrations.

Only what `npx vite build` would lay into the package is stood in for, so that these tests need no Node: a manifest
with the pages' names, and words of two keys.
"""

from __future__ import annotations

import itertools
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

DATA = Path(tempfile.mkdtemp(prefix="halqa-apps-"))
SOURCES = Path(__file__).parents[2]
BUILT = {
    "web/pages/site.ts": "site",
    "web/pages/early.ts": "early",
    "web/pages/classroom.ts": "classroom",
    "web/pages/studio.ts": "studio",
    "web/pages/join.ts": "join",
    "web/pages/register.ts": "register",
    "web/pages/again.ts": "again",
    "web/pages/wall.ts": "wall",
    "web/pages/kiosk.ts": "kiosk",
    "web/pages/schools.ts": "schools",
    "web/board/view.ts": "view",
    "web/ui/fonts/readex-latin.woff2": "latin",
    "web/ui/fonts/readex-arabic.woff2": "arabic",
}


def _start() -> None:
    """Load Django once, without leaving this folder's name in the environment of other tests."""
    manifest = {source: {"file": f"assets/{name}-0a1b2c3d.js", "src": source} for source, name in BUILT.items()}
    (DATA / "manifest.json").write_text(json.dumps(manifest))
    for face in (
        "classroom",
        "studio",
        "join",
        "answer",
        "asking",
        "floor",
        "schools",
        "slate",
        "slates",
        "script",
        "captioning",
        "wall",
    ):
        (DATA / f"{face}.fr.json").write_text('{"first": "un", "second": "deux </script>"}')
        (DATA / f"{face}.ar.json").write_text('{"first": "واحد", "second": ""}')
    _compile_words()
    before = dict(os.environ)
    os.environ |= {"HALQA_DATA": str(DATA), "HALQA_HOSTS": "testserver", "HALQA_URL": "", "HALQA_DEBUG": "0"}
    try:
        from halqa.site import settings, start

        settings.DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": DATA / "manifest.json"}}
        settings.HALQA_WORDS = [DATA]
        start.ready()
    finally:
        os.environ.clear()
        os.environ |= before


def _compile_words() -> None:
    """`.mo` files are made, not kept; make those that are older than what translators wrote."""
    from django.core.management.commands.compilemessages import Command

    for locale in SOURCES.glob("src/halqa/*/locale"):
        stale = [po for po in locale.glob("*/LC_MESSAGES/django.po") if not _fresh(po)]
        if stale:
            command = Command()
            command.verbosity, command.has_errors, command.program_options = 0, False, ["--check-format"]
            command.compile_messages([(po.parent, po.name) for po in stale])
            assert not command.has_errors


def _fresh(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime


_start()

from django.conf import settings  # noqa: E402

from halqa.lessons import access, services  # noqa: E402
from halqa.lessons.models import Lesson  # noqa: E402
from halqa.people import access as people  # noqa: E402
from halqa.people.services import Allowance, Attempts  # noqa: E402
from halqa.schools import pairing  # noqa: E402
from halqa.schools.models import School  # noqa: E402


@pytest.fixture(autouse=True)
def no_lessons() -> None:
    """Every test begins with an empty province."""
    Lesson.objects.all().delete()
    School.objects.all().delete()


class Clock:
    """Seconds, moved by the test."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of wrong keys, at a fresh start."""
    clock = Clock()
    monkeypatch.setattr(people, "attempts", Attempts(clock))
    monkeypatch.setattr(pairing, "slips", Attempts(clock, pairing.FREE_SLIPS))
    monkeypatch.setattr(
        pairing, "slips_of_all", Attempts(clock, pairing.FREE_SLIPS_OF_ALL, pairing.LONGEST_WAIT_OF_ALL_S)
    )
    monkeypatch.setattr(access, "codes", Attempts(clock, access.FREE_CODES))
    monkeypatch.setattr(access, "reports", Allowance(clock, 120, 0.5))
    monkeypatch.setattr(access, "newcomers", Allowance(clock, 60, 60.0))
    return clock


@pytest.fixture
def reader() -> Client:
    """A browser that has been here never before."""
    return Client()


@pytest.fixture
def teacher() -> Client:
    """A browser in which the teacher key was entered; checks tokens of forms, as browsers' requests are."""
    client = Client()
    assert client.post("/studio/enter", {"key": settings.HALQA_TEACHER_KEY}).status_code == 302
    return client


@pytest.fixture
def lesson() -> Callable[..., Lesson]:
    """Makes lessons: `lesson("Les fractions", status="live")`."""
    numbers = itertools.count(1)

    def make(title: str = "", status: str = "ended", **told: Any) -> Lesson:
        made = services.create(title or f"Leçon {next(numbers)}", **told)
        if status != "planned":
            services.began(made.pk)
        if status == "ended":
            Lesson.objects.filter(pk=made.pk).update(status="ended", duration_ms=125_000)
        made.refresh_from_db()
        return made

    return make


@pytest.fixture
def key() -> dict[str, str]:
    """Headers of a program that knows the key."""
    return {"X-Halqa-Key": settings.HALQA_TEACHER_KEY}
