"""A worker process seen from control: it works, it dies, it hangs, another takes over."""

import asyncio
import math
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from offhook.media import control
from offhook.media.audio import decode
from offhook.media.control import WorkerMedia
from offhook.media.frames import pack
from offhook.media.messages import (
    Close,
    Closed,
    CloseRoom,
    Connect,
    Counters,
    Dial,
    Digit,
    Ended,
    Forget,
    Load,
    Lost,
    Open,
    Opened,
    OpenFailed,
    OpenRoom,
    Play,
    Record,
    Recorded,
    Report,
    Seat,
    StopRecord,
    ToneStep,
    Unseat,
)
from offhook.media.work import WorkerSettings
from offhook.testing import sound
from offhook.testing.loop import virtual

pytestmark = pytest.mark.slow

SETTINGS = WorkerSettings(first_port=43000, last_port=43999, capacity=8)
TONE = Load("tone", sound.tone(700, 0.3).tobytes())


class Desk:
    """A worker and what it has told."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self._more = asyncio.Event()
        self.media = WorkerMedia(self._on_report, SETTINGS)

    def _on_report(self, report: Report) -> None:
        self.reports.append(report)
        self._more.set()

    async def wait(self, leg: str, *kinds: type[Report]) -> Report:
        """Return the first report of these kinds about a leg, and take it off the list."""
        while True:
            for report in self.reports:
                if isinstance(report, kinds) and getattr(report, "leg", "") == leg:
                    self.reports.remove(report)
                    return report
            self._more.clear()
            await self._more.wait()

    async def open(self, leg: str, host: str = "", rtp_port: int = 0) -> Opened:
        """Open a leg, as soon as there is a worker to open it."""
        self.media.send(Open(leg, host, rtp_port))
        while not isinstance(opened := await self.wait(leg, Opened, OpenFailed), Opened):
            await asyncio.sleep(0.01)
            self.media.send(Open(leg, host, rtp_port))
        return opened

    async def pair(self, first: str, second: str) -> None:
        """Connect two legs with each other."""
        caller = await self.open(first)
        called = await self.open(second, caller.host, caller.rtp_port)
        for leg, far in ((first, called), (second, caller)):
            self.media.send(
                Connect(leg, far.host, far.rtp_port, far.rtcp_port, dtmf_payload_type=101)
            )

    async def kill(self, number: int) -> None:
        assert self.media.pid is not None
        os.kill(self.media.pid, number)


def run(story: Callable[[Desk], Awaitable[None]], *, uv: bool = False) -> list[Report]:
    """Run a story with a worker that is ready; return the reports nobody waited for."""

    async def main() -> list[Report]:
        async with asyncio.timeout(15):
            desk = Desk()
            await desk.media.start()
            try:
                await story(desk)
            finally:
                await desk.media.close()
            return desk.reports

    if uv:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(main())
    return asyncio.run(main())


@pytest.mark.parametrize("uv", [False, True], ids=["asyncio", "uvloop"])
def test_legs_of_a_worker_play_hear_dial_and_record(tmp_path: Path, uv: bool) -> None:
    path = tmp_path / "b.wav"

    async def story(desk: Desk) -> None:
        await desk.pair("a", "b")
        desk.media.send(Record("b", "b", str(path)))
        desk.media.send(TONE)
        desk.media.send(Play("a", 1, "tone"))
        await desk.wait("a", Ended)
        desk.media.send(Dial("a", 2, (ToneStep("9", 100),)))
        assert await desk.wait("b", Digit) == Digit("b", "9")
        desk.media.send(StopRecord("b", "b"))
        recorded = await desk.wait("b", Recorded)
        assert isinstance(recorded, Recorded)
        assert recorded.failure is None
        desk.media.send(Close("a"))
        closed = await desk.wait("a", Closed)
        assert isinstance(closed, Closed)
        assert closed.counters.packets_sent > 15

    left = run(story, uv=uv)
    (span,) = sound.tones(decode(path.read_bytes(), None, ""), 700)

    assert abs(span.duration_s - 0.3) < 0.06
    assert [type(report) for report in left if not isinstance(report, Ended)][-1] is Closed


def test_a_killed_worker_loses_its_legs_once_and_a_fresh_one_serves() -> None:
    async def story(desk: Desk) -> None:
        desk.media.send(TONE)
        desk.media.send(Load("other", bytes(320)))
        desk.media.send(Forget("other"))
        await desk.pair("a", "b")
        desk.media.send(Close("b"))
        await desk.wait("b", Closed)
        first = desk.media.pid
        await desk.kill(signal.SIGKILL)
        lost = await desk.wait("a", Lost)
        assert lost == Lost("a", "the media worker was killed by SIGKILL")
        desk.media.send(Play("a", 1, "tone"))  # nobody hears that
        await desk.pair("c", "d")
        assert desk.media.pid not in (None, first)
        began = asyncio.get_running_loop().time()
        desk.media.send(Play("c", 2, "tone"))  # loaded into the former worker
        await desk.wait("c", Ended)
        assert asyncio.get_running_loop().time() - began > 0.25

    left = run(story)

    assert not [report for report in left if isinstance(report, Lost)]


def test_legs_meet_in_a_room_of_a_worker_and_a_killed_worker_loses_the_room(
    tmp_path: Path,
) -> None:
    path = tmp_path / "room.wav"

    async def story(desk: Desk) -> None:
        await desk.pair("a", "a phone")
        await desk.pair("b", "b phone")
        for command in (
            *(OpenRoom("first"), OpenRoom("room"), OpenRoom("room")),
            *(Seat("a", "room", coached=("b",)), Seat("b", "room", speaks=False)),
            Record("room", "take", str(path), ("mixed",)),
            *(TONE, Play("a phone", 1, "tone"), Play("room", 2, "tone")),
        ):
            desk.media.send(command)
        assert await desk.wait("room", OpenFailed)
        assert await desk.wait("room", Ended) == Ended("room", 2)
        desk.media.send(Unseat("b", "room"))
        desk.media.send(CloseRoom("first"))
        assert await desk.wait("first", Closed) == Closed("first", Counters())
        desk.media.send(StopRecord("room", "take"))
        assert isinstance(await desk.wait("room", Recorded), Recorded)
        desk.media.send(OpenRoom("other"))
        await desk.kill(signal.SIGKILL)
        for name in ("other", "a", "b phone"):
            await desk.wait(name, Lost)
        for _ in range(2):  # the first one waits for the next worker, which has it then
            desk.media.send(OpenRoom("late"))
        assert await desk.wait("late", OpenFailed) == OpenFailed("late", "it is open already")

    left = run(story)

    assert not [each for each in left if isinstance(each, Lost) and each.leg == "first"]
    assert sound.tones(decode(path.read_bytes(), None, ""), 700)


def test_a_worker_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "SILENCE_S", 1.2)

    async def story(desk: Desk) -> None:
        await desk.open("a")
        await asyncio.sleep(1.5)  # beats keep it alive
        assert not desk.reports
        await desk.kill(signal.SIGSTOP)
        assert await desk.wait("a", Lost) == Lost("a", "the media worker does not answer")
        await desk.open("b")

    run(story)


def test_a_worker_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "BACKLOG_BYTES", 1_000_000)

    async def story(desk: Desk) -> None:
        await desk.open("a")
        await desk.kill(signal.SIGSTOP)
        for _ in range(20):
            desk.media.send(Load("big", bytes(500_000)))
        reason = "the media worker does not read its commands"
        assert await desk.wait("a", Lost) == Lost("a", reason)

    run(story)


def test_commands_to_a_worker_that_is_just_dying_are_lost_with_their_legs() -> None:
    async def story(desk: Desk) -> None:
        await desk.open("a")
        assert desk.media.pid is not None
        os.kill(desk.media.pid, signal.SIGKILL)
        legs = [f"b{number}" for number in range(200)]
        for leg in legs:
            desk.media.send(Open(leg))
            await asyncio.sleep(0)
        await desk.wait("a", Lost)
        for leg in legs:  # on a slow machine some are so late that they wait for the next worker
            await desk.wait(leg, Lost, OpenFailed, Opened)

    run(story)


def test_a_leg_that_is_opened_meanwhile_waits_for_the_next_worker() -> None:
    async def story(desk: Desk) -> None:
        desk.media.send(TONE)
        await desk.open("a")
        await desk.kill(signal.SIGKILL)
        await desk.wait("a", Lost)
        desk.media.send(Open("b"))
        desk.media.send(Play("b", 1, "tone"))
        desk.media.send(Play("a", 1, "tone"))  # has gone
        assert isinstance(await desk.wait("b", Opened, OpenFailed), Opened)
        assert await desk.wait("b", Ended) == Ended("b", 1)
        await desk.kill(signal.SIGKILL)
        await desk.wait("b", Lost)

    assert not run(story)


def test_while_no_worker_can_be_had_opening_fails_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(control, "HOLD_S", 0.2)

    async def story(desk: Desk) -> None:
        await desk.open("a")
        monkeypatch.setattr(control, "FIRST_PAUSE_S", 60.0)
        monkeypatch.setattr(sys, "executable", "/nonexistent/python")
        await desk.kill(signal.SIGKILL)
        await desk.wait("a", Lost)
        for again in range(2):
            desk.media.send(Open(f"b{again}"))
            assert math.isinf(desk.media.load)
            assert await desk.wait(f"b{again}", OpenFailed) == OpenFailed(
                f"b{again}", "the media worker is being restarted"
            )

    assert not run(story)


def test_a_worker_that_cannot_start_is_an_error_of_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "START_S", 0.3)
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")

    with pytest.raises(TimeoutError):
        run(lambda desk: asyncio.sleep(0))


def test_signals_to_the_group_leave_the_worker_to_control() -> None:
    async def story(desk: Desk) -> None:
        await desk.kill(signal.SIGINT)
        await desk.kill(signal.SIGTERM)
        await asyncio.sleep(0.2)
        await desk.open("a")

    left = run(story)

    assert [type(report) for report in left] == [Closed]


def test_close_finishes_recordings_and_tells_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    pid: list[int | None] = []

    async def story(desk: Desk) -> None:
        pid.append(desk.media.pid)
        await desk.pair("a", "b")
        desk.media.send(Record("a", "a", str(path)))
        await asyncio.sleep(0.2)

    left = run(story)

    recorded = [report for report in left if isinstance(report, Recorded)]
    assert [(report.path, report.failure) for report in recorded] == [(str(path), None)]
    assert len(decode(path.read_bytes(), None, "")) == recorded[0].duration_s * 8000 > 0
    assert pid[0] is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid[0], 0)


def test_beats_say_how_the_worker_is_doing() -> None:
    async def story(desk: Desk) -> None:
        await desk.open("a")
        await asyncio.sleep(1.1)
        assert desk.media.beat is not None
        assert desk.media.beat.legs == 1
        assert desk.media.beat.ticks > 20

    run(story)


class Wire(asyncio.Transport):
    """The way to a worker, as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.ended = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def write_eof(self) -> None:
        self.ended = True

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.ended


@virtual
async def test_commands_of_one_turn_are_one_write_and_goodbyes_wait_for_company() -> None:
    link, wire = control._Link(lambda message: None), Wire()
    link.connection_made(wire)
    first, second, goodbye = Open("a"), Open("b"), Close("a")
    link.write(first)
    link.write(second)
    assert wire.writes == []
    await asyncio.sleep(0)
    assert wire.writes == [pack(first) + pack(second)]

    link.write(goodbye)
    await asyncio.sleep(control.PATIENT_S / 2)
    link.write(first)
    await asyncio.sleep(0)
    assert wire.writes[1:] == [pack(goodbye) + pack(first)]

    link.write(goodbye)
    await asyncio.sleep(2 * control.PATIENT_S)
    assert wire.writes[2:] == [pack(goodbye)]
    link.write(goodbye)
    link.finish()
    assert (wire.writes[3:], wire.ended) == ([pack(goodbye)], True)
    link.write(first)
    await asyncio.sleep(0)
    assert len(wire.writes) == 4
