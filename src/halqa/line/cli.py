"""`halqa line`: run a command at the far end of a poor line, and say what the line did to it."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from time import monotonic
from typing import NoReturn

from .cuts import Cuts
from .errors import BadCut, BadProfile, LineUnavailable
from .line import Line
from .model import LineCounters, WayCounters
from .namespaces import check_machine, sweep
from .profile import PRESETS, LineProfile, parse

USAGE, UNAVAILABLE, NOT_FOUND = 2, 69, 127
"""What argparse answers, EX_UNAVAILABLE of sysexits.h, and what shells say of a command that does not exist."""
INTERRUPTED = 130
STANDARD_ERROR = 2
"""Where the server's words go: standard output is for those of COMMAND."""
SERVER_SECONDS = 60.0
"""A server that does not listen after a minute is not slow, it is broken."""

DESCRIPTION = """\
Run COMMAND on the far (school) side of an emulated line, with a server, if you like, on the near (studio) side.
Needs root. {near} and {far} in either command become the addresses of the two sides; $HALQA_NEAR and $HALQA_FAR
carry them too. Everything made is removed at the end."""

EPILOG = """\
PROFILE is a name from `halqa line list`, or rate, round trip and loss: 128kbit,300ms,2%
  also 512/128kbit (down/up), jitter=20ms, queue=500ms; parts after a name replace its own: satellite,5%

examples:
  halqa line school-128 -- ping {near}
  halqa line 128kbit,300ms,2% --server 'python3 -m http.server 8000' --port 8000 -- curl http://{near}:8000/
  halqa line satellite --cut 20@60 --cut 5@every90 --bring-in 8000 -- chromium http://{near}:8000/

exit code: that of COMMAND; 2 bad usage; 69 no line can be made here,
  or the server did not start; 127 no such command"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `halqa line` with these words (those after `line`); the answer is the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["list"]:
        return _list()
    if words[:1] == ["sweep"]:
        return _sweep()
    split = words.index("--") if "--" in words else len(words)
    try:
        asked = _parser().parse_args(words[:split])
    except SystemExit as said:  # argparse has printed the help or what is wrong
        return int(said.code or 0)
    try:
        return _run(asked, words[split + 1 :])
    except (BadProfile, BadCut) as mistake:
        return _say(USAGE, mistake)
    except LineUnavailable as mistake:
        return _say(UNAVAILABLE, mistake)
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="halqa line",
        usage="halqa line PROFILE [options] -- COMMAND …\n       halqa line list | sweep",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "profile",
        metavar="PROFILE",
        help="the line; `list` shows those known by name, `sweep` removes leftovers",
    )
    add(
        "--cut",
        action="append",
        default=[],
        metavar="20@60",
        help="cut the line for 20 s, 60 s after COMMAND began; 5@every90: for 5 s, every 90 s on average",
    )
    add("--seed", type=int, default=0, help="which packets are lost and when random cuts come (default 0)")
    add("--server", metavar="'COMMAND'", help="run this on the near side meanwhile")
    add("--port", type=int, help="begin when the server listens on this port of the near side")
    add(
        "--bring-in",
        type=int,
        action="append",
        default=[],
        metavar="PORT",
        help="the server on this machine's own 127.0.0.1:PORT can be reached at {near}:PORT",
    )
    add("--tcp", metavar="cubic", help="congestion control of both sides (default: as this machine has it)")
    add("--json", action="store_true", help="print the counters as JSON, as the last line of standard output")
    return parser


def _list() -> int:
    print(f"{'name':<14} {'down':>6} {'up':>6} kbit/s  {'ping':>5} ms  {'jitter':>6} ms  {'loss':>5} %")
    for profile in PRESETS.values():
        print(
            f"{profile.name:<14} {profile.down_kbit:>6} {profile.up_kbit:>6}         {2 * profile.delay_ms:>5g}     "
            f"{profile.jitter_ms:>6g}     {profile.loss * 100:>5g}"
        )
    return 0


def _sweep() -> int:
    try:
        check_machine()
    except LineUnavailable as mistake:
        return _say(UNAVAILABLE, mistake)
    for name in sweep():
        print(f"removed {name}")
    return 0


def _run(asked: argparse.Namespace, command: list[str]) -> int:
    profile = parse(asked.profile)
    cuts = Cuts.parse(asked.cut, asked.seed)
    if not command:
        return _say(USAGE, "no COMMAND. Put it after --, such as: halqa line school-128 -- ping {near}")
    if shutil.which(command[0]) is None:
        return _say(NOT_FOUND, f"{command[0]}: no such command on this machine")
    with _ended_by_signals(), Line(profile, seed=asked.seed, tcp=asked.tcp) as line:
        code = _on(line, asked, command, cuts)
    _report(line.counters(), profile, asked.json)
    return code


def _on(line: Line, asked: argparse.Namespace, command: list[str], cuts: Cuts) -> int:
    def placed(words: list[str]) -> list[str]:
        return [word.replace("{near}", line.near.address).replace("{far}", line.far.address) for word in words]

    env = os.environ | {"HALQA_NEAR": line.near.address, "HALQA_FAR": line.far.address}
    with ExitStack() as running:
        for port in asked.bring_in:
            line.bring_in(port)
        if asked.server:
            server = line.near.popen(placed(shlex.split(asked.server)), env=env, stdout=STANDARD_ERROR)
            running.callback(_end, server)
            if asked.port:
                _await_listening(line, asked.port, server)
        line.plan(cuts)
        started = line.far.popen(placed(command), env=env)
        running.callback(_end, started)
        code = _outcome(started)
    return code


def _outcome(started: subprocess.Popen[str]) -> int:
    while True:
        try:
            code = started.wait()
            return 128 - code if code < 0 else code
        except KeyboardInterrupt:
            continue  # the terminal has told the command too; it decides how it ends


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await_listening(line: Line, port: int, server: subprocess.Popen[str]) -> None:
    """Wait until the near side answers on this port; asked from the near side itself, the line counts nothing of it."""
    until = monotonic() + SERVER_SECONDS
    pause = threading.Event()
    while server.poll() is None and monotonic() < until:
        with line.near.socket(socket.SOCK_STREAM) as knock:
            if knock.connect_ex((line.near.address, port)) == 0:
                return
        pause.wait(0.05)
    ended = f"ended with {server.returncode}" if server.returncode is not None else "still does not listen"
    raise LineUnavailable(
        f"The server {ended}; nothing answers on {line.near.address}:{port}. Run it alone to see why."
    )


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the `with` blocks in order instead of this process on the spot."""

    def end(number: int, frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _report(counters: LineCounters, profile: LineProfile, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"profile": profile.spelled()} | asdict(counters)), flush=True)
        return
    lines = [
        f"line {profile.name or profile.spelled()}: {counters.seconds:.1f} s, "
        f"{counters.cuts} cuts ({counters.cut_seconds:.1f} s)"
    ]
    lines += [_way("down", counters.down), _way("up  ", counters.up)]
    if counters.missed_packets:
        lines.append(f"this machine was too busy: {counters.missed_packets} packets were lost here and not by the line")
    if counters.worst_late_ms > 20:
        lines.append(f"this machine was busy: a packet was handed over {counters.worst_late_ms:.0f} ms late")
    print("\n".join(lines), file=sys.stderr)


def _way(name: str, way: WayCounters) -> str:
    return (
        f"  {name}  {way.delivered.bytes:>12,} bytes in {way.delivered.packets:,} packets arrived; dropped "
        f"{way.loss.packets:,} lost, {way.queue.packets:,} queue full, {way.cut.packets:,} cut; "
        f"queue at most {way.peak_waiting_bytes:,} bytes"
    )


def _say(code: int, what: object) -> int:
    print(f"halqa line: {what}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
