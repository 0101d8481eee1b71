"""CMAF: reading init segments and fragments, and writing them.

ISO/IEC 14496-12 (boxes), 14496-15 (avcC), 23000-19 (CMAF); Opus in ISOBMFF 1.0 (dOps). Pure: bytes in, values out.
Only what a lesson needs: one track, `moof`+`mdat` with one `traf`. What is cut short or lies about its sizes raises
`NotMedia`; nothing is read beyond what is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import error as StructError
from struct import pack, unpack_from

from .errors import NotMedia

SYNC_NO = 0x00010000
"""`sample_is_non_sync_sample` among the sample flags (14496-12, 8.8.3.1)."""


@dataclass(frozen=True, slots=True)
class Init:
    """What an init segment says. `codec`: RFC 6381, as MSE and HLS want it. `default_*`: from `trex`."""

    kind: str
    codec: str
    timescale: int
    track_id: int
    width: int = 0
    height: int = 0
    channels: int = 0
    default_duration: int = 0
    default_size: int = 0
    default_flags: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded picture or frame of sound: bytes, duration (track timescale), whether decoding can start at it."""

    data: bytes
    duration: int
    sync: bool
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Fragment:
    """A `moof` with its `mdat`: where it begins on the track's clock, and its samples."""

    base: int
    samples: tuple[Sample, ...]

    @property
    def duration(self) -> int:
        return sum(sample.duration for sample in self.samples)

    @property
    def key(self) -> bool:
        """Whether decoding can start here."""
        return bool(self.samples) and self.samples[0].sync


# -- reading ----------------------------------------------------------------------------------------------------------


