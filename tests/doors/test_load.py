"""`halqa load` at a running server: its figures, its JSON, its exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from serving import Server, until


def load(server: str, *words: str, code: int = 0) -> str:
    """What the command says (stdout, or stderr when it fails)."""
    command = [sys.executable, "-m", "halqa", "load", *words, "--server", server]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("load") / "house")
    server.start()
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def on_air(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lesson that is being taught."""
    clip = tmp_path_factory.mktemp("clip") / "clip.mp4"
    made = "ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=25 -f lavfi -i sine=f=440 -t 6 -pix_fmt yuv420p"
    subprocess.run([*made.split(), str(clip)], check=True)
    lesson = server.announce("Devant la foule")
    environment = {**os.environ, "HALQA_DATA": str(server.data)}
    words = ["teach", str(clip), "--lesson", lesson, "--loop", "--server", server.url]
    teaching = subprocess.Popen([sys.executable, "-m", "halqa", *words], env=environment, stdout=subprocess.DEVNULL)
    until(lambda: (server.lesson(lesson)["duration_ms"] or 0) > 3_000, 90)
    yield lesson
    teaching.terminate()
    teaching.wait()


def test_a_small_crowd(server: Server, on_air: str) -> None:
    figures = json.loads(load(server.url, on_air, "--followers", "20", "--seconds", "5", "--json"))
    assert figures["followers"] == 20
    assert figures["seconds"] >= 4.5
    assert figures["entries"] > 20 * 10
    assert figures["mbit_per_s"] > 0
    p50, p95, p99 = (figures["delivery_ms"][p] for p in ("50", "95", "99"))
    assert 0 <= p50 <= p95 <= p99
    assert (figures["lost_connections"], figures["refused"]) == (0, {})
    assert sum(figures["rungs"].values()) >= 20, "each is told its rung"


def test_a_crowd_on_narrow_lines_is_shed_pictures(server: Server, on_air: str) -> None:
    words = ("--followers", "4", "--seconds", "15", "--kbit", "80", "--json")
    figures = json.loads(load(server.url, on_air, *words))
    assert figures["shed"] > 0
    assert figures["lost_connections"] == 0


def test_a_table_for_people(server: Server, on_air: str) -> None:
    told = load(server.url, on_air, "--followers", "3", "--seconds", "3", "--video", "0")
    assert re.search(r"^followers +3 for ", told, re.MULTILINE)
    assert re.search(r"^delivery +p50 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms$", told, re.MULTILINE)
    assert re.search(r"^pictures shed +0$", told, re.MULTILINE)
    assert re.search(r"^refused +none$", told, re.MULTILINE)


def test_what_cannot_be_loaded_is_said_in_a_line(server: Server) -> None:
    assert "does not answer" in load("http://127.0.0.1:9", "abc", code=1)
    assert "no ticket for the lesson 'nosuch'" in load(server.url, "nosuch", code=1)
    assert "must be above 0" in load(server.url, "abc", "--followers", "0", code=2)
    assert "must be above 0" in load(server.url, "abc", "--seconds", "0", code=2)
    assert "does not answer" in load("no address", "abc", code=1)


def test_a_lesson_that_nobody_teaches_yet(server: Server) -> None:
    lesson = server.announce("Plus tard")
    figures = json.loads(load(server.url, lesson, "--followers", "2", "--seconds", "1", "--json"))
    assert (figures["entries"], figures["delivery_ms"]["50"]) == (0, None)
    assert "no entry" in load(server.url, lesson, "--followers", "2", "--seconds", "1")
