"""The plane of this process: exact in virtual time, and audible over real sockets."""

import asyncio
import random
from pathlib import Path

import pytest

from offhook.media.audio import decode
from offhook.media.local import LocalMedia
from offhook.media.messages import (
    Close,
    Closed,
    Connect,
    Dial,
    Digit,
    Ended,
    Load,
    Open,
    Opened,
    Play,
    Record,
    Recorded,
    Report,
    StopRecord,
    ToneStep,
)
from offhook.media.ports import UdpPorts
from offhook.testing import sound
from offhook.testing.loop import running_loop, virtual
from offhook.testing.network import Network


class Ear:
    """A sink that can be waited at."""

    def __init__(self) -> None:
        self.reports: list[tuple[float, Report]] = []
        self._more = asyncio.Event()

    def __call__(self, report: Report) -> None:
        self.reports.append((asyncio.get_running_loop().time(), report))
        self._more.set()

    async def wait(self, kind: type[Report], leg: str) -> tuple[float, Report]:
        while True:
            for at, report in self.reports:
                if isinstance(report, kind) and report.leg == leg:
                    return at, report
            self._more.clear()
            await self._more.wait()


async def open_leg(media: LocalMedia, ear: Ear, leg: str) -> Opened:
    media.send(Open(leg))
    _, opened = await ear.wait(Opened, leg)
    assert isinstance(opened, Opened)
    return opened


@virtual
async def test_a_report_comes_from_the_loop_and_not_from_inside_send() -> None:
    """Else a caller could hear of a leg before it has noted that it asked for one."""
    loop, ear = running_loop(), Ear()
    media = LocalMedia(Network(loop.time, loop.rng).ports("192.0.2.1"), ear, loop.rng)
    media.start()
    media.send(Open("a"))
    assert ear.reports == []
    await ear.wait(Opened, "a")
    await media.close()

    assert isinstance(ear.reports[-1][1], Closed)


@virtual
async def test_plays_end_at_the_exact_tick() -> None:
    loop, ear = running_loop(), Ear()
    media = LocalMedia(Network(loop.time, loop.rng).ports("192.0.2.1"), ear, loop.rng, capacity=1)
    media.start()
    await asyncio.sleep(1.5)
    opened_at = loop.time()
    await open_leg(media, ear, "a")
    media.send(Connect("a", "192.0.2.9", 4000, 4001))
    media.send(Load("tone", bytes(16000)))
    for play in range(6):
        media.send(Play("a", play, "tone"))
        at, _ = await ear.wait(Ended, "a")
        ear.reports.clear()
    await media.close()

    ticks = (at - opened_at) / 0.02
    assert abs(ticks - round(ticks)) < 1e-6
    assert 6.0 <= at - opened_at <= 6.2


@virtual
async def test_with_no_leg_open_time_can_jump() -> None:
    """Ticks of 20 ms through twenty days would take an hour."""
    loop, ear = running_loop(), Ear()
    loop.limit_s = float("inf")
    media = LocalMedia(Network(loop.time, loop.rng).ports("192.0.2.1"), ear, loop.rng)
    media.start()
    await open_leg(media, ear, "a")
    await asyncio.sleep(0.1)
    media.send(Close("a"))
    await asyncio.sleep(20 * 86400)
    await open_leg(media, ear, "b")
    media.send(Close("b"))
    await asyncio.sleep(0.1)
    await media.close()

    assert [type(report) for _, report in ear.reports] == [Opened, Closed, Opened, Closed]


@virtual
async def test_two_planes_talk_in_virtual_time() -> None:
    loop, ear = running_loop(), Ear()
    network = Network(loop.time, loop.rng)
    one = LocalMedia(network.ports("192.0.2.1"), ear, loop.rng)
    two = LocalMedia(network.ports("192.0.2.2"), ear, loop.rng)
    one.start()
    two.start()
    a, b = await open_leg(one, ear, "a"), await open_leg(two, ear, "b")
    one.send(Connect("a", b.host, b.rtp_port, b.rtcp_port, dtmf_payload_type=101))
    two.send(Connect("b", a.host, a.rtp_port, a.rtcp_port, dtmf_payload_type=101))
    one.send(Dial("a", 1, (ToneStep("7", 100),)))
    _, digit = await ear.wait(Digit, "b")
    await one.close()
    await two.close()

    assert digit == Digit("b", "7")


@pytest.mark.slow
def test_two_planes_hear_each_other_over_real_sockets(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"

    async def story() -> list[Report]:
        ear = Ear()
        ports = [UdpPorts(first=41000, last=41999, rng=random.Random()) for _ in range(2)]
        one, two = (LocalMedia(each, ear, random.Random(), capacity=4) for each in ports)
        one.start()
        two.start()
        a, b = await open_leg(one, ear, "a"), await open_leg(two, ear, "b")
        one.send(Connect("a", b.host, b.rtp_port, b.rtcp_port, dtmf_payload_type=101))
        two.send(Connect("b", a.host, a.rtp_port, a.rtcp_port, dtmf_payload_type=101))
        two.send(Record("b", "b", str(path)))
        one.send(Load("tone", sound.tone(600, 0.5).tobytes()))
        one.send(Play("a", 1, "tone"))
        await ear.wait(Ended, "a")
        one.send(Dial("a", 2, (ToneStep("*", 100),)))
        await ear.wait(Digit, "b")
        two.send(StopRecord("b", "b"))
        await ear.wait(Recorded, "b")
        await one.close()
        await two.close()
        for each in ports:
            assert len(each) == 0
            each.close_all()
        return [report for _, report in ear.reports]

    async def bounded() -> list[Report]:
        async with asyncio.timeout(5):
            return await story()

    reports = asyncio.run(bounded())
    heard = decode(path.read_bytes(), "audio/wav", "")

    assert Digit("b", "*") in reports
    (span,) = sound.tones(heard, 600)
    assert abs(span.duration_s - 0.5) < 0.06
    closed = [report.counters for report in reports if isinstance(report, Closed)]
    assert all(counters.packets_received > 20 for counters in closed)
    assert all(counters.packets_lost == 0 for counters in closed)
