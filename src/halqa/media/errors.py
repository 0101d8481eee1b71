"""What can be wrong with media."""

from __future__ import annotations

from halqa.timeline.errors import Mistake


class NotMedia(Mistake):
    """This is no sound or picture that can be taught with."""

    code, status = "not-media", 400


class NoEncoder(Mistake):
    """ffmpeg is not on this machine, or cannot encode H.264 or Opus. Install Debian's ffmpeg."""

    code, status = "no-encoder", 500
