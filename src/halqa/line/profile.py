"""What a line is like (`LineProfile`), the lines we know by name, and how a person spells one. Pure.

128kbit                       128 kbit/s both ways
512/128kbit,600ms,1%          512 down, 128 up, 600 ms there and back, 1 % lost each way
satellite,5%,jitter=40ms      a known line, with something said otherwise
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from .errors import BadProfile

MTU = 1500
"""Bytes of the largest packet, IP header included: what Ethernet carries, and so what a school's PC sends."""
FIRST_FLIGHT = 10 * MTU
"""TCP opens with ten packets (RFC 6928). A queue that holds them keeps the opening itself from being a loss."""
QUEUE_MS = 1000
"""A queue of one second: more than the longest round trip we meet (satellite, 600 ms), as TCP wants it."""
QUEUE_MOST = 256 * 1024
"""Beyond about 2 Mbit/s a second is more than a cheap router has memory for."""
FASTEST_KBIT = 1_000_000
"""Far beyond what the forwarder carries (see docs/line.md); a larger number is a slip of the pen."""
LONGEST_MS = 60_000


class Direction(Enum):
    """Down is from the near side (studio) to the far side (school), up is back."""

    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Way:
    """What one direction does to a packet. Times in milliseconds, loss as a fraction."""

    kbit: int
    delay_ms: float
    jitter_ms: float
    loss: float
    queue_bytes: int


def _between(field: str, value: float, least: float, most: float, unit: str) -> None:
    if not least <= value <= most:
        raise BadProfile(f"{field}: {value} is not possible. Between {least} and {most} {unit} is.")


@dataclass(frozen=True, slots=True)
class LineProfile:
    """What a line is like. Rates are IP bytes, headers included; the rest holds for each direction alike.

    `delay_ms` is one way: half of what `ping` says. `jitter_ms` comes on top, evenly between nothing and all of it,
    and never reorders. `loss` is the fraction of packets lost at random in each direction. `queue_ms` bounds what
    waits before the line, as time at its rate; None is the default of `queue_bytes`.
    """

    down_kbit: int
    up_kbit: int
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    queue_ms: int | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for field in ("down_kbit", "up_kbit"):
            _between(field, getattr(self, field), 1, FASTEST_KBIT, "kbit/s")
        _between("delay_ms", self.delay_ms, 0, LONGEST_MS, "ms")
        _between("jitter_ms", self.jitter_ms, 0, LONGEST_MS, "ms")
        _between("loss", self.loss, 0, 0.99, "as a fraction (a line that loses everything is a cut)")
        if self.queue_ms is not None:
            _between("queue_ms", self.queue_ms, 1, LONGEST_MS, "ms")

    def way(self, direction: Direction) -> Way:
        kbit = self.down_kbit if direction is Direction.DOWN else self.up_kbit
        return Way(kbit, self.delay_ms, self.jitter_ms, self.loss, queue_bytes(kbit, self.queue_ms))

    def spelled(self) -> str:
        """The profile as `parse` reads it: the same line, without its name."""
        parts = [
            f"{self.down_kbit}/{self.up_kbit}kbit",
            f"{_plain(2 * self.delay_ms)}ms",
            f"{_plain(self.loss * 100)}%",
        ]
        if self.jitter_ms:
            parts.append(f"jitter={_plain(self.jitter_ms)}ms")
        if self.queue_ms is not None:
            parts.append(f"queue={self.queue_ms}ms")
        return ",".join(parts)


