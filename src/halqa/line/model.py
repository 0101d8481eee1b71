"""THE HEART of the emulator: what becomes of a packet. No clock and no I/O: every time is a parameter, in nanoseconds.

Theory of operation. A packet meets, in this order:

    offer ─▶ cut? ─▶ queue (bounded, tail drop) ─▶ transmitter (size / rate) ─▶ loss? ─▶ delay + jitter ─▶ take

Rules:
1. A packet never arrives earlier than its own transmission and the delay allow, nor than the packet before it.
2. What waits, the packet in transmission included, never exceeds `queue_bytes`; what does not fit is dropped.
3. A packet lost at random was sent all the same: it took its place in the queue and its share of the rate.
4. A cut loses whatever waits or flies, and whatever is offered until it ends. The ends of the line are not told.
5. A change of profile holds from now on: what waits goes at the new rate, what already flies goes on as it flew.
6. The n-th packet accepted by a pipe meets the n-th throw of its dice: the same seed loses the same packets.
7. Nothing disappears: offered = delivered + dropped (queue, loss, cut) + inside, in packets and in bytes.

Calling late changes nothing: a caller that slept through a cut and asks afterwards gets the same answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Generic, TypeVar

from .cuts import NO_CUTS, Cuts
from .profile import Direction, LineProfile, Way

T = TypeVar("T")
SECOND = 1_000_000_000
MILLISECOND = 1_000_000


class Drop(Enum):
    """Why a packet does not arrive."""

    QUEUE = "queue"
    LOSS = "loss"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Count:
    packets: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class WayCounters:
    """What became of everything offered to one direction. Bytes are whole IP packets."""

    offered: Count
    delivered: Count
    queue: Count
    loss: Count
    cut: Count
    inside: Count
    waiting_bytes: int
    peak_waiting_bytes: int

    @property
    def dropped(self) -> Count:
        parts = (self.queue, self.loss, self.cut)
        return Count(sum(part.packets for part in parts), sum(part.bytes for part in parts))


class _Tally:
    """A count that grows."""

    __slots__ = ("bytes", "packets")

    def __init__(self) -> None:
        self.packets = self.bytes = 0

    def add(self, size: int) -> None:
        self.packets += 1
        self.bytes += size

    def counted(self) -> Count:
        return Count(self.packets, self.bytes)


class _Parcel(Generic[T]):
    """A packet inside a pipe: when it will have been sent, and when it will arrive."""

    __slots__ = ("arrives_at", "jitter", "lost", "packet", "sent_at", "size")

    def __init__(self, packet: T, size: int, lost: bool, jitter: float) -> None:
        self.packet, self.size, self.lost, self.jitter = packet, size, lost, jitter
        self.sent_at = self.arrives_at = 0


class Pipe(Generic[T]):
    """One direction of a line. Times must not go back from call to call."""

    def __init__(self, way: Way, seed: int | str = 0) -> None:
        self._way = way
        self._dice = Random(seed)
        self._waiting: deque[_Parcel[T]] = deque()
        self._flying: deque[_Parcel[T]] = deque()
        self._waiting_bytes = self._peak = 0
        self._free_at = 0  # when the transmitter has sent all that waits
        self._last_arrival = 0
        self._is_cut = False
        self._offered, self._delivered = _Tally(), _Tally()
        self._dropped = {reason: _Tally() for reason in Drop}

    def offer(self, now: int, size: int, packet: T) -> int | Drop:
        """When this packet will arrive if nothing changes, or why it never will."""
        self._advance(now)
        self._offered.add(size)
        if self._is_cut:
            return self._drop(Drop.CUT, size)
        if self._waiting_bytes + size > self._way.queue_bytes:
            return self._drop(Drop.QUEUE, size)
        parcel = _Parcel(packet, size, self._dice.random() < self._way.loss, self._dice.random())
        self._plan(parcel, max(now, self._free_at) + _sending_ns(size, self._way.kbit))
        self._waiting.append(parcel)
        self._waiting_bytes += size
        self._peak = max(self._peak, self._waiting_bytes)
        return Drop.LOSS if parcel.lost else parcel.arrives_at

    def take(self, now: int) -> list[tuple[int, T]]:
        """What has arrived since the last call, each with its time of arrival."""
        self._advance(now)
        arrived: list[tuple[int, T]] = []
        while self._flying and self._flying[0].arrives_at <= now:
            parcel = self._flying.popleft()
            self._delivered.add(parcel.size)
            arrived.append((parcel.arrives_at, parcel.packet))
        return arrived

    def next_at(self) -> int | None:
        """When there may be something to take; None when nothing is inside."""
        first = self._flying or self._waiting
        return first[0].arrives_at if first else None

    def cut(self, now: int) -> None:
        """From now on nothing passes. What has arrived by now may still be taken."""
        self._advance(now)
        self._is_cut = True
        arrived = [parcel for parcel in self._flying if parcel.arrives_at <= now]
        for parcel in (*self._flying, *self._waiting):
            if parcel.arrives_at > now:
                self._drop(Drop.CUT, parcel.size)
        self._flying = deque(arrived)
        self._waiting.clear()
        self._waiting_bytes = 0
        self._free_at = self._last_arrival = now

    def mend(self, now: int) -> None:
        self._advance(now)
        self._is_cut = False

    def change(self, now: int, way: Way) -> None:
        """Rule 5: the part of the first packet not yet sent, and all behind it, go at the new rate."""
        self._advance(now)
        before, self._way = self._way, way
        self._last_arrival = self._flying[-1].arrives_at if self._flying else 0
        sent_at = now
        for place, parcel in enumerate(self._waiting):
            if place == 0:
                sent_at += -(-(parcel.sent_at - now) * before.kbit // way.kbit)
            else:
                sent_at += _sending_ns(parcel.size, way.kbit)
            self._plan(parcel, sent_at)

    def counters(self, now: int) -> WayCounters:
        self._advance(now)
        inside = (*self._waiting, *self._flying)
        return WayCounters(
            offered=self._offered.counted(),
            delivered=self._delivered.counted(),
            queue=self._dropped[Drop.QUEUE].counted(),
            loss=self._dropped[Drop.LOSS].counted(),
            cut=self._dropped[Drop.CUT].counted(),
            inside=Count(len(inside), sum(parcel.size for parcel in inside)),
            waiting_bytes=self._waiting_bytes,
            peak_waiting_bytes=self._peak,
        )

    def _plan(self, parcel: _Parcel[T], sent_at: int) -> None:
        flight = round((self._way.delay_ms + self._way.jitter_ms * parcel.jitter) * MILLISECOND)
        parcel.sent_at = self._free_at = sent_at
        parcel.arrives_at = self._last_arrival = max(sent_at + flight, self._last_arrival)

    def _advance(self, now: int) -> None:
        """Let fly what has been sent by now."""
        while self._waiting and self._waiting[0].sent_at <= now:
            parcel = self._waiting.popleft()
            self._waiting_bytes -= parcel.size
            if parcel.lost:
                self._drop(Drop.LOSS, parcel.size)
            else:
                self._flying.append(parcel)

    def _drop(self, reason: Drop, size: int) -> Drop:
        self._dropped[reason].add(size)
        return reason


def _sending_ns(size: int, kbit: int) -> int:
    """How long the transmitter needs for so many bytes, never less than the rate allows."""
    return -(-size * 8 * MILLISECOND // kbit)


@dataclass(frozen=True, slots=True)
class LineCounters:
    """What became of everything, and how far the emulation itself can be trusted.

    `seconds` the line has stood, `cut_seconds` of them cut. `missed_packets` were lost by the emulating machine and
    not by the line; `worst_late_ms` is the latest a packet was handed over after its time. When either is not small
    against what is measured, the machine was too busy for the measurement.
    """

    down: WayCounters
    up: WayCounters
    seconds: float
    cuts: int
    cut_seconds: float
    missed_packets: int = 0
    worst_late_ms: float = 0.0


class LineModel(Generic[T]):
    """Two pipes under one weather: scheduled cuts, cuts by hand, changes of profile."""

    def __init__(self, profile: LineProfile, cuts: Cuts = NO_CUTS, seed: int = 0, now: int = 0) -> None:
        self.pipes: dict[Direction, Pipe[T]] = {
            direction: Pipe(profile.way(direction), f"{seed}/{direction.value}") for direction in Direction
        }
        self._began = now
        self._by_hand = self._by_plan = False
        self._cut_since: int | None = None
        self._cuts = self._cut_ns = 0
        self._turns: deque[tuple[int, bool]] = deque()
        self.plan(now, cuts)

    @property
    def is_cut(self) -> bool:
        return self._cut_since is not None

    def offer(self, direction: Direction, now: int, size: int, packet: T) -> int | Drop:
        self._live_until(now)
        return self.pipes[direction].offer(now, size, packet)

    def due(self, now: int) -> list[tuple[Direction, int, T]]:
        """Everything that has arrived by now: where it was going, when it arrived, what it is."""
        self._live_until(now)
        return [(direction, at, packet) for direction, pipe in self.pipes.items() for at, packet in pipe.take(now)]

    def next_at(self) -> int | None:
        """When something may be due. Cuts need no waking: they are lived through when somebody asks."""
        return min(_known(pipe.next_at() for pipe in self.pipes.values()), default=None)

    def plan(self, now: int, cuts: Cuts) -> None:
        """From now on the cuts of this schedule, whose second 0 is now; any schedule before it is forgotten."""
        self._live_until(now)
        self._turns.clear()
        for cut in cuts.planned:
            self._turns.append((now + round(cut.start * SECOND), True))
            self._turns.append((now + round(cut.end * SECOND), False))
        self._by_plan = False
        self._settle(now)
        self._live_until(now)

    def cut(self, now: int) -> None:
        """Cut by hand, until mended by hand: a schedule does not mend it."""
        self._live_until(now)
        self._by_hand = True
        self._settle(now)

    def mend(self, now: int) -> None:
        """Undo the cut by hand. A scheduled cut goes on until its end."""
        self._live_until(now)
        self._by_hand = False
        self._settle(now)

    def change(self, now: int, profile: LineProfile) -> None:
        self._live_until(now)
        for direction, pipe in self.pipes.items():
            pipe.change(now, profile.way(direction))

    def counters(self, now: int) -> LineCounters:
        self._live_until(now)
        cut_ns = self._cut_ns + (now - self._cut_since if self._cut_since is not None else 0)
        return LineCounters(
            down=self.pipes[Direction.DOWN].counters(now),
            up=self.pipes[Direction.UP].counters(now),
            seconds=(now - self._began) / SECOND,
            cuts=self._cuts,
            cut_seconds=cut_ns / SECOND,
        )

    def _live_until(self, now: int) -> None:
        """Live through every scheduled turn of the weather up to now, each at its own time."""
        while self._turns and self._turns[0][0] <= now:
            at, self._by_plan = self._turns.popleft()
            self._settle(at)

    def _settle(self, at: int) -> None:
        should = self._by_hand or self._by_plan
        if should and self._cut_since is None:
            self._cut_since = at
            self._cuts += 1
            for pipe in self.pipes.values():
                pipe.cut(at)
        elif not should and self._cut_since is not None:
            self._cut_ns += at - self._cut_since
            self._cut_since = None
            for pipe in self.pipes.values():
                pipe.mend(at)


def _known(times: Iterable[int | None]) -> list[int]:
    return [time for time in times if time is not None]
