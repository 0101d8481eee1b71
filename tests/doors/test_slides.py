"""Slides: a document in, its pages on the timeline. With the real server, and documents made here."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter

from serving import Server, until


def pdf(pages: int = 3, *, password: str = "") -> bytes:
    pictures = []
    for number in range(1, pages + 1):
        picture = Image.new("RGB", (1600, 900), "white")
        ImageDraw.Draw(picture).text((80, 80), f"page {number}", fill="black", font_size=120)
        pictures.append(picture)
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:])
    if password:
        writer = PdfWriter(PdfReader(out))
        writer.encrypt(password, algorithm="RC4-128")
        out = io.BytesIO()
        writer.write(out)
    return out.getvalue()


def blank_pdf(pages: int) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(960, 540)
    writer.write(out)
    return out.getvalue()


class Desk:
    """A teacher's ticket for one lesson, and what is sent with it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.lesson = server.announce("Avec des pages")
        address = f"{server.url}/api/lessons/{self.lesson}/tickets/say"
        headers = {"x-halqa-key": server.key}
        self.ticket = httpx.post(address, json={}, headers=headers, trust_env=False).json()["ticket"]

    def send(self, document: bytes, **query: Any) -> httpx.Response:
        return httpx.post(
            f"{self.server.url}/lessons/{self.lesson}/slides",
            params=query,
            content=document,
            headers={"authorization": f"Bearer {self.ticket}"},
            trust_env=False,
            timeout=120,
        )

    def entries(self, track: str) -> int:
        summary = httpx.get(
            f"{self.server.url}/timelines/{self.lesson}",
            headers={"authorization": f"Bearer {self.ticket}"},
            trust_env=False,
        ).json()
        return int(summary.get("tracks", {}).get(track, {"entries": 0})["entries"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these: each has a lesson of its own."""
    server = Server(tmp_path_factory.mktemp("slides") / "house")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def desk(house: Server) -> Desk:
    return Desk(house)


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def picture(desk: Desk, width: str, seq: int) -> Image.Image:
    answer = httpx.get(
        f"{desk.server.url}/timelines/{desk.lesson}/entries",
        params={"after": seq - 1, "tracks": f"slides/{width}", "limit": 1024},
        headers={"authorization": f"Bearer {desk.ticket}"},
        trust_env=False,
    )
    return Image.open(io.BytesIO(answer.content[answer.content.index(b"RIFF") :]))


def test_pages_of_a_pdf_are_on_the_timeline_in_three_sizes_once(desk: Desk) -> None:
    document = pdf()
    told = lines(desk.send(document))
    assert told[0]["pages"] == 3
    assert [fact.get("page") for fact in told[1:4]] == [1, 2, 3]
    assert told[-1] == {"end": "ready"}
    for fact in told[1:4]:
        assert fact["picture"]["type"] == "image/webp"
        for width, seq in fact["picture"]["sizes"].items():
            assert picture(desk, width, seq).width == int(width)
    assert {desk.entries(f"slides/{width}") for width in (480, 960, 1920)} == {3}
    assert desk.server.lesson(desk.lesson)["status"] == "planned", "slides laid beforehand do not begin a lesson"

    again = lines(desk.send(document))
    assert again == told, "the same document is not laid twice"
    assert lines(desk.send(b"", hash=told[0]["hash"])) == told, "nor sent twice"
    assert desk.entries("slides/480") == 3

    other = Desk(desk.server)
    assert [fact.get("page") for fact in lines(other.send(b"", hash=told[0]["hash"]))[1:4]] == [1, 2, 3]
    assert other.entries("slides/1920") == 3


def test_only_the_pages_asked_for(desk: Desk) -> None:
    told = lines(desk.send(pdf(4), first=2, last=3))
    assert [fact["page"] for fact in told if "page" in fact] == [2, 3]
    assert desk.send(pdf(4), first=9).json()["code"] == "no-such-pages"


def test_an_image_is_one_page_upright_on_white(desk: Desk) -> None:
    sideways = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    exif = sideways.getexif()
    exif[0x0112] = 6
    out = io.BytesIO()
    sideways.save(out, "PNG", exif=exif)
    [_, page, _] = lines(desk.send(out.getvalue()))
    assert (page["w"], page["h"]) == (200, 300)
    shown = picture(desk, "480", page["picture"]["sizes"]["480"]).convert("RGB")
    assert shown.getextrema()[0][0] > 250  # type: ignore[index]


@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        (b"%PDF-1.7 and nothing more", 422, "broken-document"),
        (b"just some words", 415, "unknown-document"),
        (b"", 415, "unknown-document"),
        (pdf(1)[:-4000], 422, "broken-document"),
        (pdf(1, password="secret"), 422, "encrypted-document"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 400, 415, "unknown-document"),
    ],
)
def test_what_cannot_be_shown_is_said_plainly(desk: Desk, document: bytes, status: int, code: str) -> None:
    answer = desk.send(document)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.entries("slides/480") == 0


def test_a_book_of_five_hundred_pages_is_taken_in_parts(desk: Desk) -> None:
    book = blank_pdf(500)
    answer = desk.send(book)
    assert answer.status_code == 422
    told = answer.json()
    assert (told["code"], told["pages"], told["most"]) == ("too-many-pages", 500, 200)
    assert sum("page" in fact for fact in lines(desk.send(book, first=499))) == 2


def test_a_file_of_more_than_200_mb_is_refused_before_it_is_sent(desk: Desk) -> None:
    door = HTTPConnection("127.0.0.1", desk.server.port, timeout=30)
    door.putrequest("POST", f"/lessons/{desk.lesson}/slides")
    door.putheader("Authorization", f"Bearer {desk.ticket}")
    door.putheader("Content-Length", str(201 << 20))
    door.endheaders(b"%PDF-")
    answer = door.getresponse()
    assert answer.status == 413
    told = json.loads(answer.read())
    assert (told["code"], told["most"]) == ("too-large-document", 200 << 20)
    door.close()


def test_an_office_file_needs_libreoffice(desk: Desk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
    answer = desk.send(out.getvalue())
    # Where LibreOffice is installed, it opens the file and finds nothing in it.
    assert answer.json()["code"] in ("office-missing", "broken-document")


def test_a_full_disk_is_told_and_nothing_broken_is_kept(desk: Desk, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    noise = Image.effect_noise((1600, 900), 90)
    out = io.BytesIO()
    noise.save(out, "PNG")
    decks = desk.server.data / "decks"
    decks.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(decks)], check=True)
    try:
        answer = desk.send(out.getvalue())
        assert (answer.status_code, answer.json()["code"]) == (507, "no-room"), "while it arrives"
        subprocess.run(["mount", "-o", f"remount,size={len(out.getvalue()) + 70_000}", str(decks)], check=True)
        answer = desk.send(out.getvalue())
        assert (answer.status_code, answer.json()["code"]) == (507, "no-room"), "while it is rendered"
        subprocess.run(["mount", "-o", "remount,size=50m", str(decks)], check=True)
        assert [fact.get("page") for fact in lines(desk.send(out.getvalue()))] == [None, 1, None]
    finally:
        subprocess.run(["umount", "-l", str(decks)], check=True)


def test_who_hangs_up_stops_the_rendering(desk: Desk, tmp_path: Path) -> None:
    book = tmp_path / "book.pdf"
    book.write_bytes(blank_pdf(150))
    address = f"{desk.server.url}/lessons/{desk.lesson}/slides"
    command = ["curl", "-sN", "-H", f"Authorization: Bearer {desk.ticket}", "--data-binary", f"@{book}", address]
    asking = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert asking.stdout is not None
    asking.stdout.readline()
    asking.kill()
    asking.wait()
    decks = desk.server.data / "decks"
    until(lambda: not list(decks.glob("incoming-*")))
    deck = decks / hashlib.sha256(book.read_bytes()).hexdigest()
    assert deck.is_dir()
    assert not (deck / "1-0.json").exists(), "it was not rendered to its end"
    assert sum("page" in fact for fact in lines(desk.send(book.read_bytes()))) == 150


def test_who_may_not(desk: Desk) -> None:
    address = f"{desk.server.url}/lessons/{desk.lesson}/slides"
    follow = httpx.post(f"{desk.server.url}/api/lessons/{desk.lesson}/tickets/follow", trust_env=False)
    other = Desk(desk.server)
    for ticket, status in ((None, 401), ("x.y.z", 401), (follow.json()["ticket"], 403), (other.ticket, 403)):
        headers = {"authorization": f"Bearer {ticket}"} if ticket else {}
        answer = httpx.post(address, content=pdf(1), headers=headers, trust_env=False)
        assert answer.status_code == status
    assert httpx.get(address, trust_env=False).status_code == 405
    headers = {"authorization": f"Bearer {desk.ticket}"}
    for query, field in (("first=x", "first"), ("hash=../../secret", "hash")):
        answer = httpx.post(f"{address}?{query}", content=pdf(1), headers=headers, trust_env=False)
        assert (answer.status_code, answer.json()["field"]) == (400, field)
