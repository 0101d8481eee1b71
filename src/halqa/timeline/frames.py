"""Frames: how entries and notices travel. The page `docs/protocol.md` is the law; its samples test this file.

    entry   length:4 kind=1:1 flags:1 track_len:1 speaker_len:1 seq:4 number:4 t:4 duration:4 track speaker payload
    notice  length:4 kind=2:1 zero:3 JSON

All numbers are unsigned and big-endian; `length` counts what comes after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Any

import msgspec

from .entry import FLAGS, Draft, Entry
from .errors import MalformedFrame, TooLarge
from .tracks import check_speaker, check_track

ENTRY, NOTICE = 1, 2
MAX_PAYLOAD = 1 << 20
"""Bytes in one payload. A second of 1080p at 8 Mbit/s fills it; a slide page is an order of magnitude smaller."""
MAX_FRAME = MAX_PAYLOAD + 1024
MAX_U32 = 0xFFFFFFFF

_ENTRY = Struct(">IBBBBIIII")
_NOTICE = Struct(">IBBBB")
_LENGTH = Struct(">I")
_json_encode = msgspec.json.Encoder().encode
_json_decode = msgspec.json.Decoder(dict[str, Any]).decode

Notice = dict[str, Any]


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


class FrameReader:
    """Bytes in as they come, entries and notices out. No I/O.

    `feed` takes any cut of the byte stream; frames come out whole. `pending` says how many bytes wait for their rest.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def pending(self) -> int:
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Entry | Notice]:
        """Yield every frame completed by `data`. Raises `MalformedFrame` or `TooLarge` at the first bad one."""
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
                yield decode(frame)
        finally:
            del self._buffer[:offset]


def decode(frame: bytes) -> Entry | Notice:
    """One whole frame (its length field included) to what it says."""
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
    raise MalformedFrame(f"A frame is of kind 1 (entry) or 2 (notice); this one says {kind}.", field="kind")


def _decode_entry(frame: bytes) -> Entry:
    if len(frame) < _ENTRY.size:
        raise MalformedFrame(f"An entry's header is {_ENTRY.size} bytes long.", field="length")
    length, _, flags, track_length, speaker_length, seq, number, t, duration = _ENTRY.unpack_from(frame)
    if length != len(frame) - 4:
        raise MalformedFrame("The length field does not match the frame.", field="length")
    if flags & ~FLAGS:
        raise MalformedFrame(f"Only the flags 1 (key) and 2 (init) exist; this one says {flags}.", field="flags")
    names_end = _ENTRY.size + track_length + speaker_length
    if names_end > len(frame):
        raise MalformedFrame("The names are longer than the frame.", field="track")
    try:
        track = frame[_ENTRY.size : _ENTRY.size + track_length].decode("ascii")
        speaker = frame[_ENTRY.size + track_length : names_end].decode("ascii")
    except UnicodeDecodeError:
        raise MalformedFrame("Names are ASCII.", field="track") from None
    payload = frame[names_end:]
    if len(payload) > MAX_PAYLOAD:
        raise TooLarge(f"A payload may be {MAX_PAYLOAD} bytes long; this one is {len(payload)}.", field="payload")
    return Entry(seq, check_track(track), check_speaker(speaker), number, t, duration, flags, payload)


def decode_said(body: bytes) -> list[Draft]:
    """The drafts in the body of a `say`. The index of the first bad frame is in the error's details."""
    reader, drafts = FrameReader(), []
    try:
        for said in reader.feed(body):
            if not isinstance(said, Entry):
                raise MalformedFrame("Only entries can be said.", field="kind")
            drafts.append(_draft(said))
    except (MalformedFrame, TooLarge) as mistake:
        mistake.details["frame"] = len(drafts)
        raise
    if reader.pending:
        raise MalformedFrame("The last frame is cut short.", field="length", frame=len(drafts))
    if not drafts:
        raise MalformedFrame("Nothing was said: the body holds no frame.", field="length", frame=0)
    return drafts


def _draft(said: Entry) -> Draft:
    if said.seq:
        raise MalformedFrame("The server gives the seq; a speaker says 0.", field="seq")
    if not said.number:
        raise MalformedFrame("A speaker counts what it says from 1.", field="number")
    if said.t + said.duration > MAX_U32:
        raise MalformedFrame("An entry ends within 2^32 ms.", field="t")
    return Draft(said.track, said.speaker, said.number, said.t, said.duration, said.flags, said.payload)
