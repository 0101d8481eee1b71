"""A line that carries real packets: ICMP, UDP and TCP through two namespaces. Root and /dev/net/tun.

Machines are noisy, so times have lower bounds only: nothing may be faster than the line allows. How much later
something came is the machine's affair, and `LineCounters` confesses it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from halqa.line import Cuts, Direction, Drop, Line, LineCounters, LineUnavailable, Pipe, check_machine, cli, parse
from halqa.line.namespaces import NAMED, PREFIX, sweep

try:
    check_machine()
    UNAVAILABLE = ""
except LineUnavailable as why:
    UNAVAILABLE = str(why)

pytestmark = pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE)

PATIENCE = 60.0
HEADERS = 28
"""IPv4 and UDP."""
CLEAN = "20mbit,2ms"
"""A line fast enough that nothing waits, for tests about something else."""
SOURCE = Path(__file__).parents[2] / "src"


def until(condition: Callable[[], bool], what: str) -> None:
    """Ask again, with a breath between, until it is so."""
    breath, end = threading.Event(), monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end, f"{what}: not within {PATIENCE:g} s"
        breath.wait(0.002)


def namespaces_of(owner: int) -> list[str]:
    return sorted(path.name for path in NAMED.glob(f"{PREFIX}{owner}-*"))


# -- round trip, loss, rate, queue ---------------------------------------------------------------------------------


def ping(line: Line, sequence: int, payload: bytes) -> float:
    """Seconds until the kernel of the near side has answered an echo request from the far side."""
    head = struct.pack("!BBHHH", 8, 0, 0, 1, sequence)
    total = sum(struct.unpack(f"!{len(head + payload) // 2}H", head + payload))
    total = (total & 0xFFFF) + (total >> 16)
    checked = struct.pack("!BBHHH", 8, 0, ~(total + (total >> 16)) & 0xFFFF, 1, sequence)
    with line.far.socket(socket.SOCK_RAW, socket.IPPROTO_ICMP) as asking:
        asking.settimeout(PATIENCE)
        asking.connect((line.near.address, 0))
        began = monotonic()
        asking.send(checked + payload)
        while True:
            kind, *_, number = struct.unpack("!BBHHH", asking.recv(2048)[20:28])
            if (kind, number) == (0, sequence):
                return monotonic() - began


def test_a_ping_takes_at_least_what_the_profile_says() -> None:
    with Line("128kbit,300ms") as line:
        took = [ping(line, sequence, bytes(1000)) for sequence in range(3)]
        counters = line.counters()
    assert min(took) >= 0.300 + 2 * (1000 + HEADERS) * 8 / 128_000
    assert counters.up.delivered.bytes == counters.down.delivered.bytes == 3 * (1000 + HEADERS)


def offered_exactly(line: Line, packets: int) -> Callable[[], bool]:
    return lambda: line.counters().up.offered.packets == packets


def test_of_2000_packets_exactly_those_are_lost_that_the_seed_loses() -> None:
    count, size, seed = 2000, 100, 11
    with (
        Line(f"{CLEAN},5%", seed=seed) as line,
        line.near.socket(socket.SOCK_DGRAM) as hearing,
        line.far.socket(socket.SOCK_DGRAM) as saying,
    ):
        hearing.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        hearing.bind((line.near.address, 9))
        saying.connect((line.near.address, 9))
        for number in range(count):
            saying.send(struct.pack("!I", number).ljust(size))
            if number % 50 == 49:  # no faster than the forwarder reads, or the kernel would lose some of its own
                until(offered_exactly(line, number + 1), "the forwarder reads all that was sent")
        until(lambda: line.counters().up.inside.packets == 0, "everything has arrived or was lost")
        heard = {struct.unpack("!I", said[:4])[0] for said in drain(hearing)}
        counters = line.counters()
    twin = Pipe[int](parse(f"{CLEAN},5%").way(Direction.UP), f"{seed}/up")
    lost = {number for number in range(count) if twin.offer(number * 10**9, size + HEADERS, number) is Drop.LOSS}
    assert counters.missed_packets == 0
    assert set(range(count)) - heard == lost
    assert counters.up.loss.packets == len(lost)
    assert 60 <= len(lost) <= 140, "about five percent"
    assert counters.up.offered.bytes == count * (size + HEADERS)


def drain(hearing: socket.socket) -> Iterator[bytes]:
    hearing.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            yield hearing.recv(2048)


def carry(line: Line, payload: bytes) -> tuple[bytes, float]:
    """Send this over one TCP connection from near to far; what came, and seconds from first to last."""
    with line.near.listen() as listener, line.far.socket() as hearing:
        hearing.settimeout(PATIENCE)
        hearing.connect(listener.getsockname())
        saying, _ = listener.accept()

        def say() -> None:
            with saying:
                saying.sendall(payload)

        thread = threading.Thread(target=say)
        began = monotonic()
        thread.start()
        came = bytearray()
        while said := hearing.recv(1 << 16):
            came += said
        took = monotonic() - began
        thread.join()
    return bytes(came), took


@pytest.mark.parametrize(
    ("profile", "amount"),
    [("128kbit,60ms", 12_000), ("2000", 250_000), ("2000,1%", 100_000), ("50mbit,20ms", 5_000_000)],
)
def test_tcp_arrives_whole_and_never_faster_than_the_rate(profile: str, amount: int) -> None:
    payload = Random(1).randbytes(amount)
    with Line(profile, seed=2) as line:
        came, took = carry(line, payload)
        counters = line.counters()
    assert hashlib.sha256(came).digest() == hashlib.sha256(payload).digest()
    assert took >= amount * 8 / line.profile.down_kbit / 1000 + line.profile.delay_ms / 1000
    assert counters.missed_packets == 0
    assert counters.down.delivered.bytes > amount, "headers are counted"
    assert counters.down.peak_waiting_bytes <= line.profile.way(Direction.DOWN).queue_bytes


def test_a_flood_fills_the_queue_to_its_bound_and_not_beyond() -> None:
    with Line("32kbit,10ms,queue=1000ms") as line, line.near.socket(socket.SOCK_DGRAM) as saying:
        for _ in range(100):
            saying.sendto(bytes(1000 - HEADERS), (line.far.address, 9))
        until(lambda: line.counters().down.offered.packets == 100, "the flood is offered")
        counters = line.counters()
    assert 3000 <= counters.down.peak_waiting_bytes <= 4000
    assert counters.down.queue.packets >= 90
    assert counters.down.offered.packets == sum(
        part.packets for part in (counters.down.delivered, counters.down.dropped, counters.down.inside)
    )


def accounted(counters: LineCounters) -> int:
    return counters.down.offered.packets + counters.missed_packets


def test_a_machine_too_busy_to_emulate_confesses_it() -> None:
    with Line("200mbit,2ms") as line, line.near.socket(socket.SOCK_DGRAM) as saying:
        os.kill(line.forwarder_pid, signal.SIGSTOP)
        for _ in range(3000):  # three times what the kernel keeps
            saying.sendto(bytes(20), (line.far.address, 9))
        os.kill(line.forwarder_pid, signal.SIGCONT)
        until(lambda: accounted(line.counters()) == 3000, "all are accounted for")
        assert line.counters().missed_packets > 0


# -- weather -------------------------------------------------------------------------------------------------------


def test_a_cut_stops_everything_and_the_same_connection_goes_on_after_it() -> None:
    with Line(CLEAN) as line, line.near.listen() as listener, line.far.socket() as hearing:
        hearing.connect(listener.getsockname())
        saying, _ = listener.accept()
        with saying:
            saying.sendall(b"before ")
            assert hearing.recv(100) == b"before "
            before = line.cut()
            saying.sendall(b"during ")
            until(lambda: line.counters().down.cut.packets >= 2, "TCP tries, and tries again")
            assert line.counters().down.delivered == before.down.delivered
            assert not select.select([hearing], [], [], 0)[0]
            line.mend()
            hearing.settimeout(PATIENCE)
            assert hearing.recv(100) == b"during "
            hearing.sendall(b"and back")
            saying.settimeout(PATIENCE)
            assert saying.recv(100) == b"and back"
            assert line.counters().cuts == 1


def test_a_scheduled_cut_comes_and_goes_by_itself() -> None:
    with Line(CLEAN, cuts=Cuts.parse(["0.5@0"])) as line, line.far.socket() as asking, line.near.listen() as listener:
        asking.settimeout(PATIENCE)
        asking.connect(listener.getsockname())
        counters = line.counters()
    assert counters.cuts == 1
    assert counters.cut_seconds == pytest.approx(0.5)
    assert counters.up.cut.packets >= 1


def test_a_change_holds_at_once() -> None:
    with Line("32kbit,2000ms") as line:
        line.change("20mbit,100ms")
        assert ping(line, 1, bytes(1000)) >= 0.1
        assert line.counters().seconds < PATIENCE


# -- who reaches whom ----------------------------------------------------------------------------------------------


def test_commands_run_on_their_side() -> None:
    with Line(CLEAN) as line:
        assert f"inet {line.far.address}/30" in line.far.exec(["ip", "addr"]).stdout
        assert line.near.exec(["cat"], input="said").stdout == "said"
        assert line.near.exec(["sh", "-c", "exit 3"], check=False).returncode == 3
        with pytest.raises(OSError, match="unreachable"), line.far.socket() as asking:
            asking.connect(("192.0.2.1", 80))


def test_several_schools_each_on_its_own_line_before_one_server() -> None:
    with Line(CLEAN) as one, Line("512kbit,10ms", near=one.near) as two, one.near.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        port = listener.getsockname()[1]
        for line in (one, two):
            with line.far.socket() as asking:
                asking.settimeout(PATIENCE)
                asking.connect((line.near.address, port))
                assert listener.accept()[1][0] == line.far.address
        assert one.near.address != two.near.address
        assert two.counters().up.delivered.packets >= 2


def echo_once(listener: socket.socket) -> threading.Thread:
    def answer() -> None:
        called, _ = listener.accept()
        with called:
            while said := called.recv(1 << 16):
                called.sendall(said)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def ask(asking: socket.socket, amount: int) -> None:
    """Send so much and expect the same back."""
    asking.settimeout(PATIENCE)
    payload = Random(2).randbytes(amount)
    asking.sendall(payload)
    asking.shutdown(socket.SHUT_WR)
    came = bytearray()
    while said := asking.recv(1 << 16):
        came += said
    assert came == payload


def test_a_server_of_this_machine_is_reached_from_the_school() -> None:
    with Line(CLEAN) as line, socket.create_server(("127.0.0.1", 0)) as listener, line.far.socket() as asking:
        port = listener.getsockname()[1]
        answering = echo_once(listener)
        line.bring_in(port)
        asking.connect((line.near.address, port))
        ask(asking, 30_000)
        answering.join()
        assert line.counters().up.delivered.bytes > 30_000


def test_a_client_of_this_machine_sits_in_the_school() -> None:
    with Line(CLEAN) as line, line.near.listen() as listener:
        answering = echo_once(listener)
        port = line.bring_out(listener.getsockname()[1])
        with socket.create_connection(("127.0.0.1", port)) as asking:
            ask(asking, 30_000)
        answering.join()
        assert line.counters().up.delivered.bytes > 30_000


def test_the_tcp_asked_for_is_the_tcp_used() -> None:
    with Line(CLEAN, tcp="reno") as line, line.near.listen() as listener, line.far.socket() as asking:
        asking.connect(listener.getsockname())
        with listener.accept()[0] as called:
            for end in (asking, called):
                assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).startswith(b"reno")


def test_a_tcp_nobody_knows_is_told_and_leaves_nothing() -> None:
    line = Line(CLEAN, tcp="nonsense")
    with pytest.raises(LineUnavailable, match="congestion"), line:
        pass
    assert namespaces_of(line.forwarder_pid) == []


# -- nothing is left -----------------------------------------------------------------------------------------------


def test_afterwards_nothing_is_left_and_the_counters_stay() -> None:
    with Line(CLEAN) as line:
        lasting = line.far.popen(["sleep", "1000"])
        ping(line, 1, b"")
        assert len(namespaces_of(line.forwarder_pid)) == 2
    assert namespaces_of(line.forwarder_pid) == []
    assert lasting.wait(PATIENCE) == -signal.SIGTERM
    assert line.counters().up.delivered.packets == 1


def test_an_exception_leaves_nothing() -> None:
    line = Line(CLEAN)
    with pytest.raises(ZeroDivisionError), line:
        raise ZeroDivisionError
    assert namespaces_of(line.forwarder_pid) == []


def test_when_the_forwarder_is_killed_the_line_still_tidies_up() -> None:
    with Line(CLEAN) as line:
        os.kill(line.forwarder_pid, signal.SIGKILL)
    assert namespaces_of(line.forwarder_pid) == []


HOLDER = """
import signal, sys
from halqa.line import Line
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests in the background ignores it
with Line("128") as line:
    line.far.popen(["sleep", "1000"])
    print(line.forwarder_pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_whoever_holds_a_line_may_be_killed(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        forwarder = int(holder.stdout.readline())
        handle = os.pidfd_open(forwarder)
        assert len(namespaces_of(forwarder)) == 2
        holder.send_signal(number)
        assert select.select([handle], [], [], PATIENCE)[0], "the forwarder ends by itself"
        os.close(handle)
    assert namespaces_of(forwarder) == []


def test_what_two_kills_left_behind_is_swept() -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    name = f"{PREFIX}{dead.pid}-near"
    subprocess.run(["ip", "netns", "add", name], check=True)
    with Line(CLEAN) as line:
        sweep()
        assert len(namespaces_of(line.forwarder_pid)) == 2, "a line that stands is left alone"
    assert namespaces_of(dead.pid) == []


# -- the command ---------------------------------------------------------------------------------------------------


def counters_told(words: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[int, list[str], dict[str, object]]:
    """Exit code, lines printed before, and the counters of one `halqa line … --json`."""
    code = cli.main(words)
    *said, told = capfd.readouterr().out.splitlines()
    return code, said, json.loads(told)


def test_the_command_runs_at_the_school_and_counts(capfd: pytest.CaptureFixture[str]) -> None:
    code, said, told = counters_told(["2000", "--json", "--", "sh", "-c", "echo {near} $HALQA_FAR; exit 5"], capfd)
    assert code == 5
    near, far = said[0].split()
    assert near.startswith("10.213.")
    assert far.startswith("10.213.")
    assert near != far
    assert told["profile"] == "2000/2000kbit,60ms,0%"
    assert told["cuts"] == 0


SERVER = f"{sys.executable} -m http.server --bind {{near}} 8000"
VISITOR = "import sys, urllib.request as web; print(len(web.urlopen(sys.argv[1], timeout=60).read()) > 0)"


def test_the_command_waits_for_its_server(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "lesson").write_bytes(bytes(20_000))
    words = ["1mbit,20ms", "--server", f"{SERVER} -d {tmp_path}", "--port", "8000", "--json", "--"]
    code, said, told = counters_told([*words, sys.executable, "-c", VISITOR, "http://{near}:8000/lesson"], capfd)
    assert (code, said) == (0, ["True"])
    down = told["down"]
    assert isinstance(down, dict)
    assert down["delivered"]["bytes"] > 20_000


def test_a_server_that_fails_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["128", "--server", "false", "--port", "8000", "--", "true"]) == 69
    assert "ended with 1" in capfd.readouterr().err


def test_a_command_that_does_not_exist_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["128", "--", "no-such-command"]) == 127
    assert "no-such-command" in capfd.readouterr().err


def test_the_command_reports_for_people(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["128", "--cut", "20@0", "--", "true"]) == 0
    assert "1 cuts" in capfd.readouterr().err
