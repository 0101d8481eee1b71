"""THE HEART: entries, their order, their frames, and what a timeline promises. No I/O; standard library and msgspec."""

from .entry import INIT, KEY, STAMP, Draft, Entry, committed
from .frames import (
    Body,
    Frame,
    FrameReader,
    Notice,
    Passing,
    decode,
    decode_said,
    encode_draft,
    encode_entry,
    encode_notice,
    encode_passing,
)
from .interface import Acknowledged, Mark, Stores, Summary, Timeline, TrackFacts
from .tracks import EVERYTHING, Tracks

__all__ = [
    "EVERYTHING",
    "INIT",
    "KEY",
    "STAMP",
    "Acknowledged",
    "Body",
    "Draft",
    "Entry",
    "Frame",
    "FrameReader",
    "Mark",
    "Notice",
    "Passing",
    "Stores",
    "Summary",
    "Timeline",
    "TrackFacts",
    "Tracks",
    "committed",
    "decode",
    "decode_said",
    "encode_draft",
    "encode_entry",
    "encode_notice",
    "encode_passing",
]
