"""The only door to people, for other rooms: who is a teacher, and how often an address may try something."""

from __future__ import annotations

from .access import (
    SENTENCES,
    NotATeacher,
    NoToken,
    TooMany,
    TooManyKeys,
    WrongKey,
    address_of,
    is_teacher,
    teacher_on_pages,
    teachers_only,
    try_key,
)
from .allowance import Allowance
from .attempts import Attempts

__all__ = [
    "SENTENCES",
    "Allowance",
    "Attempts",
    "NoToken",
    "NotATeacher",
    "TooMany",
    "TooManyKeys",
    "WrongKey",
    "address_of",
    "is_teacher",
    "teacher_on_pages",
    "teachers_only",
    "try_key",
]
