"""What was prepared for a lesson: the pages of its board, and questions in order; and giving it again.

The pages are payloads of the board (docs/protocol.md) which the studio will say when it goes on air: slides lie on the
timeline already, and the board only names them. A lesson that is given again has a timeline of its own, so the pictures
are copied there, and the payloads name them anew.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils.translation import gettext as _

from halqa.timeline.errors import Mistake

from . import house, services
from .models import Lesson, Plan

MOST_ENTRIES = 20_000
"""At one every 400 ms: two hours of writing without a pause."""
MOST_PAYLOAD = 1 << 20
MOST_POLLS = 100
_TRACK = re.compile(r"board(/[a-z0-9]{1,8})?")
_PAGE, _THING = 16, 3

Written = dict[str, str]
"""One entry that the board will be: its `track`, and its `payload` in base64."""
Name = tuple[int, int]
"""A picture on a timeline: its width in pixels, and the seq of its entry."""


class PlanChanged(Mistake):
    """This was prepared further on another computer meanwhile."""

    code, status = "plan-changed", 409


class PlanRefused(Mistake):
    """This cannot be kept as what was prepared for a lesson."""

    code, status = "plan-refused", 422


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan as it stands. Version 0: nothing was prepared yet."""

    version: int
    board: list[Written]
    polls: list[dict[str, Any]]


def plan_of(lesson: Lesson) -> Prepared:
    plan = Plan.objects.filter(pk=lesson.pk).first()
    return Prepared(plan.version, plan.board, plan.polls) if plan else Prepared(0, [], [])


def write(
    lesson: Lesson, known: int, writer: str, board: Sequence[Written] | None, polls: Sequence[dict[str, Any]]
) -> int:
    """Keep this instead of version `known`; the new version. `board` None: it stays as it is.

    Raises `PlanChanged` if another version stands, and another sitting wrote it.
    """
    _check(board or [])
    with transaction.atomic():
        plan = Plan.objects.filter(pk=lesson.pk).first() or Plan(lesson=lesson)
        if plan.version != known and not (writer and plan.writer == writer):
            raise PlanChanged(expected=plan.version)
        plan.version, plan.writer = plan.version + 1, writer
        if board is not None:
            plan.board = list(board)
        plan.polls = list(polls)
        plan.save()
        return plan.version


def give_again(lesson: Lesson, board: Sequence[Written], **told: Any) -> Lesson:
    """A new lesson with this on its board and the questions of `lesson`. Raises `LessonRefused`, `PlanRefused`."""
    _check(board)
    made = services.create(**told)
    try:
        names = {name for one in board for name in pictures(_bytes(one))}
        copied = async_to_sync(house.copy_pictures)(lesson.pk, made.pk, names)
        renamed = [{**one, "payload": _text(renaming(_bytes(one), copied))} for one in board]
        Plan.objects.create(lesson=made, version=1, board=renamed, polls=plan_of(lesson).polls)
    except Exception:
        services.forget(made.pk)
        raise
    return made


# -- pictures that a payload names --------------------------------------------------------------------------------


def pictures(payload: bytes) -> set[Name]:
    """Which pictures of the timeline these operations show."""
    return {name for op in _ops(payload) for name in _names(_sizes(op))}


def renaming(payload: bytes, copied: Mapping[Name, int]) -> bytes:
    """The same operations, their pictures under the seq that they have now; what was not to be had is left out."""
    return msgspec.msgpack.encode([op for op in (_renamed(op, copied) for op in _ops(payload)) if op is not None])


def _renamed(op: Any, copied: Mapping[Name, int]) -> Any:
    sizes = _sizes(op)
    if sizes is None:
        return op
    new = {str(width): copied[width, seq] for width, seq in _names(sizes) if (width, seq) in copied}
    if op[0] == _PAGE:
        return [*op[:4], {**op[4], "sizes": new} if new else None]
    return [*op[:2], {**op[2], "sizes": new}] if new else None


def _sizes(op: Any) -> Any:
    """The `sizes` of the picture that a page or an image has; None: there is none."""
    if not isinstance(op, list) or not op:
        return None
    place = {_PAGE: 4, _THING: 2}.get(op[0] if isinstance(op[0], int) else -1, 0)
    about = op[place] if 0 < place < len(op) else None
    return about.get("sizes") if isinstance(about, dict) else None


def _names(sizes: Any) -> Iterable[Name]:
    for width, seq in sizes.items() if isinstance(sizes, dict) else ():
        if isinstance(width, str) and re.fullmatch(r"[1-9][0-9]{0,4}", width) and isinstance(seq, int) and seq > 0:
            yield int(width), seq


# -- what may be written ------------------------------------------------------------------------------------------


def _check(board: Sequence[Written]) -> None:
    if len(board) > MOST_ENTRIES:
        raise PlanRefused(_("There is too much on the board."), field="board")
    for one in board:
        if not _TRACK.fullmatch(one["track"]):
            raise PlanRefused(_("This is no page of a board."), field="track")
        _ops(_bytes(one))


def _bytes(one: Written) -> bytes:
    try:
        payload = base64.b64decode(one["payload"], validate=True)
    except (binascii.Error, ValueError):
        raise PlanRefused(_("This is not what a board is made of."), field="payload") from None
    if len(payload) > MOST_PAYLOAD:
        raise PlanRefused(_("There is too much on the board."), field="payload")
    return payload


def _ops(payload: bytes) -> list[Any]:
    try:
        ops = msgspec.msgpack.decode(payload)
    except (msgspec.DecodeError, ValueError, RecursionError):
        ops = None
    if not isinstance(ops, list):
        raise PlanRefused(_("This is not what a board is made of."), field="payload")
    return ops


def _text(payload: bytes) -> str:
    return base64.b64encode(payload).decode()
