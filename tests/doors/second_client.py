"""A second client, written from docs/protocol.md alone and with nothing but the standard library.

Nothing of `halqa` is imported here. When this file has to change, so has the page, and a stranger's client breaks.
"""

from __future__ import annotations

import http.client
import json
import random
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

FRAMES = "application/vnd.halqa.frames"
HEADER = struct.Struct(">IBBBBIIII")
KEY, INIT, STAMP = 1, 2, 4
FIRST_WAIT, LONGEST_WAIT, SILENCE = 0.25, 8.0, 15.0  # seconds


@dataclass(frozen=True)
class Entry:
    """One thing said. `seq` is 0 until the server has given it its place."""

    track: str
    speaker: str
    number: int
    t: int
    duration: int
    payload: bytes
    flags: int = 0
    seq: int = 0

    def frame(self) -> bytes:
        track, speaker = self.track.encode("ascii"), self.speaker.encode("ascii")
        length = 20 + len(track) + len(speaker) + len(self.payload)
        numbers = (self.seq, self.number, self.t, self.duration)
        head = HEADER.pack(length, 1, self.flags, len(track), len(speaker), *numbers)
        return head + track + speaker + self.payload


@dataclass(frozen=True)
class Passing:
    """What is shown now and never kept."""

    track: str
    speaker: str
    payload: bytes

    def frame(self) -> bytes:
        track, speaker = self.track.encode("ascii"), self.speaker.encode("ascii")
        length = 4 + len(track) + len(speaker) + len(self.payload)
        head = struct.pack(">IBBBB", length, 3, len(track), len(speaker), 0)
        return head + track + speaker + self.payload


Notice = dict[str, Any]


def read_frame(frame: bytes) -> Entry | Notice | Passing | None:
    """One whole frame, its length included; None if it is of a kind that this client does not know."""
    if frame[4] == 2:
        return dict(json.loads(frame[8:]))
    if frame[4] == 3:
        track, speaker = frame[5], frame[6]
        names = frame[8 : 8 + track + speaker].decode("ascii")
        return Passing(names[:track], names[track:], frame[8 + track + speaker :])
    if frame[4] != 1:
        return None
    _, _, flags, track, speaker, seq, number, t, duration = HEADER.unpack_from(frame)
    names = frame[24 : 24 + track + speaker].decode("ascii")
    payload = frame[24 + track + speaker :]
    return Entry(names[:track], names[track:], number, t, duration, payload, flags, seq)


def frames(answer: http.client.HTTPResponse) -> Iterator[Entry | Notice | Passing]:
    """Frames as they come. What broke off inside a frame never was one."""
    kept = b""
    while piece := answer.read1(65536):
        kept += piece
        while len(kept) >= 4 and len(kept) >= (size := 4 + int.from_bytes(kept[:4], "big")):
            if (known := read_frame(kept[:size])) is not None:
                yield known
            kept = kept[size:]


class Refused(Exception):
    """The server said no, and why: `problem` is what it sent."""

    def __init__(self, problem: dict[str, Any], wait: float) -> None:
        super().__init__(f"{problem['status']} {problem['code']}: {problem['detail']}")
        self.problem, self.wait = problem, wait


@dataclass
class Pace:
    """How long to wait before trying again."""

    next: float = FIRST_WAIT

    def wait(self, at_least: float) -> None:
        time.sleep(max(self.next * random.uniform(0.75, 1.25), at_least))
        self.next = min(2 * self.next, LONGEST_WAIT)


