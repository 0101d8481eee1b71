"""What `Line` asks of the forwarder, as it travels: one JSON word on its command line. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from .cuts import Cut, Cuts
from .profile import LineProfile


@dataclass(frozen=True, slots=True)
class Order:
    """What `Line` asks for. `near` names a namespace to share; None makes a new one. `place` gives the addresses."""

    profile: LineProfile
    cuts: Cuts
    seed: int
    place: int
    near: str | None
    tcp: str | None

    def spelled(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Order:
        said = json.loads(text)
        return cls(**said | {"profile": LineProfile(**said["profile"]), "cuts": cuts_from(said["cuts"])})

    @property
    def addresses(self) -> tuple[str, str]:
        """Near and far: the two addresses of the `place`-th network of four in 10.213.0.0/16."""
        high, low = divmod(self.place % 16384 * 4, 256)
        return f"10.213.{high}.{low + 1}", f"10.213.{high}.{low + 2}"


def cuts_from(said: dict[str, Any]) -> Cuts:
    return Cuts(tuple(Cut(**cut) for cut in said["planned"]))
