"""Mistakes: whose turn it is, and how to act.

Every error that may cross the wire is a `Mistake`. Its docstring is the sentence a person reads, `code` is what a
program compares, `status` is the HTTP status it travels with, and `retry` says whether the very same request can
succeed later. Facts about one occurrence (which frame, which field, what was expected) travel as `details`.
"""

from __future__ import annotations

from typing import ClassVar


class Mistake(Exception):
    """Something was asked that cannot be done."""

    code: ClassVar[str] = "mistake"
    status: ClassVar[int] = 400
    retry: ClassVar[bool] = False

    def __init__(self, detail: str = "", **details: str | int | float | bool | None) -> None:
        super().__init__(detail or self.sentence())
        self.detail = detail
        self.details = details

    @classmethod
    def sentence(cls) -> str:
        """The first line of the docstring: what went wrong, for a person."""
        return (cls.__doc__ or cls.code).strip().splitlines()[0]


class SpeakerMistake(Mistake):
    """What was said cannot be taken."""


class FollowerMistake(Mistake):
    """What was asked for cannot be followed."""


class StoreMistake(Mistake):
    """The timeline cannot be kept or read here."""

    status = 500


# -- a speaker's turn --------------------------------------------------------------------------------------------


class MalformedFrame(SpeakerMistake):
    """These bytes are not a frame."""

    code = "malformed-frame"


class TooLarge(SpeakerMistake):
    """This is larger than one entry or one request may be. Say less at a time."""

    code, status = "too-large", 413


class TooFast(SpeakerMistake):
    """This speaker says more than it may. Wait, then say the same again."""

    code, status, retry = "too-fast", 429, True


class NumberGap(SpeakerMistake):
    """Something between the last entry acknowledged and this one is missing. Say it again from `expected`."""

    code, status = "number-gap", 409


class SaidOtherwise(SpeakerMistake):
    """Another entry was said before under this number. Take a new speaker name, or a new number."""

    code, status = "said-otherwise", 409


class TimeGoesBack(SpeakerMistake):
    """This entry begins before the one said last on its track. Time on a track never goes back."""

    code, status = "time-goes-back", 409


class Sealed(SpeakerMistake):
    """This timeline is sealed: the lesson has ended and nothing more can be said."""

    code, status = "sealed", 409


# -- a follower's turn -------------------------------------------------------------------------------------------


class BadQuestion(FollowerMistake):
    """A parameter of this request cannot be understood."""

    code = "bad-question"


class NoSuchTimeline(FollowerMistake):
    """There is no timeline of this name here."""

    code, status = "no-such-timeline", 404


class CursorAhead(FollowerMistake):
    """This cursor is beyond the end of the timeline. This copy is older than what you have read elsewhere."""

    code, status, retry = "cursor-ahead", 409, True


# -- the house's turn --------------------------------------------------------------------------------------------


class ForeignFile(StoreMistake):
    """This file is not a Halqa timeline, or was made by a newer Halqa. Nothing in it was changed."""

    code = "foreign-file"


class TornFile(StoreMistake):
    """This timeline file is damaged. Restore it from a copy; `halqa lesson verify` says what can still be read."""

    code = "torn-file"


class NoRoom(StoreMistake):
    """There is no room left on the disk. Nothing was written; say the same again when there is room."""

    code, status, retry = "no-room", 507, True


class Stopping(StoreMistake):
    """This server is stopping. Ask again in a moment."""

    code, status, retry = "stopping", 503, True
