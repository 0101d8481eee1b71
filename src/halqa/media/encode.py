"""Anything that ffmpeg reads, to what a studio says: sound and a ladder of pictures, in fragments.

One ffmpeg process encodes every rung at once and writes each as a fragmented MP4 to a pipe of its own, a fragment a
sample (`frag_every_frame`). Here samples are gathered into fragments of the length asked for, cut at every key.
Nothing is paced here but by `speed`: entries are released when their time has come on the clock of this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from halqa.timeline import INIT, KEY, Draft

from .cmaf import Fragment, Init, Sample, read_fragment, read_init, with_default_duration, write_fragment
from .errors import NoEncoder, NotMedia

KEY_MS = 2_000
"""A key picture every two seconds, on all rungs at once: the unit of joining, of changing rung and of shedding."""
SOUND_KBIT = 24
FRAME_MS = 60
"""Opus frames of 60 ms: at 24 kbit/s a shorter one costs a tenth of the bytes more."""
LOCAL = "file,pipe,fd,cache,crypto,data"
"""What a file may make ffmpeg open: no network, whatever a playlist inside says."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One size of the picture: height in lines, kbit/s, pictures a second."""

    height: int
    kbit: int
    rate: int

    @property
    def track(self) -> str:
        return f"video/{self.height}"


LADDER = (Rung(90, 40, 12), Rung(180, 110, 15), Rung(360, 350, 25), Rung(720, 1200, 25))


@dataclass(frozen=True, slots=True)
class Source:
    """What ffprobe found: seconds (None: unknown), whether there is sound, height of the picture (0: none)."""

    seconds: float | None
    sound: bool
    height: int


