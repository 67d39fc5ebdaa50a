"""RFC 4733 events: each key once, whatever the network does to its packets."""

import random

import numpy as np
import pytest

from offhook.media.dtmf import EventReceiver

ROW = 1
Packet = tuple[int, int, bool]  # timestamp, event, end bit


def press(timestamp: int, event: int, updates: int = 8) -> list[Packet]:
    """All packets of a key: updates, then the end three times."""
    return [(timestamp, event, False)] * updates + [(timestamp, event, True)] * 3


def keys(packets: list[Packet], receiver: EventReceiver | None = None) -> list[int]:
    receiver = receiver or EventReceiver(2)
    found = []
    for timestamp, event, ends in packets:
        payload = np.array([[event, ends << 7 | 10, 0, 160]], np.uint8)
        if receiver.receive(np.array([ROW]), np.array([timestamp % 2**32]), payload)[0]:
            found.append(event)
    return found


def test_a_key_is_told_at_its_first_packet_and_once() -> None:
    assert keys(press(1000, 5)[:1]) == [5]
    assert keys(press(1000, 5)) == [5]


def test_the_same_key_twice_is_two_keys() -> None:
    assert keys(press(1000, 5) + press(4200, 5)) == [5, 5]


@pytest.mark.parametrize("seed", range(30))
def test_loss_of_starts_updates_and_ends_loses_no_key(seed: int) -> None:
    """Of each key at least one packet arrives; some arrive twice."""
    rng = random.Random(seed)
    sent, arrived = [], list[Packet]()
    start = rng.getrandbits(32)
    for number in range(12):
        event = rng.randrange(16)
        sent.append(event)
        packets = press(start + number * 3200, event)
        arrived += sorted(rng.choices(packets, k=rng.randint(1, 6)), key=packets.index)

    assert keys(arrived) == sent


def test_a_late_packet_of_the_key_before_is_not_a_key() -> None:
    assert keys([*press(1000, 5), *press(4200, 6), (1000, 5, True), (4200, 6, True)]) == [5, 6]


def test_timestamps_wrap() -> None:
    assert keys(press(2**32 - 800, 1) + press(2**32 + 2400, 2)) == [1, 2]


def test_a_long_press_in_segments_is_one_key() -> None:
    segments = [(65535 * number, 7, False) for number in range(4) for _ in range(3)]

    assert keys([*segments, (65535 * 3, 7, True)]) == [7]


def test_the_key_after_a_whole_segment_that_ended_is_another() -> None:
    assert keys([*press(0, 7), *press(65535, 7)]) == [7, 7]


def test_flash_and_tones_are_not_keys() -> None:
    assert keys(press(0, 16) + press(4000, 36)) == []


def test_another_stream_begins_with_any_timestamp() -> None:
    receiver = EventReceiver(2)
    keys(press(90_000, 3), receiver)
    receiver.restart(ROW)

    assert keys(press(5, 3), receiver) == [3]
    assert receiver.seen[ROW]


def test_a_cleared_row_has_seen_no_event() -> None:
    receiver = EventReceiver(2)
    keys(press(90_000, 3), receiver)
    receiver.clear(ROW)

    assert not receiver.seen.any()


def test_rows_are_independent() -> None:
    receiver = EventReceiver(4)
    payload = np.array([[1, 10, 0, 160], [2, 10, 0, 160]], np.uint8)
    stamps = np.array([500, 500])

    assert receiver.receive(np.array([0, 3]), stamps, payload).tolist() == [True, True]
    assert receiver.receive(np.array([3, 0]), stamps, payload[::-1]).tolist() == [False, False]
