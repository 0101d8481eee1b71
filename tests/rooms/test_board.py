"""What the demo's hand writes: payloads as the protocol says, strokes that take their time, and a lesson in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
import pytest

from halqa.media import board
from halqa.media.demo_board import circulation, thales, thales_for_ever
from halqa.media.demo_slides import draw
from halqa.media.hand import PIECE_MS, Hand
from halqa.media.teach import written_beside
from halqa.timeline import Draft


def ops(draft: Draft) -> list[Any]:
    return list(msgspec.msgpack.decode(draft.payload))


class Bits:
    """A reader of its own, written from the protocol's page."""

    def __init__(self, said: bytes) -> None:
        self.bits = "".join(f"{byte:08b}" for byte in said)
        self.at = 0

    def number(self, k: int) -> int:
        begins = self.bits.index("1", self.at)
        ends = begins + (begins - self.at) + k + 1
        self.at = ends
        return int(self.bits[begins:ends], 2) - (1 << k)

    def signed(self, k: int) -> int:
        value = self.number(k)
        return value >> 1 if value % 2 == 0 else -(value + 1) // 2

    def points(self, after: tuple[int, int] = (0, 0)) -> tuple[list[tuple[int, int]], list[int] | None]:
        count, pressed = divmod(self.number(3), 2)
        (x, y), xy, pressures, pressure = after, [], [], 8
        for _ in range(count):
            x, y = x + self.signed(5), y + self.signed(5)
            xy.append((x, y))
        for _ in range(count if pressed else 0):
            pressure += self.signed(0)
            pressures.append(pressure)
        assert len(self.bits) - self.at < 8, "nothing is left over"
        assert "1" not in self.bits[self.at :], "noughts fill the last byte"
        return xy, pressures if pressed else None

    def stroke(self) -> dict[str, int]:
        """What stands before the points."""
        said = {"code": self.number(0), "id": self.number(8), "from": self.number(4), "span": self.number(5)}
        dress = {"tool": 0, "colour": 3, "width": 4} if said["code"] == 1 else {}
        return said | {name: self.number(k) for name, k in dress.items()}


def read_points(said: str, after: tuple[int, int] = (0, 0)) -> tuple[list[tuple[int, int]], list[int] | None]:
    return Bits(board.packed(said)).points(after)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 70])
@pytest.mark.parametrize("pressed", [True, False])
def test_points_come_back(count: int, pressed: bool) -> None:
    xy = [((i * 977) % 8000 - 40, 4500 - i * 61) for i in range(count)]
    pressures = [i % 16 for i in range(count)] if pressed else None
    assert read_points(board.points(xy, pressures)) == (xy, pressures)
    assert read_points(board.points(xy, pressures, after=(300, -7)), after=(300, -7)) == (xy, pressures)


PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"


def samples() -> list[tuple[str, bytes]]:
    """What this side writes of the samples on the protocol's page: what they say, and the bytes."""
    block = PROTOCOL.read_text().split("```board\n")[1].split("```")[0]
    lines = [line.removeprefix("ops ").rsplit(" = ", 1) for line in block.splitlines() if line.startswith("ops ")]
    return [(said, bytes.fromhex(hexadecimal)) for said, hexadecimal in lines]


def written(op: Any) -> board.Op:
    """An operation of a sample, as this side writes it. Times there are hundredths of a second."""
    if isinstance(op, list):
        return [packed_points(one) if isinstance(one, dict) and "xy" in one else one for one in op]
    ((name, told),) = op.items()
    xy, pressures = told["points"]["xy"], told["points"].get("pressures")
    said = board.points(list(zip(xy[::2], xy[1::2], strict=True)), pressures)
    times = (told["from"] * 10, told["span"] * 10, said)
    if name == "more":
        return board.more(told["id"], *times)
    return board.ink(told["id"], told["tool"], told["colour"], told["width"], *times)


def packed_points(told: dict[str, list[int]]) -> bytes:
    xy = told["xy"]
    return board.packed(board.points(list(zip(xy[::2], xy[1::2], strict=True)), told.get("pressures")))


@pytest.mark.parametrize(("said", "expected"), samples())
def test_writes_the_samples_of_the_protocol(said: str, expected: bytes) -> None:
    assert board.payload(map(written, json.loads(said))).hex() == expected.hex()


def test_points_as_bytes() -> None:
    assert board.packed(board.points([(1, -1), (65, 63)])).hex() == "c8a1280a00"
    assert board.packed(board.points([(0, 0)], [15])).hex() == "b8201e"


