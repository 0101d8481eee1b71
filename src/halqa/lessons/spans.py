"""Stretches of a lesson as `[from, to]` in ms, ascending, none touching another. Pure.

What lies less than a second apart is one stretch: a page measures four times a second, and nobody misses less.
Closing what is small twice is closing it once, so whatever is united in whatever order, again or in two tabs, is the
same in the end (`tests/rooms/test_spans.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Span = tuple[int, int]

GAP_MS = 1_000


def united(*many: Iterable[Sequence[int]]) -> list[Span]:
    """All of these as one list. What has no length is nothing."""
    spans = sorted((begin, end) for one in many for begin, end in one if end > begin)
    found: list[Span] = []
    for begin, end in spans:
        if found and begin - found[-1][1] < GAP_MS:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def length(spans: Iterable[Span]) -> int:
    """How many ms they cover."""
    return sum(end - begin for begin, end in spans)


def within(spans: Iterable[Span], begin: int, end: int) -> int:
    """How many ms of this part of the lesson they cover."""
    return sum(max(0, min(end, last) - max(begin, first)) for first, last in spans)
