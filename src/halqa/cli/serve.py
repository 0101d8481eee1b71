"""`halqa serve`: the server of a house."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "serve",
        help="run the server: pages, studio, lessons, timelines",
        description="Run the server. At its first start it makes its data folder, its secret and the teacher key.",
        epilog="example: halqa serve --host 0.0.0.0 --port 80 --data /srv/halqa",
    )
    where(parser)
    parser.set_defaults(run=run)


def where(parser: argparse.ArgumentParser) -> None:
    """The options of every command that serves."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0: all (default: %(default)s)")
    parser.add_argument("--port", type=int, default=None, help="default: PORT, else 8000")
    parser.add_argument("--data", metavar="DIR", help="data folder (default: HALQA_DATA, else ./var)")
    parser.add_argument("--url", metavar="URL", help="public address, as https://halqa.example.ma (HALQA_URL)")


def port_of(args: argparse.Namespace) -> int:
    """The port asked for, by option or by PORT. Exits with 2 when that is no port."""
    told = args.port if args.port is not None else os.environ.get("PORT") or "8000"
    try:
        port = int(told)
    except ValueError:
        port = -1
    if not 0 <= port <= 65_535:
        print(f"halqa: the port is {told!r}; accepted: a number from 0 (any free one) to 65535", file=sys.stderr)
        raise SystemExit(2)
    return port


def prepare(args: argparse.Namespace) -> None:
    """Tell the settings what the options say; they are read once, when the site is loaded."""
    if args.data:
        os.environ["HALQA_DATA"] = args.data
    if args.url:
        os.environ["HALQA_URL"] = args.url


def address(args: argparse.Namespace, port: int) -> str:
    """The address to open in a browser on this machine."""
    if args.url:
        return str(args.url).rstrip("/")
    host = "127.0.0.1" if args.host in ("0.0.0.0", "::", "") else args.host
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    from halqa.gateway.server import listen, run

    prepare(args)
    listener = listen(args.host, port_of(args))
    from django.conf import settings

    from halqa.site.asgi import application

    def stop() -> None:
        if application.gateway is not None:
            application.gateway.stop()

    print(f"Halqa is at        {address(args, listener.getsockname()[1])}", flush=True)
    print(f"Teacher key        {settings.HALQA_TEACHER_KEY}   (kept in {settings.HALQA_DATA}/teacher-key)", flush=True)
    print("Ctrl-C stops it. Lessons on air go on where they were at the next start.", flush=True)
    run(application, listener, stop)
    return 0
