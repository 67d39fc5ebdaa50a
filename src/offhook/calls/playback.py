"""What an application sends over a stream: audio for the party, and the wish that it be silent.

A message is read here and becomes samples of a call; what is no message is refused with a reason.
Audio of other rates is resampled across messages, so that the seams between chunks are not heard;
what the resampler still holds when nothing more comes is played a moment later (bxml.md 8.2).
"""

import asyncio
import math
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import soxr

from offhook.media.codecs import RATE_HZ, Pcm
from offhook.media.codecs.g711 import ULAW_DECODE
from offhook.media.messages import Clear, Feed, MediaPlane

QUEUE_S: Final = 600.0  # of audio that may wait
PIECE: Final = 5 * RATE_HZ  # samples in one command to the media plane
HOLD_S: Final = 0.06  # without another chunk, and the last one was the end
RATES: Final = (8000, 16000, 24000)
PCM: Final = {"channels": "1", "bit-depth": "16", "endian": "little", "encoding": "signed"}


class _Media(msgspec.Struct):
    contentType: str = ""  # noqa: N815  # as on the wire
    payload: bytes = b""  # base64, which msgspec reads strictly


class _Message(msgspec.Struct):
    eventType: str = ""  # noqa: N815
    media: _Media | None = None


_decoder = msgspec.json.Decoder(_Message)


class UnusableError(Exception):
    """A message that means nothing; the text says why."""


@dataclass(frozen=True, slots=True)
class Audio:
    """A chunk of sound."""

    payload: bytes
    rate_hz: int | None  # of linear samples; None: mu-law at 8000 Hz


def read(message: str | bytes) -> Audio | None:
    """Return the audio that a message holds, None if it is `clear`; raises UnusableError."""
    if isinstance(message, bytes):
        raise UnusableError("not a text")
    try:
        found = _decoder.decode(message)
    except msgspec.ValidationError as error:
        raise UnusableError(f"not a valid message: {error}") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise UnusableError("not JSON") from error
    match found.eventType:
        case "clear":
            return None
        case "playAudio" if found.media is not None:
            return Audio(found.media.payload, _rate(found.media.contentType))
        case "playAudio":
            raise UnusableError("playAudio without media")
    raise UnusableError("unknown eventType")


def _rate(content_type: str) -> int | None:
    """Read a content type, in whatever order, case and spacing its parameters come."""
    kind, *rest = (part.strip().lower() for part in content_type.split(";"))
    parameters = {
        name.strip(): value.strip().strip('"')
        for name, _, value in (part.partition("=") for part in rest if part)
    }
    rate = parameters.pop("rate", str(RATE_HZ))
    if kind == "audio/pcmu" and rate == str(RATE_HZ):
        return None
    known = all(PCM.get(name, value) == value for name, value in parameters.items())
    if kind == "audio/pcm" and known and rate in map(str, RATES):
        return int(rate)
    raise UnusableError("unsupported contentType")


class Playback:
    """Plays what one stream sends to a leg. Times are of the running loop."""

    def __init__(self, media: MediaPlane, leg: str, stream: str) -> None:
        self._media = media
        self._leg = leg
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._until = -math.inf  # when all that is queued will have been played
        self._rate_hz = RATE_HZ
        self._resampler: Any = None  # of soxr, while it may hold something
        self._odd = b""  # half a sample, whose other half is in the next chunk
        self._tail: asyncio.TimerHandle | None = None
        self.played_s = 0.0  # of audio that was taken

    def samples(self, audio: Audio) -> Pcm:
        """Make samples of a chunk: it may be long, so this may run in a thread."""
        if audio.rate_hz is None:
            return ULAW_DECODE[np.frombuffer(audio.payload, np.uint8)]
        data = self._odd + audio.payload
        whole = len(data) // 2 * 2
        self._odd = data[whole:]
        linear = np.frombuffer(data[:whole], "<i2").astype(np.int16, copy=False)
        if audio.rate_hz == RATE_HZ:
            return linear
        if self._resampler is None or audio.rate_hz != self._rate_hz:
            self._rate_hz = audio.rate_hz
            self._resampler = soxr.ResampleStream(audio.rate_hz, RATE_HZ, 1, dtype="int16")
        resampled: Pcm = self._resampler.resample_chunk(linear)
        return resampled

    def play(self, pcm: Pcm) -> float:
        """Queue samples of 8000 Hz; returns how many seconds of them did not fit."""
        now = self._loop.time()
        begin = max(self._until, now)
        room = max(0, int((now + QUEUE_S - begin) * RATE_HZ))
        taken = pcm[:room]
        for start in range(0, len(taken), PIECE):
            piece = taken[start : start + PIECE].astype("<i2", copy=False).tobytes()
            self._media.send(Feed(self._leg, self._stream, piece))
        self._until = begin + len(taken) / RATE_HZ
        self.played_s += len(taken) / RATE_HZ
        self._expect_more()
        return (len(pcm) - len(taken)) / RATE_HZ

    def clear(self) -> None:
        """Drop all that has not been played."""
        self._forget()
        self._until = -math.inf
        self._media.send(Clear(self._leg, self._stream))

    def close(self, *, alive: bool) -> None:
        """Nothing more will come; `alive`: the leg is still there to be silenced."""
        self._forget()
        if alive and self._until > self._loop.time():
            self._media.send(Clear(self._leg, self._stream))

    def _forget(self) -> None:
        self._resampler, self._odd = None, b""
        if self._tail is not None:
            self._tail.cancel()

    def _expect_more(self) -> None:
        """Play what the resampler holds when its next chunk does not come in time."""
        if self._tail is not None:
            self._tail.cancel()
        if self._resampler is not None:
            at = max(self._loop.time() + HOLD_S, self._until - HOLD_S)
            self._tail = self._loop.call_at(at, self._finish)

    def _finish(self) -> None:
        resampler, self._resampler = self._resampler, None
        if resampler is not None:
            self.play(resampler.resample_chunk(np.empty(0, np.int16), last=True))
