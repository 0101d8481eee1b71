"""What is written on a board, as its tracks carry it (docs/protocol.md, *Board payloads*). Values in, bytes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

Point = tuple[int, int]
"""x and y in units of a page."""
Op = list[Any] | bytes
"""One operation: an array that begins with its code, or of a stroke the bytes."""
Bits = str
"""Noughts and ones."""

WIDTH, HEIGHT = 8000, 4500
INK, BLUE, RED, GREEN, SAFFRON, VIOLET, TURQUOISE, GREY, WHITE = range(9)
PEN, HIGHLIGHTER = 0, 1


def payload(ops: Iterable[Op]) -> bytes:
    """The payload of one entry."""
    return msgspec.msgpack.encode(list(ops))


# -- on board/<page> ----------------------------------------------------------------------------------------------


def ink(id: int, tool: int, colour: int, width: int, begins: int, span: int, said: Bits) -> bytes:
    """A stroke begins. `begins`: ms after the entry's `t`; `span`: ms; `said`: see `points`."""
    dress = _number(tool, 0) + _number(colour, 3) + _number(width, 4)
    return packed(_number(1, 0) + _stroke(id, begins, span) + dress + said)


def more(id: int, begins: int, span: int, said: Bits) -> bytes:
    """The same speaker's stroke goes on; its points count from the last one."""
    return packed(_number(0, 0) + _stroke(id, begins, span) + said)


def _stroke(id: int, begins: int, span: int) -> Bits:
    return _number(id, 8) + _number(_hundredths(begins), 4) + _number(_hundredths(span), 5)


def thing(id: int, kind: str, **about: int | float | str) -> Op:
    """A shape, a text, a formula is put there; put again, it is changed."""
    return [3, id, {"kind": kind, **about}]


def gone(*ids: int) -> Op:
    """Erased."""
    return [4, list(ids)]


# -- on board -----------------------------------------------------------------------------------------------------


def page(name: str, place: float, paper: str = "plain", picture: Mapping[str, Any] | None = None) -> Op:
    """A page is made or changed. `picture`: over all of it, as slides tell it."""
    return [16, name, place, paper, None if picture is None else dict(picture)]


def turned(name: str) -> Op:
    """This page is turned up."""
    return [17, name]


def page_gone(name: str, gone: bool = True) -> Op:
    """A page is taken out, or put back."""
    return [18, name, gone]


def view(x: int, y: int, width: int) -> Op:
    """What of the page is looked at."""
    return [19, x, y, width]


def whole() -> Op:
    """The whole page is looked at."""
    return [19]


def laser(begins: int, span: int, said: Bits) -> Op:
    """Where the pointer was, on the page turned up."""
    return [20, _hundredths(begins), _hundredths(span), packed(said)]


# -- points -------------------------------------------------------------------------------------------------------


def points(xy: Sequence[Point], pressures: Sequence[int] | None = None, after: Point = (0, 0)) -> Bits:
    """Points one after the other, counted from `after`; with a pressure of 0 to 15 for each, or none at all."""
    bits = _number(2 * len(xy) + (pressures is not None), 3)
    x, y = after
    for to_x, to_y in xy:
        bits += _number(_zigzag(to_x - x), 5) + _number(_zigzag(to_y - y), 5)
        x, y = to_x, to_y
    before = 8
    for pressure in pressures or ():
        bits += _number(_zigzag(pressure - before), 0)
        before = pressure
    return bits


def packed(bits: Bits) -> bytes:
    """Eight to a byte, the highest first; noughts fill the last one."""
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _hundredths(ms: int) -> int:
    return (ms + 5) // 10


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _number(value: int, k: int) -> Bits:
    """What is small is short: `value` + 2^k in binary, after a nought for each of its bits beyond k + 1."""
    written = f"{value + (1 << k):b}"
    return "0" * (len(written) - k - 1) + written
