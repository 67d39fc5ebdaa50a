"""What applications send is read, resampled, bounded and handed to the media plane."""

import asyncio
import base64
import json

import numpy as np
import pytest
import soxr

from offhook.calls.playback import HOLD_S, QUEUE_S, Audio, Playback, UnusableError, read
from offhook.media.codecs.g711 import ULAW_DECODE
from offhook.media.messages import Clear, Command, Feed
from offhook.testing import sound
from offhook.testing.loop import virtual
from offhook.testing.sound import Pcm


class Plane:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def send(self, command: Command) -> None:
        self.commands.append(command)

    @property
    def pcm(self) -> Pcm:
        fed = [each.pcm for each in self.commands if isinstance(each, Feed)]
        return np.frombuffer(b"".join(fed), "<i2").astype(np.int16)


def message(content_type: str, payload: bytes = b"\xff\xff") -> str:
    media = {"contentType": content_type, "payload": base64.b64encode(payload).decode()}
    return json.dumps({"eventType": "playAudio", "media": media, "more": [1]})


def play(playback: Playback, audio: Audio) -> float:
    return playback.play(playback.samples(audio))


@pytest.mark.parametrize(
    ("content_type", "rate_hz"),
    [
        ("audio/pcmu", None),
        ("audio/PCMU;rate=8000", None),
        ("audio/pcm", 8000),
        ("audio/pcm;rate=24000", 24000),
        (" audio/pcm ; RATE = 16000 ; bit-depth=16;", 16000),
        ("audio/pcm;rate=8000;channels=1;bit-depth=16;endian=little;encoding=signed", 8000),
        ("audio/pcm;rate=8000;colour=red", 8000),
    ],
)
def test_formats_that_are_played(content_type: str, rate_hz: int | None) -> None:
    assert read(message(content_type)) == Audio(b"\xff\xff", rate_hz)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "audio/wav",
        "audio/pcmu;rate=16000",
        "audio/pcm;rate=44100",
        "audio/pcm;rate=",
        "audio/pcm;channels=2",
        "audio/pcm;bit-depth=8",
        "audio/pcm;endian=big",
        "audio/pcm;encoding=float",
    ],
)
def test_formats_that_are_not(content_type: str) -> None:
    with pytest.raises(UnusableError, match="unsupported contentType"):
        read(message(content_type))


def test_clear_is_no_audio() -> None:
    assert read('{"eventType":"clear","media":null}') is None


@virtual
async def test_a_long_sound_goes_in_pieces_and_ten_minutes_are_the_most() -> None:
    plane = Plane()
    playback = Playback(plane, "c-1", "s-1")
    minute = Audio(b"\xff" * 60 * 8000, None)
    assert [play(playback, minute) for _ in range(11)] == [0.0] * 10 + [60.0]
    await asyncio.sleep(30.0)
    assert play(playback, minute) == 30.0

    assert max(len(each.pcm) for each in plane.commands if isinstance(each, Feed)) <= 80_000
    assert len(plane.pcm) == (QUEUE_S + 30.0) * 8000
    assert playback.played_s == QUEUE_S + 30.0


@virtual
async def test_after_a_clear_there_is_room_again() -> None:
    plane = Plane()
    playback = Playback(plane, "c-1", "s-1")
    play(playback, Audio(b"\xff" * 600 * 8000, None))
    playback.clear()

    assert play(playback, Audio(b"\xff" * 600 * 8000, None)) == 0.0
    assert Clear("c-1", "s-1") in plane.commands


@virtual
async def test_chunks_of_another_rate_are_one_sound_to_the_last_sample() -> None:
    plane = Plane()
    playback = Playback(plane, "c-1", "s-1")
    whole: Pcm = soxr.resample(sound.tone(440.0, 1.0), 8000, 24000)
    data = whole.astype("<i2").tobytes()
    for begin in range(0, len(data), 961):  # half samples, too
        play(playback, Audio(data[begin : begin + 961], 24000))
    await asyncio.sleep(2.0)
    at_once: Pcm = soxr.resample(whole, 24000, 8000)

    assert abs(len(plane.pcm) - len(at_once)) <= 1
    assert np.abs(plane.pcm[:7999].astype(int) - at_once[:7999]).max() <= 4


@virtual
async def test_the_end_of_a_resampled_sound_follows_when_nothing_more_comes() -> None:
    plane = Plane()
    playback = Playback(plane, "c-1", "s-1")
    play(playback, Audio(np.full(480, 1000, "<i2").tobytes(), 24000))
    first = len(plane.pcm)
    await asyncio.sleep(HOLD_S)

    assert first < 160
    assert len(plane.pcm) == 160


@virtual
async def test_nothing_is_left_to_come_after_its_end() -> None:
    plane = Plane()
    playback = Playback(plane, "c-1", "s-1")
    play(playback, Audio(np.full(48000, 1000, "<i2").tobytes(), 24000))
    playback.close(alive=True)
    fed = len(plane.pcm)
    await asyncio.sleep(5.0)

    assert plane.commands[-1] == Clear("c-1", "s-1")
    assert len(plane.pcm) == fed


@virtual
async def test_mu_law_is_looked_up() -> None:
    playback = Playback(Plane(), "c-1", "s-1")
    samples = playback.samples(Audio(bytes(range(256)), None))

    assert samples.tolist() == ULAW_DECODE.tolist()
