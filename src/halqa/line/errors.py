"""Mistakes around a line: whose turn it is, and how to act."""

from __future__ import annotations

from typing import ClassVar


class LineMistake(Exception):
    """Something was asked of a line that cannot be done."""

    code: ClassVar[str] = "line-mistake"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or (type(self).__doc__ or self.code).strip().splitlines()[0])


class BadProfile(LineMistake):
    """This does not describe a line. Say it like 128kbit,300ms,2% or take one from `halqa line list`."""

    code = "bad-profile"


class BadCut(LineMistake):
    """This does not describe a cut. Say it like 20@60: for 20 seconds, 60 seconds after the beginning."""

    code = "bad-cut"


class LineUnavailable(LineMistake):
    """This machine cannot emulate a line now."""

    code = "line-unavailable"


class LineBroken(LineMistake):
    """The process that carries the packets has ended. Open a new line."""

    code = "line-broken"
