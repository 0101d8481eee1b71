"""OBS or an encoder goes on air: ffmpeg listens (RTMP or SRT), encodes the ladder, and what comes out is said.

An encoder that drops and comes back goes on with the same lesson: ffmpeg listens again, and the lesson's clock goes on
from the end of what was said. Whoever connects must know the key: for RTMP it is the last part of the address (OBS:
"Server"), for SRT the passphrase.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .encode import Encoder, Source
from .errors import NotMedia
from .teach import Teacher

log = logging.getLogger("halqa.ingest")

WRONG_KEY = "App field don't match up"
"""What ffmpeg says when an RTMP encoder asks for another address; it would let it in all the same."""
PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class Door:
    """Where an encoder knocks. SRT wants a key of 10 to 64 characters (its passphrase, as long as ffmpeg takes one)."""

    kind: Literal["rtmp", "srt"]
    port: int
    key: str
    host: str = "0.0.0.0"

    def address(self, host: str) -> str:
        """What is typed into OBS."""
        if self.kind == "rtmp":
            return f"rtmp://{host}:{self.port}/{self.key}"
        return f"srt://{host}:{self.port}?passphrase={self.key}"

    def inputs(self) -> list[str]:
        """ffmpeg's side of it: little buffering, and it gives up on a connection that has fallen silent."""
        live = [
            "-fflags",
            "nobuffer",
            "-probesize",
            "1000000",
            "-analyzeduration",
            "1500000",
            "-rw_timeout",
            "10000000",
        ]
        if self.kind == "rtmp":
            return [*live, "-listen", "1", "-f", "flv", "-i", f"rtmp://{self.host}:{self.port}/{self.key}"]
        query = f"mode=listener&passphrase={self.key}&pbkeylen=16&latency=200000"
        return [*live, "-i", f"srt://{self.host}:{self.port}?{query}"]


async def listen(
    teacher: Teacher,
    door: Door,
    *,
    most: int = 360,
    fragment_ms: int = 500,
    sound: bool = True,
    picture: bool = True,
    told: Callable[[str], None] = lambda line: None,
) -> None:
    """Let one encoder after another in, until cancelled. What each says is on the timeline when the next may come."""
    source = Source(None, sound, most if picture else 0)
    while True:
        told(f"waiting for an encoder ({door.kind}, port {door.port})")
        encoder = Encoder(door.inputs(), source, fragment_ms=fragment_ms, starts_at=teacher.starts_at, most=most)
        encoder.forbid(WRONG_KEY)
        try:
            teacher.starts_at = await teacher.say_all(encoder.batches(), lambda end, speaker: None)
            told("the encoder has gone; the lesson goes on when it is back")
        except NotMedia as error:
            told(str(error))
            with contextlib.suppress(Exception):
                summary = await teacher.summary()
                teacher.starts_at = max(teacher.starts_at, summary.duration if summary else 0)
        await asyncio.sleep(PAUSE_S)
