"""What a desk has and a server has not: a screen (Xvfb), and loudspeakers (PulseAudio's, heard by nobody)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from serving import until

SCREEN = "1920x1200x24"
PATIENCE_S = 60


@contextlib.contextmanager
def running(command: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """A program, with all that it starts, for so long; what it prints is in `log`."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}, start_new_session=True
        )
    try:
        yield
    finally:
        for kind in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, kind)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_S)


@contextlib.contextmanager
def desk(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of programs at such a desk. Needs no sound card and no screen."""
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    socket = folder / "loudspeakers"
    loudspeakers = [
        *("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"),
        *("-L", "module-null-sink", "-L", f"module-native-protocol-unix auth-anonymous=1 socket={socket}"),
    ]
    display = folder / "display"
    # -displayfd 1: it finds a free display, and prints which.
    screen = ["Xvfb", "-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with running(loudspeakers, folder / "pulse.log", home), running(screen, display, home):
        until(lambda: socket.exists() and number_in(display), PATIENCE_S)
        yield {**home, "PULSE_SERVER": f"unix:{socket}", "DISPLAY": f":{number_in(display)}", "GDK_BACKEND": "x11"}


def number_in(file: Path) -> str:
    """The line that is a number and nothing else; empty as long as there is none."""
    return next((line.strip() for line in file.read_text().splitlines(True) if line.strip().isdigit()), "")
