"""Slides: a document in, its pages on the lesson's timeline. An ASGI app for `POST /lessons/<id>/slides`.

    body: the file, as it is (PDF, an image, an Office document); `?first=&last=`: only these pages
    `?hash=<SHA-256 in hex>` without a body: a document that this house has had before
    Authorization: a ticket that may say on `slides/480`

The answer begins when the first page is ready, and is a run of JSON lines: `{"pages", "hash"}`, then for each page
`{"page", "w", "h", "picture": {"sizes": {"480": seq, …}, "type": "image/webp"}}`, last `{"end": "ready"}` or a
problem. Whoever hangs up stops it. Each picture is an entry on `slides/<width>`, said by the house as
`deck.<hash>.<page>`; a page that is there already is not said again. Its `t` is 0: a picture has no moment, the board
says when it is shown. What was rendered is kept by hash, so that another group's lesson has it at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from halqa.tickets import Tickets, TicketTracks
from halqa.timeline import KEY, Draft, Stores, Timeline, Tracks
from halqa.timeline.errors import BadQuestion, Mistake, NoRoom, Sealed

from .document import MOST_PAGES, WIDTHS

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_PATH = re.compile(r"/lessons/([a-z0-9][a-z0-9-]{0,63})/slides")
_HASH = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 200 << 20
BODY_WAIT_S = 30.0
"""Nothing of the body for so long: its sender is gone."""
PAGE_WAIT_S = 180.0
"""No page for so long: the document is one of those that never end (LibreOffice alone may take two minutes)."""
KEPT_BYTES = 2 << 30
"""Of rendered documents; the ones used longest ago go first. A deck has some 5 MB."""
LEFT_S = 24 * 3600.0
"""A document that began to arrive a day ago was left behind by a server that was killed."""
TYPE = "image/webp"


class SlidesMistake(Mistake):
    """This document cannot be shown."""

    status = 422


class BrokenDocument(SlidesMistake):
    """This document is damaged. Open it on your computer and save it anew as PDF."""

    code = "broken-document"


class EncryptedDocument(SlidesMistake):
    """This document is protected by a password. Save it without one, then choose it again."""

    code = "encrypted-document"


class UnknownDocument(SlidesMistake):
    """This is no document that can be shown. Accepted: PDF, PNG, JPEG, WebP, and Office files."""

    code, status = "unknown-document", 415


class OfficeMissing(SlidesMistake):
    """This server cannot open Office files. Save it as PDF, or have LibreOffice installed on the server."""

    code, status = "office-missing", 415


class TooManyPages(SlidesMistake):
    """This document has more pages than can be shown at once. Choose from which page to which."""

    code = "too-many-pages"


class NoSuchPages(SlidesMistake):
    """The document does not have these pages."""

    code = "no-such-pages"


class TooLargePicture(SlidesMistake):
    """This picture has too many pixels. Make it smaller, then choose it again."""

    code = "too-large-picture"


class TooLargeDocument(SlidesMistake):
    """This file is too large. Accepted: up to 200 MB; a PDF printed anew is often much smaller."""

    code, status = "too-large-document", 413


class NoSuchDocument(SlidesMistake):
    """This house does not have this document (any more). Send it."""

    code, status = "no-such-document", 404


class DocumentCutShort(SlidesMistake):
    """The document stopped coming on its way. Send it again."""

    code, status, retry = "document-cut-short", 400, True


REFUSALS: dict[str, type[Mistake]] = {
    kind.code: kind
    for kind in (
        BrokenDocument,
        EncryptedDocument,
        UnknownDocument,
        OfficeMissing,
        TooManyPages,
        NoSuchPages,
        TooLargePicture,
        NoRoom,
    )
}


class MethodNotAllowed(Mistake):
    """Documents are sent with POST."""

    code, status = "method-not-allowed", 405


class HungUp(Exception):
    """Whoever asked is gone."""


class Asked(NamedTuple):
    """What was asked for: a range of pages (`last` 0: to the end), and the hash of a document sent before."""

    first: int
    last: int
    hash: str


class SlidesApp:
    """Takes documents for the timelines of `stores`; keeps what it rendered in `folder`."""

    def __init__(self, stores: Stores, tickets: Tickets, folder: Path) -> None:
        self._stores = stores
        self._tickets = tickets
        self._folder = folder
        self._one = asyncio.Semaphore(1)
        """One document at a time: the processor is the lesson's."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send)
        try:
            await self._serve(scope, receive, answer)
        except HungUp:
            return
        except Mistake as mistake:
            await answer.problem(mistake)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            await answer.problem(NoRoom())

    async def _serve(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        match = _PATH.fullmatch(scope["path"])
        if match is None or scope["method"] != "POST":
            raise MethodNotAllowed
        lesson = match.group(1)
        grant = self._tickets.check(_ticket(scope), lesson, "say")
        if "slides/480" not in Tracks(grant.tracks):
            raise TicketTracks("This ticket does not open 'slides/480'.", field="track")
        asked = _asked(scope)
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        arrived = self._folder / f"incoming-{secrets.token_hex(8)}"
        try:
            name = asked.hash or await _take(scope, receive, arrived)
            gone = asyncio.ensure_future(_hung_up(receive))
            work = asyncio.ensure_future(self._lay(lesson, name, arrived, asked, answer))
            try:
                await asyncio.wait({gone, work}, return_when=asyncio.FIRST_COMPLETED)
                if not work.done():
                    work.cancel()
                await work
            except asyncio.CancelledError:
                raise HungUp from None
            finally:
                gone.cancel()
        finally:
            await asyncio.to_thread(arrived.unlink, missing_ok=True)
            await asyncio.to_thread(self._let_go)

    async def _lay(self, lesson: str, name: str, arrived: Path, asked: Asked, answer: _Answer) -> None:
        """Render what is not rendered yet, and say each page as soon as it is there."""
        timeline = await self._stores.open(lesson, create=True)
        if timeline.sealed:
            raise Sealed
        deck = self._folder / name
        if asked.hash and not deck.is_dir():
            raise NoSuchDocument
        async with self._one:
            async for fact in self._pages(deck, arrived, asked):
                if "pages" in fact:
                    answer.keep({"pages": fact["pages"], "hash": name})
                else:
                    picture = await lay(timeline, deck, name, fact)
                    await answer.line({"page": fact["page"], "w": fact["w"], "h": fact["h"], "picture": picture})
        await answer.line({"end": "ready"})
        await answer.end()

    async def _pages(self, deck: Path, arrived: Path, asked: Asked) -> AsyncIterator[dict[str, Any]]:
        """What the child tells, or told when this range of this document was rendered before."""
        kept = deck / f"{asked.first}-{asked.last}.json"
        if kept.exists():
            await asyncio.to_thread(deck.touch)
            for fact in json.loads(await asyncio.to_thread(kept.read_text)):
                yield fact
            return
        if asked.hash and not (deck / "document").exists():
            raise NoSuchDocument
        await asyncio.to_thread(deck.mkdir, exist_ok=True)
        if not asked.hash:
            await asyncio.to_thread(arrived.replace, deck / "document")
        told: list[dict[str, Any]] = []
        async for fact in _child(deck, asked):
            told.append(fact)
            yield fact
        await asyncio.to_thread(kept.write_text, json.dumps(told))

    def _let_go(self) -> None:
        """Remove the documents used longest ago while all of them take too much room, and what a crash left behind."""
        for left in self._folder.glob("incoming-*"):
            if time.time() - left.stat().st_mtime > LEFT_S:
                left.unlink(missing_ok=True)
        decks = [one for one in self._folder.iterdir() if _HASH.fullmatch(one.name)]
        decks.sort(key=lambda one: one.stat().st_mtime)
        size = {deck: sum(file.stat().st_size for file in deck.iterdir() if file.is_file()) for deck in decks}
        total = sum(size.values())
        for deck in decks:
            if total <= KEPT_BYTES:
                return
            shutil.rmtree(deck, ignore_errors=True)
            total -= size[deck]


async def lay(timeline: Timeline, deck: Path, name: str, fact: dict[str, Any]) -> dict[str, Any]:
    """Say the pictures of one page, if they are not there yet; how an image on a board names them."""
    speaker = f"deck.{name[:12]}.{fact['page']}"
    sizes: dict[str, int] = {}
    for width in fact["widths"]:
        picture = await asyncio.to_thread((deck / f"{fact['page']}-{width}.webp").read_bytes)
        done = await timeline.append([Draft(f"slides/{width}", speaker, 1, 0, 0, KEY, picture)])
        sizes[str(width)] = done.entries[0].seq if done.entries else await _seq(timeline, f"slides/{width}", speaker)
    return {"sizes": sizes, "type": TYPE}


async def _seq(timeline: Timeline, track: str, speaker: str) -> int:
    """Where this speaker's picture stands."""
    after, tracks = 0, Tracks.shared((track,))
    while entries := await timeline.read(after, tracks=tracks):
        for entry in entries:
            if entry.speaker == speaker:
                return entry.seq
        after = entries[-1].seq
    raise NoSuchDocument


async def _child(deck: Path, asked: Asked) -> AsyncIterator[dict[str, Any]]:
    """Render in a process of its own; what it tells. Raises what it was refused with."""
    command = [sys.executable, "-m", "halqa.media.document", str(deck / "document"), str(deck)]
    child = await asyncio.create_subprocess_exec(
        *command,
        str(asked.first),
        str(asked.last),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    assert child.stdout is not None
    pages = 0
    try:
        while line := await asyncio.wait_for(child.stdout.readline(), PAGE_WAIT_S):
            fact = json.loads(line)
            pages = fact.get("pages", pages)
            if "refused" in fact:
                raise REFUSALS.get(fact["refused"], BrokenDocument)(pages=pages, most=MOST_PAGES)
            yield fact
        if await child.wait() != 0:
            raise BrokenDocument
    except (TimeoutError, ValueError):
        raise BrokenDocument from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # LibreOffice too, which it may have started
        await child.wait()


async def _take(scope: Scope, receive: Receive, arrived: Path) -> str:
    """Write the body to a file, within bounds; its SHA-256."""
    length = _header(scope, b"content-length")
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise TooLargeDocument(most=MOST_BYTES)
    digest, size = hashlib.sha256(), 0
    with arrived.open("wb") as file:
        while True:
            try:
                message = await asyncio.wait_for(receive(), BODY_WAIT_S)
            except TimeoutError:
                raise DocumentCutShort from None
            if message["type"] == "http.disconnect":
                raise HungUp
            part = message.get("body", b"")
            size += len(part)
            if size > MOST_BYTES:
                raise TooLargeDocument(most=MOST_BYTES)
            digest.update(part)
            await asyncio.to_thread(file.write, part)
            if not message.get("more_body", False):
                break
    if not size:
        raise UnknownDocument("The body of this request is empty.")
    return digest.hexdigest()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Answer:
    """An answer that begins with the first line; before, it can still be a problem."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._kept: list[dict[str, Any]] = []
        self._begun = False

    def keep(self, fact: dict[str, Any]) -> None:
        """To be told before the first line."""
        self._kept.append(fact)

    async def line(self, fact: dict[str, Any]) -> None:
        if not self._begun:
            self._begun = True
            await self._start(200, b"application/x-ndjson")
        body = b"".join(msgspec.json.encode(one) + b"\n" for one in (*self._kept, fact))
        self._kept = []
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def problem(self, mistake: Mistake) -> None:
        problem = {
            "title": mistake.sentence(),
            "status": mistake.status,
            "detail": mistake.detail or mistake.sentence(),
        }
        problem |= {"code": mistake.code, "retry": mistake.retry, **mistake.details}
        if self._begun:
            await self.line({"problem": problem})
            await self.end()
            return
        await self._start(mistake.status, b"application/problem+json")
        await self._send({"type": "http.response.body", "body": msgspec.json.encode(problem)})

    async def _start(self, status: int, kind: bytes) -> None:
        headers = [
            (b"content-type", kind),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"x-accel-buffering", b"no"),
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})


def _asked(scope: Scope) -> Asked:
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    numbers = []
    for field, default in (("first", "1"), ("last", "0")):
        told = query.get(field, default)
        if not (told.isascii() and told.isdecimal() and int(told[:9]) <= 100_000):
            raise BadQuestion(f"'{field}' is the number of a page.", field=field)
        numbers.append(int(told[:9]))
    name = query.get("hash", "")
    if name and not _HASH.fullmatch(name):
        raise BadQuestion("'hash' is a SHA-256 in 64 hexadecimal digits.", field="hash")
    return Asked(numbers[0], numbers[1], name)


def _ticket(scope: Scope) -> str | None:
    kind, _, ticket = _header(scope, b"authorization").partition(" ")
    return ticket.strip() if kind.lower() == "bearer" else None


def _header(scope: Scope, name: bytes) -> str:
    return next((bytes(value).decode("latin-1") for key, value in scope["headers"] if key == name), "")


__all__ = ["WIDTHS", "SlidesApp"]
