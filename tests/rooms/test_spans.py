"""The laws of stretches: united in any order, again, or in parts, it is the same. And allowances."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from halqa.lessons.spans import GAP_MS, Span, length, united, within
from halqa.people.allowance import Allowance

MOMENTS = st.integers(0, 60_000)
SPANS = st.lists(st.tuples(MOMENTS, MOMENTS).map(lambda two: (min(two), max(two))), max_size=20)


@given(SPANS)
def test_united_again_is_the_same(spans: list[Span]) -> None:
    once = united(spans)
    assert united(once) == united(once, once) == united(once, spans) == once


@given(SPANS, SPANS, SPANS)
def test_order_does_not_matter(a: list[Span], b: list[Span], c: list[Span]) -> None:
    assert united(a, b, c) == united(c, a, b) == united(united(a, b), c) == united(a, united(b, c))


@given(SPANS)
def test_they_ascend_apart_and_have_a_length(spans: list[Span]) -> None:
    found = united(spans)
    assert all(end > begin for begin, end in found)
    assert all(after[0] - before[1] >= GAP_MS for before, after in itertools.pairwise(found))


@given(SPANS)
def test_nothing_played_is_lost(spans: list[Span]) -> None:
    found = united(spans)
    assert all(begin == end or within(found, begin, end) == end - begin for begin, end in spans)


@given(SPANS)
def test_nothing_is_made_up_but_gaps_of_less_than_a_second(spans: list[Span]) -> None:
    played = {ms // 100 for begin, end in spans for ms in range(begin, end, 100)}
    made_up = [ms for begin, end in united(spans) for ms in range(begin, end, 100) if ms // 100 not in played]
    assert length(united(spans)) >= 0
    assert all(any(abs(ms // 100 - there) <= GAP_MS // 100 for there in played) for ms in made_up)


@given(SPANS, st.lists(MOMENTS, min_size=1, max_size=6))
def test_parts_add_up(spans: list[Span], cuts: list[int]) -> None:
    found, edges = united(spans), sorted({0, 60_000, *cuts})
    assert sum(within(found, a, b) for a, b in itertools.pairwise(edges)) == length(found)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_allowance_is_used_up_and_comes_back_at_its_pace() -> None:
    clock = Clock()
    allowance = Allowance(clock, 3, 8.0)
    assert [allowance.take("192.0.2.1") for _ in range(3)] == [0, 0, 0]
    assert allowance.take("192.0.2.1") == 8.0
    clock.now += 4
    assert allowance.take("192.0.2.1") == 4.0
    assert allowance.take("192.0.2.2") == 0
    clock.now += 4
    assert allowance.take("192.0.2.1") == 0
    assert allowance.take("192.0.2.1") == 8.0
    clock.now += 1000
    assert [allowance.take("192.0.2.1") > 0 for _ in range(4)] == [False, False, False, True]


def test_a_household_of_ipv6_is_one_address() -> None:
    allowance = Allowance(Clock(), 1, 10.0)
    assert allowance.take("2001:db8::1") == 0
    assert allowance.take("2001:db8::2") == 10.0
