"""What a line does to packets: the rules of `halqa.line.model` as laws, under any weather. No clock, no network."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halqa.line import (
    PRESETS,
    BadCut,
    BadProfile,
    Cut,
    Cuts,
    Direction,
    Drop,
    LineModel,
    LineProfile,
    Pipe,
    Way,
    WayCounters,
    cli,
    parse,
)
from halqa.line.line import counters_from
from halqa.line.model import MILLISECOND, SECOND
from halqa.line.order import Order

unhurried = settings(deadline=None)
"""A busy machine breaks no law."""
SIZES = st.integers(20, 1500)
GAPS = st.integers(0, 300 * MILLISECOND)
PROFILES = st.builds(
    LineProfile,
    down_kbit=st.integers(16, 50_000),
    up_kbit=st.integers(16, 50_000),
    delay_ms=st.integers(0, 800).map(lambda quarter: quarter / 4),
    jitter_ms=st.integers(0, 100),
    loss=st.integers(0, 50).map(lambda percent: percent / 100),
    queue_ms=st.none() | st.integers(1, 3000),
)
PLAIN = Way(kbit=128, delay_ms=150, jitter_ms=0, loss=0, queue_bytes=15_000)


# -- one packet, by hand -----------------------------------------------------------------------------------------


def test_a_packet_takes_its_transmission_and_the_delay() -> None:
    pipe = Pipe[str](PLAIN)
    assert pipe.offer(0, 1600, "one") == 250 * MILLISECOND  # 1600 bytes at 128 kbit/s are 100 ms, then 150 ms of way
    assert pipe.take(250 * MILLISECOND - 1) == []
    assert pipe.take(250 * MILLISECOND) == [(250 * MILLISECOND, "one")]


def test_the_next_packet_waits_for_the_transmitter_and_not_for_the_delay() -> None:
    pipe = Pipe[str](PLAIN)
    assert [pipe.offer(0, 1600, name) for name in "abc"] == [at * MILLISECOND for at in (250, 350, 450)]


def test_what_does_not_fit_the_queue_is_dropped() -> None:
    pipe = Pipe[int](replace(PLAIN, queue_bytes=3000))
    answers = [pipe.offer(0, 1500, number) for number in range(3)]
    assert answers[2] is Drop.QUEUE
    assert Drop.QUEUE not in answers[:2]
    assert pipe.offer(94 * MILLISECOND, 1500, 3) is not Drop.QUEUE, "1500 bytes have left after 93.75 ms"


def test_a_lost_packet_used_the_line_all_the_same() -> None:
    lossy, clean = Pipe[int](replace(PLAIN, loss=0.99)), Pipe[int](PLAIN)
    assert lossy.offer(0, 1500, 0) is Drop.LOSS
    clean.offer(0, 1500, 0)
    lossy.change(0, PLAIN)
    assert lossy.offer(0, 1500, 1) == clean.offer(0, 1500, 1)


def test_two_percent_of_many_packets_are_lost_and_always_the_same_ones() -> None:
    def lost(seed: int) -> list[int]:
        pipe = Pipe[int](Way(1000, 0, 0, 0.02, 10**9), seed)
        return [number for number in range(20_000) if pipe.offer(0, 100, number) is Drop.LOSS]

    assert lost(1) == lost(1) != lost(2)
    assert len(lost(1)) == pytest.approx(400, abs=5 * 20), "five times the standard deviation"


def test_a_cut_loses_what_waits_and_what_flies_but_not_what_has_arrived() -> None:
    pipe = Pipe[str](PLAIN)
    for name in ("arrived", "flying", "waiting"):
        pipe.offer(0, 1600, name)
    pipe.cut(250 * MILLISECOND)
    assert pipe.offer(250 * MILLISECOND, 1600, "during") is Drop.CUT
    pipe.mend(300 * MILLISECOND)
    assert pipe.offer(300 * MILLISECOND, 1600, "after") == 550 * MILLISECOND
    assert [name for _, name in pipe.take(SECOND)] == ["arrived", "after"]
    assert pipe.counters(SECOND).cut.packets == 3


def test_a_faster_line_sends_faster_what_already_waits() -> None:
    pipe = Pipe[str](replace(PLAIN, kbit=32))
    for name in "ab":
        pipe.offer(0, 1600, name)  # 400 ms each
    pipe.change(200 * MILLISECOND, replace(PLAIN, kbit=320))  # half of the first is left: 20 ms, then 40 ms
    assert pipe.take(SECOND) == [(370 * MILLISECOND, "a"), (410 * MILLISECOND, "b")]


# -- laws --------------------------------------------------------------------------------------------------------


def _feed(pipe: Pipe[int], packets: list[tuple[int, int]]) -> tuple[list[int | Drop], list[tuple[int, int]], int]:
    """Offer (gap, size) in turn; answers, arrivals, and the time of the last offer."""
    now = 0
    answers = []
    for number, (gap, size) in enumerate(packets):
        now += gap
        answers.append(pipe.offer(now, size, number))
    return answers, pipe.take(10**15), now


@unhurried
@given(PROFILES, st.lists(st.tuples(GAPS, SIZES), max_size=60), st.integers())
def test_never_early_never_reordered_never_faster_than_the_rate(
    profile: LineProfile, packets: list[tuple[int, int]], seed: int
) -> None:
    way = profile.way(Direction.DOWN)
    answers, arrivals, _ = _feed(Pipe(way, seed), packets)
    assert arrivals == [(at, number) for number, at in enumerate(answers) if isinstance(at, int)], "it kept its word"
    assert all(before <= after for (before, _), (after, _) in pairwise(arrivals))
    offered_at, now = [], 0
    for gap, _ in packets:
        now += gap
        offered_at.append(now)
    for first in range(len(arrivals)):
        carried = 0
        for at, number in arrivals[first:]:
            carried += packets[number][1]
            fastest = offered_at[arrivals[first][1]] + carried * 8 * MILLISECOND / way.kbit + way.delay_ms * MILLISECOND
            assert at >= fastest - 1


@unhurried
@given(PROFILES, st.lists(st.tuples(GAPS, SIZES), max_size=60), st.integers(0, 60))
def test_changing_to_the_same_line_changes_nothing(
    profile: LineProfile, packets: list[tuple[int, int]], turn: int
) -> None:
    way = profile.way(Direction.UP)
    undisturbed, disturbed = Pipe[int](way), Pipe[int](way)
    now = 0
    for number, (gap, size) in enumerate(packets):
        now += gap
        if number == turn:
            disturbed.change(now, way)
        assert undisturbed.offer(now, size, number) == disturbed.offer(now, size, number)
    assert undisturbed.take(10**15) == disturbed.take(10**15)


Deed = tuple[str, int, int]
"""What is done, how many ns after the deed before it, and with what size."""
WEATHER = st.lists(
    st.tuples(st.sampled_from(["down"] * 4 + ["up"] * 4 + ["due", "cut", "mend", "change"]), GAPS, SIZES), max_size=80
)
SCHEDULES = st.lists(
    st.builds(lambda at, length: Cut(at / 10, (at + length) / 10), st.integers(0, 60), st.integers(1, 30)), max_size=4
).map(Cuts.of)


def _live(model: LineModel[int], deeds: list[Deed], other: LineProfile) -> tuple[list[tuple[Direction, int, int]], int]:
    """Do the deeds; what arrived, in the order it was taken, and the time at the end."""
    now, arrived = 0, []
    for number, (deed, gap, size) in enumerate(deeds):
        now += gap
        match deed:
            case "due":
                arrived += model.due(now)
            case "sleep":
                continue
            case "cut":
                model.cut(now)
            case "mend":
                model.mend(now)
            case "change":
                model.change(now, other)
            case _:
                model.offer(Direction(deed), now, size, number)
        _accounts_balance(model, now)
    return arrived, now


def _accounts_balance(model: LineModel[int], now: int) -> None:
    counters = model.counters(now)
    for way in (counters.down, counters.up):
        assert way.offered.packets == way.delivered.packets + way.dropped.packets + way.inside.packets
        assert way.offered.bytes == way.delivered.bytes + way.dropped.bytes + way.inside.bytes
        assert 0 <= way.waiting_bytes <= min(way.peak_waiting_bytes, way.inside.bytes)


@unhurried
@given(PROFILES, PROFILES, SCHEDULES, WEATHER, st.integers())
def test_under_any_weather_nothing_disappears_and_the_queue_is_bounded(
    profile: LineProfile, other: LineProfile, cuts: Cuts, deeds: list[Deed], seed: int
) -> None:
    model = LineModel[int](profile, cuts, seed)
    _, now = _live(model, deeds, other)
    counters = model.counters(now)
    for direction, way in ((Direction.DOWN, counters.down), (Direction.UP, counters.up)):
        bounds = [line.way(direction).queue_bytes for line in (profile, other)]
        assert way.peak_waiting_bytes <= max(bounds)
    model.due(10**15)
    after = model.counters(10**15)
    assert after.down.inside.packets == after.up.inside.packets == 0
    assert model.next_at() is None


@unhurried
@given(PROFILES, PROFILES, SCHEDULES, WEATHER)
def test_asking_late_changes_nothing(profile: LineProfile, other: LineProfile, cuts: Cuts, deeds: list[Deed]) -> None:
    prompt, lazy = LineModel[int](profile, cuts, 5), LineModel[int](profile, cuts, 5)
    early, now = _live(prompt, deeds, other)
    late, _ = _live(lazy, [("sleep" if deed == "due" else deed, gap, size) for deed, gap, size in deeds], other)
    assert late == []
    early += prompt.due(now + 100 * SECOND)
    late += lazy.due(now + 100 * SECOND)
    for direction in Direction:
        assert [fact for fact in early if fact[0] is direction] == [fact for fact in late if fact[0] is direction]


@unhurried
@given(PROFILES, SCHEDULES, st.lists(st.tuples(GAPS, SIZES), max_size=60))
def test_nothing_arrives_while_the_schedule_says_cut(
    profile: LineProfile, cuts: Cuts, packets: list[tuple[int, int]]
) -> None:
    model = LineModel[int](profile, cuts)
    now = 0
    for number, (gap, size) in enumerate(packets):
        now += gap
        answer = model.offer(Direction.DOWN, now, size, number)
        assert (answer is Drop.CUT) == cuts.is_cut(now / SECOND)
    for _, at, _ in model.due(10**15):
        assert not any(cut.start * SECOND < at < cut.end * SECOND for cut in cuts.planned)


# -- a line under cuts -------------------------------------------------------------------------------------------


def test_cuts_by_hand_and_by_plan_are_counted_together() -> None:
    model = LineModel[int](PRESETS["128"], Cuts.parse(["20@60"]))
    model.cut(70 * SECOND)
    assert model.counters(90 * SECOND).cut_seconds == 30, "the schedule does not mend what a hand has cut"
    model.mend(95 * SECOND)
    assert not model.is_cut
    counters = model.counters(100 * SECOND)
    assert (counters.cuts, counters.cut_seconds, counters.seconds) == (1, 35, 100)


def test_a_new_plan_counts_from_now_and_ends_the_old_one() -> None:
    model = LineModel[int](PRESETS["128"], Cuts.parse(["20@0"]))
    assert model.is_cut
    model.plan(5 * SECOND, Cuts.parse(["1@10"]))
    assert not model.is_cut
    model.counters(15 * SECOND)
    assert model.is_cut


# -- spelling ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("128kbit,300ms,2%", LineProfile(128, 128, 150, 0, 0.02)),
        ("512/128kbit, 0.6s", LineProfile(512, 128, 300)),
        ("2Mbit/s", LineProfile(2000, 2000)),
        ("school-128", LineProfile(128, 128, 150, 0, 0.02)),
        ("satellite-512", LineProfile(512, 128, 300)),
        ("satellite-512,5%,jitter=40ms,queue=0.5s", LineProfile(512, 128, 300, 40, 0.05, 500)),
        ("64", LineProfile(64, 64, 30)),
    ],
)
def test_a_line_as_a_person_spells_it(text: str, meant: LineProfile) -> None:
    assert replace(parse(text), name="") == meant


@pytest.mark.parametrize(
    ("text", "named", "accepted"),
    [
        ("", "''", "school-128"),
        ("fast", "'fast'", "128kbit"),
        ("300ms,2%", "rate", "128kbit"),
        ("128kbit,2%,3%", "loss", "once"),
        ("128kbit,200%", "loss", "0.99"),
        ("0kbit", "down_kbit", "Between 1"),
        ("128/0kbit", "up_kbit", "Between 1"),
        ("128kbit,90s,2%,jitter=x", "jitter", "20ms"),
        ("128kbit,delay=3ms", "delay", "queue=500ms"),
        ("128kbit,queue=0ms", "queue_ms", "Between 1"),
        ("128kbit,300s", "delay_ms", "60000 ms"),
    ],
)
def test_a_wrong_spelling_is_told_which_part_and_what_would_do(text: str, named: str, accepted: str) -> None:
    with pytest.raises(BadProfile) as told:
        parse(text)
    assert named in str(told.value)
    assert accepted in str(told.value)


@unhurried
@given(PROFILES)
def test_what_is_spelled_is_read_back(profile: LineProfile) -> None:
    assert replace(parse(profile.spelled()), name="") == profile


@pytest.mark.parametrize("name", PRESETS)
def test_every_known_line_is_itself(name: str) -> None:
    assert parse(name) == PRESETS[name]
    assert replace(parse(PRESETS[name].spelled()), name=name) == PRESETS[name]


def test_cuts_as_a_person_spells_them() -> None:
    assert Cuts.parse(["20@60", "5s@300s"]) == Cuts((Cut(60, 80), Cut(300, 305)))
    assert Cuts.parse(["20@60", "20@70"]) == Cuts((Cut(60, 90),)), "those that touch are one"


@pytest.mark.parametrize("text", ["20", "20@", "@60", "0@60", "-1@5", "5@every0", "5@often"])
def test_a_wrong_cut_is_told_how_to_say_it(text: str) -> None:
    with pytest.raises(BadCut, match=r"20@60|more than 0"):
        Cuts.parse([text])


def test_random_cuts_come_from_the_seed_and_about_as_often_as_said() -> None:
    cuts = Cuts.parse(["5@every90"], seed=3)
    assert cuts == Cuts.parse(["5@every90"], seed=3) != Cuts.parse(["5@every90"], seed=4)
    assert all(before.end < after.start for before, after in pairwise(cuts.planned))
    assert all(cut.end - cut.start == pytest.approx(5) for cut in cuts.planned)
    assert len(cuts.planned) == pytest.approx(86_400 / 95, rel=0.15)


# -- what travels between the processes --------------------------------------------------------------------------


@unhurried
@given(PROFILES, SCHEDULES, st.integers(0, 10**6), st.none() | st.just("halqa-line-1-near"))
def test_an_order_travels(profile: LineProfile, cuts: Cuts, seed: int, near: str | None) -> None:
    order = Order(profile, cuts, seed, 0, near, None)
    assert Order.read(order.spelled()) == order


def test_every_place_has_two_addresses_of_its_own() -> None:
    addresses = [
        address for place in range(16384) for address in Order(PRESETS["32"], Cuts(), 0, place, None, None).addresses
    ]
    assert addresses[:4] == ["10.213.0.1", "10.213.0.2", "10.213.0.5", "10.213.0.6"]
    assert len(set(addresses)) == 2 * 16384


def test_counters_travel() -> None:
    model = LineModel[int](PRESETS["school-128"], Cuts.parse(["1@0"]))
    for _ in range(20):
        model.offer(Direction.UP, 2 * SECOND, 1500, 0)
    counters = model.counters(2 * SECOND)
    assert counters_from(json.loads(json.dumps(asdict(counters)))) == counters
    assert isinstance(counters.up, WayCounters)
    assert counters.up.queue.packets == 10, "a second of 128 kbit/s holds ten whole packets"


# -- the command, as far as it needs no line -----------------------------------------------------------------------


def test_the_command_lists_every_known_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list"]) == 0
    listed = [row.split()[0] for row in capsys.readouterr().out.splitlines()]
    assert listed == ["name", *PRESETS]


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert "--cut" in told
    assert "128kbit,300ms,2%\n" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "PROFILE"),
        (["quick", "--", "true"], "'quick'"),
        (["128", "--cut", "soon", "--", "true"], "'soon'"),
        (["128"], "no COMMAND"),
        (["128", "--nonsense", "--", "true"], "--nonsense"),
    ],
)
def test_the_command_says_what_it_did_not_understand(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    assert told in capsys.readouterr().err


def test_without_root_the_command_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert cli.main(["128", "--", "true"]) == 69
    assert "sudo" in capsys.readouterr().err