def test_operations_are_arrays_that_begin_with_their_code() -> None:
    said = board.points([(5, 5)])
    ink, more = Bits(board.ink(1, board.PEN, board.RED, 22, 0, 87, said)), Bits(board.more(300, 12, 90, said))
    assert ink.stroke() == {"code": 1, "id": 1, "from": 0, "span": 9, "tool": 0, "colour": 2, "width": 22}
    assert more.stroke() == {"code": 0, "id": 300, "from": 1, "span": 9}
    assert ink.points() == more.points() == ([(5, 5)], None)
    written: list[board.Op] = [
        board.thing(2, "text", x=1, y=2, w=3, size=4, colour=0, text="السلام"),
        board.gone(1, 2),
        board.page("2", 1, "lines"),
        board.turned("2"),
        board.page_gone("2"),
        board.view(1, 2, 3),
        board.whole(),
        board.laser(0, 40, said),
    ]
    assert ops(Draft("board", "", 0, 0, 0, 0, board.payload(written))) == [
        [3, 2, {"kind": "text", "x": 1, "y": 2, "w": 3, "size": 4, "colour": 0, "text": "السلام"}],
        [4, [1, 2]],
        [16, "2", 1, "lines", None],
        [17, "2"],
        [18, "2", True],
        [19, 1, 2, 3],
        [19],
        [20, 0, 4, board.packed(said)],
    ]


def test_a_stroke_is_said_in_pieces_that_join() -> None:
    hand = Hand(1000)
    hand.line((500, 500), (7500, 500))
    assert len(hand.drafts) > 3
    begins, told = 1000, (0, 0)
    whole: list[tuple[int, int]] = []
    for i, draft in enumerate(hand.drafts):
        (op,) = ops(draft)
        assert draft.track == "board/1"
        assert draft.t >= begins
        assert draft.duration <= PIECE_MS
        bits = Bits(op)
        assert bits.stroke()["code"] == (1 if i == 0 else 0)
        xy, pressures = bits.points(told)
        assert pressures is not None
        whole, told, begins = whole + xy, xy[-1], draft.t + draft.duration
    assert all(abs(y - 500) < 20 for _, y in whole)
    assert abs(whole[0][0] - 500) < 20
    assert abs(whole[-1][0] - 7500) < 20
    assert all(a[0] < b[0] + 10 for a, b in pairwise(whole)), "it goes one way"
    assert hand.now > begins, "the pen is lifted"


SLIDES = [{"sizes": {"480": seq}, "type": "image/webp"} for seq in (1, 2)]


@pytest.mark.parametrize(
    ("written", "until_ms", "pages"),
    [(thales(), 120_000, 2), (thales(slides=SLIDES), 120_000, 3), (circulation(), 240_000, 2)],
    ids=["thales", "slides", "blood"],
)
def test_a_written_lesson_is_in_order_small_and_ends_with_its_clip(
    written: list[Draft], until_ms: int, pages: int
) -> None:
    last: dict[str, int] = {}
    for draft in written:
        assert draft.t >= last.get(draft.track, 0)
        last[draft.track] = draft.t
        assert draft.t + draft.duration < until_ms
    strokes = [
        op
        for draft in written
        if draft.track.startswith("board/")
        for op in ops(draft)
        if isinstance(op, bytes) and Bits(op).number(0) == 1
    ]
    assert len(strokes) >= 24
    assert len([track for track in last if track.startswith("board/")]) == pages
    assert sum(len(draft.payload) for draft in written) < 20_000


def test_written_again_on_pages_of_its_own_and_the_old_ones_are_taken_out() -> None:
    lessons = thales_for_ever(120_000)
    first = [next(lessons) for _ in thales()]
    assert first == thales()
    again = thales(120_000, 1)
    assert [next(lessons) for _ in again] == again
    assert not {d.track for d in first if "/" in d.track} & {d.track for d in again if "/" in d.track}
    assert [18, "1", True] in [op for draft in again if draft.track == "board" for op in ops(draft)]


def test_the_lesson_begins_with_a_slide_and_asks_on_another() -> None:
    said = [op for draft in thales(120_000, 1, SLIDES) if draft.track == "board" for op in ops(draft)]
    assert [op[4] for op in said if op[0] == 16] == [SLIDES[0], None, SLIDES[1]]
    assert said[0][1] == "2a"
    assert {op[1] for op in said if op[0] == 18} == {"1", "1a", "1b"}


def test_slides_are_drawn_in_both_scripts(tmp_path: Path) -> None:
    draw(tmp_path / "slides.pdf")
    with pypdfium2.PdfDocument(tmp_path / "slides.pdf") as document:
        assert len(document) == 2
        for page in document:
            picture = page.render(scale=0.25).to_pil()
            assert picture.width > picture.height
            assert len(picture.getcolors(1 << 16) or ()) > 30, "there is something on it"


def test_what_is_written_comes_when_the_lesson_has_got_there() -> None:
    async def said() -> AsyncIterator[list[Draft]]:
        for t in range(0, 60_000, 250):
            yield [Draft("audio", "", 0, t, 250, 0, b"")]

    async def lesson() -> list[Draft]:
        return [draft async for batch in written_beside(said(), thales()) for draft in batch]

    came, reached = asyncio.run(lesson()), 0
    assert [d for d in came if d.track != "audio"] == [d for d in thales() if d.t + d.duration <= 60_000]
    for draft in came:
        if draft.track == "audio":
            reached = draft.t
        else:
            assert reached <= draft.t + draft.duration <= reached + 500