def boxes(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """The boxes between two offsets: type, begin and end of the content."""
    end = len(data) if end is None else end
    while begin < end:
        if end - begin < 8:
            raise NotMedia("A box is cut short.")
        size, kind = unpack_from(">I4s", data, begin)
        content = begin + 8
        if size == 1:
            if end - begin < 16:
                raise NotMedia("A box is cut short.")
            (size,) = unpack_from(">Q", data, content)
            content += 8
        elif size == 0:
            size = end - begin
        if size < content - begin or begin + size > end:
            raise NotMedia(f"The box {kind!r} says it is longer than what holds it.")
        yield kind, content, begin + size
        begin += size


def find(data: bytes, path: Sequence[bytes], begin: int = 0, end: int | None = None) -> tuple[int, int]:
    """The content of the first box along `path`. Raises `NotMedia` when it is missing."""
    for kind in path:
        place = next(((b, e) for k, b, e in boxes(data, begin, end) if k == kind), None)
        if place is None:
            raise NotMedia(f"The box {kind.decode('latin-1')!r} is missing.")
        begin, end = place
    assert end is not None
    return begin, end


def read_init(data: bytes) -> Init:
    """What an init segment (`ftyp`, `moov`) says. Raises `NotMedia`."""
    try:
        return _read_init(data)
    except (StructError, IndexError):
        raise NotMedia("The init segment is cut short.") from None


def _read_init(data: bytes) -> Init:
    moov = find(data, [b"moov"])
    trak = find(data, [b"trak"], *moov)
    mdhd, _ = find(data, [b"mdia", b"mdhd"], *trak)
    timescale = unpack_from(">I", data, mdhd + (20 if data[mdhd] == 1 else 12))[0]
    tkhd, _ = find(data, [b"tkhd"], *trak)
    track_id = unpack_from(">I", data, tkhd + (20 if data[tkhd] == 1 else 12))[0]
    trex, _ = find(data, [b"mvex", b"trex"], *moov)
    _, duration, size, flags = unpack_from(">IIII", data, trex + 8)
    stsd, stsd_end = find(data, [b"mdia", b"minf", b"stbl", b"stsd"], *trak)
    entry, begin, end = next(boxes(data, stsd + 8, stsd_end))
    if not timescale:
        raise NotMedia("The timescale is 0.")
    common = {"timescale": timescale, "track_id": track_id}
    defaults = {"default_duration": duration, "default_size": size, "default_flags": flags}
    if entry in (b"avc1", b"avc3", b"vp08", b"vp09", b"av01", b"hev1", b"hvc1"):
        width, height = unpack_from(">HH", data, begin + 24)
        codec = _video_codec(data, entry, begin + 78, end)
        return Init("video", codec, width=width, height=height, **common, **defaults)
    if entry in (b"Opus", b"mp4a"):
        (channels,) = unpack_from(">H", data, begin + 16)
        codec = "opus" if entry == b"Opus" else "mp4a.40.2"
        return Init("audio", codec, channels=channels, **common, **defaults)
    raise NotMedia(f"Halqa does not know the coding {entry.decode('latin-1')!r}.")


def with_default_duration(segment: bytes, duration: int) -> bytes:
    """The same init segment, whose `trex` says that samples last so long unless told otherwise (14496-12, 8.8.3).

    Then a fragment of sound need not say it of every packet: 8 bytes each, a tenth of what is not sound.
    """
    trex, _ = find(segment, [b"moov", b"mvex", b"trex"])
    return segment[: trex + 12] + pack(">I", duration) + segment[trex + 16 :]


def _video_codec(data: bytes, entry: bytes, begin: int, end: int) -> str:
    if entry in (b"avc1", b"avc3"):
        avcc, _ = find(data, [b"avcC"], begin, end)
        return f"{entry.decode()}.{data[avcc + 1 : avcc + 4].hex().upper()}"
    if entry in (b"vp08", b"vp09"):
        vpcc, _ = find(data, [b"vpcC"], begin, end)
        profile, level, depth = data[vpcc + 4], data[vpcc + 5], data[vpcc + 6] >> 4
        return f"{entry.decode()}.{profile:02}.{level:02}.{depth:02}"
    if entry == b"av01":
        av1c, _ = find(data, [b"av1C"], begin, end)
        one, two = data[av1c + 1], data[av1c + 2]
        depth = (12 if two & 0x20 else 10) if two & 0x40 else 8
        return f"av01.{one >> 5}.{one & 31:02}{'H' if two & 0x80 else 'M'}.{depth:02}"
    raise NotMedia(f"Halqa does not know the coding {entry.decode('latin-1')!r}.")


def read_fragment(data: bytes, init: Init) -> Fragment:
    """The samples of one `moof`+`mdat`. Raises `NotMedia`."""
    try:
        return _read_fragment(data, init)
    except (StructError, IndexError):
        raise NotMedia("The fragment is cut short.") from None


def _read_fragment(data: bytes, init: Init) -> Fragment:
    moof, moof_end = find(data, [b"moof"])
    moof_begin = moof - 8
    traf = find(data, [b"traf"], moof, moof_end)
    tfhd, _ = find(data, [b"tfhd"], *traf)
    flags = int.from_bytes(data[tfhd + 1 : tfhd + 4], "big")
    place = tfhd + 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    told = [init.default_duration, init.default_size, init.default_flags]
    for index, bit in enumerate((0x8, 0x10, 0x20)):
        if flags & bit:
            (told[index],) = unpack_from(">I", data, place)
            place += 4
    tfdt, _ = find(data, [b"tfdt"], *traf)
    base = unpack_from(">Q" if data[tfdt] == 1 else ">I", data, tfdt + 4)[0]
    samples: list[Sample] = []
    for kind, begin, end in boxes(data, *traf):
        if kind == b"trun":
            samples += _read_run(data, begin, end, moof_begin, told)
    return Fragment(base, tuple(samples))


def _read_run(data: bytes, begin: int, end: int, moof_begin: int, told: list[int]) -> list[Sample]:
    flags = int.from_bytes(data[begin + 1 : begin + 4], "big")
    (count,) = unpack_from(">I", data, begin + 4)
    place = begin + 8
    offset = 0
    if flags & 0x1:
        (offset,) = unpack_from(">i", data, place)
        place += 4
    first_flags = None
    if flags & 0x4:
        (first_flags,) = unpack_from(">I", data, place)
        place += 4
    width = 4 * bin(flags & 0xF00).count("1")
    if count * width > end - place or count > len(data):
        raise NotMedia("A fragment says it has more samples than it holds.")
    at = moof_begin + offset
    samples = []
    for index in range(count):
        duration, size, sample_flags, composition = told[0], told[1], told[2], 0
        for bit in (0x100, 0x200, 0x400, 0x800):
            if not flags & bit:
                continue
            (value,) = unpack_from(">i" if bit == 0x800 else ">I", data, place)
            place += 4
            if bit == 0x100:
                duration = value
            elif bit == 0x200:
                size = value
            elif bit == 0x400:
                sample_flags = value
            else:
                composition = value
        if index == 0 and first_flags is not None:
            sample_flags = first_flags
        if at < 0 or at + size > len(data):
            raise NotMedia("A sample lies outside its fragment.")
        samples.append(Sample(data[at : at + size], duration, not sample_flags & SYNC_NO, composition))
        at += size
    return samples


def split(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A whole fragmented file or stream of boxes to its parts: `init` (`ftyp`+`moov`), then `fragment`s.

    Boxes that a lesson does not need (`styp`, `sidx`, `mfra`, `free` …) are left out.
    """
    init, moof = b"", b""
    for kind, begin, end in boxes(data):
        box = data[begin - 8 : end]
        if kind == b"ftyp":
            init = box
        elif kind == b"moov":
            yield "init", init + box
        elif kind == b"moof":
            moof = box
        elif kind == b"mdat" and moof:
            yield "fragment", moof + box
            moof = b""


# -- writing ----------------------------------------------------------------------------------------------------------


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of these contents."""
    body = b"".join(content)
    return pack(">I4s", len(body) + 8, kind) + body


def full_box(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    """A full box (14496-12, 4.2): with version and flags."""
    return box(kind, pack(">B", version), flags.to_bytes(3, "big"), *content)


def write_fragment(sequence: int, fragment: Fragment, init: Init) -> bytes:
    """One lean `moof`+`mdat`: 92 bytes, and per sample 4 (its size) or 12 (with duration and flags)."""
    plain = all(s.duration == init.default_duration and s.sync for s in fragment.samples) and init.kind == "audio"
    run = b"".join(
        pack(">I", len(s.data))
        if plain
        else pack(">III", s.duration, len(s.data), 0x02000000 if s.sync else 0x01010000)
        for s in fragment.samples
    )
    run_flags = 0x201 if plain else 0x701
    wide = fragment.base >= 1 << 32
    tfdt = full_box(b"tfdt", int(wide), 0, pack(">Q" if wide else ">I", fragment.base))
    tfhd = full_box(b"tfhd", 0, 0x020000, pack(">I", init.track_id))
    fixed = 8 + 16 + 8 + len(tfhd) + len(tfdt) + 20 + len(run) + 8
    trun = full_box(b"trun", 0, run_flags, pack(">Ii", len(fragment.samples), fixed), run)
    moof = box(b"moof", full_box(b"mfhd", 0, 0, pack(">I", sequence)), box(b"traf", tfhd, tfdt, trun))
    return moof + box(b"mdat", *(s.data for s in fragment.samples))
