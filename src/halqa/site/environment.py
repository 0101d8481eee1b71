"""What this house was told by its environment, read once.

| variable | meaning | default |
|---|---|---|
| `HALQA_DATA` | folder of everything this house keeps | `./var` |
| `HALQA_URL` | public address, as `https://halqa.example.ma`; with https, cookies and HSTS are set accordingly | none |
| `HALQA_HOSTS` | names this house answers to, separated by commas; `*` for any | its own, and any address in figures |
| `HALQA_STUN` | a STUN server for classes that take the floor, as `stun:stun.example.ma:3478` | none |
| `HALQA_TURN` | TURN servers, separated by commas, as `turn:turn.example.ma:3478?transport=udp` | none |
| `HALQA_TURN_SECRET` | the secret that coturn knows as `static-auth-secret` | none |
| `HALQA_DEBUG` | `1`: for developers; never on a line that others reach | `0` |
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_SERVER = r"[A-Za-z0-9.\-\[\]:]+"
"""Host and port of RFC 7064 and 7065, as far as a slip of the keyboard is found out."""


class BadEnvironment(SystemExit):
    """A setting in the environment cannot be understood."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one house. `url` has no slash at its end and is empty when unknown."""

    data: Path
    url: str
    hosts: tuple[str, ...]
    debug: bool
    stun: str = ""
    turn: tuple[str, ...] = ()
    turn_secret: str = ""

    @property
    def secure(self) -> bool:
        """Whether readers come over https."""
        return self.url.startswith("https://")


def read_environment(told: Mapping[str, str] = os.environ) -> Environment:
    """Raises `BadEnvironment` with the name of the variable and what would be accepted."""
    url = told.get("HALQA_URL", "").strip().rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path):
        raise BadEnvironment(f"HALQA_URL is {url!r}. Accepted: an address like 'https://halqa.example.ma'.")
    debug = told.get("HALQA_DEBUG", "0").strip().lower()
    if debug not in ("", "0", "1", "true", "false", "yes", "no"):
        raise BadEnvironment(f"HALQA_DEBUG is {debug!r}. Accepted: 1 or 0.")
    asked = tuple(host.strip() for host in told.get("HALQA_HOSTS", "").split(",") if host.strip())
    stun = told.get("HALQA_STUN", "").strip()
    turn = tuple(one.strip() for one in told.get("HALQA_TURN", "").split(",") if one.strip())
    turn_secret = told.get("HALQA_TURN_SECRET", "").strip()
    if stun and not re.fullmatch(rf"stuns?:{_SERVER}", stun):
        raise BadEnvironment(f"HALQA_STUN is {stun!r}. Accepted: an address like 'stun:stun.example.ma:3478'.")
    for one in turn:
        if not re.fullmatch(rf"turns?:{_SERVER}(\?transport=(udp|tcp))?", one):
            raise BadEnvironment(f"HALQA_TURN has {one!r}. Accepted: an address like 'turn:turn.example.ma:3478'.")
    if bool(turn) != bool(turn_secret):
        raise BadEnvironment("HALQA_TURN and HALQA_TURN_SECRET go together: one of them is missing.")
    return Environment(
        data=Path(told.get("HALQA_DATA") or "var").absolute(),
        url=url,
        hosts=(asked or own_names()) + ((parts.hostname,) if parts.hostname else ()),
        debug=debug in ("1", "true", "yes"),
        stun=stun,
        turn=turn,
        turn_secret=turn_secret,
    )


def own_names() -> tuple[str, ...]:
    """The names by which this machine is reached from itself and from its own network (`hosts.py` says why)."""
    name = socket.gethostname().lower()
    return tuple(sorted({"localhost", name, f"{name.split('.')[0]}.local"} - {""}))
