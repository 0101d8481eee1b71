"""`halqa lesson`: the lessons of a data folder, by hand."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from halqa.timeline import Summary


def add(subparsers: Any) -> None:
    """Register the command and its verbs."""
    parser = subparsers.add_parser(
        "lesson",
        help="list, show, verify, export, import or delete lessons",
        description="The lessons of a data folder. list, show, verify and export may be used while the server runs.",
        epilog="example: halqa lesson verify --all",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, work, what in (
        ("list", _list, "all lessons, newest first"),
        ("show", _show, "one lesson in figures"),
        ("verify", _verify, "is the timeline file whole? order, time, numbers, digests"),
        ("export", _export, "to an MP4 file, or the timeline file itself"),
        ("import", _import, "take in a timeline file"),
        ("delete", _delete, "remove a lesson for good"),
    ):
        one = verbs.add_parser(verb, help=what, description=what)
        one.add_argument("--data", metavar="DIR", help="data folder (default: HALQA_DATA, else ./var)")
        one.add_argument("--json", action="store_true", help="print facts as JSON")
        one.set_defaults(run=_with_house(work))
        _arguments(verb, one)


def _arguments(verb: str, parser: argparse.ArgumentParser) -> None:
    if verb in ("show", "export", "delete"):
        parser.add_argument("lesson", help="the lesson's id")
    if verb == "list":
        parser.add_argument("--status", choices=("planned", "live", "ended"))
    if verb == "verify":
        parser.add_argument("lesson", nargs="*", help="ids, or paths of timeline files")
        parser.add_argument("--all", action="store_true", help="every timeline of the data folder")
    if verb == "export":
        parser.add_argument("file", help="where to write; *.timeline: the timeline file itself, else MP4")
        parser.add_argument("--height", type=int, default=None, help="this picture (default: the highest)")
    if verb == "import":
        parser.add_argument("file", help="a timeline file")
        parser.add_argument("--title", default="", help="title of the lesson (default: the file's name)")
        parser.add_argument("--id", default=None, help="id of the lesson (default: a new one)")
    if verb == "delete":
        parser.add_argument("--yes", action="store_true", help="do not ask")


def _with_house(work: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        if args.data:
            os.environ["HALQA_DATA"] = args.data
        from halqa.site.start import ready

        ready()
        return work(args)

    return run


def _folder() -> Path:
    from django.conf import settings

    return Path(settings.HALQA_TIMELINES)


def _file(lesson: str) -> Path:
    from halqa.timeline.errors import NoSuchTimeline
    from halqa.timeline.tracks import check_timeline

    path = _folder() / f"{check_timeline(lesson)}.timeline"
    if not path.exists():
        raise NoSuchTimeline(f"Nothing was said in the lesson {lesson!r} ({path} is not there).")
    return path


async def _summary(lesson: str) -> Summary:
    from halqa.stores import SqliteStores

    stores = SqliteStores(_folder())
    try:
        return await (await stores.open(lesson)).summary()
    finally:
        await stores.close()


def _list(args: argparse.Namespace) -> int:
    from halqa.lessons import services

    found = services.find("", args.status or "", size=1_000_000).lessons
    facts: list[dict[str, Any]] = [
        {"id": x.pk, "title": x.title, "status": x.status, "duration_ms": x.duration_ms} for x in found
    ]
    if args.json:
        print(json.dumps(facts, ensure_ascii=False))
        return 0
    for fact in facts:
        print(f"{fact['id']:10} {fact['status']:8} {_clock(fact['duration_ms']):>8}  {fact['title']}")
    if not facts:
        print("No lesson yet.")
    return 0


def _clock(ms: int | None) -> str:
    seconds = (ms or 0) // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _show(args: argparse.Namespace) -> int:
    import msgspec

    from halqa.lessons import services

    lesson = services.access_lesson(args.lesson, teacher=True)
    facts: dict[str, Any] = {"id": lesson.pk, "title": lesson.title, "status": lesson.status, "page": lesson.page}
    path = _folder() / f"{lesson.pk}.timeline"
    if path.exists():
        facts["file"] = {"path": str(path), "bytes": path.stat().st_size}
        facts["timeline"] = msgspec.to_builtins(asyncio.run(_summary(lesson.pk)))
    if args.json:
        print(json.dumps(facts, ensure_ascii=False))
        return 0
    print(f"{facts['title']}\n  id      {facts['id']}\n  status  {facts['status']}\n  page    {facts['page']}")
    timeline = facts.get("timeline")
    if timeline is None:
        print("  nothing was said yet")
        return 0
    print(f"  length  {_clock(timeline['duration'])}, {timeline['head']} entries, {facts['file']['bytes']:,} bytes")
    for name, track in timeline["tracks"].items():
        print(f"  {name:12} {track['entries']:6} entries {track['bytes']:12,} bytes to {_clock(track['ends'])}")
    return 0


def _verify(args: argparse.Namespace) -> int:
    import msgspec

    from halqa.stores import verify

    paths = [Path(x) if x.endswith(".timeline") or "/" in x else _file(x) for x in args.lesson]
    if args.all:
        paths += sorted(_folder().glob("[!.]*.timeline"))
    if not paths:
        print("halqa lesson verify: name a lesson, or say --all", file=sys.stderr)
        return 2
    told = [verify(path) for path in paths]
    if args.json:
        print(json.dumps([msgspec.to_builtins(one) | {"whole": one.whole} for one in told], ensure_ascii=False))
    else:
        for one in told:
            print(f"{'whole  ' if one.whole else 'BROKEN '} {one.entries:8} entries  {one.path}")
            for finding in one.findings:
                print(f"         {finding.code}: {finding.sentence}")
    return 0 if all(one.whole for one in told) else 1


def _export(args: argparse.Namespace) -> int:
    target = Path(args.file)
    source = _file(args.lesson)
    if target.suffix == ".timeline":
        _copy_timeline(source, target)
    else:
        from halqa.media.export import export_mp4
        from halqa.stores import SqliteStores

        async def export() -> None:
            stores = SqliteStores(_folder())
            try:
                await export_mp4(await stores.open(args.lesson), target, height=args.height, progress=_progress)
            finally:
                await stores.close()

        asyncio.run(export())
    if args.json:
        print(json.dumps({"file": str(target), "bytes": target.stat().st_size}))
    else:
        print(f"{target}: {target.stat().st_size:,} bytes")
    return 0


def _progress(done: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:6.1%}", end="\n" if done >= 1 else "", file=sys.stderr, flush=True)


def _copy_timeline(source: Path, target: Path) -> None:
    """A consistent copy, also while the lesson is on air (SQLite's own backup)."""
    import contextlib
    import sqlite3

    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    with (
        contextlib.closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as db,
        contextlib.closing(sqlite3.connect(draft)) as copy,
    ):
        db.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    draft.replace(target)


def _import(args: argparse.Namespace) -> int:
    from halqa.lessons import services
    from halqa.stores import verify
    from halqa.timeline.tracks import check_timeline

    source = Path(args.file)
    found = verify(source)
    if not found.whole:
        for finding in found.findings:
            print(f"halqa lesson import: {source}: {finding.sentence}", file=sys.stderr)
        return 1
    _folder().mkdir(parents=True, exist_ok=True)
    lesson = services.create(args.title or source.stem, lesson_id=check_timeline(args.id) if args.id else None)
    lesson_id = lesson.pk
    target = _folder() / f"{lesson_id}.timeline"
    if target.exists():
        services.forget(lesson_id)
        print(f"halqa lesson import: there is already a timeline {lesson_id!r}; choose another --id", file=sys.stderr)
        return 1
    try:
        draft = target.with_name(f".{target.name}.import.new")
        shutil.copyfile(source, draft)
        draft.replace(target)
        summary = asyncio.run(_summary(lesson_id))
    except BaseException:
        services.forget(lesson_id)
        raise
    if summary.sealed:
        services.sealed(lesson_id, summary)
    elif summary.started_at is not None:
        services.began(lesson_id, services.moment(summary.started_at))
    print(json.dumps({"id": lesson.pk, "page": lesson.page}) if args.json else f"{lesson.pk}: {lesson.page}")
    return 0


def _delete(args: argparse.Namespace) -> int:
    from halqa.lessons import services

    lesson = services.access_lesson(args.lesson, teacher=True)
    if not args.yes:
        if not sys.stdin.isatty():
            print("halqa lesson delete: say --yes; nothing was deleted", file=sys.stderr)
            return 2
        if input(f"Delete {lesson.title!r} for good? Type its id: ").strip() != lesson.pk:
            print("Nothing was deleted.")
            return 1
    path = _folder() / f"{lesson.pk}.timeline"
    services.forget(lesson.pk)
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    print(json.dumps({"deleted": lesson.pk}) if args.json else f"{lesson.pk} is deleted.")
    return 0
