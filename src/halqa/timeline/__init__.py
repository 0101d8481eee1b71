"""THE HEART: entries, their order, their frames, and what a timeline promises. No I/O; standard library and msgspec."""

from .entry import INIT, KEY, Draft, Entry, committed
from .frames import FrameReader, Notice, decode, decode_said, encode_draft, encode_entry, encode_notice
from .interface import Acknowledged, Mark, Stores, Summary, Timeline, TrackFacts
from .tracks import EVERYTHING, Tracks

__all__ = [
    "EVERYTHING",
    "INIT",
    "KEY",
    "Acknowledged",
    "Draft",
    "Entry",
    "FrameReader",
    "Mark",
    "Notice",
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
]
