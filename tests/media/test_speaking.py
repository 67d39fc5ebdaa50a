"""Calls in G.722 and Opus, and comfort noise, through whole engines."""

import itertools
import random

import numpy as np
import pytest
from tests.media.test_engine import World, dial, digits, load, play, record

from offhook.media.codecs import FRAME
from offhook.media.messages import Connect, Join
from offhook.sip.offer import more
from offhook.testing.sound import loudness, pitch, tone, tones

pytestmark = pytest.mark.skipif(len(more()) < 2, reason="needs the extra: offhook[codecs]")

AGREED = {
    "G722": Connect("", "192.0.2.1", 1, 2, codec="G722", payload_type=9),
    "OPUS": Connect("", "192.0.2.1", 1, 2, codec="OPUS", payload_type=111),
}


@pytest.mark.parametrize("codec", AGREED)
def test_a_tone_is_heard_at_the_far_end(codec: str) -> None:
    world = World().call(AGREED[codec])
    load(world.near, "tone", tone(600, 1.0))
    record(world.far)
    world.run(10)
    play(world.near, 1, "tone")
    world.run(80)
    (span,) = tones(world.far.sound(), 600)

    assert abs(span.duration_s - 1.0) < 0.06
    assert abs(pitch(world.far.sound()[20 * FRAME : 50 * FRAME]) - 600) < 3


def test_opus_has_a_clock_of_48_khz_on_the_wire_and_packets_of_any_length() -> None:
    world = World().call(AGREED["OPUS"])
    load(world.near, "tone", tone(600, 1.0))
    play(world.near, 1, "tone")
    world.run(30)
    stamps = [int.from_bytes(packet[4:8]) for packet in world.near.sent]
    steps = {after - before & 0xFFFFFFFF for before, after in itertools.pairwise(stamps)}
    closed = world.far.engine.close("0", world.now)

    assert steps == {960}
    assert {packet[1] & 0x7F for packet in world.near.sent} == {111}
    assert len({len(packet) for packet in world.near.sent}) > 1
    assert max(map(len, world.near.sent)) < 12 + 130
    assert closed.counters.packets_received == 30
    assert closed.counters.jitter_ms < 1.0


@pytest.mark.parametrize("codec", AGREED)
def test_lost_and_shuffled_packets_are_concealed(codec: str) -> None:
    rng = random.Random(3)
    fate = lambda: None if rng.random() < 0.05 else rng.uniform(0, 0.04)  # noqa: E731
    world = World(fate=fate).call(AGREED[codec])
    load(world.near, "tone", tone(600, 4.0))
    record(world.far)
    play(world.near, 1, "tone", loop=True)
    world.run(200)
    frames = world.far.sound()[50 * FRAME :].reshape(-1, FRAME)

    assert np.mean([loudness(frame) > 500 for frame in frames]) > 0.97


@pytest.mark.parametrize("codec", AGREED)
def test_keys_are_heard_as_tones(codec: str) -> None:
    world = World().call(AGREED[codec])
    world.run(10)
    dial(world.near, 1, "159#")
    world.run(160)

    assert digits(world.far) == "159#"


@pytest.mark.parametrize("codec", AGREED)
def test_legs_of_different_codecs_hear_each_other(codec: str) -> None:
    world = World(2)
    for side in world.sides:
        world.connect(side, 0, AGREED[codec])
        world.connect(side, 1)
    world.near.engine.apply(Join("0", "1"), 0.0)
    load(world.far, "a", tone(500, 3.0))
    load(world.far, "b", tone(900, 3.0))
    record(world.far)
    world.run(5)
    play(world.far, 1, "a")
    play(world.far, 2, "b", leg=1)
    world.run(100)

    assert len(tones(world.far.sound(), 900)) == 1  # leg 0 hears what leg 1 says
    assert not tones(world.far.sound(), 500)


@pytest.mark.parametrize("codec", AGREED)
def test_whatever_arrives_it_goes_on(codec: str) -> None:
    rng = random.Random(5)
    world = World().call(AGREED[codec])
    record(world.far)
    world.run(20)
    template = world.near.sent[-1][:12]
    for number in range(200):
        junk = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 400)))
        sequence = int.from_bytes(template[2:4]) + number
        head = template[:2] + (sequence & 0xFFFF).to_bytes(2) + template[4:]
        world.far.arriving.append((world.now, 10_000 + number, head + junk, 0, 1000, False))
        world.tick()
    load(world.near, "tone", tone(600, 1.0))
    play(world.near, 1, "tone", loop=True)
    world.run(200)

    assert tones(world.far.sound()[-100 * FRAME :], 600)


def test_a_leg_may_change_to_another_codec_and_back() -> None:
    world = World().call(AGREED["OPUS"])
    load(world.near, "tone", tone(600, 1.0))
    record(world.far)
    play(world.near, 1, "tone", loop=True)
    world.run(40)
    for agreed in (Connect("", "192.0.2.1", 1, 2), AGREED["G722"], AGREED["OPUS"]):
        world.call(agreed)
        world.run(60)
        assert abs(pitch(world.far.sound()[-30 * FRAME :]) - 600) < 5


def test_in_a_pause_there_is_noise_of_the_level_that_was_told() -> None:
    world = World().call()
    record(world.far)
    world.run(30)
    sent = world.near.sent[-1]
    world.near.engine.connect(
        Connect("0", "192.0.2.1", 1, 2, send=False), world.far.base, world.far.base + 1, world.now
    )
    sequence = int.from_bytes(sent[2:4]) + 1
    head = bytes([0x80, 13]) + sequence.to_bytes(2) + sent[4:12]
    noise = head + bytes([50])
    world.far.arriving.append((world.now, 99_999, noise, 0, world.near.base, False))
    world.run(60)
    quiet = world.far.sound()[-40 * FRAME :]

    assert loudness(quiet) == pytest.approx(32767 * 10 ** (-50 / 20), rel=0.15)
    assert world.far.engine.close("0", world.now).counters.packets_lost == 0
