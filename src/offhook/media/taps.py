"""Which legs are recorded or listened to, and their audio of a tick.

A recording (or whoever listens, which is the same thing here) has a lane for each of its channels:
what the far end says (`inbound`), what it hears (`outbound`), or both together (`mixed`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from offhook.media.codecs import Flags, Ints, Pcm
from offhook.media.messages import PauseRecord, Record, StopRecord
from offhook.media.switch import clip

Lane = tuple[str, int]  # recording and channel


@dataclass(frozen=True, slots=True)
class _Tap:
    """One recording's place in the tables."""

    row: int
    tracks: tuple[str, ...]  # one a channel
    paused: bool = False


class Taps:
    """All recordings of an engine; a leg may have several."""

    def __init__(self) -> None:
        self._taps: dict[str, _Tap] = {}  # by recording
        self._arrange()

    def apply(self, row: int, command: Record | PauseRecord | StopRecord) -> None:
        """Carry out a command about a row's recording."""
        match command:
            case Record(_, recording, _, tracks):
                self.start(recording, row, tracks)
            case PauseRecord(_, recording, paused):
                self.pause(recording, paused)
            case StopRecord(_, recording):
                self.stop(recording)

    def start(self, recording: str, row: int, tracks: tuple[str, ...]) -> None:
        """Tap a row from the next tick on."""
        self._change(recording, _Tap(row, tracks))

    def pause(self, recording: str, paused: bool) -> None:
        """Let a recording miss what is said from the next tick on, or hear it again."""
        if tap := self._taps.get(recording):
            self._change(recording, replace(tap, paused=paused))

    def stop(self, recording: str) -> None:
        """Tap no more."""
        if self._taps.pop(recording, None):
            self._changed = True

    def clear(self, row: int) -> None:
        """Stop all that tap a row."""
        for recording in [name for name, tap in self._taps.items() if tap.row == row]:
            self.stop(recording)

    def _change(self, recording: str, tap: _Tap) -> None:
        self._taps[recording] = tap
        self._changed = True

    def _arrange(self) -> None:
        """Make tables of the taps: at most once a tick, however many begin and end in it."""
        self._changed = False
        lanes = [
            ((recording, channel), tap.row, track)
            for recording, tap in self._taps.items()
            if not tap.paused
            for channel, track in enumerate(tap.tracks)
        ]
        self._lanes: tuple[Lane, ...] = tuple(lane for lane, _, _ in lanes)
        self._rows: Ints = np.array([row for _, row, _ in lanes], np.int64)
        self._outbound: Ints = np.flatnonzero([track == "outbound" for _, _, track in lanes])
        self._mixed: Ints = np.flatnonzero([track == "mixed" for _, _, track in lanes])

    def audio(self, said: Pcm, heard: Pcm) -> tuple[Sequence[Lane], Pcm]:
        """Pick the tapped rows from both tables: int16 [lane, FRAME]."""
        if self._changed:
            self._arrange()
        return self._lanes, self._picked(said, heard) if self._lanes else said[:0]

    def hush(self, audio: Pcm, rows: Flags) -> None:
        """Let nothing be heard of some rows, bool [row]; audio is what was picked last."""
        audio[rows[self._rows]] = 0

    def _picked(self, said: Pcm, heard: Pcm) -> Pcm:
        audio = said.take(self._rows, axis=0)
        if len(self._outbound):
            audio[self._outbound] = heard[self._rows[self._outbound]]
        if len(self._mixed):
            both = audio[self._mixed].astype(np.int32) + heard[self._rows[self._mixed]]
            audio[self._mixed] = clip(both)
        return audio
