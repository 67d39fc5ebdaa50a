"""Keys pressed by the far end, heard in its audio (ITU-T Q.24), for all rows at once.

Every 10 ms a window of 20 ms is compared with the eight frequencies: one matrix product. A window
is a digit when the two tones carry most of its energy, are alike in level (twist), stand out in
their groups and have no second harmonic, as a voice would. A digit is one when three windows in a
row agree, and over when three do not; so tones and pauses of 40 ms are told apart and a digit is
told once, whatever the phase of its frames.
"""

import numpy as np

from offhook.media import tones
from offhook.media.codecs import FRAME, RATE_HZ, Flags, Floats, Ints

HOP = FRAME // 2  # samples from window to window
WINDOW = FRAME + HOP  # samples kept of every row: two windows
MIN_DBFS = -36.0  # of each tone
TWIST = 6.3  # 8 dB: largest ratio of the two tones
DOMINANCE = 4.0  # 6 dB: a tone over the others of its group
PURITY = 0.7  # share of the window's energy in the two tones
HARMONIC = 0.1  # largest share of a second harmonic in its tone
ON_WINDOWS = 3
OFF_WINDOWS = 3
NONE = -1

# A tone of amplitude a has the power (a * FRAME / 2) ** 2 at its frequency.
_MIN_POWER = (32768 * 10 ** (MIN_DBFS / 20) * FRAME / 2) ** 2
MIN_ENERGY = 2 * (32768 * 10 ** (MIN_DBFS / 20)) ** 2 / 2  # mean square of the weakest digit
_EVENT = np.array([[tones.DIGITS.index(key) for key in keys] for keys in tones.KEYPAD])


def _basis(factor: int) -> Floats:
    """Return cosines, then sines of the eight frequencies: float32 [FRAME, 16]."""
    hertz = np.array(tones.LOW_HZ + tones.HIGH_HZ) * factor
    angle = 2 * np.pi * np.arange(FRAME)[:, None] * hertz / RATE_HZ
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


_FUNDAMENTAL = _basis(1)
_SECOND = _basis(2)


def _power(sound: Floats, basis: Floats) -> Floats:
    """Return the power at the eight frequencies: float32 [n, 8]."""
    part = sound @ basis
    part *= part
    power: Floats = part[:, :8] + part[:, 8:]
    return power


def window_digits(sound: Floats) -> Ints:
    """Name the digit in each window of float32 [n, FRAME]: an RFC 4733 event or NONE."""
    power = _power(sound, _FUNDAMENTAL)
    energy = np.einsum("ij,ij->i", sound, sound)
    row = np.arange(len(sound))
    order = np.argsort(power.reshape(-1, 2, 4), axis=2)  # in each group, weakest first
    low, high = order[:, 0, 3], order[:, 1, 3] + 4
    low_power, high_power = power[row, low], power[row, high]
    low_next, high_next = power[row, order[:, 0, 2]], power[row, order[:, 1, 2] + 4]
    digit = (np.minimum(low_power, high_power) > _MIN_POWER) & (
        (low_power + high_power) * (2 / FRAME) > PURITY * energy
    )
    digit &= (low_power < TWIST * high_power) & (high_power < TWIST * low_power)
    digit &= (low_power > DOMINANCE * low_next) & (high_power > DOMINANCE * high_next)
    found = np.flatnonzero(digit)
    if len(found):
        second = _power(sound[found], _SECOND)
        pick = np.arange(len(found))
        digit[found] = (second[pick, low[found]] < HARMONIC * low_power[found]) & (
            second[pick, high[found]] < HARMONIC * high_power[found]
        )
    return np.where(digit, _EVENT[low, high - 4], NONE)


class Detector:
    """What was heard lately on every row."""

    def __init__(self, capacity: int) -> None:
        self._last: Ints = np.full(capacity, NONE)  # digit of the last window
        self._run: Ints = np.zeros(capacity, np.int64)  # windows that agree with it
        self._held: Ints = np.full(capacity, NONE)  # digit that was told and is not over
        self._missed: Ints = np.zeros(capacity, np.int64)  # windows without it

    def clear(self, row: int) -> None:
        """Make a row ready for another leg."""
        self._last[row] = self._held[row] = NONE
        self._run[row] = self._missed[row] = 0

    def listen(self, sound: Floats, rows: Ints, loud: Flags) -> list[tuple[int, int]]:
        """Hear the next frame of `rows`; return row and event of new digits.

        `sound` float32 [all rows, WINDOW] ends with this frame; `loud` [all rows] are rows with
        energy enough for a digit.
        """
        found: list[tuple[int, int]] = []
        if not len(rows):
            return found
        busy = np.flatnonzero(loud[rows])
        heard = sound[rows[busy]]
        for start in (0, HOP):
            digits = np.full(len(rows), NONE)
            if len(busy):
                digits[busy] = window_digits(heard[:, start : start + FRAME])
            new = self._follow(rows, digits)
            found += [(int(row), int(self._held[row])) for row in rows[new]]
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
