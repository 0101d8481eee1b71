"""What is not media in the sound-only profile: frames, fragments, notices, HTTP chunks; bits a second of lesson.

    python bench/overhead.py

Some speech is encoded as `halqa teach` does, said to a gateway, and followed with `video=0` over a real socket; every
byte of the answer's body is counted (chunk headers included), less the bytes of the Opus packets.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "doors"))

from halqa.client import Client, Speaker
from halqa.media.cmaf import read_fragment, read_init
from halqa.media.encode import encode_file
from halqa.stores import MemoryStores
from halqa.timeline import Entry, FrameReader
from house import open_house


async def overhead(clip: Path, fragment_ms: int) -> tuple[float, float]:
    """kbit/s of Opus, and kbit/s of everything else."""
    async with open_house(MemoryStores()) as house:
        async with Client(house.url, house.ticket()) as client:
            speaker = Speaker(client, "lesson", "s")
            seconds = 0.0
            async for batch in encode_file(str(clip), fragment_ms=fragment_ms):
                await speaker.say([draft for draft in batch if draft.track == "audio"] or batch)
                seconds = max(seconds, *((draft.t + draft.duration) / 1000 for draft in batch))
            await client.seal("lesson")
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        address = "/timelines/lesson/entries?video=0&limit=8000000"
        head = (
            f"GET {address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {house.ticket()}\r\n\r\n"
        )
        writer.write(head.encode())
        answer = await reader.read()
        writer.close()
    body = answer.split(b"\r\n\r\n", 1)[1]
    whole, rest = b"", body
    while rest:
        size, rest = rest.split(b"\r\n", 1)
        length = int(size, 16)
        whole, rest = whole + rest[:length], rest[length + 2 :]
        if not length:
            break
    entries = [item for item in FrameReader().feed(whole) if isinstance(item, Entry)]
    init = read_init(next(entry.payload for entry in entries if entry.init))
    opus = sum(len(s.data) for e in entries if not e.init for s in read_fragment(e.payload, init).samples)
    # A follower of the tail gets a chunk of its own for each entry (6 bytes); this answer put many into one.
    chunks = 6 * len(entries)
    return opus * 8 / seconds / 1000, (len(body) + chunks - opus) * 8 / seconds / 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder, "voice.wav")
        text = "Bonjour à toutes et à tous. Regardez le triangle au tableau. Ses deux droites sont parallèles. " * 8
        subprocess.run(["espeak-ng", "-v", "fr", "-w", str(clip), text], check=True)
        for fragment_ms in (250, 500, 1000):
            opus, other = asyncio.run(overhead(clip, fragment_ms))
            print(f"fragments of {fragment_ms:4} ms: Opus {opus:.1f} kbit/s, everything else {other:.2f} kbit/s")


if __name__ == "__main__":
    main()
