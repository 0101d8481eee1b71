"""The pages of a document as pictures: what the child process does that `slides.py` starts.

    python -m halqa.media.document FILE FOLDER FIRST LAST

A document comes from outside and may be made to harm: it is opened in a process of its own, with bounds on memory and
time, at low priority, so that a lesson on air does not notice. What happens is told on standard output, a line of JSON
each: `{"pages": 12}`, then for each page `{"page": 1, "w": 1920, "h": 1080, "widths": [480, 960, 1920]}` (its pictures
lie in FOLDER as `1-480.webp` …), or `{"refused": code}`.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

WIDTHS = (480, 960, 1920)
"""A thumbnail or a phone on a poor line (some 10 kB), a classroom's old screen, a wall."""
NARROWEST = WIDTHS[0]
"""For lines that carry little more than a voice: 5 to 14 kB a page, as readable as so few pixels are at 10 to 19."""
TALLEST = 1.5
"""Height by width of a picture at most: beyond, it is made narrower (a roll of paper 10 m long is no slide)."""
MOST_PAGES = 200
"""A lesson of two hours turns a page every forty seconds."""
MOST_PIXELS = 120_000_000
"""Of a picture from outside. A camera has 12 to 50 million; a bomb has billions."""
MOST_PICTURE_BYTES = 900_000
"""Below what an entry of a timeline may hold; a photograph in full size has some 300 kB."""
MEMORY_BYTES = 3 << 30
MOST_FILE_BYTES = 512 << 20
CPU_S = 600
OFFICE_S = 120


class Refused(Exception):
    """This document is not taken: `args[0]` is the code that `slides.py` knows a sentence for."""


def tell(**fact: Any) -> None:
    print(json.dumps(fact), flush=True)


def kind_of(source: Path) -> str:
    """`pdf`, `office` or `image`: by what is in the file, not by its name."""
    with source.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "office"
    if head.startswith(b"PK") and zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as packed:
            names = set(packed.namelist())
        return "office" if names & {"[Content_Types].xml", "mimetype"} else "unknown"
    return "image"


def to_pdf(source: Path, folder: Path) -> Path:
    """An Office document as PDF, by LibreOffice if this machine has it."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise Refused("office-missing")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    bound(memory=False)  # an office reserves far more than it uses
    command = [
        office,
        profile,
        "--headless",
        "--norestore",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(source),
    ]
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, capture_output=True, timeout=OFFICE_S, check=False)
    made = folder / f"{source.stem}.pdf"
    if not made.exists():
        raise Refused("broken-document")
    return made


def pdf_pictures(source: Path, first: int, last: int) -> Iterator[tuple[int, Any]]:
    """Number (from 1) and picture of each page, at the greatest width. Tells how many pages there are."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise Refused("encrypted-document" if "password" in str(error).lower() else "broken-document") from None
    total = len(document)
    wanted = check_range(total, first, last)
    tell(pages=total)
    for number in wanted:
        try:
            page = document[number - 1]
            width, height = page.get_size()
            scale = WIDTHS[-1] / max(width, height / TALLEST, 1)
            yield number, page.render(scale=scale).to_pil().convert("RGB")
            page.close()
        except (pypdfium2.PdfiumError, ValueError):
            raise Refused("broken-document") from None


def check_range(total: int, first: int, last: int) -> range:
    """The pages asked for; all of them with `last` 0."""
    if total < 1:
        raise Refused("broken-document")
    wanted = range(max(first, 1), min(last or total, total) + 1)
    if not wanted:
        raise Refused("no-such-pages")
    if len(wanted) > MOST_PAGES:
        tell(pages=total)
        raise Refused("too-many-pages")
    return wanted


def image_pictures(source: Path) -> Iterator[tuple[int, Any]]:
    """The one picture of an image file, upright, on white."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses twice this
    try:
        with Image.open(source) as opened:
            opened.seek(0)
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except UnidentifiedImageError:
        raise Refused("unknown-document") from None
    except Image.DecompressionBombError:
        raise Refused("too-large-picture") from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise Refused("broken-document") from None
    if upright.height > upright.width * TALLEST or upright.width > WIDTHS[-1]:
        upright.thumbnail((WIDTHS[-1], round(WIDTHS[-1] * TALLEST)))
    ground = Image.new("RGB", upright.size, "white")
    ground.paste(upright, mask=upright.getchannel("A"))
    tell(pages=1)
    yield 1, ground


def save_sizes(picture: Any, number: int, folder: Path) -> dict[str, Any]:
    """Write a page's picture in its widths, up to the first that shows all of it; what was written."""
    from PIL import Image

    widths = [w for smaller, w in zip((0, *WIDTHS), WIDTHS, strict=False) if smaller < picture.width]
    for nominal in widths:
        scale = min(nominal / picture.width, 1.0)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        small = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
        path = folder / f"{number}-{nominal}.webp"
        for quality in (*((45,) if nominal == NARROWEST else (82, 60)), 35, 10):
            small.save(path, "WEBP", quality=quality, method=4)
            if path.stat().st_size <= MOST_PICTURE_BYTES:
                break
    return {"page": number, "w": picture.width, "h": picture.height, "widths": widths}


def bound(*, memory: bool = True) -> None:
    """This process, and what it starts, takes no more than its share, whatever the document wants."""
    os.setpriority(os.PRIO_PROCESS, 0, 15)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE_BYTES, MOST_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def main(source: Path, folder: Path, first: int, last: int) -> int:
    kind = kind_of(source)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        try:
            if kind == "office":
                source, kind = to_pdf(source, Path(scratch)), "pdf"
            bound()
            if kind == "unknown":
                raise Refused("unknown-document")
            pictures = pdf_pictures(source, first, last) if kind == "pdf" else image_pictures(source)
            for number, picture in pictures:
                tell(**save_sizes(picture, number, folder))
        except Refused as refused:
            tell(refused=refused.args[0])
            return 1
        except MemoryError:
            tell(refused="broken-document")
            return 1
        except OSError as error:
            tell(refused="no-room" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "broken-document")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
