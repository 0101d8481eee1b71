"""A class at the end of a poor line: how long its sound stood still, how far behind it was, what it saw.

Chromium, Halqa and every packet are real; the line is `halqa line`'s. A silence counts from 0.3 s. `--minutes N`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "journeys"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lines"))

from school import Heard, listen

LINES = ["school-128", "satellite-512", "2g", "3g"]
AT_ONCE = 2


def table(heard: list[Heard]) -> None:
    print("| line | longest silence | all silence | left out | behind, median (most) | picture, share of the time |")
    print("|---|---|---|---|---|---|")
    for one in heard:
        seen = one.rungs.total()
        share = ", ".join(f"{name.removeprefix('video/')} {n / seen:.0%}" for name, n in one.rungs.most_common())
        silence = sum(ms for _, ms in one.stops if ms >= 300)
        behind = f"{statistics.median(one.behind) / 1000:.1f} s ({max(one.behind) / 1000:.1f})"
        cells = [one.line, f"{one.worst_stop} ms", f"{silence} ms", f"{one.worst_leap} ms", behind, share]
        print("| " + " | ".join(cells) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder, "clip.mp4")
        picture, voice = "testsrc2=size=640x360:rate=25", "sine=frequency=440"
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", voice, "-t", "60"]
        subprocess.run([*command, "-pix_fmt", "yuv420p", str(clip)], check=True)
        heard: list[Heard] = []
        for first in range(0, len(LINES), AT_ONCE):
            house = Path(folder, str(first))
            house.mkdir()
            heard += listen(LINES[first : first + AT_ONCE], house, clip, minutes)
    print(f"{minutes:g} minutes of one lesson, {AT_ONCE} classes at a time:")
    table(heard)


if __name__ == "__main__":
    main()