def queue_bytes(kbit: int, queue_ms: int | None) -> int:
    """How many bytes may wait before a line of this rate; two packets at least, or nothing would ever pass."""
    if queue_ms is None:
        return min(max(kbit * QUEUE_MS // 8, FIRST_FLIGHT), QUEUE_MOST)
    return max(kbit * queue_ms // 8, 2 * MTU)


def _known(
    name: str, down: int, up: int, round_trip_ms: float, loss: float = 0.0, jitter_ms: float = 0.0
) -> LineProfile:
    return LineProfile(down, up, round_trip_ms / 2, jitter_ms, loss, None, name)


PRESETS: dict[str, LineProfile] = {
    profile.name: profile
    for profile in (
        # The two lines every promise of Halqa is measured on.
        _known("school-128", 128, 128, 300, loss=0.02),
        _known("satellite-512", 512, 128, 600),
        # Kinds of line, with figures chosen to be plausible and a little unkind; they were not measured in a school.
        _known("satellite", 4000, 1000, 600, loss=0.005, jitter_ms=30),
        _known("2g", 100, 40, 500, loss=0.01, jitter_ms=100),
        _known("3g", 1000, 384, 150, loss=0.01, jitter_ms=60),
        _known("4g", 10000, 4000, 60, loss=0.002, jitter_ms=20),
        _known("adsl-2000", 2000, 256, 60),
        _known("fibre", 50000, 50000, 20),
        # Bare rates: all else equal, so that comparing two of them compares the rate alone.
        *(_known(str(kbit), kbit, kbit, 60) for kbit in (32, 64, 128, 256, 512, 1000, 2000, 4000)),
    )
}
"""The lines known by name. Delays in the table are there and back, as `ping` shows them."""

_NUMBER = r"(\d+(?:\.\d+)?)"
_RATE = re.compile(rf"{_NUMBER}(?:/{_NUMBER})?\s*(k|m)bit(?:/s)?", re.IGNORECASE)
_TIME = re.compile(rf"{_NUMBER}\s*(ms|s)", re.IGNORECASE)
_LOSS = re.compile(rf"{_NUMBER}\s*%")

Changes = dict[str, float]


def _rate(part: str) -> Changes | None:
    if not (found := _RATE.fullmatch(part)):
        return None
    scale = 1000 if found[3].lower() == "m" else 1
    down = round(float(found[1]) * scale)
    return {"down_kbit": down, "up_kbit": round(float(found[2]) * scale) if found[2] else down}


def _milliseconds(text: str) -> float | None:
    if not (found := _TIME.fullmatch(text)):
        return None
    return float(found[1]) * (1000 if found[2].lower() == "s" else 1)


def _round_trip(part: str) -> Changes | None:
    found = _milliseconds(part)
    return None if found is None else {"delay_ms": found / 2}


def _loss(part: str) -> Changes | None:
    found = _LOSS.fullmatch(part)
    return {"loss": float(found[1]) / 100} if found else None


def _named(part: str) -> Changes | None:
    word, equals, value = part.partition("=")
    if not equals:
        return None
    if word not in ("jitter", "queue"):
        raise BadProfile(f"{word}: nothing of a line is called so. Known are jitter=20ms and queue=500ms.")
    found = _milliseconds(value)
    if found is None:
        raise BadProfile(f"{word}: {value!r} is not a time. Say it like {word}=20ms or {word}=0.5s.")
    return {"jitter_ms": found} if word == "jitter" else {"queue_ms": round(found)}


_READERS: tuple[Callable[[str], Changes | None], ...] = (_rate, _round_trip, _loss, _named)


def _read(part: str) -> Changes:
    for reader in _READERS:
        if changes := reader(part):
            return changes
    raise BadProfile(
        f"{part!r} is neither a known line ({', '.join(PRESETS)}) nor a part of one. "
        "Parts are a rate (128kbit, 512/128kbit, 2mbit), a round trip (300ms), a loss (2%), jitter=20ms, queue=500ms."
    )


def parse(text: str) -> LineProfile:
    """The line a person means by `text`: a known name, or parts with commas, or a name and parts that replace its own.

    Raises `BadProfile` naming the part that is wrong and what would be accepted.
    """
    parts = [part.strip() for part in text.split(",")]
    known = PRESETS.get(parts[0].lower())
    said: Changes = {}
    for part in parts[1:] if known else parts:
        for field, value in _read(part).items():
            if field in said:
                raise BadProfile(f"{field}: said twice in {text!r}. Say it once.")
            said[field] = value
    if not known and "down_kbit" not in said:
        raise BadProfile(f"rate: {text!r} says none. Begin with one, such as 128kbit, or with a known line.")
    base = known or LineProfile(1, 1)
    return replace(base, name=text if said else base.name, **said)  # type: ignore[arg-type]


def as_profile(line: LineProfile | str) -> LineProfile:
    return parse(line) if isinstance(line, str) else line


def _plain(value: float) -> str:
    return f"{round(value, 6):f}".rstrip("0").rstrip(".") or "0"
