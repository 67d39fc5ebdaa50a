"""Codecs as tables: what a row speaks is decoded and encoded by look-ups.

Those that are no tables (G.722, Opus) are `coders`' business; their rows are passed over here.
All audio inside is linear: int16, 8000 Hz, mono, in frames of 160 samples, one a tick.
"""

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import g711
from offhook.media.count import count_true

RATE_HZ = 8000
TICK_S = 0.02
FRAME = 160  # samples of a tick

Pcm = npt.NDArray[np.int16]
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint64]
Table = npt.NDArray[np.uint8] | npt.NDArray[np.uint32]

CODECS = ("PCMU", "PCMA", "G722", "OPUS")  # a row's codec is an index into this
TABLES = 2  # of them are tables
CLOCK: Ints = np.array([1, 1, 1, 6], np.int64)  # [codec] RTP timestamps of one of our samples
SILENCE: Bytes = np.array([0xFF, 0xD5, 0xFF, 0xFF], np.uint8)  # [codec] the byte of no sound
_DECODE = (g711.ULAW_DECODE, g711.ALAW_DECODE)  # [codec] int16 [byte]
_ENCODE = (g711.ULAW_ENCODE, g711.ALAW_ENCODE)  # [codec] uint8 [sample as uint16]


def _pairs(table: Pcm) -> npt.NDArray[np.uint32]:
    """Return a table of two samples for two bytes: half as many look-ups."""
    both = np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2)
    return table[both].view(np.uint32)[:, 0]


_DECODE_PAIRS = tuple(_pairs(table) for table in _DECODE)


_SILENT_WORDS = np.repeat(SILENCE, 8).view(np.uint64)  # [codec] eight bytes of it
_ZERO = np.zeros(1, np.uint64)
_SILENT_SAMPLE = np.array([_DECODE[n % TABLES][byte] for n, byte in enumerate(SILENCE)], np.int16)


def decode(payload: Bytes, codec: Ints, pcm: Pcm) -> Flags:
    """Turn uint8 [n, FRAME] into int16 [n, FRAME], each row by its codec, int64 [n].

    Tells which rows say anything at all.
    """
    says = ~_filled_with(_SILENT_WORDS[codec], payload.view(np.uint64))
    wanted = _worth_looking_up(says)
    if wanted is not None:
        pcm[:] = _SILENT_SAMPLE[codec][:, None]
    for number, table in enumerate(_DECODE_PAIRS):
        rows = codec == number if wanted is None else wanted & (codec == number)
        _look_up(table, rows, payload.view(np.uint16), pcm.view(np.uint32))
    return says


def encode(pcm: Pcm, codec: Ints, payload: Bytes) -> None:
    """Turn int16 [n, FRAME] into uint8 [n, FRAME], each row by its codec, int64 [n]."""
    says = ~_filled_with(_ZERO, pcm.view(np.uint64))
    wanted = _worth_looking_up(says)
    if wanted is not None:
        payload[:] = SILENCE[codec][:, None]
    for number, table in enumerate(_ENCODE):
        rows = codec == number if wanted is None else wanted & (codec == number)
        _look_up(table, rows, pcm.view(np.uint16), payload)


def _filled_with(word: Words, frames: Words) -> Flags:
    """Tell which rows of uint64 [n, words] are one word, [n] or [1], again and again.

    Looks at the ends first: frames with something in them seldom get further, and those that do are
    nearly always empty, all of them.
    """
    same: Flags = frames[:, 0] == word
    same &= frames[:, -1] == word
    count = count_true(same)
    if count == 0:
        return same
    rows = same.nonzero()[0]
    if count < len(frames):
        frames, word = frames[rows], word[rows] if len(word) > 1 else word
    equal = frames == word[:, None]
    if count_true(equal) != equal.size:
        same[rows] = equal.all(axis=1)
    return same


def _worth_looking_up(says: Flags) -> Flags | None:
    """Return `says` when most rows are silent; else None: picking costs as much as looking."""
    return says if 2 * count_true(says) < len(says) else None


def _look_up(table: Table, rows: Flags, frames: npt.NDArray[np.uint16], out: Table) -> None:
    """Replace the entries of chosen rows by what the table has for them."""
    count = count_true(rows)
    if count == len(rows):  # almost always; mode "raise" would buffer the whole output
        table.take(frames, out=out, mode="clip")
    elif count:
        chosen = rows.nonzero()[0]
        out[chosen] = table.take(frames.take(chosen, axis=0))
