"""`halqa doctor` on good and on broken machines: what it finds, what it advises, and its exit code."""

from __future__ import annotations

import json
import os
import resource
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from serving import Server

NAMES = {
    "python", "sqlite", "pages", "data folder", "own files", "room", "disk", "port", "clock", "open files", "ffmpeg",
    "encoders", "espeak-ng",
}  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Doctor:
    """One visit: the exit code, and what was found, by name."""

    def __init__(self, data: Path, *words: str, files: int | None = None, **environment: str) -> None:
        command = [sys.executable, "-m", "halqa", "doctor", "--data", str(data), "--port", str(free_port()), *words]
        limit = None if files is None else lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        self.done = subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True, preexec_fn=limit
        )
        assert "Traceback" not in self.done.stderr, self.done.stderr
        self.code = self.done.returncode

    @property
    def found(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in json.loads(self.done.stdout)}

    @property
    def missing(self) -> set[str]:
        """What is needed and not good."""
        return {name for name, one in self.found.items() if one["needed"] and not one["good"]}


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A mount point, for whoever may mount."""
    if os.geteuid() != 0:
        pytest.skip("mounting a disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    return disk


def test_a_good_machine(tmp_path: Path) -> None:
    visit = Doctor(tmp_path / "house", "--json")
    assert set(visit.found) == NAMES
    # How much room this disk has, and how fast it is beside other tests, is the machine's affair.
    assert visit.missing <= {"room", "disk"}
    assert visit.code == (1 if visit.missing else 0)
    assert all(visit.found[name]["good"] for name in ("python", "sqlite", "data folder", "port", "ffmpeg", "encoders"))
    told = Doctor(tmp_path / "house").done.stdout
    assert [line.split("  ")[0].strip() for line in told.splitlines() if line.startswith("good")]
    assert "data folder" in told


def test_a_house_that_runs(server: Server) -> None:
    server.announce("Une leçon")
    visit = Doctor(server.data, "--json", "--port", str(server.port))
    assert visit.found["own files"]["found"] == "1 lessons"
    assert not visit.found["port"]["good"]
    assert not visit.found["port"]["needed"], "the server that runs has it"
    assert visit.missing <= {"room", "disk"}


def test_no_ffmpeg_in_the_path(tmp_path: Path) -> None:
    visit = Doctor(tmp_path / "house", "--json", PATH=str(tmp_path))
    for name in ("ffmpeg", "encoders", "espeak-ng"):
        assert not visit.found[name]["good"]
        assert not visit.found[name]["needed"], "the server runs without"
    assert "apt-get install ffmpeg" in visit.found["ffmpeg"]["remedy"]
    told = Doctor(tmp_path / "house", PATH=str(tmp_path)).done.stdout
    assert "absent   ffmpeg" in told
    assert "-> For halqa teach, ingest and export, and the demo: apt-get install ffmpeg" in told


@pytest.mark.parametrize("where", ["", "/deeper/still"])
def test_a_data_folder_that_is_a_file(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("no folder")
    visit = Doctor(tmp_path / f"file{where}", "--json")
    assert visit.code == 1
    assert {"data folder", "disk"} <= visit.missing
    assert "MISSING  data folder" in Doctor(tmp_path / f"file{where}").done.stdout


def test_a_data_folder_that_cannot_be_written(disk: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(disk)], check=True)
    try:
        visit = Doctor(disk, "--json")
        assert visit.code == 1
        assert {"data folder", "disk"} <= visit.missing
        assert "Read-only" in visit.found["data folder"]["found"]
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_data_folder_that_is_nearly_full(disk: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(disk)], check=True)
    try:
        visit = Doctor(disk, "--json")
        assert visit.code == 1
        assert visit.missing == {"room"}
        assert visit.found["room"]["found"].startswith("0.0 GiB")
        assert "Free some room" in visit.found["room"]["remedy"]
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def make_foreign_rows(data: Path) -> None:
    with sqlite3.connect(data / "halqa.sqlite3") as db:
        db.execute("CREATE TABLE somebody_elses (row)")


@pytest.mark.parametrize(
    "make",
    [
        make_foreign_rows,
        lambda data: (data / "halqa.sqlite3").write_bytes(b"no database at all" * 100),
        lambda data: (data / "secret").write_text("my cat's name"),
        lambda data: (data / "secret").write_bytes(b"\xff\xfe"),
        lambda data: (data / "secret").write_text("ab" * 8),
    ],
)
def test_a_data_folder_that_is_not_halqa_s(tmp_path: Path, make: Any) -> None:
    make(tmp_path)
    visit = Doctor(tmp_path, "--json")
    assert visit.code == 1
    assert "own files" in visit.missing
    assert str(tmp_path) in visit.found["own files"]["found"]


def test_few_open_files(tmp_path: Path) -> None:
    visit = Doctor(tmp_path, "--json", files=512)
    assert not visit.found["open files"]["good"]
    assert visit.found["open files"]["found"] == "up to 512"
    assert "LimitNOFILE" in visit.found["open files"]["remedy"]


def test_a_port_that_is_none(tmp_path: Path) -> None:
    for words, environment in ((("--port", "70000"), {}), ((), {"PORT": "eighty"})):
        command = [sys.executable, "-m", "halqa", "doctor", "--data", str(tmp_path), *words]
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)
        assert done.returncode == 2
        assert "accepted: a number" in done.stderr
