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
    Join,
    Load,
    Open,
    Opened,
    Part,
    Play,
    Record,
    Recorded,
    Report,
    StopRecord,
    ToneStep,
)
from offhook.media.ports import UdpPorts
from offhook.testing import sound
from offhook.testing.ears import Ears
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
                if isinstance(report, kind) and getattr(report, "leg", "") == leg:
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


@virtual
async def test_joined_far_ends_hear_each_other_and_not_themselves_until_they_are_parted() -> None:
    loop, ear, ears = running_loop(), Ear(), Ears()
    network = Network(loop.time, loop.rng)
    server = LocalMedia(network.ports("192.0.2.1"), ear, loop.rng)
    phones = LocalMedia(network.ports("192.0.2.2"), ear, loop.rng, recorder=ears)
    server.start()
    phones.start()
    for name in "ab":
        here, there = await open_leg(server, ear, name), await open_leg(phones, ear, f"{name}'")
        server.send(Connect(name, there.host, there.rtp_port, there.rtcp_port))
        phones.send(Connect(f"{name}'", here.host, here.rtp_port, here.rtcp_port))
        phones.send(Record(f"{name}'", f"{name}'", ""))
    for name, pitch in (("a'", 600), ("b'", 900)):
        phones.send(Load(name, sound.tone(pitch, 6).tobytes()))
        phones.send(Play(name, 1, name))
    await asyncio.sleep(1)
    server.send(Join("a", "b"))
    await asyncio.sleep(1)
    server.send(Load("clip", sound.tone(1500, 1).tobytes()))
    server.send(Play("a", 1, "clip"))
    await asyncio.sleep(2)
    server.send(Part("b", "a"))
    await asyncio.sleep(1)
    await server.close()
    await phones.close()

    one, two = ears.heard("a'"), ears.heard("b'")
    assert [span.about(1, 4, 0.1) for span in sound.tones(one, 900)] == [True]
    assert [span.about(1, 4, 0.1) for span in sound.tones(two, 600)] == [True]
    assert [span.about(2, 3, 0.1) for span in sound.tones(one, 1500)] == [True]
    assert not sound.tones(one, 600)
    assert not sound.tones(two, 900)
    assert not sound.tones(two, 1500)


@virtual
async def test_a_leg_cannot_be_joined_with_itself_or_with_one_that_is_gone() -> None:
    loop, ear, ears = running_loop(), Ear(), Ears()
    network = Network(loop.time, loop.rng)
    server = LocalMedia(network.ports("192.0.2.1"), ear, loop.rng)
    phone = LocalMedia(network.ports("192.0.2.2"), ear, loop.rng, recorder=ears)
    server.start()
    phone.start()
    here, there = await open_leg(server, ear, "a"), await open_leg(phone, ear, "a'")
    server.send(Connect("a", there.host, there.rtp_port, there.rtcp_port))
    phone.send(Connect("a'", here.host, here.rtp_port, here.rtcp_port))
    phone.send(Record("a'", "a'", ""))
    phone.send(Load("tone", sound.tone(600, 1).tobytes()))
    server.send(Join("a", "a"))
    server.send(Join("a", "gone"))
    server.send(Part("gone", "a"))
    phone.send(Play("a'", 1, "tone"))
    await asyncio.sleep(1.5)
    await server.close()
    await phone.close()

    assert sound.is_silent(ears.heard("a'"))


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
