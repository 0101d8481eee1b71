"""Two classes at the end of poor lines, five minutes of the same lesson: the one promise is that sound goes on.

They run side by side, beside the other tests (`scripts/test`): each does little, for a long time.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from halqa.line import LineUnavailable, check_machine
from school import listen

try:
    check_machine()
    UNAVAILABLE = ""
except LineUnavailable as why:
    UNAVAILABLE = str(why)

pytestmark = [pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE), pytest.mark.timeout(600)]

MINUTES = 5
MOST_SILENCE_MS = 2_000
"""The promise (README)."""
MOST_BEHIND_MS = 6_000
"""Sound that goes on because it is ever further behind would be no live lesson."""


def test_sound_never_stops_for_two_seconds_on_a_lossy_line_nor_by_satellite(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    picture, voice = "testsrc2=size=640x360:rate=25", "sine=frequency=440"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", voice, "-t", "30"]
    subprocess.run([*command, "-pix_fmt", "yuv420p", "-preset", "ultrafast", str(clip)], check=True)
    for heard in listen(["school-128", "satellite-512"], tmp_path, clip, MINUTES):
        assert heard.worst_stop < MOST_SILENCE_MS, heard
        assert heard.leaps == [], heard
        assert max(heard.behind) < MOST_BEHIND_MS, heard
        assert heard.rungs["none"] < heard.rungs.total() / 4, heard
