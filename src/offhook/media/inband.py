"""Keys pressed by the far end, heard in its audio (ITU-T Q.24), for all rows at once.

Every frame is compared with the eight frequencies: one matrix product. Of the few rows where this
is promising, or a digit is on, two windows of 20 ms are looked at, 10 ms apart: a tone of 40 ms
fills one frame at least, and the windows beside it are its own or the next frame's. They are
compared with frequencies nearby too, and with the second harmonics. A window is a digit when two
tones carry most of its energy, are alike in level (twist), stand out in their groups and have no
second harmonic, as a voice would. A digit is one when two windows in a row agree, and over when
three do not; so tones and pauses of 40 ms are told apart and a digit is told once, whatever the
phase of its frames.
"""

import numpy as np
import numpy.typing as npt

from offhook.media import tones
from offhook.media.codecs import FRAME, RATE_HZ, Flags, Floats, Ints, Pcm

HOP = FRAME // 2  # samples from window to window
MIN_DBFS = -36.0  # of each tone
TWIST = 6.3  # 8 dB: largest ratio of the two tones
DOMINANCE = 4.0  # 6 dB: a tone over the others of its group
PURITY = 0.75  # share of the window's energy in the two tones
PROMISING = 0.25  # the same, at the nominal frequencies: worth a closer look
OFFSETS = (0.982, 0.991, 1.0, 1.009, 1.018)  # tones may be off by 1.5 % and 2 Hz
HARMONIC = 0.1  # largest second harmonic, as a share of the louder tone
ON_WINDOWS = 2
OFF_WINDOWS = 3
NONE = -1
_BLOCK = 20  # rows of one matrix product: OpenBLAS wakes its threads, which then spin, for larger

# A tone of amplitude a has the power (a * FRAME / 2) ** 2 at its frequency.
_MIN_POWER = (32768 * 10 ** (MIN_DBFS / 20) * FRAME / 2) ** 2
MIN_ENERGY = 2 * (32768 * 10 ** (MIN_DBFS / 20)) ** 2 / 2  # mean square of the weakest digit
_EVENT = np.array([[tones.DIGITS.index(key) for key in keys] for keys in tones.KEYPAD])


def _basis(hertz: npt.NDArray[np.float64]) -> Floats:
    """Return cosines, then sines of k frequencies: float32 [FRAME, 2 * k]."""
    angle = 2 * np.pi * np.arange(FRAME)[:, None] * hertz / RATE_HZ
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


_HERTZ = np.array(tones.LOW_HZ + tones.HIGH_HZ, np.float64)
_NOMINAL = _basis(_HERTZ)
_AROUND = _basis((np.array(OFFSETS)[:, None] * _HERTZ).ravel())  # [offset, frequency]
_SECOND = _basis(2 * _HERTZ)


def _product(sound: Floats, basis: Floats) -> Floats:
    part = np.empty((len(sound), basis.shape[1]), np.float32)
    blocks = len(sound) // _BLOCK
    whole = blocks * _BLOCK
    if blocks:
        np.matmul(
            sound[:whole].reshape(blocks, _BLOCK, FRAME),
            basis,
            out=part[:whole].reshape(blocks, _BLOCK, basis.shape[1]),
        )
    if whole < len(sound):
        np.matmul(sound[whole:], basis, out=part[whole:])
    return part


def _power(sound: Floats, basis: Floats) -> Floats:
    """Return the power at the frequencies of a basis: float32 [n, k]."""
    part = _product(sound, basis)
    part *= part
    half = basis.shape[1] // 2
    power: Floats = part[:, :half] + part[:, half:]
    return power


def _promising(sound: Floats, energy: Floats) -> Ints:
    """Find the rows of float32 [n, FRAME], of these energies, that are worth a closer look."""
    part = np.ascontiguousarray(_product(sound, _NOMINAL).T)  # [cosines, then sines; row]
    part *= part
    power = part[:8] + part[8:]
    tops = power.reshape(2, 4, -1).max(axis=1)  # float32 [low and high, row]
    found: Ints = (tops[0] + tops[1] > PROMISING * FRAME / 2 * energy).nonzero()[0]
    return found


def window_digits(sound: Floats) -> Ints:
    """Name the digit in each window of float32 [n, FRAME]: an RFC 4733 event or NONE."""
    energy = np.vecdot(sound, sound)
    found = _promising(sound, energy)
    digits = np.full(len(sound), NONE)
    if len(found):
        digits[found] = _confirm(sound[found], energy[found])
    return digits


