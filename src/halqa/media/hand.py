"""A hand that writes on a board: strokes take time, tremble a little, and are said in pieces, as a studio says them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from random import Random
from typing import Any

from halqa.timeline import Draft

from . import board
from .board import Op, Point

PIECE_MS = 400
"""No entry waits longer for its stroke to go on (docs/protocol.md)."""
POINT_MS = 20
UNITS_PER_MS = 2.2
"""A third of the page in a second and a bit: how fast a teacher draws a line at a blackboard."""
LEAST_MS = 160
LIFT_MS = 130
TREMBLE = 5.0
"""Units that a drawn line strays from a straight one."""

# The letters this hand can write, a stroke a line, in a box of 10 by 14; enough for names of points and small sums.
_LETTERS: dict[str, list[list[Point]]] = {
    "A": [[(0, 14), (5, 0), (10, 14)], [(2, 9), (8, 9)]],
    "B": [[(0, 0), (0, 14)], [(0, 0), (6, 0), (8, 3), (6, 6), (0, 7), (7, 7), (9, 10), (7, 14), (0, 14)]],
    "C": [[(9, 2), (6, 0), (2, 1), (0, 5), (0, 10), (3, 14), (7, 14), (10, 12)]],
    "M": [[(0, 14), (1, 0), (5, 9), (9, 0), (10, 14)]],
    "N": [[(0, 14), (0, 0), (9, 14), (9, 0)]],
    "2": [[(0, 3), (3, 0), (7, 1), (8, 4), (0, 14), (9, 14)]],
    "3": [[(0, 1), (6, 0), (8, 3), (3, 6), (8, 9), (7, 13), (0, 14)]],
    "4": [[(6, 0), (0, 9), (9, 9)], [(6, 5), (6, 14)]],
    "6": [[(7, 0), (2, 4), (0, 9), (3, 14), (7, 13), (8, 10), (5, 7), (1, 9)]],
    "=": [[(0, 6), (9, 6)], [(0, 10), (9, 10)]],
    "?": [[(0, 3), (3, 0), (7, 2), (6, 6), (4, 9)], [(4, 13), (4, 14)]],
}


class Hand:
    """Writes on the board of one lesson from a moment on (ms on its clock). What it said so far is in `drafts`.

    `first` names the page it begins on. Names of things are its own, page by page.
    """

    def __init__(self, now: int = 0, first: str = "1", seed: int = 7) -> None:
        self.now = now
        self.page = first
        self.drafts: list[Draft] = []
        self._ids: dict[str, int] = {}
        self._chance = Random(seed)

    # -- on the page turned up ------------------------------------------------------------------------------------

    def line(self, *corners: Point, colour: int = board.INK, width: int = 22, tool: int = board.PEN) -> int:
        """One stroke along these corners."""
        return self._stroke(corners, colour, width, tool)

    def curve(self, *knots: Point, colour: int = board.INK, width: int = 22, tool: int = board.PEN) -> int:
        """One stroke that passes smoothly through these points."""
        return self._stroke(_smooth(knots), colour, width, tool)

    def circle(self, x: int, y: int, radius: int, colour: int = board.INK, width: int = 22) -> int:
        """A ring, nearly closed."""
        turns = [math.tau * i / 14 - 1.4 for i in range(15)]
        return self.curve(
            *((round(x + radius * math.cos(a)), round(y + radius * math.sin(a))) for a in turns),
            colour=colour,
            width=width,
        )

    def letters(self, text: str, x: int, y: int, size: int = 260, colour: int = board.INK) -> None:
        """These letters, written by hand, their top left at x, y."""
        scale = size / 14
        for letter in text:
            for stroke in _LETTERS.get(letter, []):
                shape = [(round(x + a * scale), round(y + b * scale)) for a, b in stroke]
                (self.curve if len(shape) > 3 and letter not in "AMN" else self.line)(*shape, colour=colour, width=20)
            x += round(size * 0.95)

    def text(self, x: int, y: int, w: int, size: int, text: str, colour: int = board.INK) -> int:
        """Set text."""
        return self._put("text", x=x, y=y, w=w, size=size, colour=colour, text=text)

    def formula(self, x: int, y: int, size: int, tex: str, colour: int = board.INK) -> int:
        """A formula in TeX."""
        return self._put("formula", x=x, y=y, size=size, colour=colour, tex=tex)

    def point(self, *knots: Point, ms: int) -> None:
        """The laser goes along these points."""
        pieces = max(1, round(ms / PIECE_MS))
        path = _at_even_times(_smooth(knots), 10 * pieces + 1)
        for piece in range(pieces):
            begins, ends = (self.now + ms * i // pieces for i in (piece, piece + 1))
            said = board.points(path[10 * piece : 10 * piece + 11])
            self._say("board", begins, ends - begins, [board.laser(0, ends - begins, said)])
        self.now += ms

    # -- of the whole board ---------------------------------------------------------------------------------------

    def turn(self, page: str, place: float, paper: str = "plain", picture: Mapping[str, Any] | None = None) -> None:
        """A new page, turned up."""
        self.page = page
        self._say("board", self.now, 0, [board.page(page, place, paper, picture), board.turned(page)])

    def turn_back(self, page: str) -> None:
        """A page that is there already is turned up."""
        self.page = page
        self._say("board", self.now, 0, [board.turned(page)])

    def take_out(self, pages: Sequence[str]) -> None:
        """These pages are not needed any more."""
        if pages:
            self._say("board", self.now, 0, [board.page_gone(page) for page in pages])

    def look(self, x: int, y: int, width: int) -> None:
        """Look closer at a part of the page."""
        self._say("board", self.now, 0, [board.view(x, y, width)])

    def look_at_all(self) -> None:
        """The whole page again."""
        self._say("board", self.now, 0, [board.whole()])

    def tell(self, **fact: str | list[str] | None) -> None:
        """A fact for the whole lesson: `fact="scene", scene="both"`."""
        self.drafts.append(Draft("talk", "", 0, self.now, 0, 0, json.dumps(fact, ensure_ascii=False).encode()))

    def rest(self, ms: int) -> None:
        """Nothing is written for so long."""
        self.now += ms

    def rest_until(self, ms: int) -> None:
        """Nothing is written until this moment, if it is not past."""
        self.now = max(self.now, ms)

    # -- how ------------------------------------------------------------------------------------------------------

    def _id(self) -> int:
        self._ids[self.page] = self._ids.get(self.page, 0) + 1
        return self._ids[self.page]

    def _put(self, kind: str, **about: int | str) -> int:
        id = self._id()
        self._say(f"board/{self.page}", self.now, 0, [board.thing(id, kind, **about)])
        return id

    def _say(self, track: str, t: int, duration: int, ops: list[Op]) -> None:
        self.drafts.append(Draft(track, "", 0, t, duration, 0, board.payload(ops)))

    def _stroke(self, path: Sequence[tuple[float, float]], colour: int, width: int, tool: int) -> int:
        id, track = self._id(), f"board/{self.page}"
        span = max(LEAST_MS, round(_length(path) / UNITS_PER_MS))
        drawn = self._tremble(_at_even_times(path, max(3, span // POINT_MS)))
        pressures = [_pressure(i / (len(drawn) - 1)) for i in range(len(drawn))]
        every = max(2, PIECE_MS * len(drawn) // span)
        step = span / (len(drawn) - 1)
        for first in range(0, len(drawn), every):
            last = min(first + every, len(drawn)) - 1
            begins, ends = round(self.now + first * step), round(self.now + last * step)
            pressed = pressures[first : last + 1]
            if first == 0:
                said = board.points(drawn[: last + 1], pressed)
                op = board.ink(id, tool, colour, width, 0, ends - begins, said)
            else:
                said = board.points(drawn[first : last + 1], pressed, after=drawn[first - 1])
                op = board.more(id, 0, ends - begins, said)
            self._say(track, begins, ends - begins, [op])
        self.now += span + LIFT_MS
        return id

    def _tremble(self, path: list[Point]) -> list[Point]:
        """A slow wave across the whole stroke and a quick one: a hand, not a ruler."""
        slow, quick = self._chance.random() * 6, self._chance.random() * 6
        out = []
        for i, (x, y) in enumerate(path):
            sway = math.sin(slow + i * 0.11) * TREMBLE + math.sin(quick + i * 0.7) * TREMBLE / 4
            out.append((round(x + sway * 0.6), round(y + sway)))
        return out


def _pressure(at: float) -> int:
    """Soft where the pen comes down, softer where it leaves."""
    return round(15 * min(1.0, 0.45 + at * 5, 0.35 + (1 - at) * 6))


def _length(path: Sequence[tuple[float, float]]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(path))


def _smooth(knots: Sequence[Point], steps: int = 8) -> list[tuple[float, float]]:
    """A Catmull-Rom curve through the knots."""
    held = [knots[0], *knots, knots[-1]]
    out: list[tuple[float, float]] = []
    for i in range(1, len(held) - 2):
        p0, p1, p2, p3 = held[i - 1 : i + 3]
        for s in range(steps):
            u = s / steps
            out.append((_catmull(p0[0], p1[0], p2[0], p3[0], u), _catmull(p0[1], p1[1], p2[1], p3[1], u)))
    return [*out, knots[-1]]


def _catmull(a: float, b: float, c: float, d: float, u: float) -> float:
    return 0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2 + (3 * b - a - 3 * c + d) * u**3)


def _at_even_times(path: Sequence[tuple[float, float]], count: int) -> list[Point]:
    """Where a hand is at `count` even times: it speeds up, and slows down before the end."""
    ends = [0.0]
    for a, b in pairwise(path):
        ends.append(ends[-1] + math.dist(a, b))
    out, piece = [], 0
    for i in range(count):
        u = i / (count - 1)
        way = ends[-1] * (0.35 * u + 0.65 * u * u * (3 - 2 * u))
        while piece < len(path) - 2 and ends[piece + 1] < way:
            piece += 1
        long = ends[piece + 1] - ends[piece]
        share = (way - ends[piece]) / long if long else 0.0
        (ax, ay), (bx, by) = path[piece], path[piece + 1]
        out.append((round(ax + (bx - ax) * share), round(ay + (by - ay) * share)))
    return out
