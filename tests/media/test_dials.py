"""RFC 4733 events that we send, to the sample and the packet."""

import random
from dataclasses import dataclass

import numpy as np
import pytest

from offhook.media import dials, tones
from offhook.media.codecs import FRAME
from offhook.media.dials import Dials
from offhook.media.dtmf import EventReceiver
from offhook.media.messages import ToneStep

ROW = 1


@dataclass(frozen=True)
class Seen:
    """One event packet; `at` is its event's timestamp, in samples from the start."""

    tick: int
    event: int
    at: int
    duration: int
    end: bool
    marker: bool
    replaces_audio: bool


def steps(*parts: tuple[str, int]) -> tuple[ToneStep, ...]:
    return tuple(ToneStep(digit, duration_ms) for digit, duration_ms in parts)


def dial(what: tuple[ToneStep, ...], ticks: int = 100, stop_at: int = -1) -> list[Seen]:
    sender, seen = Dials(2), list[Seen]()
    sender.start(ROW, what)
    for tick in range(ticks):
        if tick == stop_at:
            sender.stop(ROW)
        for batch in sender.tick():
            for index in range(len(batch.rows)):
                event, flags, high, low = (int(byte) for byte in batch.payload[index])
                assert batch.rows[index] == ROW
                assert flags & 0x7F == 10
                seen.append(
                    Seen(
                        tick,
                        event,
                        tick * FRAME + int(batch.offset[index]),
                        high << 8 | low,
                        bool(flags & 0x80),
                        bool(batch.marker[index]),
                        batch.replaces_audio,
                    )
                )
    return seen


def test_a_digit_is_updated_every_tick_and_ended_three_times() -> None:
    seen = dial(steps(("5", 100), ("", 400)))

    assert [one.tick for one in seen] == [0, 1, 2, 3, 4, 5, 6]
    assert [one.duration for one in seen] == [160, 320, 480, 640, 800, 800, 800]
    assert [one.end for one in seen] == [False] * 4 + [True] * 3
    assert [one.marker for one in seen] == [True] + [False] * 6
    assert [one.replaces_audio for one in seen] == [True] * 5 + [False] * 2
    assert {(one.event, one.at) for one in seen} == {(5, 0)}


TABLE = {  # bxml.md 7: steps as call control gives them, and when tones begin
    "12": (steps(("1", 200), ("", 400), ("2", 200), ("", 400)), [0, 600]),
    "1w2": (steps(("1", 200), ("", 500), ("2", 200), ("", 400)), [0, 700]),
    "1W2": (steps(("1", 200), ("", 1000), ("2", 200), ("", 400)), [0, 1200]),
    "1ww,2": (steps(("1", 200), ("", 1500), ("2", 200), ("", 400)), [0, 1700]),
    "w1": (steps(("", 500), ("1", 200), ("", 400)), [500]),
    "12 short": (steps(("1", 100), ("", 100), ("2", 100), ("", 100)), [0, 200]),
    "odd": (steps(("1", 50), ("", 50), ("2", 50), ("", 50), ("3", 75)), [0, 100, 200]),
}


@pytest.mark.parametrize("text", TABLE)
def test_tones_begin_when_the_contract_says(text: str) -> None:
    what, starts_ms = TABLE[text]
    seen = dial(what, 120)

    assert sorted({one.at for one in seen}) == [8 * start for start in starts_ms]
    for start_ms in starts_ms:
        event = [one for one in seen if one.at == 8 * start_ms]
        assert event[0].tick == start_ms // 20
        assert [one.end for one in event[-4:]] == [False, True, True, True]


def test_of_two_tones_that_touch_the_first_is_ended_before_the_second_begins() -> None:
    seen = dial(steps(("1", 60), ("2", 60)))
    order = [(one.event, one.end) for one in seen]

    assert order == [(1, False)] * 2 + [(1, True)] * 3 + [(2, False)] * 2 + [(2, True)] * 3
    assert [one.at for one in seen if one.event == 2] == [480] * 5


def test_a_tone_longer_than_a_segment_goes_on_in_the_next() -> None:
    seen = dial(steps(("9", 9000)), 460)
    first = [one for one in seen if one.at == 0]
    second = [one for one in seen if one.at == 0xFFFF]

    assert first[-1].duration == 0xFFFF
    assert not any(one.end for one in first)
    assert not any(one.marker for one in second)
    assert [one.duration for one in second[-3:]] == [72_000 - 0xFFFF] * 3


def test_what_we_send_is_what_we_would_hear() -> None:
    rng = random.Random(1)
    digits = [rng.choice(tones.DIGITS) for _ in range(20)]
    what = steps(*[(d, ms) for d in digits for d, ms in ((d, rng.randint(50, 300)), ("", 50))])
    receiver, heard = EventReceiver(1), []
    for one in dial(what, 400):
        payload = np.array([[one.event, one.end << 7, 0, 0]], np.uint8)
        if receiver.receive(np.array([0]), np.array([one.at]), payload)[0]:
            heard.append(tones.DIGITS[one.event])

    assert heard == digits


def test_a_tone_that_is_stopped_is_ended() -> None:
    seen = dial(steps(("1", 200), ("", 400), ("2", 200)), stop_at=3)

    assert [(one.tick, one.duration, one.end) for one in seen] == [
        (0, 160, False),
        (1, 320, False),
        (2, 480, False),
        (3, 480, True),
        (4, 480, True),
        (5, 480, True),
    ]


def test_a_stop_in_a_pause_leaves_nothing_to_send() -> None:
    assert dial(steps(("", 100), ("1", 200)), stop_at=2) == []
    assert all(one.event == 1 for one in dial(steps(("1", 60), ("", 400), ("2", 60)), stop_at=15))


def test_the_sound_of_a_dialling_has_its_length() -> None:
    what = TABLE["1w2"][0]
    sound = dials.render(what)
    loud = [bool(sound[at : at + FRAME].any()) for at in range(0, len(sound), FRAME)]

    assert len(sound) == 1300 * 8
    assert loud == [True] * 10 + [False] * 25 + [True] * 10 + [False] * 20
    assert (dials.render(steps(("a", 50))) == dials.render(steps(("A", 50)))).all()
    assert len(dials.render(())) == 0


def test_rows_dial_side_by_side() -> None:
    sender = Dials(3)
    sender.start(0, steps(("1", 60)))
    sender.start(2, steps(("2", 100)))
    counts = [sum(len(batch.rows) for batch in sender.tick()) for _ in range(10)]

    assert counts == [2, 2, 2, 2, 2, 1, 1, 0, 0, 0]


def test_a_cleared_row_sends_nothing() -> None:
    sender = Dials(2)
    sender.start(ROW, steps(("1", 200)))
    sender.tick()
    sender.clear(ROW)

    assert sender.tick() == []
