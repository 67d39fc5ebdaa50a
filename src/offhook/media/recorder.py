"""Recordings: append-only WAV files (8 kHz, 16-bit, mono) written beside the tick, never in it.

The tick copies a row of samples per recorded leg into a block of one second; a full block goes to
the writer as a whole, so what a crash can lose is the last second. Sizes in the header are filled
in at the end; `repair` does it for a file whose writer died. A disk that is full or too slow ends
the recordings it hurts, with a reason, and keeps what was written.
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

RATE_HZ = 8000
FRAME = 160  # samples of a tick
FRAMES_PER_BLOCK = 50  # a second
BACKLOG_BLOCKS = 8  # seconds of audio that may wait for a slow disk
FIRST_ROWS = 16  # recordings a block has room for at first; it doubles

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")

Pcm = npt.NDArray[np.int16]
Job = Callable[[], None]


def wav_header(pcm_bytes: int, rate_hz: int = RATE_HZ) -> bytes:
    """Return the 44 bytes before so many bytes of 16-bit mono samples."""
    return _HEADER.pack(
        *(b"RIFF", _HEADER.size - 8 + pcm_bytes, b"WAVE", b"fmt ", 16),
        *(1, 1, rate_hz, rate_hz * 2, 2, 16),  # PCM, mono, bytes a second, bytes a sample, bits
        *(b"data", pcm_bytes),
    )


def repair(path: Path) -> float:
    """Make a recording whole whose writer died; return its duration in seconds.

    Raises OSError, and ValueError for a file that no recorder of ours began.
    """
    with path.open("r+b") as file:
        begun, ours = file.read(_HEADER.size), wav_header(0)
        if not (ours[:4] + ours[8:40]).startswith(begun[:4] + begun[8:40]):  # all but the sizes
            raise ValueError(f"{path} is not a recording")
        pcm_bytes = max(0, path.stat().st_size - _HEADER.size) // 2 * 2
        file.truncate(_HEADER.size + pcm_bytes)
        file.seek(0)
        file.write(wav_header(pcm_bytes))
    return pcm_bytes / (2 * RATE_HZ)


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

    def __contains__(self, leg: str) -> bool:
        """Whether the leg is being recorded."""
        ...

    def start(self, leg: str, path: str) -> None:
        """Begin a recording; one that the leg already has is finished first."""
        ...

    def stop(self, leg: str) -> None:
        """Finish the leg's recording, if it has one."""
        ...

    def write(self, legs: Sequence[str], pcm: Pcm) -> None:
        """Add 20 ms to the legs' recordings; pcm is int16 [leg, sample]."""
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

    def __init__(self, leg: str, path: str, finished: deque["_File"]) -> None:
        self.leg = leg
        self.path = path
        self.failure: str | None = None
        self.pcm_bytes = 0
        self._finished = finished
        self._file: FileIO | None = None

    def begin(self) -> None:
        """Make the file and its folder."""
        try:
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(self.path, "w")
            self._file.write(wav_header(0))
        except OSError as error:
            self._end(error.strerror or str(error))

    def append(self, pcm: Pcm) -> None:
        """Add samples; a failure ends the file."""
        if self._file is None:
            return
        rest = memoryview(pcm.tobytes())
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
        return Recorded(self.leg, self.path, self.pcm_bytes / (2 * RATE_HZ), self.failure)

    def _end(self, failure: str | None) -> None:
        self.failure = failure
        if self._file is not None:
            try:
                self.pcm_bytes -= self.pcm_bytes % 2
                self._file.seek(0)
                self._file.write(wav_header(self.pcm_bytes))
                self._file.close()
            except OSError as error:
                self.failure = failure or error.strerror or str(error)
            self._file = None
        self._finished.append(self)


@dataclass(slots=True)
class _Track:
    """A running recording as the tick sees it."""

    file: _File
    row: int
    first: int  # its first frame in the present block


class Recorder:
    """All recordings of an engine. Each `start` is answered by exactly one Recorded."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._tracks: dict[str, _Track] = {}  # by leg
        self._finished: deque[_File] = deque()  # filled by the writer
        self._free = list(range(FIRST_ROWS))
        self._frame = 0
        self._blocks_given = 0
        self._blocks_written = 0  # counted by the writer
        self._block = _new_block(FIRST_ROWS)
        self._unreported = 0

    def __contains__(self, leg: str) -> bool:
        return leg in self._tracks

    def __len__(self) -> int:
        """Return how many files have not been reported yet."""
        return self._unreported

    def start(self, leg: str, path: str) -> None:
        """Begin a file; a recording that the leg already has is finished first."""
        self.stop(leg)
        if not self._free:
            rows = len(self._block)
            self._give_block(rows * 2)
            self._free = list(range(rows, rows * 2))
        file = _File(leg, path, self._finished)
        self._tracks[leg] = _Track(file, self._free.pop(), self._frame)
        self._unreported += 1
        self._writer.put(file.begin)

    def stop(self, leg: str) -> None:
        """Finish the leg's file, if it has one."""
        track = self._drop(leg)
        if track is not None:
            rest = self._block[track.row, track.first : self._frame].copy()
            self._writer.put(partial(track.file.append, rest))
            self._writer.put(track.file.finish)

    def write(self, legs: Sequence[str], pcm: Pcm) -> None:
        """Add 20 ms to the legs' recordings; pcm is int16 [leg, sample]."""
        if not self._tracks:
            return
        tracks = [self._tracks.get(leg) for leg in legs]
        known = [i for i, track in enumerate(tracks) if track is not None]
        rows = [track.row for track in tracks if track is not None]
        self._block[rows, self._frame] = pcm if len(known) == len(legs) else pcm[known]
        self._frame += 1
        if self._frame == FRAMES_PER_BLOCK:
            self._give_block(len(self._block))

    def finished(self) -> list[Recorded]:
        """Return what has come to its end since the last call, well or badly."""
        reports: list[Recorded] = []
        while self._finished:
            file = self._finished.popleft()
            track = self._tracks.get(file.leg)
            if track is not None and track.file is file:  # it failed while running
                self._drop(file.leg)
            self._unreported -= 1
            reports.append(file.report())
        return reports

    def close(self) -> list[Recorded]:
        """Finish all recordings, wait for the writer and return the last reports."""
        for leg in list(self._tracks):
            self.stop(leg)
        self._writer.close()
        return self.finished()

    def _drop(self, leg: str) -> _Track | None:
        track = self._tracks.pop(leg, None)
        if track is not None:
            self._free.append(track.row)
        return track

    def _give_block(self, rows: int) -> None:
        """Hand the block to the writer and begin a new one with so many rows."""
        parts = [(track.file, track.row, track.first) for track in self._tracks.values()]
        if self._blocks_given - self._blocks_written >= BACKLOG_BLOCKS:
            for file, _, _ in parts:
                self._drop(file.leg)
                self._writer.put(partial(file.finish, "the disk is too slow"))
        else:
            self._blocks_given += 1
            self._writer.put(partial(self._write_block, self._block, self._frame, parts))
        for track in self._tracks.values():
            track.first = 0
        self._frame = 0
        self._block = _new_block(rows)

    def _write_block(self, block: Pcm, end: int, parts: list[tuple[_File, int, int]]) -> None:
        for file, row, first in parts:
            file.append(block[row, first:end])
        self._blocks_written += 1


def _new_block(rows: int) -> Pcm:
    return np.zeros((rows, FRAMES_PER_BLOCK, FRAME), np.int16)  # [recording, frame, sample]
