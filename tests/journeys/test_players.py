"""The HLS address in players that are not ours: hls.js in Chromium, and VLC, which decodes to the last sample."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from serving import Server, until

PLAYER = Path(__file__).parents[2] / "node_modules/hls.js/dist/hls.min.js"
PAGE = """<!doctype html><meta charset="utf-8"><title>A school's own page</title><video muted></video>
<script src="/hls.js"></script>
<script>
  const video = document.querySelector("video");
  const seen = { levels: 0, fatal: [], sound: 0, picture: 0, level: -1 };
  const player = new Hls({ liveDurationInfinity: true });
  player.on(Hls.Events.MANIFEST_PARSED, (_, told) => (seen.levels = told.levels.length));
  player.on(Hls.Events.LEVEL_SWITCHED, (_, told) => (seen.level = told.level));
  player.on(Hls.Events.ERROR, (_, told) => told.fatal && seen.fatal.push(`${told.details} ${told.reason}`));
  player.on(Hls.Events.FRAG_BUFFERED, (_, told) => seen[told.frag.type === "audio" ? "sound" : "picture"]++);
  player.loadSource(new URLSearchParams(location.search).get("lesson"));
  player.attachMedia(video);
  player.on(Hls.Events.MANIFEST_PARSED, () => video.play());
</script>"""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of moving picture and a tone."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    command = "ffmpeg -v error -f lavfi -i testsrc=s=640x360:r=25 -f lavfi -i sine=f=440 -t 10 -pix_fmt yuv420p"
    subprocess.run([*command.split(), str(path)], check=True)
    return path


def teaching(server: Server, clip: Path, *more: str) -> subprocess.Popen[str]:
    """`halqa teach` of the clip, under way."""
    environment = {**os.environ, "HALQA_DATA": str(server.data)}
    command = [sys.executable, "-m", "halqa", "teach", str(clip), "--server", server.url, *more]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def taught(server: Server, clip: Path, *more: str) -> str:
    """The lesson that the clip became, taught at once."""
    lesson = server.announce("Chez les autres lecteurs")
    with teaching(server, clip, "--lesson", lesson, "--speed", "0", *more) as process:
        told = process.stdout.read() if process.stdout else ""
    assert process.returncode == 0, told
    return lesson


class School(BaseHTTPRequestHandler):
    """A school's own site: one page, and hls.js."""

    def do_GET(self) -> None:
        script = self.path == "/hls.js"
        body = PLAYER.read_bytes() if script else PAGE.encode()
        self.send_response(200)
        self.send_header("content-type", "text/javascript" if script else "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests tell enough."""


@pytest.fixture(scope="module")
def school() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), School) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


class HlsJs:
    """hls.js on a page of another origin, as a school's own site would have it."""

    def __init__(self, browser: Browser, school: str, address: str) -> None:
        self.page: Page = browser.new_context().new_page()
        self.page.goto(f"{school}/?lesson={address}")

    @property
    def seen(self) -> dict[str, Any]:
        told = dict(json.loads(self.page.evaluate("JSON.stringify(seen)")))
        assert told["fatal"] == []
        return told

    @property
    def time(self) -> float:
        return float(self.page.evaluate("video.currentTime"))

    def plays(self) -> None:
        """Wait until both sound and picture have come and the picture moves."""
        until(lambda: self.seen["sound"] > 0 and self.seen["picture"] > 0, 60)
        before = self.time
        until(lambda: self.time > before + 1, 60)
        assert self.page.evaluate("video.videoWidth") in (160, 320, 640)
        decoded = "video.webkitAudioDecodedByteCount > 0 && video.webkitVideoDecodedByteCount > 0"
        until(lambda: self.page.evaluate(decoded), 60)

    def close(self) -> None:
        assert self.seen["levels"] >= 3, "every rung is a level"
        self.page.context.close()


def test_hls_js_plays_a_lesson_that_has_ended_to_its_end(
    server: Server, chromium: Browser, school: str, clip: Path
) -> None:
    lesson = taught(server, clip)
    player = HlsJs(chromium, school, f"{server.url}/lessons/{lesson}/hls/master.m3u8")
    player.plays()
    assert 9.9 <= player.page.evaluate("video.duration") <= 10.2
    player.page.evaluate("video.currentTime = 7")
    until(lambda: player.page.evaluate("video.ended"), 60)
    for level in range(player.seen["levels"]):
        player.page.evaluate(f"player.currentLevel = {level}; video.currentTime = 1; video.play()")
        until(lambda level=level: player.seen["level"] == level and player.time > 1.5, 60)  # type: ignore[misc]
    player.close()


@pytest.mark.parametrize("window", ["", "?window=sliding"])
def test_hls_js_follows_a_lesson_on_air(
    server: Server, chromium: Browser, school: str, clip: Path, window: str
) -> None:
    lesson = taught(server, clip, "--no-seal")
    with teaching(server, clip, "--lesson", lesson, "--loop") as process:
        player = HlsJs(chromium, school, f"{server.url}/lessons/{lesson}/hls/master.m3u8{window}")
        player.plays()
        assert player.page.evaluate("!Number.isFinite(video.duration)"), "it has no end yet"
        # It goes on into what was not there when it began.
        end = server.lesson(lesson)["duration_ms"] / 1000
        until(lambda: player.time > end, 90)
        player.plays()
        player.close()
        process.terminate()


VLC = ["cvlc", "-vv", "--intf", "dummy", "--no-plugins-cache", "--play-and-exit", "--no-dbus", "--no-lua"]


def vlc(address: str, into: Path) -> str:
    """Let VLC play all of it into a file; its log. As nobody: VLC refuses root, and needs nothing of ours."""
    into.parent.chmod(0o777)
    home = into.parent / "vlc-home"
    home.mkdir(mode=0o777, exist_ok=True)
    home.chmod(0o777)
    chain = f"#transcode{{vcodec=mp2v,vb=800,acodec=mpga,ab=128}}:std{{access=file,mux=ts,dst={into}}}"
    command = [*VLC, "--sout", chain, address, "vlc://quit"]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", timeout=240)
    return done.stdout + done.stderr


def seconds_of(file: Path, stream: str) -> float:
    """How many seconds of this kind of stream are in the file, counted in what decodes."""
    command = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        stream,
        "-show_entries",
        "packet=pts_time",
        "-of",
        "csv=p=0",
    ]
    told = subprocess.run([*command, str(file)], capture_output=True, text=True, check=True).stdout
    times = [float(found) for found in re.findall(r"^[\d.]+", told, re.MULTILINE)]
    return max(times) - min(times) if times else 0.0


@pytest.mark.skipif(shutil.which("cvlc") is None, reason="VLC is not installed (scripts/packages test)")
def test_vlc_decodes_picture_and_sound_to_the_end(server: Server, clip: Path) -> None:
    lesson = taught(server, clip)
    into = Path(tempfile.mkdtemp(prefix="halqa-vlc-")) / "decoded.ts"  # where nobody may go, unlike tmp_path
    try:
        log = vlc(f"{server.url}/lessons/{lesson}/hls/master.m3u8", into)
        assert into.exists(), log[-3000:]
        assert seconds_of(into, "v:0") > 9, log[-3000:]
        assert seconds_of(into, "a:0") > 9, log[-3000:]
    finally:
        shutil.rmtree(into.parent)