def _confirm(sound: Floats, energy: Floats) -> Ints:
    """Look closer at windows that may be digits."""
    pick = np.arange(len(sound))[:, None]
    power = _power(sound, _AROUND).reshape(-1, len(OFFSETS), 8).max(axis=1)
    groups = power.reshape(-1, 2, 4)
    order = np.argsort(groups, axis=2)  # weakest first
    best, next_best = order[:, :, 3], order[:, :, 2]
    tone = groups[pick, [0, 1], best]  # float32 [n, low and high]
    other = groups[pick, [0, 1], next_best]
    harmonic = _power(sound, _SECOND).reshape(-1, 2, 4)[pick, [0, 1], best]
    loudest, weakest = tone.max(axis=1), tone.min(axis=1)
    digit = (weakest > _MIN_POWER) & (loudest < TWIST * weakest)
    digit &= tone.sum(axis=1) * (2 / FRAME) > PURITY * energy
    digit &= (tone > DOMINANCE * other).all(axis=1)
    digit &= (harmonic < HARMONIC * loudest[:, None]).all(axis=1)
    return np.where(digit, _EVENT[best[:, 0], best[:, 1]], NONE)


class Detector:
    """What was heard lately on every row."""

    def __init__(self, capacity: int) -> None:
        self._last: Ints = np.full(capacity, NONE)  # digit of the last window
        self._run: Ints = np.zeros(capacity, np.int64)  # windows that agree with it
        self._held: Ints = np.full(capacity, NONE)  # digit that was told and is not over
        self._missed: Ints = np.zeros(capacity, np.int64)  # windows without it
        self._going = np.zeros(capacity, np.bool_)  # a digit began, or one is not over

    def clear(self, row: int) -> None:
        """Make a row ready for another leg."""
        self._last[row] = self._held[row] = NONE
        self._run[row] = self._missed[row] = 0
        self._going[row] = False

    def listen(
        self, before: Pcm, sound: Pcm, exact: Floats, level: Floats, rows: Ints
    ) -> list[tuple[int, int]]:
        """Hear the next frame of `rows`, which ascend; return row and event of new digits.

        `sound` int16 [all rows, FRAME] is this frame, `before` int16 [all rows, HOP] the end of the
        one before it; `exact` and `level` are from `detect.levels`.
        """
        loud = level > MIN_ENERGY / 4  # in the others there is no digit
        busy = rows[loud[rows]]
        frames = exact if len(busy) == len(exact) else exact.take(busy, axis=0)
        suspects = busy[_promising(frames, level[busy] * FRAME)] if len(busy) else busy
        going = rows[self._going[rows]]
        if not len(suspects) and not len(going):
            return []
        rows = np.union1d(suspects, going)
        digits = np.full((2, len(rows)), NONE)  # [window, row]
        heard = loud[rows]
        windows = _windows(before, sound, rows[heard])
        digits[:, heard] = window_digits(windows.reshape(-1, FRAME)).reshape(2, -1)
        found: list[tuple[int, int]] = []
        for window in digits:
            new = self._follow(rows, window)
            found += [(int(row), int(self._held[row])) for row in rows[new]]
        self._going[rows] = (self._last[rows] != NONE) | (self._held[rows] != NONE)
        return found

    def _follow(self, rows: Ints, digits: Ints) -> Flags:
        """Take in one window a row; tell which have a new digit."""
        run = np.where(digits == self._last[rows], self._run[rows] + 1, 1)
        held = self._held[rows]
        missed = np.where(digits == held, 0, self._missed[rows] + 1)
        held = np.where(missed >= OFF_WINDOWS, NONE, held)
        new: Flags = (digits != NONE) & (run >= ON_WINDOWS) & (digits != held)
        self._last[rows], self._run[rows] = digits, run
        self._held[rows] = np.where(new, digits, held)
        self._missed[rows] = np.where(new, 0, missed)
        return new


def _windows(before: Pcm, sound: Pcm, rows: Ints) -> Floats:
    """Return the two windows that end in this frame: float32 [window, row, FRAME]."""
    windows = np.empty((2, len(rows), FRAME), np.float32)
    windows[1] = sound.take(rows, axis=0)
    windows[0, :, :HOP] = before.take(rows, axis=0)
    windows[0, :, HOP:] = windows[1, :, :HOP]
    return windows
