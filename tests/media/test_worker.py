"""The worker's loop and its end of the socket, in a thread of the test."""

import random
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from offhook.media import frames, worker
from offhook.media.audio import decode
from offhook.media.frames import Beat
from offhook.media.messages import (
    Close,
    Closed,
    Command,
    Connect,
    Counters,
    Ended,
    Forget,
    Heard,
    Load,
    Open,
    Opened,
    Play,
    Record,
    Recorded,
    Report,
)
from offhook.media.plane import TICK_S, Plane
from offhook.media.recorder import Recorder, ThreadWriter
from offhook.media.work import WorkerSettings
from offhook.media.worker import Link, Worker, make_ports
from offhook.testing import sound


class Boss:
    """Control's end: blocking, with a timeout."""

    def __init__(self, stream: socket.socket) -> None:
        self.stream = stream
        self.stream.settimeout(5.0)
        self.heard: list[Report | Beat] = []
        self._unpacker = frames.reports()

    def send(self, *commands: Command) -> None:
        self.stream.sendall(b"".join(map(frames.pack, commands)))

    def read(self) -> bool:
        data = self.stream.recv(65536)
        self.heard += self._unpacker.feed(data)
        return bool(data)

    def wait(self, kind: type[Report | Beat], leg: str | None = None) -> Report | Beat:
        while True:
            for message in self.heard:
                if isinstance(message, kind) and leg in (None, getattr(message, "leg", None)):
                    return message
            assert self.read(), f"gone before {kind}"


@pytest.fixture(params=["shared", "per-leg"])
def boss(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Boss]:
    """A worker that runs, seen from control."""
    monkeypatch.setattr(worker, "BEAT_S", 0.1)
    ours, theirs = socket.socketpair()
    rng = random.Random()
    settings = WorkerSettings(first_port=42000, last_port=42999, sockets=request.param)
    ports = make_ports(settings, rng)
    plane = Plane(ports, rng, 4, Recorder(ThreadWriter()))
    thread = threading.Thread(target=Worker(Link(theirs), plane).run)
    thread.start()
    yield Boss(ours)
    ours.close()
    thread.join(5)
    assert not thread.is_alive()
    ports.close_all()
    assert not len(ports)


def connected(boss: Boss) -> None:
    """Two legs, each the far end of the other."""
    boss.send(Open("a"))
    a = boss.wait(Opened, "a")
    assert isinstance(a, Opened)
    boss.send(Open("b", a.host, a.rtp_port))
    b = boss.wait(Opened, "b")
    assert isinstance(b, Opened)
    for leg, far in (("a", b), ("b", a)):
        boss.send(Connect(leg, far.host, far.rtp_port, far.rtcp_port))


def test_the_first_beat_says_that_the_worker_is_ready(boss: Boss) -> None:
    assert boss.wait(Beat) == Beat(legs=0)


@pytest.mark.slow
def test_a_clip_is_heard_by_the_other_leg(boss: Boss, tmp_path: Path) -> None:
    connected(boss)
    boss.send(Record("b", "b", str(tmp_path / "b.wav")))
    boss.send(Load("tone", sound.tone(500, 0.3).tobytes()), Play("a", 1, "tone"))
    boss.wait(Ended, "a")
    boss.send(Close("a"), Close("b"))
    boss.wait(Recorded, "b")
    boss.wait(Closed, "b")
    heard = decode((tmp_path / "b.wav").read_bytes(), None, "")

    (span,) = sound.tones(heard, 500)
    assert span.duration_s > 0.2


@pytest.mark.slow
def test_beats_tell_of_ticks_and_lateness(boss: Boss) -> None:
    boss.send(Open("a"))
    boss.wait(Opened)
    boss.heard.clear()
    for _ in range(3):
        boss.wait(Beat)
        last = boss.heard.pop()
    assert isinstance(last, Beat)

    assert last.legs == 1
    assert 3 <= last.ticks + last.skipped <= 7  # 5, give or take a loaded machine
    assert 0.0 <= last.late_ms_mean <= last.late_ms_max
    assert last.busy_ms > 0.0


@pytest.mark.slow
def test_when_control_goes_the_recordings_are_finished(boss: Boss, tmp_path: Path) -> None:
    connected(boss)
    boss.send(Record("a", "a", str(tmp_path / "a.wav")), Load("x", bytes(3200)), Play("a", 1, "x"))
    boss.wait(Ended)
    boss.stream.shutdown(socket.SHUT_WR)
    while boss.read():
        pass

    assert isinstance(boss.wait(Recorded), Recorded)
    assert isinstance(boss.wait(Closed, "a"), Closed)
    assert len(decode((tmp_path / "a.wav").read_bytes(), None, "")) >= 1600


