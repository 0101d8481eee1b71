"""What a house makes once and keeps: its secret and its teacher key, each a small file that only its owner can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

UNAMBIGUOUS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits nobody mistakes for one another on paper: no I, L, O, 0, 1."""


def kept(file: Path, make: Callable[[], str]) -> str:
    """The text in `file`; made by `make` and written, once, if there is no such file yet.

    Two processes that start together end with the same text: the file appears whole or not at all, and whoever comes
    second reads what the first one wrote.
    """
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(make() + "\n")
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()
    return file.read_text(encoding="ascii").strip()


def make_secret() -> str:
    """32 random bytes in hexadecimal: signs tickets."""
    return secrets.token_hex(32)


def make_teacher_key() -> str:
    """Five groups of four, to be read aloud or copied from paper: 99 bits."""
    return "-".join("".join(secrets.choice(UNAMBIGUOUS) for _ in range(4)) for _ in range(5))
