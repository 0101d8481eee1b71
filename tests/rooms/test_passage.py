"""What only passes, without sockets: who sees what, in which order, from which bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from halqa.fanout import Passage
from halqa.fanout.passage import HELD, HELD_S
from halqa.timeline import EVERYTHING, Frame, FrameReader, Passing, Tracks

BOARD = Tracks(["board"])


def tips(*payloads: bytes, track: str = "board") -> list[Passing]:
    return [Passing(track, "s", payload) for payload in payloads]


def read(data: bytes) -> list[Frame]:
    return list(FrameReader().feed(data))


def test_those_who_ask_the_same_share_the_same_bytes() -> None:
    passage = Passage()
    passage.push(tips(b"a", b"b"), 5, 1.0)
    first = passage.since(0, 5, EVERYTHING, 1.0)
    assert passage.since(0, 5, EVERYTHING, 1.1) is first
    assert read(first) == tips(b"a", b"b")
    assert passage.since(2, 5, EVERYTHING, 1.1) == b""


def test_each_is_seen_at_its_own_place_on_the_timeline_and_by_who_wants_it() -> None:
    passage = Passage()
    passage.push(tips(b"a"), 5, 1.0)
    passage.push([*tips(b"b"), *tips(b"c", track="private/x")], 6, 1.0)
    assert read(passage.since(0, 5, EVERYTHING, 1.0)) == tips(b"a")
    assert read(passage.since(0, 6, EVERYTHING, 1.0)) == tips(b"b")
    assert read(passage.since(0, 6, Tracks(["private/x"]), 1.0)) == tips(b"c", track="private/x")
    assert passage.since(0, 7, EVERYTHING, 1.0) == b""


def test_what_is_old_is_forgotten() -> None:
    passage = Passage()
    passage.push(tips(b"a"), 5, 1.0)
    passage.push(tips(b"b"), 5, 2.0)
    assert read(passage.since(0, 5, BOARD, 2.0)) == tips(b"a", b"b")
    assert read(passage.since(0, 5, BOARD, 1.5 + HELD_S)) == tips(b"b")
    assert passage.since(0, 5, BOARD, 2.5 + HELD_S) == b""


@given(st.lists(st.integers(0, 120), max_size=12), st.data())
def test_a_follower_gets_the_last_ones_since_it_looked_and_no_more_than_are_held(
    bodies: list[int], data: st.DataObject
) -> None:
    passage, said, seen = Passage(), list[Passing](), 0
    for number, size in enumerate(bodies):
        body = tips(*(b"%d %d" % (number, n) for n in range(size)))
        passage.push(body, 5, 1.0)
        said += body
        if data.draw(st.booleans()):
            assert read(passage.since(seen, 5, BOARD, 1.0)) == said[seen:][-HELD:]
            seen = passage.count
    assert passage.count == len(said)
