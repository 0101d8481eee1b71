"""What is written on a board, as its tracks carry it (docs/protocol.md, *Board payloads*). Values in, bytes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

Point = tuple[int, int]
"""x and y in units of a page."""
Op = list[Any]
"""One operation: an array that begins with its code."""

WIDTH, HEIGHT = 8000, 4500
INK, BLUE, RED, GREEN, SAFFRON, VIOLET, TURQUOISE, GREY, WHITE = range(9)
PEN, HIGHLIGHTER = 0, 1


def payload(ops: Iterable[Op]) -> bytes:
    """The payload of one entry."""
    return msgspec.msgpack.encode(list(ops))


# -- on board/<page> ----------------------------------------------------------------------------------------------


def ink(id: int, tool: int, colour: int, width: int, begins: int, span: int, said: bytes) -> Op:
    """A stroke begins. `begins`: ms after the entry's `t`; `said`: see `points`."""
    return [1, id, tool, colour, width, begins, span, said]


def more(id: int, begins: int, span: int, said: bytes) -> Op:
    """The same speaker's stroke goes on; its points count from the last one."""
    return [2, id, begins, span, said]


def thing(id: int, kind: str, **about: int | float | str) -> Op:
    """A shape, a text, a formula is put there; put again, it is changed."""
    return [3, id, {"kind": kind, **about}]


def gone(*ids: int) -> Op:
    """Erased."""
    return [4, list(ids)]


# -- on board -----------------------------------------------------------------------------------------------------


def page(name: str, place: float, paper: str = "plain") -> Op:
    """A page is made or changed."""
    return [16, name, place, paper, None]


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


def laser(begins: int, span: int, said: bytes) -> Op:
    """Where the pointer was, on the page turned up."""
    return [20, begins, span, said]


# -- points -------------------------------------------------------------------------------------------------------


def points(xy: Sequence[Point], pressures: Sequence[int] | None = None, after: Point = (0, 0)) -> bytes:
    """Points one after the other, counted from `after`; with a pressure of 0 to 15 for each, or none at all."""
    said = bytearray(_leb128(2 * len(xy) + (pressures is not None)))
    x, y = after
    for to_x, to_y in xy:
        said += _leb128(_zigzag(to_x - x)) + _leb128(_zigzag(to_y - y))
        x, y = to_x, to_y
    if pressures is not None:
        pairs = [*pressures, 0]
        said += bytes(pairs[i] << 4 | pairs[i + 1] for i in range(0, len(pressures), 2))
    return bytes(said)


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _leb128(number: int) -> bytes:
    said = bytearray()
    while number > 0x7F:
        said.append(number & 0x7F | 0x80)
        number >>= 7
    said.append(number)
    return bytes(said)
