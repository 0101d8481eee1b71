"""Names of tracks, speakers and timelines, and which tracks somebody wants or may have.

A track is a word, or a word and a variety: `audio`, `video/360`, `captions/fr`, `private/7f3k`. A *pattern* is a track
or `word/*` (every variety of it), `word/beginning-*` (those that begin so), or `*` (everything except `private/…`,
which must always be asked for by name).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from .errors import BadQuestion, MalformedFrame

TRACK = re.compile(r"[a-z]{1,16}(/[a-z0-9-]{1,40})?")
PATTERN = re.compile(r"\*|[a-z]{1,16}(/([a-z0-9-]{1,40}|([a-z0-9-]{0,38}-)?\*))?")
SPEAKER = re.compile(r"[A-Za-z0-9_.-]{1,32}")
TIMELINE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def check_timeline(name: str) -> str:
    """Return `name` if it may name a timeline, else raise `BadQuestion`."""
    if not TIMELINE.fullmatch(name):
        raise BadQuestion("A timeline is named by 1 to 64 of a-z, 0-9 and '-'.", field="timeline")
    return name


@lru_cache(maxsize=4096)
def check_track(name: str) -> str:
    """Return `name` if it may name a track, else raise `MalformedFrame`."""
    if not TRACK.fullmatch(name):
        raise MalformedFrame("A track is named like 'audio', 'video/360' or 'captions/fr'.", field="track")
    return name


@lru_cache(maxsize=4096)
def check_speaker(name: str) -> str:
    """Return `name` if it may name a speaker, else raise `MalformedFrame`."""
    if not SPEAKER.fullmatch(name):
        raise MalformedFrame("A speaker is named by 1 to 32 letters, digits, '_', '.' or '-'.", field="speaker")
    return name


def is_video(track: str) -> bool:
    """Whether this track is one rung of the picture's ladder."""
    return track.startswith("video/")


def is_media(track: str) -> bool:
    """Whether this track carries CMAF fragments that need an init segment."""
    return track == "audio" or track.startswith("video/")


def is_teaching(track: str) -> bool:
    """Whether the lesson has begun once something is said here: somebody teaches. Slides are laid before, and people
    talk and answer before and after."""
    return is_media(track) or track == "board" or is_page(track)


def is_page(track: str) -> bool:
    """Whether this track is one page of the board."""
    return track.startswith("board/")


def height(track: str) -> int:
    """The height in lines of a `video/<height>` track; 0 for any other track."""
    return int(track[6:]) if track.startswith("video/") and track[6:].isdecimal() else 0


class Tracks:
    """A set of track patterns: what a ticket allows, or what a follower asks for.

    Two are equal only if they are the same object: who compares many uses `Tracks.shared`.
    """

    __slots__ = ("_cache", "patterns")

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(dict.fromkeys(patterns))
        self._cache: dict[str, bool] = {}
        for pattern in self.patterns:
            if not PATTERN.fullmatch(pattern):
                raise BadQuestion(
                    f"{pattern[:60]!r} names no track. Accepted: 'audio', 'video/360', 'video/*', '*'.",
                    field="tracks",
                )

    @classmethod
    @lru_cache(maxsize=1024)
    def shared(cls, patterns: tuple[str, ...]) -> Tracks:
        """The one object for these patterns."""
        return cls(patterns)

    def __contains__(self, track: str) -> bool:
        known = self._cache.get(track)
        if known is None:
            known = self._cache[track] = any(_matches(pattern, track) for pattern in self.patterns)
        return known

    def __repr__(self) -> str:
        return f"Tracks({list(self.patterns)!r})"


def _matches(pattern: str, track: str) -> bool:
    if pattern == "*":
        return not track.startswith("private/")
    if pattern.endswith("*"):
        return track.startswith(pattern[:-1])
    return pattern == track


@lru_cache(maxsize=4096)
def patterns_of(track: str) -> tuple[str, ...]:
    """Every pattern that this track matches (as `Tracks` does)."""
    beginnings = [f"{track[: place + 1]}*" for place, sign in enumerate(track) if sign in "/-"]
    everything = [] if track.startswith("private/") else ["*"]
    return (track, *beginnings, *everything)


EVERYTHING = Tracks(["*"])
