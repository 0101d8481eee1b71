"""The other doors, with real processes: a file taught, an encoder by RTMP, HLS pulled by ffmpeg, MP4 exported."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from halqa.stores import verify
from serving import Server, until


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of moving picture and a tone."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    command = "ffmpeg -v error -f lavfi -i testsrc=s=640x360:r=25 -f lavfi -i sine=f=440 -t 6 -pix_fmt yuv420p"
    subprocess.run([*command.split(), str(path)], check=True)
    return path


def halqa(server: Server, *words: str, code: int = 0) -> str:
    environment = {**os.environ, "HALQA_DATA": str(server.data)}
    command = [sys.executable, "-m", "halqa", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def teach(server: Server, clip: Path, *more: str) -> str:
    told = halqa(server, "teach", str(clip), "--title", "Un film", "--speed", "0", "--server", server.url, *more)
    return str(re.findall(r"/lessons/(\w+)", told)[0])


def decodes(*source: str) -> str:
    """What ffmpeg complains about when it decodes all of it; its exit code must be 0."""
    done = subprocess.run(["ffmpeg", "-v", "error", *source, "-f", "null", "-"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_file_goes_on_air_and_comes_out_as_hls_and_mp4(server: Server, clip: Path, tmp_path: Path) -> None:
    lesson = teach(server, clip)
    facts = server.lesson(lesson)
    assert facts["status"] == "ended"
    assert 5_900 <= facts["duration_ms"] <= 6_200
    assert {t["name"] for t in facts["tracks"]} == {"audio", "video/90", "video/180", "video/360"}

    base = f"{server.url}/lessons/{lesson}/hls"
    master = httpx.get(f"{base}/master.m3u8", trust_env=False)
    assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in master.text
    assert re.findall(r"RESOLUTION=(\w+)", master.text) == ["640x360", "320x180", "160x90"]
    assert master.text.count('CODECS="avc1.42C') == 3
    assert 'CODECS="opus"' in master.text
    playlist = httpx.get(f"{base}/video-360/index.m3u8", trust_env=False).text
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in playlist
    assert "#EXT-X-ENDLIST" in playlist
    assert "#EXT-X-PROGRAM-DATE-TIME:" in playlist
    target = int(re.findall(r"TARGETDURATION:(\d+)", playlist)[0])
    assert max(float(x) for x in re.findall(r"EXTINF:([\d.]+)", playlist)) <= target
    segment = re.findall(r"^\S+\.m4s$", playlist, re.MULTILINE)[0]
    assert "immutable" in httpx.get(f"{base}/video-360/{segment}", trust_env=False).headers["cache-control"]
    assert decodes("-i", f"{base}/master.m3u8") == ""

    exported = tmp_path / "lesson.mp4"
    halqa(server, "lesson", "export", lesson, str(exported))
    assert decodes("-i", str(exported)) == ""
    timeline = tmp_path / "copy.timeline"
    halqa(server, "lesson", "export", lesson, str(timeline))
    assert verify(timeline).whole
    told = halqa(server, "lesson", "import", str(timeline), "--title", "Importée")
    assert server.lesson(told.split(":")[0])["status"] == "ended"
    halqa(server, "lesson", "verify", "--all")
    halqa(server, "lesson", "delete", lesson, "--yes")
    assert httpx.get(f"{server.url}/api/lessons/{lesson}", trust_env=False).status_code == 404


def test_a_lesson_on_air_is_an_event_and_can_be_a_sliding_window(server: Server, clip: Path) -> None:
    lesson = teach(server, clip, "--no-seal")
    base = f"{server.url}/lessons/{lesson}/hls"
    event = httpx.get(f"{base}/audio/index.m3u8", trust_env=False).text
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in event
    assert "#EXT-X-ENDLIST" not in event
    sliding = httpx.get(f"{base}/audio/index.m3u8?window=sliding", trust_env=False).text
    assert "PLAYLIST-TYPE" not in sliding
    before = re.findall(r"^\S+\.m4s", event, re.MULTILINE)
    halqa(server, "teach", str(clip), "--lesson", lesson, "--speed", "0", "--server", server.url)
    after = re.findall(r"^\S+\.m4s", httpx.get(f"{base}/audio/index.m3u8", trust_env=False).text, re.MULTILINE)
    assert after[: len(before)] == before, "what was listed never changes"
    assert decodes("-i", f"{base}/master.m3u8") == ""


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("video-360/1-99999.m4s", (400, 404)),
        ("video-360/init-99.mp4", (404,)),
        ("video-999/index.m3u8", (404,)),
        ("..%2f..%2fsecret/index.m3u8", (404,)),
        ("audio/0-0.m4s", (400, 404)),
    ],
)
def test_what_hls_does_not_have(server: Server, clip: Path, path: str, status: tuple[int, ...]) -> None:
    lesson = teach(server, clip)
    assert httpx.get(f"{server.url}/lessons/{lesson}/hls/{path}", trust_env=False).status_code in status
    assert httpx.get(f"{server.url}/lessons/nosuch/hls/master.m3u8", trust_env=False).status_code == 404


def test_what_cannot_be_taught_is_said_plainly(server: Server, clip: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"this is no film")
    assert "broken.mp4" in halqa(server, "teach", str(broken), "--server", server.url, code=1)
    assert "no such file" in halqa(server, "teach", str(tmp_path / "none"), "--server", server.url, code=1)
    assert "does not answer" in halqa(server, "teach", str(clip), "--server", "http://127.0.0.1:9", code=1)
    assert "wrong-key" in halqa(server, "teach", str(clip), "--key", "X" * 20, "--server", server.url, code=1)


class Ingest:
    """`halqa ingest` as a process: where its encoder knocks, and what it says."""

    def __init__(self, server: Server, kind: str) -> None:
        with socket.socket(type=socket.SOCK_DGRAM if kind == "srt" else socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.kind = kind
        environment = {**os.environ, "HALQA_DATA": str(server.data), "PYTHONUNBUFFERED": "1"}
        words = ["ingest", f"--{kind}", str(port), "--host", "127.0.0.1", "--server", server.url]
        command = [sys.executable, "-m", "halqa", *words]
        self.log = server.data / "ingest.log"
        self.process = subprocess.Popen(command, env=environment, stdout=self.log.open("wb"), stderr=subprocess.STDOUT)
        until(lambda: self.said.count("waiting for an encoder") == 1)
        self.lesson = re.findall(r"/lessons/(\w+)", self.said)[0]
        self.address = re.findall(rf"{kind}://\S+", self.said)[0]

    @property
    def said(self) -> str:
        return self.log.read_text()

    def push(self, clip: Path) -> None:
        """Push a clip as an encoder would, trying again until ffmpeg listens."""
        until(lambda: self.knock(clip, self.address).returncode == 0, 60)

    def knock(self, clip: Path, address: str) -> subprocess.CompletedProcess[str]:
        """Try once to push a clip to this address."""
        command = ["ffmpeg", "-v", "error", "-re", "-i", str(clip), "-c:v", "copy", "-c:a", "aac"]
        end = ["-f", "mpegts", address] if self.kind == "srt" else ["-f", "flv", f"{address}/x"]
        return subprocess.run([*command, *end], capture_output=True, text=True)


@pytest.fixture(params=["rtmp", "srt"])
def ingest(server: Server, request: pytest.FixtureRequest) -> Iterator[Ingest]:
    ingest = Ingest(server, request.param)
    yield ingest
    ingest.process.send_signal(signal.SIGINT)
    assert ingest.process.wait(20) == 0
    assert "Traceback" not in ingest.said


def test_an_encoder_drops_and_comes_back_into_the_same_lesson(server: Server, clip: Path, ingest: Ingest) -> None:
    ingest.push(clip)
    until(lambda: ingest.said.count("waiting for an encoder") == 2)
    first = server.lesson(ingest.lesson)["duration_ms"]
    assert first > 4_000
    ingest.push(clip)
    until(lambda: ingest.said.count("waiting for an encoder") == 3)
    assert server.lesson(ingest.lesson)["duration_ms"] > first + 4_000
    file = server.data / "timelines" / f"{ingest.lesson}.timeline"
    assert verify(file).whole
    with sqlite3.connect(file) as db:
        sound = "flags & 2 = 0 AND track = (SELECT id FROM tracks WHERE name = 'audio')"
        said = db.execute(f"SELECT t, t + duration FROM entries WHERE {sound} ORDER BY seq").fetchall()
    assert all(later[0] - sooner[1] <= 300 for sooner, later in pairwise(said))


def test_an_encoder_that_does_not_know_the_key_is_sent_away(server: Server, clip: Path, ingest: Ingest) -> None:
    wrong = re.sub(r"\w+$", "wrongwrongwrong", ingest.address)
    if ingest.kind == "srt":
        until(lambda: "Incorrect passphrase" in ingest.knock(clip, wrong).stderr, 60)
    else:  # ffmpeg would let it in
        until(lambda: ingest.knock(clip, wrong) and "wrong key" in ingest.said, 60)
        until(lambda: ingest.said.count("waiting for an encoder") >= 2)
    assert server.lesson(ingest.lesson)["status"] == "planned", "nothing was said"
