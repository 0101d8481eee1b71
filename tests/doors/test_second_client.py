"""A client that was written from docs/protocol.md alone, against the real server, over a line that is cut."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from second_client import KEY, Entry, Passing, Refused, SecondClient
from serving import Server, until


class CutLine(threading.Thread):
    """A line to the server that carries whole requests, but only so many bytes of the answers to the first ones."""

    def __init__(self, port: int, *lets: int) -> None:
        super().__init__(daemon=True)
        self._port, self._lets = port, list(lets)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            let = self._lets.pop(0) if self._lets else None
            threading.Thread(target=self._carry, args=(near, let), daemon=True).start()

    def _carry(self, near: socket.socket, let: int | None) -> None:
        with near, socket.create_connection(("127.0.0.1", self._port)) as far:
            threading.Thread(target=pump, args=(near, far, None), daemon=True).start()
            pump(far, near, let)
            for end in (near, far):
                hang_up(end)

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()


def pump(source: socket.socket, target: socket.socket, let: int | None) -> None:
    """Carry bytes until the source ends, or until so many were let through (0: once they came, none)."""
    try:
        while data := source.recv(65_536):
            target.sendall(data[:let])
            if let is not None and (let := let - len(data[:let])) <= 0:
                return
    except OSError:
        return


def hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@pytest.fixture
def teacher(server: Server) -> SecondClient:
    teacher = SecondClient(server.url, server.key)
    teacher.announce("Les fractions")
    return teacher


@pytest.fixture
def pupil(server: Server, teacher: SecondClient) -> SecondClient:
    pupil = SecondClient(server.url)
    pupil.come_in(teacher.lesson)
    return pupil


@pytest.fixture
def cut_lines() -> Iterator[list[CutLine]]:
    lines: list[CutLine] = []
    yield lines
    for line in lines:
        line.close()


def three(speaker: str) -> list[Entry]:
    return [
        Entry("board", speaker, 1, 0, 500, b"a line", KEY),
        Entry("talk", speaker, 1, 0, 0, b"a word"),
        Entry("board", speaker, 2, 500, 500, b"a circle", KEY),
    ]


def test_says_on_two_tracks_follows_rewinds_and_seals(teacher: SecondClient, pupil: SecondClient) -> None:
    said = teacher.say(three(teacher.speaker))
    assert said["acknowledged"] == {"board": 2, "talk": 1}
    assert said["head"] == 3

    from_the_start = list(pupil.read(after=0))
    assert [(entry.seq, entry.track, entry.number) for entry in from_the_start] == [
        (1, "board", 1),
        (2, "talk", 1),
        (3, "board", 2),
    ]
    assert [notice["notice"] for notice in pupil.notices] == ["hello", "end"]
    assert pupil.notices[-1]["why"] == "head"
    assert [entry.payload for entry in pupil.read(at=600, tracks="board")] == [b"a circle"]

    sealed = teacher.seal()
    assert sealed == teacher.seal() == teacher.summary()
    assert (sealed["sealed"], sealed["head"], sealed["duration"]) == (True, 3, 1000)
    followed = list(pupil.follow())
    assert followed == from_the_start
    for track, facts in sealed["tracks"].items():
        frames = b"".join(entry.frame() for entry in followed if entry.track == track)
        assert facts["digest"] == hashlib.sha256(frames).hexdigest()


def test_a_long_poll_waits_for_what_comes(teacher: SecondClient, pupil: SecondClient) -> None:
    heard: list[Entry] = []
    poll = threading.Thread(target=lambda: heard.extend(pupil.read(after=0, wait=60)))
    poll.start()
    until(lambda: pupil.notices)
    teacher.say(three(teacher.speaker))
    poll.join(30)
    assert [entry.seq for entry in heard] == [1, 2, 3]


def test_the_tip_of_a_pen_passes(teacher: SecondClient, pupil: SecondClient) -> None:
    heard: list[Entry] = []
    following = threading.Thread(target=lambda: heard.extend(pupil.follow()), daemon=True)
    following.start()
    until(lambda: any(notice["notice"] == "live" for notice in pupil.notices))
    tip = Passing("board", teacher.speaker, b"almost a line")
    assert teacher.say([tip])["acknowledged"] == {}
    until(lambda: pupil.passing)
    teacher.say(three(teacher.speaker))
    teacher.seal()
    following.join(60)
    assert (pupil.passing, [entry.seq for entry in heard]) == ([tip], [1, 2, 3])


def test_what_was_said_into_a_cut_is_said_again_and_stands_once(
    server: Server, teacher: SecondClient, pupil: SecondClient, cut_lines: list[CutLine]
) -> None:
    line = CutLine(server.port, 0)
    cut_lines.append(line)
    line.start()
    teacher.url = line.url
    assert teacher.say(three(teacher.speaker))["head"] == 3
    assert teacher.retries == 1
    assert len(list(pupil.read(after=0))) == 3


def test_a_cut_follower_goes_on_from_its_cursor(
    server: Server, teacher: SecondClient, pupil: SecondClient, cut_lines: list[CutLine]
) -> None:
    entries = [Entry("board", teacher.speaker, n, n, 1, bytes(1_000)) for n in range(1, 21)]
    teacher.say(entries)
    teacher.seal()
    line = CutLine(server.port, 4_000, 6_000)
    cut_lines.append(line)
    line.start()
    pupil.url = line.url
    assert [entry.seq for entry in pupil.follow()] == list(range(1, 21))
    assert pupil.retries == 2


def test_goes_on_over_a_restart_of_the_server(server: Server, teacher: SecondClient, pupil: SecondClient) -> None:
    heard: list[Entry] = []
    following = threading.Thread(target=lambda: heard.extend(pupil.follow()), daemon=True)
    following.start()
    teacher.say(three(teacher.speaker))
    until(lambda: any(notice["notice"] == "live" for notice in pupil.notices))
    server.stop()
    server.start()
    teacher.say([Entry("talk", teacher.speaker, 2, 1000, 0, b"again")])
    teacher.seal()
    following.join(60)
    assert [entry.seq for entry in heard] == [1, 2, 3, 4]
    assert any(notice.get("why") == "stopping" for notice in pupil.notices)


def refusal(act: Any) -> tuple[int, str, bool]:
    with pytest.raises(Refused) as caught:
        act()
    problem = caught.value.problem
    return problem["status"], problem["code"], problem["retry"]


def test_refusals_are_those_of_the_page(teacher: SecondClient, pupil: SecondClient) -> None:
    speaker = teacher.speaker
    assert refusal(lambda: pupil.summary()) == (404, "no-such-timeline", False)
    teacher.say(three(speaker))
    assert refusal(lambda: pupil.say(three(speaker))) == (403, "ticket-verb", False)
    assert refusal(lambda: teacher.say([Entry("talk", speaker, 9, 0, 0, b"")])) == (409, "number-gap", False)
    assert refusal(lambda: teacher.say([Entry("talk", speaker, 1, 0, 0, b"?")])) == (409, "said-otherwise", False)
    assert refusal(lambda: teacher.say([Entry("board", speaker, 3, 1, 0, b"")])) == (409, "time-goes-back", False)
    assert refusal(lambda: teacher.say([Entry("talk", "stranger", 1, 0, 0, b"")])) == (403, "ticket-speaker", False)
    assert refusal(lambda: list(pupil.read(after=0, at=0))) == (400, "bad-question", False)
    assert refusal(lambda: list(pupil.read(after=99))) == (409, "cursor-ahead", True)
    teacher.seal()
    assert refusal(lambda: teacher.say([Entry("talk", speaker, 2, 9000, 0, b"")])) == (409, "sealed", False)
