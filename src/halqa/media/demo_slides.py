"""Two slides for the demo's lesson, drawn on this machine and sent as a teacher sends a PDF."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1920, 1080
PAPER, CARD, INK, MUTED, ACCENT, SIGNAL, SAND = (
    "#fbf9f4",
    "#ffffff",
    "#14213d",
    "#56607a",
    "#3a3fd8",
    "#e8a317",
    "#e7cf9b",
)
FONTS = Path("/usr/share/fonts/truetype/dejavu")
"""Latin and Arabic in one family; `make demo` installs it."""
Point = tuple[float, float]


def draw(path: Path) -> None:
    """Write a PDF of two pages to `path`. Raises `OSError` where there is no such font."""
    first, second = _pyramid(), _exercise()
    first.save(path, "PDF", save_all=True, append_images=[second], resolution=144)


async def lay(server: str, lesson: str, ticket: str, folder: Path) -> list[dict[str, Any]]:
    """The slides on the lesson's timeline: of each page the picture that a board shows. Empty: none could be made."""
    path = folder / "slides-1.pdf"
    try:
        if not path.exists():
            await asyncio.to_thread(draw, path)
        data = await asyncio.to_thread(path.read_bytes)
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            headers = {"authorization": f"Bearer {ticket}", "content-type": "application/pdf"}
            answer = await http.post(f"{server}/lessons/{lesson}/slides", content=data, headers=headers)
    except (OSError, httpx.TransportError):
        return []
    told = [json.loads(line) for line in answer.text.splitlines()] if answer.status_code == 200 else []
    return [fact["picture"] for fact in told if "picture" in fact]


def _page() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 20, HEIGHT), fill=ACCENT)
    return page, pen


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf"), size)


def _pyramid() -> Image.Image:
    page, pen = _page()
    pen.text((110, 80), "Mesurer sans grimper", font=_font(76, True), fill=INK)
    pen.text((WIDTH - 110, 84), "القياس دون تسلق", font=_font(72, True), fill=ACCENT, anchor="ra", direction="rtl")
    pen.text((110, 195), "Thalès, il y a vingt-six siècles, au pied de la pyramide", font=_font(40), fill=MUTED)
    ground = 850
    pen.rectangle((110, ground, WIDTH - 110, ground + 6), fill=INK)
    pen.polygon([(420, ground), (760, 380), (1100, ground)], fill=SAND, outline=INK, width=5)
    pen.polygon([(760, 380), (1100, ground), (880, ground)], fill="#cfae6b")
    pen.polygon([(1100, ground), (1640, ground + 4), (880, ground)], fill="#d9d4c7")
    pen.line((1560, ground, 1560, 710), fill=INK, width=12)
    pen.line((760, 380, 1640, ground), fill=SIGNAL, width=7)
    pen.ellipse((1640, 300, 1780, 440), fill=SIGNAL)
    pen.text((760, 330), "h = ?", font=_font(52, True), fill=ACCENT, anchor="ms")
    pen.text((1590, 780), "1 m", font=_font(44, True), fill=INK, anchor="lm")
    pen.text((1200, ground + 70), "ombres · الظلال", font=_font(44), fill=MUTED, anchor="mm")
    pen.text((110, 985), "Même soleil, mêmes rapports : des longueurs proportionnelles.", font=_font(46), fill=INK)
    return page


def _exercise() -> Image.Image:
    page, pen = _page()
    pen.rounded_rectangle((80, 60, WIDTH - 80, 300), 28, fill=CARD, outline="#e5dfd2", width=3)
    pen.rounded_rectangle((110, 96, 330, 166), 18, fill=ACCENT)
    pen.text((220, 131), "Exercice", font=_font(40, True), fill=CARD, anchor="mm")
    pen.text((370, 131), "Calculer BC, sachant que (MN) // (BC).", font=_font(46, True), fill=INK, anchor="lm")
    pen.text((110, 240), "AM = 2 cm,  AB = 4 cm,  MN = 3 cm", font=_font(44), fill=INK, anchor="lm")
    arabic = "أحسب الطول BC"
    pen.text((WIDTH - 120, 240), arabic, font=_font(46), fill=ACCENT, anchor="rm", direction="rtl")
    a, b, c, m, n = (560, 700), (340, 1010), (1040, 1010), (450, 855), (800, 855)
    for one, other in ((a, b), (a, c), (b, c)):
        pen.line((*one, *other), fill=INK, width=5)
    pen.line((*m, *n), fill=ACCENT, width=6)
    for name, (x, y), anchor in (("A", a, "ms"), ("B", b, "rm"), ("C", c, "lm"), ("M", m, "rm"), ("N", n, "lm")):
        apart = {"ms": (0, -12), "rm": (-16, 0), "lm": (16, 0)}[anchor]
        colour = ACCENT if name in "MN" else INK
        pen.text((x + apart[0], y + apart[1]), name, font=_font(40, True), fill=colour, anchor=anchor)
    return page
