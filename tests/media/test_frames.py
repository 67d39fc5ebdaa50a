"""Frames: every message survives the journey, however the stream is cut."""

import random
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.media import frames
from offhook.media import messages as m

SENT: list[m.Command] = [
    m.Open("c-1"),
    m.Connect("c-1", "192.0.2.1", 4000, 4001, "PCMA", 8, 101, send=False, receive=True),
    m.Load("hello", b"\x01\x02" * 5000),
    m.Play("c-1", 1, "hello", loop=True),
    m.Dial("c-1", 2, (m.ToneStep("#", 100), m.ToneStep("", 500))),
    m.Stop("c-1", 1),
    m.Record("c-1", "c-1", "/recordings/a.wav", ("inbound", "outbound")),
    m.PauseRecord("c-1", "r-1", paused=False),
    m.StopRecord("c-1", "c-1"),
    m.Forget("hello"),
    m.Join("c-1", "c-2"),
    m.Part("c-1", "c-2"),
    m.OpenRoom("conf-1"),
    m.Seat("c-1", "conf-1", speaks=False, hears=True, coached=("c-2", "c-3")),
    m.Unseat("c-1", "conf-1"),
    m.CloseRoom("conf-1"),
    m.Patch("c-1", 7, end=1),
    m.Listen("c-1", "t-1", ("inbound",)),
    m.Unlisten("c-1", "t-1"),
    m.Feed("c-1", "s-1", bytes(320)),
    m.Clear("c-1", "s-1"),
    m.Look("c-1"),
    m.Close("c-1"),
]
TOLD: list[m.Report | frames.Beat] = [
    m.Opened("c-1", "127.0.0.1", 20000, 20001),
    m.OpenFailed("c-2", "every media port is in use"),
    m.Digit("c-1", "5", inband=True),
    m.Ended("c-1", 1),
    m.Voice("c-1", active=True),
    m.Recorded("c-1", "c-1", "/recordings/a.wav", 1.5, "No space left on device"),
    m.Closed("c-1", m.Counters(packets_sent=7, jitter_ms=1.25, round_trip_ms=None)),
    m.Heard(7, (("t-1", 0),), bytes(320)),
    m.Looked("c-1", m.Counters(packets_lost=3), -12.5),
    m.Lost("c-1", "signal 9"),
    frames.Beat(3, 50, 0, 1.5, 0.2, 12.0),
]


def test_the_samples_name_every_message() -> None:
    assert {type(message) for message in SENT} == set(get_args(m.Command))
    assert {type(message) for message in TOLD} == {*get_args(m.Report), frames.Beat}


@given(st.integers(0, 2**32), st.integers(1, 3000))
def test_messages_arrive_whole_however_the_stream_is_cut(seed: int, piece: int) -> None:
    rng = random.Random(seed)
    sent = rng.choices(SENT, k=8)
    stream = b"".join(map(frames.pack, sent))
    reader, got = frames.commands(), list[m.Command]()
    while stream:
        size = rng.randint(1, piece)
        got += reader.feed(stream[:size])
        stream = stream[size:]

    assert got == sent


def test_reports_and_beats_arrive() -> None:
    assert frames.reports().feed(b"".join(map(frames.pack, TOLD))) == TOLD


def test_an_hour_of_audio_fits_into_a_frame_and_no_giant_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert frames.MAX_FRAME_BYTES > 3600 * 16000

    monkeypatch.setattr(frames, "MAX_FRAME_BYTES", 1000)
    with pytest.raises(frames.FrameError, match=r"1[0-9]{3} bytes"):
        frames.pack(m.Load("x", bytes(1001)))
    with pytest.raises(frames.FrameError, match="4294967295 bytes"):
        frames.commands().feed(b"\xff\xff\xff\xff")


@given(st.binary(max_size=50))
def test_a_stream_that_is_not_ours_is_a_named_error(junk: bytes) -> None:
    reader = frames.commands()
    try:
        got = reader.feed(len(junk).to_bytes(4) + junk)
    except frames.FrameError:
        return

    assert [msgspec.msgpack.encode(message) for message in got]  # junk may happen to be a command
