"""Opus at 8 kHz: a tone goes through, long packets are longer, nonsense is refused."""

import numpy as np
import pytest

from offhook.media.codecs import FRAME
from offhook.testing.sound import loudness, pitch, tone

opuslib = pytest.importorskip("opuslib_next", reason="needs the extra: offhook[codecs]")


def test_a_tone_goes_through_with_its_pitch_and_loudness() -> None:
    from offhook.media.codecs.opus import BITS_PER_S, OpusCoder

    said = tone(700, 1.0)
    ours, theirs = OpusCoder(), OpusCoder()
    packets = [ours.encode(said[at : at + FRAME]) for at in range(0, len(said), FRAME)]
    heard = np.concatenate([theirs.decode(packet) for packet in packets])

    assert max(len(packet) for packet in packets) <= 2 * BITS_PER_S / 50 / 8
    assert len(heard) == len(said)
    assert abs(pitch(heard[800:]) - 700) < 3
    assert loudness(heard[800:]) == pytest.approx(loudness(said[800:]), rel=0.05)


def test_a_far_end_may_send_60_ms_of_48_khz() -> None:
    from offhook.media.codecs.opus import OpusCoder

    theirs = opuslib.Encoder(48_000, 1, opuslib.APPLICATION_VOIP)
    at = np.arange(3 * 960) / 48_000
    said = (9000 * np.sin(2 * np.pi * 500 * at)).astype(np.int16)

    assert len(OpusCoder().decode(theirs.encode(said.tobytes(), 3 * 960))) == 3 * FRAME


@pytest.mark.parametrize("packet", [b"", b"\xff", b"\x03\xff\xff", bytes([0x4B]) + bytes(200)])
def test_nonsense_is_refused(packet: bytes) -> None:
    from offhook.media.codecs.opus import OpusCoder

    with pytest.raises(ValueError, match=r"empty|no packet of Opus"):
        OpusCoder().decode(packet)


def test_whatever_comes_is_decoded_or_refused() -> None:
    from offhook.media.codecs.opus import LONGEST, OpusCoder

    coder, rng = OpusCoder(), np.random.default_rng(2)
    for _ in range(500):
        packet = rng.integers(0, 256, rng.integers(1, 160), np.uint8).tobytes()
        try:
            assert len(coder.decode(packet)) <= LONGEST
        except ValueError:
            continue
