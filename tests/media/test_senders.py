"""Sequence, timestamp and marker of what we send."""

import random

import numpy as np

from offhook.media.senders import Senders

ROWS = np.array([0, 2])
TYPES = np.array([0, 8])


def senders(seed: int = 1) -> Senders:
    senders = Senders(3, random.Random(seed))
    for row in range(3):
        senders.clear(row)
    return senders


def everyone(sending: bool = True) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.full(3, sending)


def test_streams_begin_at_random() -> None:
    first, second = senders(1), senders(2)
    stamps = [one.audio(np.arange(3), np.zeros(3, np.int64)) for one in (first, second)]
    for name in ("ssrc", "sequence", "timestamp"):
        values = [int(value) for stamp in stamps for value in getattr(stamp, name)]
        assert len(set(values)) == 6


def test_a_packet_a_tick_counts_up_and_wraps() -> None:
    one = senders(8)  # begins near the end of the sequence numbers
    first = one.audio(ROWS, TYPES)
    for _ in range(3_000):
        one.advance(3, everyone())
        stamps = one.audio(ROWS, TYPES)

    assert stamps.sequence.tolist() == [(at + 3_000) % 2**16 for at in first.sequence]
    assert stamps.timestamp.tolist() == [(at + 3_000 * 160) % 2**32 for at in first.timestamp]
    assert one.packets.tolist() == [3_001, 0, 3_001]
    assert one.octets.tolist() == [3_001 * 160, 0, 3_001 * 160]


def test_the_marker_begins_a_talk_spurt() -> None:
    one = senders()
    markers = []
    for tick in range(6):
        sending = tick not in (2, 3)  # on hold
        if sending:
            markers.append(one.audio(ROWS, TYPES).marker.tolist())
        one.advance(3, everyone(sending))

    assert markers == [[True, True], [False, False], [True, True], [False, False]]


def test_time_goes_on_while_nothing_is_sent_but_numbers_do_not() -> None:
    one = senders()
    first = one.audio(ROWS, TYPES)
    for _ in range(10):
        one.advance(3, everyone(False))
    then = one.audio(ROWS, TYPES)

    assert (then.sequence - first.sequence).tolist() == [1, 1]
    assert ((then.timestamp - first.timestamp) % 2**32).tolist() == [1600, 1600]
