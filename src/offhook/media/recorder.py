"""Recordings: append-only WAV files (8 kHz, 16-bit) written beside the tick, never in it.

The tick copies a row of samples per recorded channel into a block of one second; a full block goes
to the writer as a whole, so what a crash can lose is the last second. Sizes in the header are
filled in at the end; `repair` does it for a file whose writer died. A disk that is full or too slow
ends the recordings it hurts, with a reason, and keeps what was written.
"""

import queue
import struct
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from offhook.media.messages import Recorded
from offhook.media.taps import Lane

RATE_HZ = 8000
FRAME = 160  # samples of a tick
FRAMES_PER_BLOCK = 50  # a second
BACKLOG_BLOCKS = 8  # seconds of audio that may wait for a slow disk
FIRST_ROWS = 16  # recordings a block has room for at first; it doubles

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")

Pcm = npt.NDArray[np.int16]
Job = Callable[[], None]


def wav_header(pcm_bytes: int, rate_hz: int = RATE_HZ, channels: int = 1) -> bytes:
    """Return the 44 bytes before so many bytes of 16-bit samples."""
    frame = 2 * channels  # bytes
    return _HEADER.pack(
        *(b"RIFF", _HEADER.size - 8 + pcm_bytes, b"WAVE", b"fmt ", 16),
        *(1, channels, rate_hz, rate_hz * frame, frame, 16),  # 1: PCM; bytes a second, bits
        *(b"data", pcm_bytes),
    )


def repair(path: Path) -> float:
    """Make a recording whole whose writer died; return its duration in seconds.

    Raises OSError, and ValueError for a file that no recorder of ours began.
    """
    with path.open("r+b") as file:
        begun = file.read(_HEADER.size)
        channels = 2 if begun[22:24] == b"\2\0" else 1
        ours = wav_header(0, channels=channels)
        if not (ours[:4] + ours[8:40]).startswith(begun[:4] + begun[8:40]):  # all but the sizes
            raise ValueError(f"{path} is not a recording")
        frame = 2 * channels
        pcm_bytes = max(0, path.stat().st_size - _HEADER.size) // frame * frame
        file.truncate(_HEADER.size + pcm_bytes)
        file.seek(0)
        file.write(wav_header(pcm_bytes, channels=channels))
    return pcm_bytes / (frame * RATE_HZ)


class Writer(Protocol):
    """Runs jobs in order, none of which raises."""

    def put(self, job: Job) -> None:
        """Run the job, now or soon."""
        ...

    def close(self) -> None:
        """Return when all jobs have run."""
        ...


class Recordings(Protocol):
    """What becomes of recorded audio: `Recorder` writes files, telephones just listen."""

    def __len__(self) -> int:
        """Return how many recordings have not been reported yet."""
        ...

    def __contains__(self, recording: str) -> bool:
        """Whether the recording is under way."""
        ...

    def start(self, leg: str, recording: str, path: str, channels: int = 1) -> None:
        """Begin a recording of a leg; one of that name is finished first."""
        ...

    def pause(self, recording: str, paused: bool) -> None:
        """Tell that nothing will be written until it is told that it goes on."""
        ...

    def stop(self, recording: str) -> None:
        """Finish a recording, if it is there."""
        ...

    def leave(self, leg: str) -> None:
        """Finish all recordings of a leg."""
        ...

    def write(self, lanes: Sequence[Lane], pcm: Pcm) -> None:
        """Add 20 ms to channels of recordings; pcm is int16 [lane, sample]."""
        ...

    def finished(self) -> list[Recorded]:
        """Return what has come to its end since the last call."""
        ...

    def close(self) -> list[Recorded]:
        """Finish all recordings and return the last reports."""
        ...


class InlineWriter:
    """Run jobs in place: for virtual time and tests."""

    def put(self, job: Job) -> None:
        """Run the job now."""
        job()

    def close(self) -> None:
        """Nothing is ever left to do."""


