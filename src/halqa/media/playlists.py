"""HLS playlists (RFC 8216) as pure text from what is on a timeline.

A picture's segment runs from key entry to key entry, a sound's until it is two seconds long. Both are drawn from the
entries in their order, so a segment once listed never changes: its address names its first and last seq.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from halqa.timeline import INIT as INIT_FLAG
from halqa.timeline import KEY, Mark
from halqa.timeline.tracks import height, is_video

from .cmaf import Init

SOUND_MS = 2_000
WINDOW = 8
"""Segments in a sliding window: sixteen seconds, of which players keep three segments."""


@dataclass(slots=True)
class Segment:
    """Entries `first … last` of one track, in ms on the lesson's clock, after the init entry `init`."""

    first: int
    last: int
    t: int
    ends: int
    size: int
    init: int

    @property
    def seconds(self) -> float:
        return max(self.ends - self.t, 1) / 1000


@dataclass(slots=True)
class Index:
    """The segments of one track so far; grows by `add`. `open`: the one still growing, not listed."""

    track: str
    read: int = 0
    closed: list[Segment] = field(default_factory=list)
    open: Segment | None = None
    init: int = 0

    def add(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            self.read = mark.seq
            if mark.flags & INIT_FLAG:
                self._close()
                self.init = mark.seq
                continue
            if not self.init:
                continue
            if self.open is not None and self._begins(mark):
                self._close()
            if self.open is None:
                if is_video(self.track) and not mark.flags & KEY:
                    continue
                self.open = Segment(mark.seq, mark.seq, mark.t, mark.t + mark.duration, mark.size, self.init)
            else:
                self.open.last, self.open.ends = mark.seq, max(self.open.ends, mark.t + mark.duration)
                self.open.size += mark.size

    def _begins(self, mark: Mark) -> bool:
        assert self.open is not None
        if is_video(self.track):
            return bool(mark.flags & KEY)
        return self.open.ends - self.open.t >= SOUND_MS

    def _close(self) -> None:
        if self.open is not None:
            self.closed.append(self.open)
            self.open = None

    def finish(self) -> None:
        """The timeline is sealed: what was growing is complete."""
        self._close()


def peak_and_average(segments: Sequence[Segment]) -> tuple[int, int]:
    """Bits a second: of the fullest segment, and over all."""
    if not segments:
        return 0, 0
    peak = max(s.size * 8 / s.seconds for s in segments)
    total = sum(s.size for s in segments) * 8 / sum(s.seconds for s in segments)
    return math.ceil(peak), math.ceil(total)


def master(tracks: dict[str, tuple[Index, Init]], query: str) -> str:
    """The master playlist: every rung with the sound, highest first, and the sound alone."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    sound = tracks.get("audio")
    sound_peak, sound_average = peak_and_average(sound[0].closed) if sound else (0, 0)
    if sound:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,'
            f'CHANNELS="{sound[1].channels or 1}",URI="audio/index.m3u8{query}"'
        )
    for name in sorted((n for n in tracks if is_video(n)), key=height, reverse=True):
        index, init = tracks[name]
        peak, average = peak_and_average(index.closed)
        codecs = f"{init.codec},{sound[1].codec}" if sound else init.codec
        bandwidth = max(peak + sound_peak, 1), max(average + sound_average, 1)
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={bandwidth[0]},AVERAGE-BANDWIDTH={bandwidth[1]},"
            f'CODECS="{codecs}",RESOLUTION={init.width}x{init.height}' + (',AUDIO="sound"' if sound else "")
        )
        lines.append(f"{address(name)}/index.m3u8{query}")
    if sound:
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={max(sound_peak, 1)},AVERAGE-BANDWIDTH={max(sound_average, 1)},"
            f'CODECS="{sound[1].codec}",AUDIO="sound"'
        )
        # Under an address of its own: of two with one address VLC keeps one, and plays sound or picture, not both.
        lines.append(f"audio/index.m3u8{query}{'&' if query else '?'}alone=1")
    return "\n".join(lines) + "\n"


def media(index: Index, *, sealed: bool, sliding: bool, started_at: int | None, query: str) -> str:
    """The playlist of one track: the whole lesson so far (EVENT), all of it (VOD), or a sliding window."""
    segments = index.closed
    skipped = max(0, len(segments) - WINDOW) if sliding and not sealed else 0
    target = max((math.ceil(s.seconds) for s in segments), default=2)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{target}", f"#EXT-X-MEDIA-SEQUENCE:{skipped}"]
    inits = [s.init for s in segments]
    changes = sum(a != b for a, b in pairwise(inits[: skipped + 1]))
    if changes:
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{changes}")
    if sealed:
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    elif not sliding:
        lines.append("#EXT-X-PLAYLIST-TYPE:EVENT")
    lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    in_force = None
    for segment in segments[skipped:]:
        if segment.init != in_force:
            if in_force is not None:
                lines.append("#EXT-X-DISCONTINUITY")
            in_force = segment.init
            lines.append(f'#EXT-X-MAP:URI="init-{in_force}.mp4{query}"')
            if started_at is not None:
                lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_date(started_at + segment.t)}")
        lines.append(f"#EXTINF:{segment.seconds:.3f},")
        lines.append(f"{segment.first}-{segment.last}.m4s{query}")
    if sealed:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def address(track: str) -> str:
    """A track's name as a part of an address."""
    return track.replace("/", "-")


def _date(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
