"""Recordings read again, a stretch at a time: an hour never stands in memory. Blocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from offhook.media.recorder import RATE_HZ

STRETCH_S = 20

Pcm = npt.NDArray[np.int16]


@contextmanager
def stretches(path: Path) -> Iterator[Iterator[Pcm]]:
    """Read a recording of ours, WAV or MP3: int16 [sample, channel]; raises OSError."""
    try:
        with soundfile.SoundFile(path) as file:
            if file.samplerate != RATE_HZ:
                raise OSError(f"a recording of {file.samplerate} Hz is none of ours")
            yield _stretches(file)
    except soundfile.SoundFileError as error:
        raise OSError(str(error)) from error


def _stretches(file: soundfile.SoundFile) -> Iterator[Pcm]:
    while True:
        stretch = file.read(STRETCH_S * RATE_HZ, dtype="int16", always_2d=True)
        if not len(stretch):
            return
        yield stretch.astype(np.int16, copy=False)
