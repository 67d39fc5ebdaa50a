"""The jitter buffer: a bench with one or more senders, a network and a clock of 20 ms."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.media import jitter
from offhook.media.codecs import FRAME
from offhook.media.jitter import CONCEALED_FRAMES, IDLE_FRAMES, MAX_FRAMES, JitterBuffer, conceal
from offhook.media.rtp import MAX_PAYLOAD

SILENCE = 0xFF
ROW = 1


@dataclass
class Bench:
    """Row 1 of a buffer of two; time in ticks."""

    buffer: JitterBuffer = field(default_factory=lambda: JitterBuffer(2))
    quiet: bool = False
    played: list[bytes | None] = field(default_factory=list)  # None: nothing was there

    def __post_init__(self) -> None:
        self.buffer.clear(ROW, SILENCE)

    def packet(self, timestamp: int, payload: bytes, jitter: int = 0) -> None:
        data = np.zeros((1, MAX_PAYLOAD), np.uint8)
        data[0, : len(payload)] = np.frombuffer(payload, np.uint8)
        stamp, size = np.array([timestamp % 2**32]), np.array([len(payload)])
        self.buffer.arrive(np.array([ROW]), stamp, size, data, np.full(ROW + 1, float(jitter)))

    def tick(self) -> None:
        frames = np.zeros((2, FRAME), np.uint8)
        heard = self.buffer.play(frames, np.array([True, self.quiet]))
        assert not heard[0]
        self.played.append(frames[ROW].tobytes() if heard[ROW] else None)

    def sound(self) -> list[bytes]:
        return [frame for frame in self.played if frame is not None]


def frame(number: int, size: int = FRAME) -> bytes:
    return bytes([number % 251] * size)


def steady(bench: Bench, first: int, last: int, base: int = 0) -> None:
    for number in range(first, last):
        bench.packet(base + number * FRAME, frame(number))
        bench.tick()


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_a_steady_sender_is_played_without_gap_or_change(base: int) -> None:
    bench = Bench()
    steady(bench, 0, 150, base)

    assert bench.played[:2] == [None, None]  # 40 ms
    assert bench.played[2:] == [frame(number) for number in range(148)]
    assert bench.buffer.late[ROW] == 0


@settings(max_examples=12)
@given(st.sampled_from([80, 160, 240, 320, 400, 480]), st.integers(0, 159))
def test_any_packet_time_and_alignment_is_played_whole(size: int, shift: int) -> None:
    """The second half of the stream is not aligned to the slots of the first."""
    rng = random.Random(size)
    whole = bytes(rng.randrange(251) for _ in range(48 * FRAME))
    bench, sent = Bench(), 0
    for tick in range(48):
        while sent + size <= len(whole) and sent < (tick + 1) * FRAME:
            bench.packet(sent, whole[sent : sent + size])
            sent += size
        bench.tick()
    steady(bench, 0, 30, base=sent + shift)
    sound = b"".join(bench.sound())

    assert sound.startswith(whole[:sent] + b"\xff" * shift)
    assert b"".join(frame(number) for number in range(26)) in sound


def test_packets_in_any_order_are_played_in_theirs() -> None:
    bench = Bench()
    for first in range(0, 40, 2):
        bench.packet((first + 1) * FRAME, frame(first + 1))
        bench.packet(first * FRAME, frame(first))
        bench.tick()
        bench.tick()

    assert bench.sound() == [frame(number) for number in range(39)]


def test_a_duplicate_is_played_once() -> None:
    bench = Bench()
    for number in range(30):
        for _ in range(2):
            bench.packet(number * FRAME, frame(number))
        bench.tick()

    assert bench.sound() == [frame(number) for number in range(28)]


def test_a_lost_packet_leaves_one_frame_open() -> None:
    bench = Bench()
    for number in range(30):
        if number != 10:
            bench.packet(number * FRAME, frame(number))
        bench.tick()

    assert bench.played[12] is None
    assert bench.played.count(None) == 3
    assert bench.sound() == [frame(number) for number in range(28) if number != 10]


def test_a_late_packet_is_played_and_delays_what_follows() -> None:
    bench = Bench()
    steady(bench, 0, 10)
    for _ in range(4):  # the network stops for 80 ms
        bench.tick()
    for number in range(10, 14):
        bench.packet(number * FRAME, frame(number))
    steady(bench, 14, 100)

    assert bench.sound() == [frame(number) for number in range(len(bench.sound()))]
    assert len(bench.sound()) >= 94
    assert bench.buffer.late[ROW] > 0


def test_a_packet_after_its_successor_was_played_is_dropped() -> None:
    bench = Bench()
    for number in range(30):
        if number != 10:
            bench.packet(number * FRAME, frame(number))
        if number == 14:
            bench.packet(10 * FRAME, frame(10))
        bench.tick()

    assert frame(10) not in bench.sound()
    assert bench.buffer.late[ROW] == 1


def test_delay_never_grows_beyond_its_maximum() -> None:
    bench = Bench()
    steady(bench, 0, 50)
    for _ in range(8):
        bench.tick()
    for number in range(50, 58):
        bench.packet(number * FRAME, frame(number))
    steady(bench, 58, 100)
    newest = bench.sound()[-1][0]

    assert 99 - newest <= MAX_FRAMES


def test_a_burst_after_a_stall_does_not_delay_for_ever() -> None:
    bench = Bench(quiet=True)
    steady(bench, 0, 10)
    for _ in range(60):
        bench.tick()
    for number in range(10, 70):
        bench.packet(number * FRAME, frame(number))
    steady(bench, 70, 250)

    assert bench.played[-1] is not None
    assert 249 - bench.played[-1][0] <= 4


def test_silence_in_the_stream_is_used_to_shorten_the_delay() -> None:
    bench = Bench()
    for number in range(8):  # eight frames at once: the first waits for nothing
        bench.packet(number * FRAME, frame(number))
    steady(bench, 8, 60)
    before = 59 - bench.sound()[-1][0]
    bench.quiet = True
    steady(bench, 60, 200)
    after = 199 - bench.sound()[-1][0]

    assert before >= 8
    assert after <= 3


def test_a_steady_quiet_sender_is_left_alone() -> None:
    bench = Bench(quiet=True)
    steady(bench, 0, 240)

    assert bench.sound() == [frame(number) for number in range(238)]


@pytest.mark.parametrize("jump", [10**6, -(10**6), 2**31 - 1])
def test_a_jump_of_timestamps_begins_anew(jump: int) -> None:
    bench = Bench()
    steady(bench, 0, 20)
    steady(bench, 20, 60, base=jump)

    assert bench.sound()[-30:] == [frame(number) for number in range(29, 59)]


def test_a_talk_spurt_after_a_pause_waits_as_jitter_demands() -> None:
    bench = Bench()
    steady(bench, 0, 10)
    for _ in range(IDLE_FRAMES + 5):
        bench.tick()
    start = len(bench.played)
    for number in range(60, 80):
        bench.packet(number * FRAME, frame(number), jitter=100)
        bench.tick()

    assert bench.played[start : start + 4] == [None, None, None, frame(60)]


@pytest.mark.parametrize("seed", range(20))
def test_jitter_within_the_delay_is_not_heard(seed: int) -> None:
    """Packets are up to 30 ms late against the fastest; after a second nothing is missing."""
    rng, bench = random.Random(seed), Bench()
    arrivals = sorted((number * 20 + rng.uniform(0, 30), number) for number in range(300))
    for tick in range(300):
        while arrivals and arrivals[0][0] < (tick + 1) * 20:
            _, number = arrivals.pop(0)
            bench.packet(number * FRAME, frame(number))
        bench.tick()

    assert None not in bench.played[50:]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 2**32 - 1) | st.integers(0, 8000), st.integers(1, MAX_PAYLOAD)),
        max_size=60,
    ),
    st.booleans(),
)
def test_whatever_comes_a_steady_sender_is_heard_in_the_end(
    packets: list[tuple[int, int]], quiet: bool
) -> None:
    bench = Bench(quiet=quiet)
    for turn, (timestamp, size) in enumerate(packets):
        bench.packet(timestamp, frame(250, size))
        if turn % 2:
            bench.tick()
    for _ in range(40):
        bench.tick()
    steady(bench, 0, 60, base=5 * 10**8)

    last = bench.sound()[-1][0]

    assert last in (57, 58)
    assert bench.sound()[-40:] == [frame(number) for number in range(last - 39, last + 1)]


def test_after_an_event_nothing_is_concealed() -> None:
    bench = Bench()
    steady(bench, 0, 10)
    bench.buffer.hush(np.array([ROW]))

    assert bench.buffer.missing[ROW] > CONCEALED_FRAMES


def test_concealment_repeats_with_decay_then_falls_silent() -> None:
    pcm = np.full((3, FRAME), 1000, np.int16)
    levels = []
    for missing in range(1, 6):
        conceal(pcm, np.array([1]), pcm[[1]], np.array([missing]))
        levels.append(int(pcm[1, 0]))

    assert levels == [800, 480, 192, 0, 0]
    assert (pcm[[0, 2]] == 1000).all()


def test_the_ring_is_longer_than_any_delay() -> None:
    assert jitter.HEADROOM_FRAMES + MAX_PAYLOAD // FRAME + 1 < jitter.SLOTS
    assert jitter.MAX_FRAMES < jitter.HEADROOM_FRAMES
