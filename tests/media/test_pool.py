"""Several worker processes: legs of different ones hear each other, and one that dies."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from offhook.media.audio import decode
from offhook.media.codecs import Pcm
from offhook.media.messages import (
    Close,
    Closed,
    Connect,
    Ended,
    Join,
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
)
from offhook.media.pool import Pool, count, shares
from offhook.media.work import WorkerSettings
from offhook.testing import sound

SETTINGS = WorkerSettings(first_port=44000, last_port=44999, capacity=16)
TONE = Load("tone", sound.tone(700, 1.0).tobytes())


@pytest.mark.parametrize(
    ("calls", "cores", "ports", "workers"),
    [
        (2000, 1, 20_000, 1),
        (2000, 2, 20_000, 1),
        (2000, 4, 20_000, 3),
        (2000, 64, 20_000, 4),
        (2001, 64, 20_000, 5),
        (100, 64, 20_000, 1),
        (2000, 64, 20, 2),
        (2000, 64, 3, 1),
    ],
)
def test_there_are_as_many_workers_as_pay(calls: int, cores: int, ports: int, workers: int) -> None:
    assert count(calls, cores, ports) == workers


def test_ports_are_divided_in_pairs_and_none_is_left_out() -> None:
    odd = WorkerSettings(first_port=20001, last_port=20100)
    three = [(each.first_port, each.last_port) for each in shares(odd, 3)]

    assert three == [(20001, 20033), (20034, 20065), (20066, 20100)]
    assert shares(odd, 1) == [odd]
    with pytest.raises(ValueError, match="the ports 20001-20100 are too few for 20"):
        shares(odd, 20)


class Office:
    """A pool of two and what it has told; legs that are opened in turn are on different ones."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self._more = asyncio.Event()
        self.pool = Pool(self._on_report, SETTINGS, workers=2)

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

    async def open(self, leg: str, near: str = "") -> Opened:
        """Open a leg."""
        self.pool.send(Open(leg, alone=True, near=near))
        opened = await self.wait(leg, Opened, OpenFailed)
        assert isinstance(opened, Opened), opened
        return opened

    async def pair(self, first: str, second: str) -> None:
        """Open a leg on either worker, each the other's far end."""
        caller, called = await self.open(first), await self.open(second)
        for leg, far in ((first, called), (second, caller)):
            self.pool.send(Connect(leg, far.host, far.rtp_port, far.rtcp_port))

    async def heard(self, leg: str, speaker: str, path: Path) -> Pcm:
        """Return what a leg hears while another one is played the tone."""
        self.pool.send(Record(leg, "take", str(path), ("outbound",)))
        self.pool.send(Play(speaker, 1, "tone"))
        await self.wait(speaker, Ended)
        await asyncio.sleep(0.2)
        self.pool.send(StopRecord(leg, "take"))
        recorded = await self.wait(leg, Recorded)
        assert isinstance(recorded, Recorded)
        assert recorded.failure is None
        return decode(path.read_bytes(), None, "")  # noqa: ASYNC240 a moment


def run(story: Callable[[Office], Awaitable[None]]) -> list[Report]:
    """Run a story with workers that are ready; return the reports nobody waited for."""

    async def main() -> list[Report]:
        async with asyncio.timeout(30):
            office = Office()
            await office.pool.start()
            try:
                await story(office)
            finally:
                await office.pool.close()
            return office.reports

    return asyncio.run(main())


@pytest.mark.slow
def test_what_is_said_to_a_leg_of_one_worker_is_heard_by_one_of_the_other(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        assert len({pid for pid in office.pool.pids if pid}) == 2
        await office.pair("a", "b")  # b is the far end of a
        await office.pair("x", "c")  # x is opened on a's worker, c on b's
        office.pool.send(TONE)
        office.pool.send(Join("c", "a"))
        (joined,) = sound.tones(await office.heard("c", "b", tmp_path / "joined.wav"), 700)
        office.pool.send(OpenRoom("room", near="x"))
        for leg in ("a", "c"):
            office.pool.send(Seat(leg, "room"))
        (seated,) = sound.tones(await office.heard("c", "b", tmp_path / "room.wav"), 700)
        for leg in ("a", "b", "c", "x"):
            office.pool.send(Close(leg))
            await office.wait(leg, Closed)

        assert 0.9 < joined.duration_s < 1.2
        assert 0.9 < seated.duration_s < 1.2

    left = run(story)

    assert not [report for report in left if isinstance(report, Lost | OpenFailed)]


@pytest.mark.slow
def test_one_that_dies_takes_only_its_legs_and_a_new_one_serves(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.pair("a", "b")
        await office.pair("c", "d")
        office.pool.send(TONE)
        office.pool.send(Join("a", "d"))
        first, second = office.pool.pids
        assert first is not None
        os.kill(first, signal.SIGKILL)
        for leg in ("a", "c"):
            lost = await office.wait(leg, Lost)
            assert lost == Lost(leg, "the media worker was killed by SIGKILL")
        assert office.pool.beats[0] is None
        await office.pair("e", "f")  # on the one that is left
        office.pool.send(Join("e", "d"))
        assert sound.tones(await office.heard("d", "f", tmp_path / "now.wav"), 700)
        async with asyncio.timeout(10):
            while None in office.pool.beats:  # noqa: ASYNC110 a beat is no event
                await asyncio.sleep(0.02)
        again, other = office.pool.pids
        assert other == second
        assert again not in (None, first)
        await office.pair("g", "h")
        await office.open("i")
        office.pool.send(Join("i", "d"))
        office.pool.send(Join("g", "d"))
        assert sound.tones(await office.heard("d", "h", tmp_path / "later.wav"), 700)

    left = run(story)

    assert not [report for report in left if isinstance(report, Lost | OpenFailed)]


@pytest.mark.slow
def test_one_that_never_starts_is_an_error_of_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offhook.media.control.START_S", 0.3)
    monkeypatch.setattr("sys.executable", "/nonexistent/python")

    with pytest.raises(TimeoutError, match="a media worker does not start"):
        run(lambda office: asyncio.sleep(0))
