"""Frames: how entries, notices and what only passes travel. The page `docs/protocol.md` is the law.

    entry   length:4 kind=1:1 flags:1 track_len:1 speaker_len:1 seq:4 number:4 t:4 duration:4 track speaker payload
    notice  length:4 kind=2:1 zero:3 JSON
    passing length:4 kind=3:1 track_len:1 speaker_len:1 zero:1 track speaker payload

All numbers are unsigned and big-endian; `length` counts what comes after it. Who follows skips frames of other kinds
(`FrameReader.feed`); who is spoken to refuses them (`decode_said`).
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Any

import msgspec

from .entry import FLAGS, STAMP, Draft, Entry
from .errors import MalformedFrame, TooLarge
from .tracks import check_speaker, check_track

ENTRY, NOTICE, PASSING = 1, 2, 3
KINDS = (ENTRY, NOTICE, PASSING)
MAX_PAYLOAD = 1 << 20
"""Bytes in one payload. A second of 1080p at 8 Mbit/s fills it; a slide page is an order of magnitude smaller."""
MAX_PASSING = 4 << 10
"""Bytes in the payload of a passing frame: the last piece of a stroke, which is some hundred bytes, many times over."""
MAX_FRAME = MAX_PAYLOAD + 1024
MAX_U32 = 0xFFFFFFFF

_ENTRY = Struct(">IBBBBIIII")
_NOTICE = _PASSING = Struct(">IBBBB")
_LENGTH = Struct(">I")
_json_encode = msgspec.json.Encoder().encode
_json_decode = msgspec.json.Decoder(dict[str, Any]).decode

Notice = dict[str, Any]


class Passing(msgspec.Struct, frozen=True, gc=False):
    """What is shown to whoever is there now and kept by nobody: the tip of the pen, ahead of its entry."""

    track: str
    speaker: str
    payload: bytes


Frame = Entry | Notice | Passing


class Body(msgspec.Struct, frozen=True):
    """What the body of one `say` holds, in its order: drafts are to be appended, the others pass."""

    frames: list[Draft | Passing]

    @property
    def drafts(self) -> list[Draft]:
        return [said for said in self.frames if isinstance(said, Draft)]

    @property
    def passing(self) -> list[Passing]:
        return [said for said in self.frames if isinstance(said, Passing)]

    def place(self, draft: int) -> int:
        """Where among all frames the draft stands that is this one (from 0) among the drafts."""
        return [place for place, said in enumerate(self.frames) if isinstance(said, Draft)][draft]


def encode_entry(entry: Entry) -> bytes:
    """The frame of a committed entry."""
    return _encode(entry.seq, entry)


def encode_draft(draft: Draft) -> bytes:
    """The frame of something to be said: an entry frame whose `seq` is 0."""
    return _encode(0, draft)


def _encode(seq: int, said: Entry | Draft) -> bytes:
    track, speaker = said.track.encode(), said.speaker.encode()
    length = _ENTRY.size - 4 + len(track) + len(speaker) + len(said.payload)
    head = _ENTRY.pack(length, ENTRY, said.flags, len(track), len(speaker), seq, said.number, said.t, said.duration)
    return b"".join((head, track, speaker, said.payload))


def encode_notice(notice: Notice) -> bytes:
    """The frame of a notice (a JSON object)."""
    body = _json_encode(notice)
    return _NOTICE.pack(_NOTICE.size - 4 + len(body), NOTICE, 0, 0, 0) + body


def encode_passing(passing: Passing) -> bytes:
    """The frame of what only passes."""
    track, speaker = passing.track.encode(), passing.speaker.encode()
    length = _PASSING.size - 4 + len(track) + len(speaker) + len(passing.payload)
    head = _PASSING.pack(length, PASSING, len(track), len(speaker), 0)
    return b"".join((head, track, speaker, passing.payload))


class FrameReader:
    """Bytes in as they come, what they say out. No I/O.

    `feed` takes any cut of the byte stream; frames come out whole, those of an unknown kind not at all. `pending` says
    how many bytes wait for their rest.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def pending(self) -> int:
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield every frame completed by `data`. Raises `MalformedFrame` or `TooLarge` at the first bad one."""
        for frame in self.cut(data):
            if len(frame) < _NOTICE.size or frame[4] in KINDS:
                yield decode(frame)

    def cut(self, data: bytes) -> Iterator[bytes]:
        """The same, but each frame as it is."""
        self._buffer += data
        offset = 0
        try:
            while len(self._buffer) - offset >= 4:
                (length,) = _LENGTH.unpack_from(self._buffer, offset)
                if length > MAX_FRAME:
                    raise TooLarge(f"A frame may be {MAX_FRAME} bytes long; this one says {length}.", field="length")
                if len(self._buffer) - offset - 4 < length:
                    return
                frame = bytes(self._buffer[offset : offset + 4 + length])
                offset += 4 + length
                yield frame
        finally:
            del self._buffer[:offset]


def decode(frame: bytes) -> Frame:
    """One whole frame (its length field included) to what it says. A kind that is not known is a `MalformedFrame`."""
    if len(frame) < _NOTICE.size:
        raise MalformedFrame("A frame is at least 8 bytes long.", field="length")
    kind = frame[4]
    if kind == ENTRY:
        return _decode_entry(frame)
    if kind == NOTICE:
        try:
            return _json_decode(frame[_NOTICE.size :])
        except (msgspec.DecodeError, RecursionError) as error:
            raise MalformedFrame(f"A notice is a JSON object: {error}", field="notice") from None
    if kind == PASSING:
        return _decode_passing(frame)
    raise MalformedFrame(
        f"A frame is of kind 1 (entry), 2 (notice) or 3 (passing); this one says {kind}.", field="kind"
    )


def _decode_entry(frame: bytes) -> Entry:
    if len(frame) < _ENTRY.size:
        raise MalformedFrame(f"An entry's header is {_ENTRY.size} bytes long.", field="length")
    length, _, flags, track_length, speaker_length, seq, number, t, duration = _ENTRY.unpack_from(frame)
    if length != len(frame) - 4:
        raise MalformedFrame("The length field does not match the frame.", field="length")
    if flags & ~(FLAGS if seq else FLAGS | STAMP):
        raise MalformedFrame(
            f"Only the flags 1 (key), 2 (init) and, when said, 4 (stamp) exist; this one says {flags}.", field="flags"
        )
    track, speaker, payload = _named(frame, _ENTRY.size, track_length, speaker_length, MAX_PAYLOAD)
    return Entry(seq, track, speaker, number, t, duration, flags, payload)


def _decode_passing(frame: bytes) -> Passing:
    length, _, track_length, speaker_length, zero = _PASSING.unpack_from(frame)
    if length != len(frame) - 4:
        raise MalformedFrame("The length field does not match the frame.", field="length")
    if zero:
        raise MalformedFrame("The last byte of a passing frame's header is 0.", field="zero")
    return Passing(*_named(frame, _PASSING.size, track_length, speaker_length, MAX_PASSING))


def _named(frame: bytes, begin: int, track_length: int, speaker_length: int, most: int) -> tuple[str, str, bytes]:
    """What follows a header: track, speaker and payload."""
    track_end = begin + track_length
    names_end = track_end + speaker_length
    if names_end > len(frame):
        raise MalformedFrame("The names are longer than the frame.", field="track")
    try:
        track = frame[begin:track_end].decode("ascii")
        speaker = frame[track_end:names_end].decode("ascii")
    except UnicodeDecodeError:
        raise MalformedFrame("Names are ASCII.", field="track") from None
    payload = frame[names_end:]
    if len(payload) > most:
        raise TooLarge(f"A payload here may be {most} bytes long; this one is {len(payload)}.", field="payload")
    return check_track(track), check_speaker(speaker), payload


def decode_said(body: bytes) -> Body:
    """What the body of a `say` holds. The index of the first bad frame is in the error's details."""
    reader, frames = FrameReader(), list[Draft | Passing]()
    try:
        for frame in reader.cut(body):
            said = decode(frame)
            frames.append(said if isinstance(said, Passing) else _draft(said))
    except (MalformedFrame, TooLarge) as mistake:
        mistake.details["frame"] = len(frames)
        raise
    if reader.pending:
        raise MalformedFrame("The last frame is cut short.", field="length", frame=len(frames))
    if not frames:
        raise MalformedFrame("Nothing was said: the body holds no frame.", field="length", frame=0)
    return Body(frames)


def _draft(said: Entry | Notice) -> Draft:
    if not isinstance(said, Entry):
        raise MalformedFrame("Only entries and passing frames can be said.", field="kind")
    if said.seq:
        raise MalformedFrame("The server gives the seq; a speaker says 0.", field="seq")
    if not said.number:
        raise MalformedFrame("A speaker counts what it says from 1.", field="number")
    if not said.flags & STAMP and said.t + said.duration > MAX_U32:
        raise MalformedFrame("An entry ends within 2^32 ms.", field="t")
    return Draft(said.track, said.speaker, said.number, said.t, said.duration, said.flags, said.payload)