class ThreadWriter:
    """Run jobs in a thread of their own, so that a slow disk does not stop the tick."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()  # bounded by its callers
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Run the job soon."""
        self._jobs.put(job)

    def close(self) -> None:
        """Wait until all jobs have run and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


class _File:
    """One WAV file as the writer sees it; every method is a job of the writer."""

    def __init__(
        self, leg: str, recording: str, path: str, channels: int, finished: deque["_File"]
    ) -> None:
        self.leg = leg
        self.recording = recording
        self.path = path
        self.channels = channels
        self.failure: str | None = None
        self.pcm_bytes = 0
        self._finished = finished
        self._file: FileIO | None = None

    def begin(self) -> None:
        """Make the file and its folder."""
        try:
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(self.path, "w")
            self._file.write(wav_header(0, channels=self.channels))
        except OSError as error:
            self._end(error.strerror or str(error))

    def append(self, pcm: Pcm) -> None:
        """Add samples, int16 [channel, frame, sample]; a failure ends the file."""
        if self._file is None:
            return
        rest = memoryview(pcm.reshape(self.channels, -1).T.tobytes())  # channels take turns
        try:
            while rest:  # a disk with little room takes a part before it fails
                written = self._file.write(rest)
                self.pcm_bytes += written
                rest = rest[written:]
        except OSError as error:
            self._end(error.strerror or str(error))

    def finish(self, failure: str | None = None) -> None:
        """End the file, unless a failure already has."""
        if self._file is not None:
            self._end(failure)

    def report(self) -> Recorded:
        """Tell what became of it."""
        duration_s = self.pcm_bytes / (2 * self.channels * RATE_HZ)
        return Recorded(self.leg, self.recording, self.path, duration_s, self.failure)

    def _end(self, failure: str | None) -> None:
        self.failure = failure
        if self._file is not None:
            try:
                self.pcm_bytes -= self.pcm_bytes % (2 * self.channels)
                self._file.seek(0)
                self._file.write(wav_header(self.pcm_bytes, channels=self.channels))
                self._file.close()
            except OSError as error:
                self.failure = failure or error.strerror or str(error)
            self._file = None
        self._finished.append(self)


@dataclass(slots=True)
class _Track:
    """A running recording as the tick sees it."""

    file: _File
    rows: list[int]  # one a channel
    first: int  # its first frame in the present block
    paused: bool = False


class Recorder:
    """All recordings of an engine. Each `start` is answered by exactly one Recorded."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._tracks: dict[str, _Track] = {}  # by recording
        self._finished: deque[_File] = deque()  # filled by the writer
        self._free = list(range(FIRST_ROWS))
        self._frame = 0
        self._blocks_given = 0
        self._blocks_written = 0  # counted by the writer
        self._block = _new_block(FIRST_ROWS)
        self._unreported = 0

    def __contains__(self, recording: str) -> bool:
        return recording in self._tracks

    def __len__(self) -> int:
        """Return how many files have not been reported yet."""
        return self._unreported

    def start(self, leg: str, recording: str, path: str, channels: int = 1) -> None:
        """Begin a file; a recording of that name is finished first."""
        self.stop(recording)
        if len(self._free) < channels:
            rows = len(self._block)
            self._give_block(rows * 2)
            self._free += range(rows, rows * 2)
        file = _File(leg, recording, path, channels, self._finished)
        rows_taken = [self._free.pop() for _ in range(channels)]
        self._tracks[recording] = _Track(file, rows_taken, self._frame)
        self._unreported += 1
        self._writer.put(file.begin)

    def pause(self, recording: str, paused: bool) -> None:
        """Write what there is and leave out what follows, or go on."""
        track = self._tracks.get(recording)
        if track is None or track.paused is paused:
            return
        if paused:
            self._give_rest(track)
        track.first, track.paused = self._frame, paused

    def stop(self, recording: str) -> None:
        """Finish a file, if it is there."""
        track = self._drop(recording)
        if track is not None:
            if not track.paused:
                self._give_rest(track)
            self._writer.put(track.file.finish)

    def leave(self, leg: str) -> None:
        """Finish all files of a leg."""
        for recording in [name for name, each in self._tracks.items() if each.file.leg == leg]:
            self.stop(recording)

    def write(self, lanes: Sequence[Lane], pcm: Pcm) -> None:
        """Add 20 ms to channels of recordings; pcm is int16 [lane, sample]."""
        if not self._tracks:
            return
        tracks = [self._tracks.get(recording) for recording, _ in lanes]
        known = [i for i, track in enumerate(tracks) if track is not None]
        rows = [
            track.rows[channel]
            for track, (_, channel) in zip(tracks, lanes, strict=True)
            if track is not None
        ]
        self._block[rows, self._frame] = pcm if len(known) == len(lanes) else pcm[known]
        self._frame += 1
        if self._frame == FRAMES_PER_BLOCK:
            self._give_block(len(self._block))

    def finished(self) -> list[Recorded]:
        """Return what has come to its end since the last call, well or badly."""
        reports: list[Recorded] = []
        while self._finished:
            file = self._finished.popleft()
            track = self._tracks.get(file.recording)
            if track is not None and track.file is file:  # it failed while running
                self._drop(file.recording)
            self._unreported -= 1
            reports.append(file.report())
        return reports

    def close(self) -> list[Recorded]:
        """Finish all recordings, wait for the writer and return the last reports."""
        for recording in list(self._tracks):
            self.stop(recording)
        self._writer.close()
        return self.finished()

    def _drop(self, recording: str) -> _Track | None:
        track = self._tracks.pop(recording, None)
        if track is not None:
            self._free += track.rows
        return track

    def _give_rest(self, track: _Track) -> None:
        """Hand over what a track has in the present block."""
        rest = self._block[track.rows, track.first : self._frame]  # a copy: rows are a list
        self._writer.put(partial(track.file.append, rest))

    def _give_block(self, rows: int) -> None:
        """Hand the block to the writer and begin a new one with so many rows."""
        parts = [
            (track.file, track.rows, track.first)
            for track in self._tracks.values()
            if not track.paused
        ]
        if self._blocks_given - self._blocks_written >= BACKLOG_BLOCKS:
            for file, _, _ in parts:
                self._drop(file.recording)
                self._writer.put(partial(file.finish, "the disk is too slow"))
        else:
            self._blocks_given += 1
            self._writer.put(partial(self._write_block, self._block, self._frame, parts))
        for track in self._tracks.values():
            track.first = 0
        self._frame = 0
        self._block = _new_block(rows)

    def _write_block(self, block: Pcm, end: int, parts: list[tuple[_File, list[int], int]]) -> None:
        for file, rows, first in parts:
            file.append(block[rows, first:end])
        self._blocks_written += 1


def _new_block(rows: int) -> Pcm:
    return np.zeros((rows, FRAMES_PER_BLOCK, FRAME), np.int16)  # [recording, frame, sample]
