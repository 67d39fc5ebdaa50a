"""Audio files to the samples of a call: WAV and MP3 in, 8 kHz 16-bit mono out (bxml.md 6.1, 6.2).

The format is decided before decoding, by content type or extension, and anything else is refused
even where the decoder could read it: an app that works here works elsewhere. What is cut short is
played as far as it goes. Blocking; the caller moves it off the event loop.
"""

from io import BytesIO
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from offhook.media.recorder import RATE_HZ, wav_header

MAX_DURATION_S = 3600
MIN_RATE_HZ, MAX_RATE_HZ = 8000, 48000

Pcm = npt.NDArray[np.int16]

_WAV_TYPES = {"audio/wav", "audio/x-wav"}
_MP3_TYPES = {"audio/mpeg", "audio/mpeg3", "audio/mp3"}
_CONTAINERS = {"WAV": {"WAV", "WAVEX"}, "MP3": {"MP3", "MPEG"}}  # as libsndfile names them
_CODECS = {"WAV": {"PCM_16", "ULAW", "ALAW"}, "MP3": {"MPEG_LAYER_III"}}


class AudioError(Exception):
    """The audio cannot be played; the text says why and may follow `PlayAudio failed: `."""


class _Forward(soundfile.SoundFile):
    """A file that is read and never sought in.

    soundfile seeks after every read where it can, which costs MP3 its bit reservoir: a click.
    """

    def seekable(self) -> bool:
        """Tell soundfile to leave the position alone."""
        return False


def file_format(content_type: str | None, url_path: str) -> str:
    """Decide between `WAV` and `MP3` (bxml.md 6.2)."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type in _WAV_TYPES:
        return "WAV"
    if media_type in _MP3_TYPES:
        return "MP3"
    extension = PurePosixPath(url_path.partition("?")[0]).suffix.lower()
    return "MP3" if extension == ".mp3" else "WAV"


def decode(data: bytes, content_type: str | None, url_path: str) -> Pcm:
    """Return the samples of a file; raises AudioError."""
    wanted = file_format(content_type, url_path)
    if not data:
        raise AudioError("the audio file is empty")
    try:
        with _Forward(BytesIO(data)) as file:
            _check(file, wanted)
            return _samples(file)
    except soundfile.SoundFileError as error:
        raise AudioError(f"not a valid {wanted} file") from error


def wav_bytes(pcm: Pcm, rate_hz: int = RATE_HZ) -> bytes:
    """Return mono samples as a WAV file."""
    body = pcm.astype("<i2", copy=False).tobytes()
    return wav_header(len(body), rate_hz) + body


def _check(file: soundfile.SoundFile, wanted: str) -> None:
    if file.format not in _CONTAINERS[wanted]:
        raise AudioError(f"not a valid {wanted} file")
    if file.subtype not in _CODECS[wanted]:
        raise AudioError(f"{wanted} files with {file.subtype} samples are not supported")
    if file.channels > 2:
        raise AudioError(f"audio of {file.channels} channels is not supported")
    if not MIN_RATE_HZ <= file.samplerate <= MAX_RATE_HZ:
        raise AudioError(f"a sample rate of {file.samplerate} Hz is not supported")


def _samples(file: soundfile.SoundFile) -> Pcm:
    """Read, mix and resample second by second: an hour of stereo never stands in memory."""
    rate_hz = file.samplerate
    resampler = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="int16")
    parts: list[Pcm] = []
    for second in range(MAX_DURATION_S + 1):
        block = file.read(rate_hz, dtype="int16", always_2d=True)  # int16 [sample, channel]
        if second == MAX_DURATION_S and len(block):
            raise AudioError(f"the audio is longer than {MAX_DURATION_S} seconds")
        mono = (block.sum(axis=1, dtype=np.int32) // block.shape[1]).astype(np.int16)
        ended = len(block) < rate_hz
        parts.append(mono if rate_hz == RATE_HZ else resampler.resample_chunk(mono, last=ended))
        if ended:
            break
    return np.concatenate(parts)
