"""Recordings: what was said is in the file, whatever ends it."""

import errno
import io
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.media.messages import Recorded
from offhook.media.recorder import (
    BACKLOG_BLOCKS,
    FRAMES_PER_BLOCK,
    InlineWriter,
    Job,
    Recorder,
    ThreadWriter,
    repair,
    wav_header,
)


def noise(frames: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return np.random.default_rng(seed).integers(-32768, 32768, (frames, 160), np.int16)


def samples(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        pcm: bytes = file.readframes(file.getnframes())
        return pcm


class HeldWriter:
    """A disk that does nothing until told: jobs wait in a list."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def put(self, job: Job) -> None:
        self.jobs.append(job)

    def close(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


@given(st.integers(0, 3 * FRAMES_PER_BLOCK + 1), st.integers(0, FRAMES_PER_BLOCK))
def test_every_sample_said_is_in_the_file_in_order(frames: int, before: int) -> None:
    """Wherever in the ring a recording begins."""
    path = Path(tempfile.gettempdir(), f"offhook-recorder-{os.getpid()}.wav")
    recorder = Recorder(InlineWriter())
    recorder.start("earlier", "earlier", os.devnull)
    for frame in noise(before):
        recorder.write([("earlier", 0)], frame[None])
    recorder.start("a", "a", str(path))
    said = noise(frames, seed=1)
    for frame in said:
        recorder.write([("earlier", 0), ("a", 0)], np.stack([frame // 2, frame]))
    recorder.stop("a")
    reports = [report for report in recorder.finished() if report.leg == "a"]
    recorder.close()

    assert reports == [Recorded("a", "a", str(path), frames * 160 / 8000)]
    assert samples(path) == said.tobytes()
    path.unlink()


def test_many_recordings_at_once_keep_apart(tmp_path: Path) -> None:
    count = 35  # the ring grows twice while the first ones run
    recorder = Recorder(InlineWriter(), rows=16)
    said = {f"leg{i}": noise(70, seed=i) for i in range(count)}
    started: list[str] = []
    for i in range(70):
        if i < count:
            started.append(f"leg{i}")
            recorder.start(f"leg{i}", f"leg{i}", str(tmp_path / f"leg{i}.wav"))
        recorder.write([(leg, 0) for leg in started], np.stack([said[leg][i] for leg in started]))
    reports = recorder.close()

    assert {report.leg for report in reports} == set(said)
    assert all(report.failure is None for report in reports)
    for i, leg in enumerate(started):
        assert samples(tmp_path / f"{leg}.wav") == said[leg][i:].tobytes()


def test_no_tick_hands_over_more_than_its_share(tmp_path: Path) -> None:
    """However many recordings begin in the same tick, and whichever of them end."""
    disk = HeldWriter()
    recorder = Recorder(disk)
    names = [f"{i}" for i in range(6 * FRAMES_PER_BLOCK)]
    for name in names:
        recorder.start(name, name, str(tmp_path / f"{name}.wav"))
    lanes = tuple((name, 0) for name in names)
    said = noise(len(names))
    shares: list[int] = []
    for _ in range(2 * FRAMES_PER_BLOCK):
        disk.close()
        before = sum(path.stat().st_size for path in tmp_path.iterdir())
        recorder.write(lanes, said)
        disk.close()
        after = sum(path.stat().st_size for path in tmp_path.iterdir())
        shares.append((after - before) // 320)

    assert shares[:FRAMES_PER_BLOCK] == [6 * tick for tick in range(1, FRAMES_PER_BLOCK + 1)]
    assert shares[FRAMES_PER_BLOCK:] == [6 * FRAMES_PER_BLOCK] * FRAMES_PER_BLOCK
    recorder.close()


def test_a_recording_that_is_given_nothing_is_silent_not_an_earlier_voice(tmp_path: Path) -> None:
    recorder = Recorder(InlineWriter(), rows=2)
    recorder.start("first", "first", str(tmp_path / "first.wav"))
    recorder.start("other", "other", str(tmp_path / "other.wav"))
    said = noise(FRAMES_PER_BLOCK + 3)
    for frame in said:
        recorder.write([("first", 0), ("other", 0)], np.stack([frame, frame]))
    recorder.stop("first")
    recorder.start("second", "second", str(tmp_path / "second.wav"))
    for frame in said:
        recorder.write([("other", 0)], frame[None])
    recorder.close()

    assert samples(tmp_path / "second.wav") == bytes(said.nbytes)
    assert samples(tmp_path / "other.wav") == said.tobytes() * 2


def test_a_row_is_used_again_without_the_voice_of_its_former_leg(tmp_path: Path) -> None:
    recorder = Recorder(InlineWriter())
    recorder.start("first", "first", str(tmp_path / "first.wav"))
    for _ in range(10):
        recorder.write([("first", 0)], np.full((1, 160), 1000, np.int16))
    recorder.stop("first")
    recorder.start("second", "second", str(tmp_path / "second.wav"))
    for _ in range(5):
        recorder.write([("second", 0)], np.full((1, 160), -7, np.int16))
    recorder.stop("second")

    assert samples(tmp_path / "second.wav") == np.full(800, -7, np.int16).tobytes()


def test_a_second_recording_of_a_leg_finishes_the_first(tmp_path: Path) -> None:
    recorder = Recorder(InlineWriter())
    recorder.start("a", "a", str(tmp_path / "one.wav"))
    recorder.write([("a", 0)], noise(1))
    recorder.start("a", "a", str(tmp_path / "two.wav"))

    assert recorder.finished() == [Recorded("a", "a", str(tmp_path / "one.wav"), 0.02)]
    assert [report.path for report in recorder.close()] == [str(tmp_path / "two.wav")]


def test_legs_that_nobody_records_are_passed_over(tmp_path: Path) -> None:
    recorder = Recorder(InlineWriter())
    recorder.start("a", "a", str(tmp_path / "a.wav"))
    said = noise(3)
    recorder.write([("stranger", 0), ("a", 0), ("other", 0)], said)
    recorder.stop("stranger")
    recorder.stop("a")
    recorder.stop("a")

    assert samples(tmp_path / "a.wav") == said[1].tobytes()
    assert len(recorder.finished()) == 1


def test_two_channels_take_turns_in_the_file(tmp_path: Path) -> None:
    recorder = Recorder(InlineWriter())
    left, right = noise(60, seed=1), noise(60, seed=2)
    recorder.start("leg", "mono", str(tmp_path / "mono.wav"))
    recorder.start("leg", "both", str(tmp_path / "both.wav"), 2)
    for one, other in zip(left, right, strict=True):
        recorder.write([("mono", 0), ("both", 0), ("both", 1)], np.stack([one, one, other]))
    recorder.leave("leg")
    reports = {report.recording: report for report in recorder.close()}

    path = str(tmp_path / "both.wav")
    assert reports["both"] == Recorded("leg", "both", path, 1.2)
    with wave.open(path) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 9600)
        pcm = np.frombuffer(file.readframes(9600), "<i2").reshape(-1, 2)
    assert (pcm[:, 0] == left.reshape(-1)).all()
    assert (pcm[:, 1] == right.reshape(-1)).all()
    assert samples(tmp_path / "mono.wav") == left.tobytes()


def test_stereo_recordings_make_the_ring_grow_in_time(tmp_path: Path) -> None:
    recorder = Recorder(InlineWriter(), rows=3)
    lanes = []
    for i in range(16):
        recorder.start("leg", f"{i}", str(tmp_path / f"{i}.wav"), 2)
        lanes += [(f"{i}", 0), (f"{i}", 1)]
    recorder.write(lanes, np.arange(len(lanes), dtype=np.int16)[:, None].repeat(160, axis=1))
    recorder.close()

    for i in range(16):
        with wave.open(str(tmp_path / f"{i}.wav")) as file:
            pcm = np.frombuffer(file.readframes(160), "<i2").reshape(-1, 2)
        assert (pcm == [2 * i, 2 * i + 1]).all()


@pytest.mark.parametrize("pause_at", [10, 49, 50, 70])
def test_what_is_said_in_a_pause_is_not_in_the_file(tmp_path: Path, pause_at: int) -> None:
    """Whatever others record meanwhile, and whenever its turn is."""
    recorder = Recorder(InlineWriter())
    said = noise(130)
    recorder.start("a", "a", str(tmp_path / "a.wav"))
    recorder.start("b", "b", str(tmp_path / "b.wav"))
    for i, frame in enumerate(said):
        if i in (pause_at, pause_at + 40):
            recorder.pause("a", i == pause_at)
            recorder.pause("a", i == pause_at)
        if pause_at <= i < pause_at + 40:
            recorder.write([("b", 0)], frame[None])
        else:
            recorder.write([("a", 0), ("b", 0)], np.stack([frame, frame]))
    recorder.pause("b", True)
    recorder.pause("nobody", True)
    reports = recorder.close()

    kept = np.concatenate([said[:pause_at], said[pause_at + 40 :]])
    assert [report.duration_s for report in reports] == [1.8, 2.6]
    assert samples(tmp_path / "a.wav") == kept.tobytes()
    assert samples(tmp_path / "b.wav") == said.tobytes()


def test_a_folder_is_made_and_one_that_cannot_be_is_a_named_failure(tmp_path: Path) -> None:
    recorder = Recorder(InlineWriter())
    (tmp_path / "file").touch()
    recorder.start("good", "good", str(tmp_path / "new" / "folder" / "a.wav"))
    recorder.start("bad", "bad", str(tmp_path / "file" / "a.wav"))
    path = str(tmp_path / "file" / "a.wav")

    assert recorder.finished() == [Recorded("bad", "bad", path, 0.0, os.strerror(errno.EEXIST))]
    assert "bad" not in recorder
    recorder.stop("bad")  # the caller did not know yet
    assert [report.leg for report in recorder.close()] == ["good"]


def test_a_full_disk_ends_the_recording_and_keeps_what_was_written(tmp_path: Path) -> None:
    """`/dev/full` cannot seek back, so the limit of a file's size plays the full disk."""
    path = tmp_path / "a.wav"
    other = tmp_path / "b.wav"
    said = noise(2 * FRAMES_PER_BLOCK)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    recorder = Recorder(InlineWriter())
    recorder.start("a", "a", str(path))
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_001, before[1]))
        for frame in said:
            recorder.write([("a", 0)], frame[None])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    reports = recorder.finished()
    recorder.start("b", "b", str(other))
    recorder.write([("b", 0)], said[:1])

    assert [(report.leg, report.failure) for report in reports] == [("a", "File too large")]
    assert samples(path) == said.tobytes()[: (20_001 - 44) // 2 * 2]
    assert reports[0].duration_s == (20_001 - 44) // 2 / 8000
    assert [report.failure for report in recorder.close()] == [None]


def test_a_disk_that_is_too_slow_ends_recordings_instead_of_filling_memory(tmp_path: Path) -> None:
    disk = HeldWriter()
    recorder = Recorder(disk)
    recorder.start("a", "a", str(tmp_path / "a.wav"))
    said = noise((BACKLOG_BLOCKS + 1) * FRAMES_PER_BLOCK)
    for frame in said:
        recorder.write([("a", 0)], frame[None])

    assert "a" not in recorder
    assert recorder.close() == [
        Recorded("a", "a", str(tmp_path / "a.wav"), float(BACKLOG_BLOCKS), "the disk is too slow")
    ]
    kept = BACKLOG_BLOCKS * FRAMES_PER_BLOCK
    assert samples(tmp_path / "a.wav") == said[:kept].tobytes()


def test_a_slow_disk_does_not_end_a_recording_that_rests(tmp_path: Path) -> None:
    """It asks nothing of the disk; one that goes on is ended at its turn."""
    disk = HeldWriter()
    recorder = Recorder(disk)
    recorder.start("rests", "rests", str(tmp_path / "rests.wav"))
    recorder.start("goes on", "goes on", str(tmp_path / "goes on.wav"))
    lanes = [("rests", 0), ("goes on", 0)]
    for _ in range(BACKLOG_BLOCKS):
        recorder.write(lanes, noise(2))
        for paused in (True, False):
            recorder.pause("rests", paused)
            recorder.pause("goes on", paused)
    recorder.pause("rests", True)
    for _ in range(2 * FRAMES_PER_BLOCK):
        recorder.write(lanes[1:], noise(1))

    assert "rests" in recorder
    assert "goes on" not in recorder
    reports = {report.recording: report.failure for report in recorder.close()}
    assert reports == {"rests": None, "goes on": "the disk is too slow"}


def test_a_thread_writes_beside_the_tick(tmp_path: Path) -> None:
    before = threading.active_count()
    recorder = Recorder(ThreadWriter())
    recorder.start("a", "a", str(tmp_path / "a.wav"))
    said = noise(3 * FRAMES_PER_BLOCK + 7)
    for frame in said:
        recorder.write([("a", 0)], frame[None])

    assert recorder.close() == [Recorded("a", "a", str(tmp_path / "a.wav"), len(said) * 160 / 8000)]
    assert samples(tmp_path / "a.wav") == said.tobytes()
    assert threading.active_count() == before


CRASH = """
import os, sys, numpy as np
from offhook.media.recorder import InlineWriter, Recorder
recorder = Recorder(InlineWriter())
recorder.start("a", "a", sys.argv[1])
for i in range(130):
    recorder.write([("a", 0)], np.full((1, 160), i, np.int16))
os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
def test_after_a_crash_all_but_the_last_second_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    process = subprocess.run([sys.executable, "-c", CRASH, str(path)], check=False)

    assert process.returncode == -signal.SIGKILL
    assert repair(path) == 2.0
    assert samples(path) == np.repeat(np.arange(100, dtype=np.int16), 160).tobytes()


@given(st.binary(max_size=200), st.integers(0, 44))
def test_repair_makes_a_valid_file_of_any_beginning_of_ours(pcm: bytes, cut: int) -> None:
    path = Path(tempfile.gettempdir(), f"offhook-repair-{os.getpid()}.wav")
    path.write_bytes((wav_header(0) + pcm) if cut == 44 else wav_header(0)[:cut])
    whole = len(pcm) // 2 * 2 if cut == 44 else 0

    assert repair(path) == whole / 16000
    assert samples(path) == (pcm[:whole] if cut == 44 else b"")
    path.unlink()


def test_repair_leaves_a_whole_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_header(320) + bytes(320))
    before = path.read_bytes()

    assert repair(path) == 0.02
    assert path.read_bytes() == before


@pytest.mark.parametrize("strange", [b"OggS" + bytes(100), b"RIFF\0\0\0\0AVI LIST" + bytes(90)])
def test_repair_refuses_what_we_did_not_write(tmp_path: Path, strange: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(strange)

    with pytest.raises(ValueError, match="not a recording"):
        repair(path)
    assert path.read_bytes() == strange


@given(st.binary(max_size=100).map(lambda data: data[: len(data) // 2 * 2]))
def test_the_header_is_what_the_standard_library_reads(pcm: bytes) -> None:
    with wave.open(io.BytesIO(wav_header(len(pcm), 16000) + pcm)) as file:
        assert file.getparams()[:4] == (1, 2, 16000, len(pcm) // 2)
        assert file.readframes(1000) == pcm


def test_a_file_of_two_channels_is_repaired_to_whole_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_header(0, channels=2) + bytes(4 * 8000 + 3))

    assert repair(path) == 1.0
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 8000)