async def probe(source: str, *, timeout: float = 30.0) -> Source:
    """Look into a file. Raises `NotMedia` with what ffprobe said, `NoEncoder` without ffmpeg."""
    if shutil.which("ffprobe") is None or shutil.which("ffmpeg") is None:
        raise NoEncoder
    if not await asyncio.to_thread(os.path.isfile, source):
        raise NotMedia(f"{source}: there is no such file.")
    command = ["ffprobe", "-v", "error", "-protocol_whitelist", LOCAL, "-of", "json"]
    command += ["-show_entries", "format=duration:stream=codec_type,height:stream_disposition=attached_pic"]
    child = await asyncio.create_subprocess_exec(
        *command, f"file:{source}", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(child.communicate(), timeout)
    except TimeoutError:
        child.kill()
        await child.wait()
        raise NotMedia(f"{source}: ffprobe found no end of it.") from None
    told = json.loads(out or b"{}")
    streams = told.get("streams", [])
    sound = any(s.get("codec_type") == "audio" for s in streams)
    pictures = [s for s in streams if s.get("codec_type") == "video" and not s["disposition"]["attached_pic"]]
    if child.returncode or not (sound or pictures):
        reason = err.decode(errors="replace").strip().splitlines()
        raise NotMedia(f"{source}: {reason[-1] if reason else 'there is neither sound nor picture in it'}")
    seconds = told.get("format", {}).get("duration")
    return Source(float(seconds) if seconds else None, sound, max((s.get("height", 0) for s in pictures), default=0))


def rungs_for(height: int, most: int = 720) -> list[Rung]:
    """The rungs for a picture of this height: never larger than it is; at least the smallest."""
    if not height:
        return []
    return [rung for rung in LADDER if rung.height <= min(most, max(height, LADDER[0].height))]


def ffmpeg_command(inputs: Sequence[str], source: Source, rungs: Sequence[Rung], pipes: Sequence[int]) -> list[str]:
    """The one command that encodes every track. `pipes`: a file descriptor a track, sound first if there is any."""
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", *inputs]
    outputs = iter(pipes)
    filters = []
    if rungs:
        split = "".join(f"[s{rung.height}]" for rung in rungs)
        filters.append(f"[0:v:0]split={len(rungs)}{split}")
        for rung in rungs:
            filters.append(
                f"[s{rung.height}]fps={rung.rate},scale=-2:{rung.height}:flags=bicubic,format=yuv420p[v{rung.height}]"
            )
        command += ["-filter_complex", ";".join(filters)]
    mux = ["-flush_packets", "1", "-movflags", "+empty_moov+default_base_moof+frag_every_frame", "-f", "mp4"]
    if source.sound:
        command += ["-map", "0:a:0", "-c:a", "libopus", "-b:a", f"{SOUND_KBIT}k", "-ac", "1", "-ar", "48000"]
        command += [
            "-frame_duration",
            str(FRAME_MS),
            "-application",
            "audio",
            "-af",
            "aresample=async=1000:first_pts=0",
        ]
        command += [*mux, f"pipe:{next(outputs)}"]
    for rung in rungs:
        keys = rung.rate * KEY_MS // 1000
        command += ["-map", f"[v{rung.height}]", "-c:v", "libx264", "-profile:v", "baseline", "-preset", "veryfast"]
        command += ["-tune", "zerolatency", "-b:v", f"{rung.kbit}k", "-maxrate", f"{rung.kbit}k"]
        command += ["-bufsize", f"{rung.kbit}k", "-g", str(keys), "-keyint_min", str(keys), "-sc_threshold", "0"]
        command += [*mux, f"pipe:{next(outputs)}"]
    return command


@dataclass
class Gatherer:
    """Samples of one track in, drafts of fragments out. Pure.

    `starts_at`: ms on the lesson's clock at which the track's own time 0 lies.
    """

    track: str
    fragment_ms: int
    starts_at: int = 0
    init: Init | None = None
    _samples: list[Sample] = field(default_factory=list)
    _base: int = 0
    _last_t: int = 0
    _sequence: int = 0

    def open(self, segment: bytes) -> Draft:
        """The init segment: the first thing said on the track."""
        self.init = read_init(segment)
        if self.init.kind == "audio" and not self.init.default_duration:
            segment = with_default_duration(segment, self.init.timescale * FRAME_MS // 1000)
            self.init = read_init(segment)
        self._last_t = max(self._last_t, self.starts_at)
        return Draft(self.track, "", 0, self._last_t, 0, INIT, segment)

    def take(self, fragment: Fragment) -> list[Draft]:
        """What is complete once this fragment (of any length) has come."""
        assert self.init is not None
        out: list[Draft] = []
        at = fragment.base
        for sample in fragment.samples:
            is_key = self.init.kind == "video" and sample.sync
            if self._samples and (is_key or self._length() * 1000 >= self.fragment_ms * self.init.timescale):
                out += self.flush()
            if not self._samples:
                self._base = at
            self._samples.append(sample)
            at += sample.duration
        return out

    def flush(self) -> list[Draft]:
        """What is gathered so far, as the last fragment."""
        if not self._samples or self.init is None:
            return []
        scale = self.init.timescale
        base = self._base + self.starts_at * scale // 1000
        fragment = Fragment(base, tuple(self._samples))
        self._samples = []
        self._sequence += 1
        t = max(base * 1000 // scale, self._last_t)
        self._last_t = t
        duration = (base + fragment.duration) * 1000 // scale - t
        key = KEY if fragment.key or self.init.kind == "audio" else 0
        payload = write_fragment(self._sequence, fragment, self.init)
        return [Draft(self.track, "", 0, t, max(0, duration), key, payload)]

    def _length(self) -> int:
        return sum(sample.duration for sample in self._samples)


class Encoder:
    """One run of ffmpeg. Iterate it: batches of drafts (without speaker and number) in the order of their time."""

    def __init__(
        self,
        inputs: Sequence[str],
        source: Source,
        *,
        fragment_ms: int = 500,
        starts_at: int = 0,
        most: int = 720,
        ahead_ms: int = 2_000,
    ) -> None:
        self._rungs = rungs_for(source.height, most)
        self._source = source
        self._inputs = list(inputs)
        names = (["audio"] if source.sound else []) + [rung.track for rung in self._rungs]
        self._gatherers = [Gatherer(name, fragment_ms, starts_at) for name in names]
        self._ready: list[deque[Draft]] = [deque() for _ in names]
        self._open = set(range(len(names)))
        self._changed = asyncio.Event()
        self._ahead_ms = ahead_ms
        self._room = asyncio.Event()
        self._child: asyncio.subprocess.Process | None = None
        self._said = ""
        self._forbidden: str | None = None
        self._refused = False

    def forbid(self, words: str) -> None:
        """Stop at once, and say nothing of what came, when ffmpeg says these words."""
        self._forbidden = words

    def __aiter__(self) -> AsyncIterator[list[Draft]]:
        return self.batches()

    async def batches(self) -> AsyncIterator[list[Draft]]:
        """Run ffmpeg and yield until it ends. Raises `NotMedia` with what it said when it did not end well."""
        pipes = [os.pipe() for _ in self._gatherers]
        command = ffmpeg_command(self._inputs, self._source, self._rungs, [write for _, write in pipes])
        if self._forbidden:
            command[command.index("error")] = "warning"
        readers: list[asyncio.Task[None]] = []
        try:
            self._child = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=[write for _, write in pipes],
            )
            for _, write in pipes:
                os.close(write)
            readers = [asyncio.create_task(self._read(index, read)) for index, (read, _) in enumerate(pipes)]
            readers.append(asyncio.create_task(self._listen(self._child.stderr)))
            while True:
                batch = self._due()
                if self._refused:
                    raise NotMedia("An encoder came with a wrong key and was sent away.")
                if batch:
                    yield batch
                elif not self._open:
                    break
                else:
                    self._changed.clear()
                    await self._changed.wait()
            code = await self._child.wait()
            if code:
                raise NotMedia(f"ffmpeg stopped: {self._said or f'exit code {code}'}")
        finally:
            await self._stop(readers)

    def _due(self) -> list[Draft]:
        """Everything that no track can precede any more: up to the earliest moment that an open track has reached."""
        reached = [self._ready[i][-1].t if self._ready[i] else -1 for i in self._open]
        bound = min(reached) if reached else None
        due: list[Draft] = []
        for queue in self._ready:
            while queue and (bound is None or queue[0].t <= bound):
                due.append(queue.popleft())
        self._room.set()
        return sorted(due, key=lambda draft: draft.t)

    async def _read(self, index: int, pipe: int) -> None:
        """One track's pipe: boxes in, drafts ready."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb"))
        gatherer, ready = self._gatherers[index], self._ready[index]
        head = b""
        try:
            while True:
                box = await _next_box(reader)
                if box is None:
                    break
                kind = box[4:8]
                if kind == b"moov":
                    ready.append(gatherer.open(head + box))
                elif kind in (b"ftyp", b"moof"):
                    head = box
                    continue
                elif kind == b"mdat" and gatherer.init is not None:
                    ready.extend(gatherer.take(read_fragment(head + box, gatherer.init)))
                head = b""
                self._changed.set()
                await self._hold_back(ready)
            ready.extend(gatherer.flush())
        finally:
            self._open.discard(index)
            self._changed.set()
            transport.close()

    async def _hold_back(self, ready: deque[Draft]) -> None:
        """Bounded memory: a track that is far ahead of what was taken waits (and ffmpeg with it)."""
        while len(self._open) == len(self._ready) and ready and ready[-1].t - ready[0].t > self._ahead_ms * 15:
            self._room.clear()
            await self._room.wait()

    async def _listen(self, stderr: asyncio.StreamReader | None) -> None:
        assert stderr is not None
        async for line in stderr:
            self._said = line.decode(errors="replace").strip()[:300]
            if self._forbidden and self._forbidden in self._said and self._child is not None:
                self._refused = True
                self._child.kill()
                self._changed.set()

    async def _stop(self, readers: list[asyncio.Task[None]]) -> None:
        for task in readers:
            task.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
            await self._child.wait()


async def _next_box(reader: asyncio.StreamReader, most: int = 1 << 24) -> bytes | None:
    """The next whole box of a stream; None at its end."""
    try:
        head = await reader.readexactly(8)
        size = int.from_bytes(head[:4], "big")
        if not 8 <= size <= most:
            raise NotMedia("ffmpeg wrote a box of a size that cannot be.")
        return head + await reader.readexactly(size - 8)
    except asyncio.IncompleteReadError:
        return None


async def encode_file(path: str, **wishes: int) -> AsyncIterator[list[Draft]]:
    """A file from its beginning to its end, as fast as this machine encodes. `wishes`: as for `Encoder`."""
    source = await probe(path)
    async for batch in Encoder(["-protocol_whitelist", LOCAL, "-i", f"file:{path}"], source, **wishes):
        yield batch


async def paced(
    batches: AsyncIterator[list[Draft]], speed: float, begins_at: int, began: float
) -> AsyncIterator[list[Draft]]:
    """Release each draft when its end has come, `speed` times faster than this machine's clock; 0: at once.

    `began`: the loop's time at which the moment `begins_at` (ms on the lesson's clock) was.
    """
    loop = asyncio.get_running_loop()
    async for batch in batches:
        if not speed:
            yield batch
            continue
        for draft in batch:
            due = began + (draft.t + draft.duration - begins_at) / 1000 / speed
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            yield [draft]
