"""Two engines, back to back, carry calls between each other over a network made of lists."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import numpy as np
import pytest

from offhook.media import tones
from offhook.media.codecs import FRAME, Pcm, g711
from offhook.media.engine import Engine
from offhook.media.latches import NOBODY
from offhook.media.messages import (
    Closed,
    Connect,
    Counters,
    Dial,
    Digit,
    Ended,
    Forget,
    Join,
    Load,
    Look,
    Looked,
    Part,
    Play,
    Record,
    Report,
    Seat,
    Stop,
    StopRecord,
    ToneStep,
    Voice,
)
from offhook.media.packets import MAX_DATAGRAM, Packets
from offhook.media.rows import NoRowError
from offhook.media.rtp import Stamps, write

PLAIN = Connect("", "192.0.2.1", 1, 2)
EVENTS = Connect("", "192.0.2.1", 1, 2, dtmf_payload_type=101)

Fate = Callable[[], float | None]  # seconds a packet takes, or None: it is lost


def no_delay() -> float | None:
    return 0.0


@dataclass
class Side:
    """One engine; leg "0", "1" … uses the socket of its number."""

    engine: Engine
    base: int  # of its addresses: RTP of socket n is base + 2 * n, RTCP one more
    arriving: list[tuple[float, int, bytes, int, int, bool]] = field(default_factory=list)
    reports: list[tuple[int, Report]] = field(default_factory=list)
    heard: list[Pcm] = field(default_factory=list)  # the taps of each tick
    sent: list[bytes] = field(default_factory=list)

    def receive(self, now: float) -> None:
        due = sorted(packet for packet in self.arriving if packet[0] <= now)
        self.arriving = [packet for packet in self.arriving if packet[0] > now]
        data = np.zeros((len(due), MAX_DATAGRAM), np.uint8)
        for row, packet in enumerate(due):
            kept = packet[2][:MAX_DATAGRAM]
            data[row, : len(kept)] = np.frombuffer(kept, np.uint8)
        self.engine.receive(
            Packets(
                data,
                np.array([len(packet[2]) for packet in due], np.int64),
                np.array([packet[3] for packet in due], np.int64),
                np.array([packet[4] for packet in due], np.int64),
                np.array([packet[5] for packet in due], np.bool_),
            ),
            now,
        )

    def of(self, kind: type[Report]) -> list[Report]:
        return [report for _, report in self.reports if isinstance(report, kind)]

    def sound(self, tap: int = 0) -> Pcm:
        return np.concatenate([taps[tap] for taps in self.heard])


class World:
    """Near and far, joined leg by leg."""

    def __init__(self, legs: int = 1, *, seed: int = 1, fate: Fate = no_delay) -> None:
        self.near = Side(Engine(legs, random.Random(seed)), 1000)
        self.far = Side(Engine(legs, random.Random(seed + 1)), 5000)
        self.ticks = 0
        self.fate = fate
        self._number = 0
        for side in self.sides:
            for leg in range(legs):
                side.engine.open(str(leg), leg, 0.0)

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.near, self.far

    @property
    def now(self) -> float:
        return 7.0 + self.ticks * 0.02

    def connect(self, side: Side, leg: int = 0, agreed: Connect = PLAIN) -> None:
        other = self.far if side is self.near else self.near
        peer = other.base + 2 * leg
        command = msgspec.structs.replace(agreed, leg=str(leg))
        side.engine.connect(command, peer, peer + 1, self.now)

    def call(self, agreed: Connect = PLAIN) -> "World":
        for side in self.sides:
            self.connect(side, agreed=agreed)
        return self

    def run(self, ticks: int) -> "World":
        for _ in range(ticks):
            self.tick()
        return self

    def tick(self) -> None:
        for side in self.sides:
            side.receive(self.now)
            self.carry(side, side.engine.tick(self.now))
            side.heard.append(side.engine.taps()[1])
            side.reports += [(self.ticks, report) for report in side.engine.reports()]
        self.ticks += 1

    def carry(self, side: Side, packets: Packets) -> None:
        other = self.far if side is self.near else self.near
        for row in range(len(packets)):
            datagram = packets.data[row, : packets.length[row]].tobytes()
            rtcp = bool(packets.rtcp[row])
            if not rtcp:
                side.sent.append(datagram)
            delay = self.fate()
            target = int(packets.peer[row]) - other.base - rtcp
            if delay is None or target % 2 or not 0 <= target < 1000:
                continue
            self._number += 1
            source = side.base + 2 * int(packets.socket[row]) + rtcp
            key = (self.now + delay, self._number, datagram, target // 2, source, rtcp)
            other.arriving.append(key)


def load(side: Side, name: str, pcm: Pcm) -> None:
    side.engine.apply(Load(name, pcm.astype("<i2").tobytes()), 0.0)


def play(side: Side, number: int, name: str, *, leg: int = 0, loop: bool = False) -> None:
    side.engine.apply(Play(str(leg), number, name, loop), 0.0)


def dial(side: Side, number: int, text: str, on_ms: int = 200, off_ms: int = 400) -> None:
    steps = [step for digit in text for step in (ToneStep(digit, on_ms), ToneStep("", off_ms))]
    side.engine.apply(Dial("0", number, tuple(steps)), 0.0)


def record(side: Side, track: str = "inbound") -> None:
    side.engine.apply(Record("0", "0", "unused.wav", (track,)), 0.0)


def through(codec: str, pcm: Pcm) -> Pcm:
    """What G.711 leaves of a sound."""
    if codec == "PCMU":
        return g711.ULAW_DECODE[g711.ULAW_ENCODE[pcm.view(np.uint16)]]
    return g711.ALAW_DECODE[g711.ALAW_ENCODE[pcm.view(np.uint16)]]


def digits(side: Side) -> str:
    return "".join(report.digit for report in side.of(Digit) if isinstance(report, Digit))


@pytest.mark.parametrize(("codec", "payload_type"), [("PCMU", 0), ("PCMA", 8), ("PCMA", 97)])
def test_a_clip_passes_bit_exactly(codec: str, payload_type: int) -> None:
    rng = np.random.default_rng(1)
    clip = np.rint(rng.standard_normal(33 * FRAME + 77) * 4000).astype(np.int16)
    agreed = Connect("", "192.0.2.1", 1, 2, codec=codec, payload_type=payload_type)
    world = World().call(agreed)
    load(world.near, "clip", clip)
    record(world.far)
    world.run(20)
    play(world.near, 1, "clip")
    world.run(60)
    sound, expected = world.far.sound(), through(codec, clip)
    start = 20 * FRAME + 2 * FRAME  # 40 ms of jitter buffer

    assert sound[start : start + len(clip)].tolist() == expected.tolist()
    assert np.abs(sound[start + len(clip) :]).max() <= 8
    assert world.near.of(Ended) == [Ended("0", 1)]
    assert [tick for tick, report in world.near.reports if isinstance(report, Ended)] == [53]


def test_every_tick_sends_one_packet_a_leg_and_hears_one() -> None:
    world = World(3)
    for leg in range(3):
        for side in world.sides:
            world.connect(side, leg)
    world.run(100)
    closed = [world.near.engine.close(str(leg), world.now) for leg in range(3)]

    assert len(world.near.sent) == len(world.far.sent) == 300
    assert [one.counters.packets_sent for one in closed] == [100] * 3
    assert [one.counters.packets_received for one in closed] == [99] * 3
    assert [one.counters.packets_lost for one in closed] == [0] * 3


def test_a_leg_sends_nothing_before_connect_nor_to_nobody() -> None:
    world = World().run(5)
    world.near.engine.connect(Connect("0", "nowhere", 1, 2), NOBODY, NOBODY, world.now)
    world.run(5)

    assert world.near.sent == []


def test_on_hold_no_rtp_is_sent_and_after_it_the_marker_is_set() -> None:
    world = World().call().run(10)
    world.connect(world.near, agreed=msgspec.structs.replace(PLAIN, send=False))
    world.run(10)
    held = len(world.near.sent)
    world.connect(world.near)
    world.run(5)
    markers = [bool(packet[1] & 0x80) for packet in world.near.sent]

    assert held == 10
    assert [at for at, marker in enumerate(markers) if marker] == [0, 10]


def test_what_we_do_not_want_to_receive_is_not_heard() -> None:
    world = World().call()
    load(world.near, "tone", tones.sine(1000, duration_s=0.5))
    play(world.near, 1, "tone", loop=True)
    record(world.far)
    world.connect(world.far, agreed=msgspec.structs.replace(PLAIN, receive=False))
    world.run(30)

    assert not world.far.sound().any()
    assert world.far.of(Voice) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("agreed", [EVENTS, PLAIN], ids=["events", "inband"])
def test_each_digit_is_heard_once_on_a_bad_network(seed: int, agreed: Connect) -> None:
    """In-band keys pass loss as long as the tone is long enough to survive it."""
    rng = random.Random(seed)

    def fate() -> float | None:
        return None if rng.random() < 0.05 else rng.uniform(0.02, 0.06)

    world = World(seed=seed, fate=fate).call(agreed).run(50)
    dial(world.near, 1, "0123456789*#ABCD")
    world.run(540)

    assert digits(world.far) == "0123456789*#ABCD"
    assert world.near.of(Ended) == [Ended("0", 1)]


@pytest.mark.parametrize(("text", "ends_ms"), [("12", 1200), ("1", 600)])
def test_dialling_ends_after_its_last_step(text: str, ends_ms: int) -> None:
    world = World().call(EVENTS)
    dial(world.near, 1, text)
    world.run(100)
    ended = [tick for tick, report in world.near.reports if isinstance(report, Ended)]

    assert ended == [ends_ms // 20 - 1]  # its last frame was sent in this tick


def test_during_an_event_no_audio_of_the_leg_is_sent() -> None:
    world = World().call(EVENTS)
    load(world.near, "tone", tones.sine(1000, duration_s=1.0))
    dial(world.near, 1, "5", on_ms=100, off_ms=100)
    world.run(10)
    kinds = [packet[1] & 0x7F for packet in world.near.sent]
    numbers = [int.from_bytes(packet[2:4]) for packet in world.near.sent]

    assert kinds == [101] * 5 + [101, 0] * 2 + [0] * 3
    assert [(number - numbers[0]) % 65536 for number in numbers] == list(range(12))


def test_a_sent_digit_is_in_the_outbound_recording_but_not_in_the_audio() -> None:
    world = World().call(EVENTS)
    record(world.near, "outbound")
    record(world.far)
    dial(world.near, 1, "5")
    world.run(60)

    assert world.near.sound()[: 10 * FRAME].tolist() == tones.dtmf("5", 0.2).tolist()
    assert not world.far.sound().any()


def test_a_key_both_heard_and_told_is_one_key() -> None:
    """Some gateways let the tone through before they send its event."""
    world = World().call(EVENTS)
    load(world.near, "leak", tones.dtmf("5", 0.08))
    play(world.near, 1, "leak")
    world.run(6)
    dial(world.near, 2, "56")
    world.run(80)

    assert digits(world.far) == "56"
    assert [report.inband for report in world.far.of(Digit) if isinstance(report, Digit)] == [
        True,
        False,
    ]


def test_after_an_event_the_audio_is_not_searched_for_keys() -> None:
    world = World().call(EVENTS)
    dial(world.near, 1, "1")
    world.run(40)
    load(world.near, "tone", tones.dtmf("7", 0.5))
    play(world.near, 2, "tone")
    world.run(40)

    assert digits(world.far) == "1"


def test_stop_ends_a_player_and_a_dialling_without_a_report() -> None:
    world = World().call(EVENTS)
    load(world.near, "tone", tones.sine(1000, duration_s=5.0))
    record(world.near, "outbound")
    play(world.near, 1, "tone")
    world.run(5)
    world.near.engine.apply(Stop("0", 1), world.now)
    world.run(5)
    dial(world.near, 2, "12")
    world.run(5)
    world.near.engine.apply(Stop("0", 2), world.now)
    world.run(60)

    assert world.near.of(Ended) == []
    assert not world.near.sound()[5 * FRAME : 10 * FRAME].any()
    assert digits(world.far) == "1"


def test_a_clip_that_is_forgotten_or_unknown() -> None:
    world = World().call()
    load(world.near, "tone", tones.sine(1000, duration_s=0.1))
    play(world.near, 1, "tone")
    world.near.engine.apply(Forget("tone"), world.now)
    world.run(3)
    play(world.near, 2, "tone")
    world.run(3)

    assert world.near.of(Ended) == [Ended("0", 2)]


def test_voices_are_reported() -> None:
    world = World().call()
    load(world.near, "tone", tones.sine(1000, duration_s=0.5))
    play(world.near, 1, "tone")
    world.run(80)

    assert world.far.of(Voice) == [Voice("0", True), Voice("0", False)]
    assert world.near.of(Voice) == []


def test_a_look_tells_what_was_counted_so_far_and_how_loud_it_was() -> None:
    world = World().call()
    load(world.near, "tone", tones.sine(1000, duration_s=0.5, level_dbfs=-20))
    play(world.near, 1, "tone")
    world.run(80)
    for leg in ("0", "nobody"):
        world.far.engine.apply(Look(leg), world.now)
    world.run(1)

    (looked,) = world.far.of(Looked)
    assert isinstance(looked, Looked)
    assert looked.leg == "0"
    assert looked.loudest_dbfs == pytest.approx(-20, abs=0.5)
    assert 70 < looked.counters.packets_received <= 80
    closed = world.far.engine.close("0", world.now)
    assert closed.counters.packets_received >= looked.counters.packets_received


def test_joined_legs_hear_each_other_and_their_players() -> None:
    world = World(3)
    for leg in range(3):
        for side in world.sides:
            world.connect(side, leg)
    clips = [tones.sine(hertz, duration_s=1.0, level_dbfs=-20) for hertz in (400, 1000, 1800)]
    for number, clip in enumerate(clips):
        load(world.far, f"{number}", clip)
        play(world.far, 1, f"{number}", leg=number, loop=True)
    load(world.near, "prompt", clips[2])
    play(world.near, 1, "prompt", leg=1, loop=True)
    world.near.engine.apply(Join("0", "1"), world.now)
    for number in range(3):
        world.far.engine.apply(Record(f"{number}", f"{number}", "unused.wav"), world.now)
    world.run(60)
    spectra = [np.abs(np.fft.rfft(world.far.sound(tap)[-8000:], 8000)) for tap in range(3)]
    present = [[bool(spectrum[hertz] > 1e5) for hertz in (400, 1000, 1800)] for spectrum in spectra]

    assert present == [[False, True, False], [True, False, True], [False, False, False]]
    world.near.engine.apply(Part("1", "0"), world.now)
    world.run(10)
    assert not world.far.sound(0)[-2 * FRAME :].any()


def inject(world: World, source: int, *, ssrc: int = 7, count: int = 20) -> None:
    """Let somebody send loud packets to the near leg."""
    data = np.full((count, MAX_DATAGRAM), 0x80, np.uint8)
    numbers = np.arange(count)
    same = np.full(count, ssrc)
    write(data, Stamps(numbers < 0, np.zeros(count, np.int64), numbers, numbers * FRAME, same))
    packets = Packets(
        data,
        np.full(count, 172),
        np.zeros(count, np.int64),
        np.full(count, source),
        np.zeros(count, np.bool_),
    )
    world.near.engine.receive(packets, world.now)


def test_rtp_inject_a_stranger_is_not_heard_and_is_counted() -> None:
    world = World().call()
    record(world.near)
    world.run(20)
    for _ in range(20):
        inject(world, 6666)
        inject(world, 5000)  # a forged source address, but not the SSRC
        world.run(1)
    closed = world.near.engine.close("0", world.now)

    assert not world.near.sound().any()
    assert closed.counters.packets_refused == 800
    assert closed.counters.packets_received == 39


def test_rtp_bleed_a_stranger_does_not_get_the_audio() -> None:
    world = World().call().run(20)
    inject(world, 6666)
    packets = world.near.engine.tick(world.now)

    assert packets.peer[~packets.rtcp].tolist() == [5000]


def test_a_far_end_behind_nat_gets_the_audio_where_it_sends_from() -> None:
    world = World().call()
    inject(world, 7777, count=1)
    packets = world.near.engine.tick(world.now)

    assert packets.peer[~packets.rtcp].tolist() == [7777]


def test_a_flood_of_one_leg_is_cut_off() -> None:
    world = World().call()
    inject(world, 5000, count=300)
    closed = world.near.engine.close("0", world.now)

    assert closed.counters.packets_received == 16
    assert closed.counters.packets_refused == 284


@pytest.mark.slow
def test_whatever_arrives_the_engine_goes_on() -> None:
    world, rng = World().call(EVENTS), random.Random(5)
    record(world.near)
    world.run(10)
    for _ in range(300):
        length = rng.choice([0, 1, 11, 12, 13, 15, 16, 172, 511, 512, 600])
        datagram = bytes([rng.choice([0x80, 0x90, 0xA0, 0xBF, rng.randrange(256)])])
        datagram += bytes([rng.choice([0, 101, 13, 200, 201, 203, rng.randrange(256)])])
        datagram = (datagram + world.far.sent[-1][2:12] + rng.randbytes(600))[:length]
        rtcp = rng.random() < 0.3
        source = rng.choice([5000, 5001, 6666])
        world.near.arriving.append((world.now, rng.getrandbits(40), datagram, 0, source, rtcp))
        world.run(1)
    load(world.far, "tone", tones.sine(1000, duration_s=1.0))
    play(world.far, 1, "tone", loop=True)
    world.run(150)

    assert np.abs(world.near.sound()[-FRAME:]).max() > 5000


@pytest.mark.slow
def test_a_bad_network_leaves_counters_and_most_of_the_sound() -> None:
    rng = random.Random(3)

    def fate() -> float | None:
        return None if rng.random() < 0.1 else rng.uniform(0.01, 0.05)

    world = World(fate=fate).call()
    load(world.near, "tone", tones.sine(1000, duration_s=1.0))
    play(world.near, 1, "tone", loop=True)
    record(world.far)
    world.run(1000)
    counters = world.far.engine.close("0", world.now).counters
    sound = world.far.sound()[100 * FRAME :].reshape(-1, FRAME)
    silent = (np.abs(sound).max(axis=1) < 100).mean()

    assert 60 < counters.packets_lost < 140
    assert 5 < counters.jitter_ms < 20
    assert silent < 0.01
    near = world.near.engine.close("0", world.now).counters
    assert near.remote_lost is not None
    assert near.round_trip_ms is not None
    assert 15 < near.round_trip_ms < 130


def test_a_goodbye_is_one_rtcp_packet_to_the_far_end() -> None:
    world = World().call().run(10)
    packets = world.near.engine.bye("0", world.now)
    compound = packets.data[0, : packets.length[0]]

    assert (packets.peer.tolist(), packets.rtcp.tolist()) == ([5001], [True])
    assert compound[1] == 200
    assert compound[-7] == 203
    assert len(World().near.engine.bye("0", 0.0)) == 0


def test_a_row_that_is_used_again_remembers_nothing() -> None:
    world = World().call(EVENTS)
    load(world.far, "tone", tones.sine(1000, duration_s=5.0))
    play(world.far, 1, "tone")
    dial(world.near, 3, "123")
    record(world.near)
    world.run(25)
    world.near.engine.close("0", world.now)
    engine = world.near.engine
    engine.open("next", 0, world.now)
    packets, (legs, _) = engine.tick(world.now), engine.taps()

    assert (len(packets), list(legs), len(engine)) == (0, [], 1)
    assert engine.close("next", world.now) == Closed("next", Counters())


def test_commands_to_a_leg_that_is_gone_have_no_effect() -> None:
    world = World()
    load(world.near, "tone", tones.sine(1000, duration_s=0.1))
    for command in (Play("x", 1, "tone"), Dial("x", 1, ()), Stop("x", 1), StopRecord("x", "x")):
        world.near.engine.apply(command, 0.0)
    world.near.engine.connect(Connect("x", "h", 1, 2), 1, 2, 0.0)
    world.near.engine.apply(Record("x", "x", "unused.wav"), 0.0)
    world.near.engine.apply(Join("x", "0"), 0.0)
    world.near.engine.apply(Part("x", "0"), 0.0)
    world.run(3)

    assert world.near.reports == []


def test_a_room_is_no_leg_and_is_joined_with_none() -> None:
    world = World()
    engine = Engine(3, random.Random(1))
    engine.open("0", 0, world.now)
    engine.open_room("room", world.now)
    world.near.engine = engine
    world.connect(world.near)
    world.connect(world.far)
    load(world.near, "tone", tones.sine(1000, duration_s=1.0))
    engine.apply(Play("room", 1, "tone"), world.now)
    for command in (Join("0", "room"), Join("room", "0"), Seat("0", "0"), Seat("room", "room")):
        engine.apply(command, world.now)
    world.far.engine.apply(Record("0", "0", "unused.wav"), world.now)
    world.run(20)

    assert not world.far.sound().any()
    assert len(engine) == 2
    assert engine.close("room", world.now) == Closed("room", Counters())


def test_what_needs_a_row_is_refused() -> None:
    engine = World().near.engine
    with pytest.raises(NoRowError):
        engine.open("x", 3, 0.0)
    with pytest.raises(KeyError):
        engine.close("x", 0.0)