def test_a_link_reads_commands_and_waits_no_longer_than_asked() -> None:
    ours, theirs = socket.socketpair()
    link = Link(theirs)
    ours.sendall(frames.pack(Open("a")) + frames.pack(Close("a"))[:3])

    assert link.wait(1.0) == [Open("a")]
    assert link.wait(0.001) == []
    assert link.wait(-1.0) == []
    ours.close()
    assert link.wait(1.0) == []
    assert not link.open
    link.finish()


def test_a_link_keeps_what_control_does_not_read_and_gives_up_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "BACKLOG_BYTES", 2_000_000)
    ours, theirs = socket.socketpair()
    link, boss = Link(theirs), Boss(ours)
    told: list[Report] = [Opened("x" * 10_000, "h", n, n + 1) for n in range(100)]
    link.send(told)  # more than the kernel holds
    while len(boss.heard) < len(told):
        boss.read()
        link.send([])

    assert boss.heard == told
    with pytest.raises(BufferError, match="does not read"):
        for _ in range(4):
            link.send(told)
    ours.close()
    link.finish()


def test_a_link_to_nobody_raises_nothing() -> None:
    ours, theirs = socket.socketpair()
    link = Link(theirs)
    ours.close()
    link.send([Opened("a", "h", 1, 2)])
    assert link.wait(0.1) == []
    link.finish()

    assert not link.open


def test_settings_travel_as_json() -> None:
    settings = WorkerSettings("::", "2001:db8::1", 1000, 2000, "per-leg", 7)
    line = msgspec.json.encode(settings).decode()

    assert msgspec.json.decode(line, type=WorkerSettings) == settings


def obeyed(commands: int, command_s: float, tick_s: float = 0.0) -> list[int]:
    """Return how many of so many commands are carried out before, between and after ticks."""
    time_s, shares = 0.0, [0]

    class Slow(Plane):
        def command(self, command: Command, now: float) -> None:
            nonlocal time_s
            super().command(command, now)
            time_s += command_s
            shares[-1] += 1

        def tick(self, now: float, ready: Callable[[], None] = lambda: None) -> None:
            nonlocal time_s
            super().tick(now)
            time_s += tick_s
            shares.append(0)

    ours, theirs = socket.socketpair()
    ports = make_ports(WorkerSettings(first_port=42000, last_port=42999), random.Random())
    plane = Slow(ports, random.Random(), 4, Recorder(ThreadWriter()))
    Boss(ours).send(Open("a"), *[Forget("nothing")] * (commands - 1))
    ours.shutdown(socket.SHUT_WR)
    Worker(Link(theirs), plane, lambda: time_s).run()
    ours.close()
    assert sum(shares) == commands
    return shares


def test_a_burst_of_commands_does_not_hold_up_the_ticks() -> None:
    """Each command takes 3 ms here, so that no more than seven of them fit between two ticks."""
    before_first, *between = obeyed(101, command_s=0.003)

    assert before_first <= 14  # the pace begins after the first leg is open
    assert max(between) <= 7


def test_a_worker_with_too_much_to_do_still_ends_legs_by_the_dozen() -> None:
    """Each tick takes 30 ms here and each command 0.1; one command a tick would take minutes."""
    before_first, *shares = obeyed(2000, command_s=0.0001, tick_s=0.03)
    shares = [share for share in shares if share]  # none are between ticks that are made up for

    assert before_first <= 2 * TICK_S / 0.0001 + 2
    assert len(shares) <= 60
    assert max(shares) <= TICK_S / 0.0001 + 2


def test_what_was_heard_is_left_out_while_control_does_not_read() -> None:
    """And nothing else is."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        link, boss = Link(theirs), Boss(ours)
        frame = b"\xff" * worker.STALE_BYTES
        for tick in range(5):
            link.send([Heard(tick, (("1", 0),), frame), Closed(str(tick), Counters())])
        reader = threading.Thread(target=link.finish)
        reader.start()
        for leg in map(str, range(5)):
            boss.wait(Closed, leg)
        reader.join(5)

    assert [each.tick for each in boss.heard if isinstance(each, Heard)] == [0, 1]
