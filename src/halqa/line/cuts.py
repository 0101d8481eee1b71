"""When a line is cut: a schedule of outages, planned or drawn from a seed. Pure; seconds after the beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from .errors import BadCut

ONE_DAY = 86_400.0
"""How far random cuts are drawn ahead: longer than any school day or endurance test."""

_CUT = re.compile(r"(\d+(?:\.\d+)?)s?@(every)?(\d+(?:\.\d+)?)s?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cut:
    """Nothing passes from `start` until `end`."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Cuts:
    """Outages in order, apart from each other."""

    planned: tuple[Cut, ...] = ()

    @classmethod
    def of(cls, cuts: Iterable[Cut]) -> Cuts:
        """These cuts in order; those that touch become one."""
        apart: list[Cut] = []
        for cut in sorted(cuts, key=lambda cut: cut.start):
            if apart and cut.start <= apart[-1].end:
                apart[-1] = Cut(apart[-1].start, max(apart[-1].end, cut.end))
            else:
                apart.append(cut)
        return cls(tuple(apart))

    @classmethod
    def random(cls, length: float, every: float, seed: int, until: float = ONE_DAY) -> Cuts:
        """Cuts of `length` seconds; between two, the line holds `every` seconds on average and may break any moment."""
        if length <= 0 or every <= 0:
            raise BadCut(f"{length:g}@every{every:g}: both numbers must be more than 0 seconds.")
        dice = Random(f"{seed}/cuts")
        cuts: list[Cut] = []
        start = dice.expovariate(1 / every)
        while start < until:
            cuts.append(Cut(start, start + length))
            start += length + dice.expovariate(1 / every)
        return cls.of(cuts)

    @classmethod
    def parse(cls, texts: Iterable[str], seed: int = 0) -> Cuts:
        """What a person means by `20@60` (20 s long, at 60 s) or `5@every90` (5 s long, about every 90 s)."""
        cuts: list[Cut] = []
        for text in texts:
            found = _CUT.fullmatch(text.strip())
            if not found or float(found[1]) == 0:
                raise BadCut(
                    f"{text!r} is not a cut. Say 20@60 (for 20 seconds, 60 seconds after the beginning) "
                    "or 5@every90 (for 5 seconds, every 90 seconds on average)."
                )
            length, at = float(found[1]), float(found[3])
            cuts.extend(cls.random(length, at, seed).planned if found[2] else [Cut(at, at + length)])
        return cls.of(cuts)

    def is_cut(self, at: float) -> bool:
        return any(cut.start <= at < cut.end for cut in self.planned)


NO_CUTS = Cuts()