@dataclass
class SecondClient:
    """Teaches and follows one lesson."""

    url: str
    teacher_key: str = ""
    lesson: str = ""
    speaker: str = ""
    ticket: str = ""
    retries: int = 0
    notices: list[Notice] = field(default_factory=list)
    passing: list[Passing] = field(default_factory=list)

    def ask(
        self, method: str, path: str, body: bytes | None = None, silence: float = SILENCE, **headers: str
    ) -> http.client.HTTPResponse:
        """One request. Network errors are OSError or HTTPException, refusals are Refused."""
        host = urlsplit(self.url)
        line = http.client.HTTPConnection(host.hostname or "", host.port, timeout=silence)
        sent = {"Authorization": f"Bearer {self.ticket}"} if self.ticket else {}
        line.request(method, path, body, sent | {name.replace("_", "-"): said for name, said in headers.items()})
        answer = line.getresponse()
        if answer.status < 400:
            return answer
        told = answer.read()
        whole = (answer.getheader("Content-Type") or "").startswith("application/problem+json")
        problem = json.loads(told) if whole else {"code": "", "detail": "", "retry": answer.status >= 500}
        raise Refused(problem | {"status": answer.status}, float(answer.getheader("Retry-After") or 0))

    def patiently(self, method: str, path: str, body: bytes | None = None, **headers: str) -> dict[str, Any]:
        """Ask until there is an answer; whatever is asked here may be asked twice."""
        pace = Pace()
        while True:
            try:
                return dict(json.loads(self.ask(method, path, body, SILENCE, **headers).read()))
            except Refused as refused:
                if not refused.problem["retry"]:
                    raise
                wait = refused.wait
            except (OSError, http.client.HTTPException):
                wait = 0.0
            self.retries += 1
            pace.wait(wait)

    def announce(self, title: str) -> None:
        """Announce a lesson (not patiently: announced twice it is two lessons) and get the ticket to teach it."""
        body = json.dumps({"title": title}).encode()
        said = self.ask("POST", "/api/lessons", body, X_Halqa_Key=self.teacher_key, Content_Type="application/json")
        self.lesson = json.loads(said.read())["id"]
        tickets = f"/api/lessons/{self.lesson}/tickets/say"
        ticket = self.patiently("POST", tickets, b"{}", X_Halqa_Key=self.teacher_key, Content_Type="application/json")
        self.ticket, self.speaker = ticket["ticket"], ticket["speaker"]

    def come_in(self, lesson: str) -> None:
        """Get the ticket to follow, as everybody may."""
        self.lesson = lesson
        self.ticket = self.patiently("POST", f"/api/lessons/{lesson}/tickets/follow")["ticket"]

    def say(self, said: Sequence[Entry | Passing]) -> dict[str, Any]:
        body = b"".join(one.frame() for one in said)
        return self.patiently("POST", f"/timelines/{self.lesson}/entries", body, Content_Type=FRAMES)

    def seal(self) -> dict[str, Any]:
        return self.patiently("POST", f"/timelines/{self.lesson}/seal")

    def summary(self) -> dict[str, Any]:
        return self.patiently("GET", f"/timelines/{self.lesson}")

    def read(self, **question: Any) -> Iterator[Entry]:
        """One answer: its entries; what else comes is kept in `notices` and `passing`."""
        path = f"/timelines/{self.lesson}/entries?{urlencode(question, quote_via=quote)}"
        for frame in frames(self.ask("GET", path, silence=SILENCE + question.get("wait", 0))):
            if isinstance(frame, Entry):
                yield frame
            elif isinstance(frame, Passing):
                self.passing.append(frame)
            else:
                self.notices.append(frame)

    def follow(self, after: int = 0) -> Iterator[Entry]:
        """Everything behind `after` until the lesson is sealed, across cuts and restarts."""
        cursor, pace, ended = after, Pace(), ""
        while ended != "sealed":
            wait, ended, met = 0.0, "", len(self.notices)
            try:
                for entry in self.read(after=cursor, follow=1):
                    cursor, pace = max(cursor, entry.seq), Pace()
                    yield entry
            except Refused as refused:
                if not refused.problem["retry"]:
                    raise
                wait = refused.wait
            except (OSError, http.client.HTTPException):
                pass
            for notice in self.notices[met:]:
                if notice["notice"] in ("shed", "end", "live", "pulse"):
                    cursor = max(cursor, notice["after"])
                ended = notice["why"] if notice["notice"] == "end" else ended
            if ended != "sealed":
                self.retries += 1
                pace.wait(max(wait, 1.0 if ended == "stopping" else 0.0))
