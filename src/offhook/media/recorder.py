"""Recordings: append-only WAV files (8 kHz, 16-bit) written beside the tick, never in it.

The tick copies a row of samples per recorded channel into a ring of one second. Once a second each
recording hands what is new there to the writer, so what a crash can lose is the last second; their
turns are spread over the second, so no tick hands over more than its share. Sizes in the header are
filled in at the end; `repair` does it for a file whose writer died. A disk that is full or too slow
ends the recordings it hurts, with a reason, and keeps what was written.
"""

import queue
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
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
FRAMES_PER_BLOCK = 50  # a second: between two turns of a recording
BACKLOG_BLOCKS = 8  # turns of a recording that may wait for a slow disk
FIRST_ROWS = 4096  # channels there is room for at first; memory is taken when it is used

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
        self.given = 0  # pieces, counted by the tick
        self.taken = 0  # of them, counted by the writer
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
        """Add samples, int16 [frame, channel, sample]; a failure ends the file."""
        self.taken += 1
        if self._file is None:
            return
        rest = memoryview(pcm.transpose(0, 2, 1).tobytes())  # channels take turns
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
    turn: int  # the slot of the ring before which it hands over
    since: int  # the first frame it has not handed over
    paused: bool = False


class Recorder:
    """All recordings of an engine. Each `start` is answered by exactly one Recorded.

    `rows` is how many channels there is room for at first.
    """

    def __init__(self, writer: Writer, rows: int = FIRST_ROWS) -> None:
        self._writer = writer
        self._tracks: dict[str, _Track] = {}  # by recording
        self._turns: list[list[_Track]] = [[] for _ in range(FRAMES_PER_BLOCK)]
        self._finished: deque[_File] = deque()  # filled by the writer
        self._free = list(range(rows))
        self._ring: Pcm = np.zeros((FRAMES_PER_BLOCK, rows, FRAME), np.int16)  # [slot, row, sample]
        self._frame = 0  # goes on for ever; its slot is the remainder
        self._plan: _Plan | None = None
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
            rows = self._ring.shape[1]
            self._free += range(rows, rows * 2)
            self._ring = np.concatenate([self._ring, np.zeros_like(self._ring)], axis=1)
        file = _File(leg, recording, path, channels, self._finished)
        rows_taken = [self._free.pop() for _ in range(channels)]
        turn = min(range(FRAMES_PER_BLOCK), key=lambda turn: len(self._turns[turn]))
        track = _Track(file, rows_taken, turn, self._frame)
        self._tracks[recording] = track
        self._turns[turn].append(track)
        self._plan = None
        self._unreported += 1
        self._writer.put(file.begin)

    def pause(self, recording: str, paused: bool) -> None:
        """Write what there is and leave out what follows, or go on."""
        track = self._tracks.get(recording)
        if track is None or track.paused is paused:
            return
        if paused:
            self._give([track])
        track.since, track.paused = self._frame, paused

    def stop(self, recording: str) -> None:
        """Finish a file, if it is there."""
        track = self._drop(recording)
        if track is not None:
            if not track.paused:
                self._give([track])
            self._writer.put(track.file.finish)

    def leave(self, leg: str) -> None:
        """Finish all files of a leg."""
        for recording in [name for name, each in self._tracks.items() if each.file.leg == leg]:
            self.stop(recording)

    def write(self, lanes: Sequence[Lane], pcm: Pcm) -> None:
        """Add 20 ms to channels of recordings; pcm is int16 [lane, sample]."""
        if not self._tracks:
            return
        if self._plan is None or self._plan.lanes is not lanes:
            self._plan = _Plan.of(lanes, self._tracks)
        slot = self._frame % FRAMES_PER_BLOCK
        known = self._plan.known
        self._ring[slot, self._plan.rows] = pcm if known is None else pcm[known]
        self._ring[slot, self._plan.silent] = 0
        self._frame += 1
        due: list[_Track] = []
        for track in list(self._turns[self._frame % FRAMES_PER_BLOCK]):
            if track.paused:
                continue
            if track.file.given - track.file.taken < BACKLOG_BLOCKS:
                due.append(track)
            else:
                self._drop(track.file.recording)
                self._writer.put(partial(track.file.finish, "the disk is too slow"))
        self._give(due)

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
            self._turns[track.turn].remove(track)
            self._plan = None
        return track

    def _give(self, tracks: list[_Track]) -> None:
        """Hand over what is new of them, as one job."""
        tracks = [track for track in tracks if track.since < self._frame]
        if not tracks:
            return
        rows = [row for track in tracks for row in track.rows]
        slots = np.arange(self._frame, self._frame + FRAMES_PER_BLOCK) % FRAMES_PER_BLOCK
        second = self._ring[slots[:, None], rows]  # a copy, the oldest frame first
        parts: list[tuple[_File, Pcm]] = []
        row = 0
        for track in tracks:
            fresh = second[track.since - self._frame :, row : row + len(track.rows)]
            parts.append((track.file, fresh))
            row += len(track.rows)
            track.file.given += 1
            track.since = self._frame
        self._writer.put(partial(_append, parts))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which lane goes to which row, until lanes or recordings change."""

    lanes: Sequence[Lane]
    rows: npt.NDArray[np.int64]
    known: list[int] | None  # the lanes with a row; None: all
    silent: list[int]  # rows without a lane

    @staticmethod
    def of(lanes: Sequence[Lane], tracks: Mapping[str, _Track]) -> "_Plan":
        known = [i for i, (recording, _) in enumerate(lanes) if recording in tracks]
        rows = [
            tracks[recording].rows[channel] for recording, channel in map(lanes.__getitem__, known)
        ]
        silent = {row for track in tracks.values() for row in track.rows} - set(rows)
        return _Plan(
            lanes,
            np.array(rows, np.int64),
            None if len(known) == len(lanes) else known,
            sorted(silent),
        )


def _append(parts: list[tuple[_File, Pcm]]) -> None:
    for file, pcm in parts:
        file.append(pcm)
