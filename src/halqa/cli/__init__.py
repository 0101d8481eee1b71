"""The `halqa` command: a file a command, each imported only when it is asked for.

Exit codes: 0 done, 1 failed, 2 not understood, 69 something is missing on this machine, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from halqa import __version__

COMMANDS = ("serve", "demo", "teach", "ingest", "lesson", "load", "line", "doctor")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; a mistake is one line on stderr, never a traceback."""
    told = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="halqa",
        description="One studio teaches every school of a province, live and at any later time.",
        epilog="halqa COMMAND --help tells more about each. Settings: docs/settings.md.",
    )
    parser.add_argument("--version", action="version", version=f"halqa {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    if told and told[0] == "line":  # has a parser of its own: what follows `--` is somebody else's command
        from halqa.line.cli import main as line

        return line(told[1:])
    for name in COMMANDS:
        if name == "line":
            subparsers.add_parser("line", help="run a command behind a poor line (docs/line.md)", add_help=False)
        else:
            importlib.import_module(f"halqa.cli.{name}").add(subparsers)
    args = parser.parse_args(told)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if not _for_people(error):
            raise
        print(f"halqa {args.command}: {error}", file=sys.stderr)
        return 1


def _for_people(error: Exception) -> bool:
    """Whether this error was written for whoever typed the command."""
    from halqa.client import Refused
    from halqa.gateway.server import PortTaken
    from halqa.timeline.errors import Mistake

    return isinstance(error, Mistake | Refused | PortTaken)
