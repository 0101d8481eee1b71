"""What a `follow` asks for, read from its parameters."""

from __future__ import annotations

from typing import Literal, NamedTuple

from halqa.tickets import Grant, allowed_tracks
from halqa.timeline import Tracks
from halqa.timeline.errors import BadQuestion
from halqa.timeline.tracks import check_track, is_media, is_video


class Question(NamedTuple):
    """What was asked for, checked (`docs/protocol.md`, follow)."""

    wants: Tracks
    after: int | None
    at: int | None
    live: bool
    follow: bool
    limit: int
    wait: float
    video: int | None
    rung: str | None
    start: int | None
    pace: int | None
    """kbit/s at most."""
    until: int | None
    """The moment (ms) after which nothing more is wanted."""
    page: int | Literal["live"] | None
    """The moment (ms) or `live`: the page of the board that was written on last by then is asked for as well."""

    @property
    def attends(self) -> bool:
        """Whether the lesson itself is asked for, its sound or its pictures: only that can come late."""
        return any(pattern == "*" or is_media(pattern) for pattern in self.wants.patterns)


def ask(query: dict[str, str], grant: Grant) -> Question:
    """Read the parameters. Raises `BadQuestion` naming the one that cannot be understood."""
    asked = [part for part in query["tracks"].split(",") if part] if "tracks" in query else None
    at = _moment(query, "at")
    if at is not None and "after" in query:
        raise BadQuestion("Give 'after' or 'at', not both.", field="at")
    rung = query.get("rung") or None
    if rung is not None and not is_video(check_track(rung)):
        raise BadQuestion("'rung' is a track like 'video/180'.", field="rung")
    video = _whole(query, "video", 0, 0, 4_320) if "video" in query else None
    patterns = allowed_tracks(grant.heard, asked).patterns
    if video:
        patterns += allowed_tracks(grant.heard, ["video/*"]).patterns
    return Question(
        wants=Tracks.shared(patterns),
        after=None if at is not None else _whole(query, "after", 0, 0, 0xFFFFFFFF),
        at=None if at == "live" else at,
        live=at == "live",
        follow=_whole(query, "follow", 0, 0, 1) == 1,
        limit=_whole(query, "limit", 1 << 20, 1_024, 8 << 20),
        wait=float(_whole(query, "wait", 0, 0, 60)),
        video=video,
        rung=rung,
        start=_whole(query, "start", 0, 0, 4_320) if "start" in query else None,
        pace=_whole(query, "pace", 1, 1, 100_000) if "pace" in query else None,
        until=_whole(query, "until", 0, 0, 0xFFFFFFFF) if "until" in query else None,
        page=_moment(query, "page"),
    )


def _moment(query: dict[str, str], name: str) -> int | Literal["live"] | None:
    if name not in query:
        return None
    return "live" if query[name] == "live" else _whole(query, name, 0, 0, 0xFFFFFFFF)


def _whole(query: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    given = query.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdecimal() and least <= int(given[:12]) <= most):
        raise BadQuestion(f"'{name}' is a whole number from {least} to {most}.", field=name)
    return int(given)
