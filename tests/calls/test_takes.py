"""Takes: from the first sample to a file that can be had, whatever happens on the way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import pytest
from tests.calls.away import Away

from offhook.calls.hearing import Hearing
from offhook.calls.limits import RECORDED_S, STORAGE_AT_ONCE
from offhook.calls.scribe import Scribe
from offhook.calls.takes import Take, Takes
from offhook.media.messages import Lost, Recorded
from offhook.media.recorder import wav_header
from offhook.records import Direction, Recording, RecordingStatus
from offhook.scopes import InlineOffload
from offhook.store import Store
from offhook.testing.loop import EPOCH, running_loop, virtual

T = TypeVar("T")

RECORDING = Recording(
    recording_id="r-1",
    call_id="c-1",
    account_id="9900000",
    application_id="a",
    to="+1",
    from_="+2",
    direction=Direction.INBOUND,
    start_time=EPOCH,
    channels=1,
    file_format="wav",
)


@dataclass
class Desk:
    """Takes over a folder and a store in memory."""

    folder: Path
    announced: list[Recording] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = running_loop().clock
        self.files = Away(self.folder)
        self.store = Store.open("sqlite://", clock, threaded=False)
        offload = InlineOffload()
        hearing = Hearing(None, offload)
        self.scribe = Scribe(self.store, self.files, clock, offload, hearing)
        self.takes = Takes(self.store, self.files, clock, offload, self.scribe)

    def announce(self, recording: Recording, what: str) -> None:
        assert what == "made"
        self.announced.append(recording)

    def begin(
        self, seconds: float, *, torn: bytes = b"", file_format: str = "wav", name: str = "r-1"
    ) -> Take:
        """Begin one whose draft holds so much, with a header that was never filled in."""
        recording = replace(RECORDING, recording_id=name, file_format=file_format)
        take = self.takes.begin(recording, self.announce)
        Path(take.path).write_bytes(wav_header(0) + bytes(round(seconds * 16_000)) + torn)
        return take

    async def idle(self) -> None:
        """Wait until none is under way."""
        await self.takes.close(2 * RECORDED_S)

    async def finished(self) -> Recording:
        """Wait for the one that is under way; return it as stored."""
        await self.idle()
        (stored,) = self.store.recordings_of("9900000", "c-1")
        return stored

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@virtual
async def test_a_recording_that_ends_well_is_kept_and_announced(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    take = desk.begin(2.0)
    assert desk.store.unfinished_recordings() == [RECORDING]
    await asyncio.sleep(3)
    take.stopping()
    await asyncio.sleep(1)
    desk.takes.on_report(Recorded("c-1", "r-1", take.path, 2.0))
    done = await desk.finished()

    assert (done.status, done.duration_s) == (RecordingStatus.COMPLETE, 2.0)
    assert done.end_time == EPOCH + 3  # when it was told to stop
    assert desk.announced == [done]
    assert desk.names() == ["r-1.wav"]
    assert take.stopped


@virtual
async def test_an_mp3_takes_the_place_of_its_draft(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    take = desk.begin(1.0, file_format="mp3")
    desk.takes.on_report(Recorded("c-1", "r-1", take.path, 1.0))

    assert (await desk.finished()).status is RecordingStatus.COMPLETE
    assert desk.names() == ["r-1.mp3"]


@virtual
async def test_what_a_full_disk_left_is_partial(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    take = desk.begin(1.5, torn=b"x")
    desk.takes.on_report(Recorded("c-1", "r-1", take.path, 1.5, "No space left on device"))
    done = await desk.finished()

    assert (done.status, done.duration_s) == (RecordingStatus.PARTIAL, 1.5)
    assert desk.files.size("r-1", "wav") == 44 + 24_000


@virtual
async def test_a_worker_that_died_leaves_what_it_had_written(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.begin(1.0)
    desk.takes.on_report(Lost("another", "signal 9"))
    assert len(desk.takes) == 1
    desk.takes.on_report(Lost("c-1", "signal 9"))
    done = await desk.finished()

    assert (done.status, done.duration_s) == (RecordingStatus.PARTIAL, 1.0)


@virtual
async def test_a_worker_that_says_nothing_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    take = desk.begin(1.0)
    take.stopping()
    await desk.finished()

    assert running_loop().time() == pytest.approx(RECORDED_S, abs=0.1)
    assert desk.announced[0].status is RecordingStatus.PARTIAL


@virtual
@pytest.mark.parametrize("file_format", ["wav", "mp3"])
async def test_a_file_that_is_gone_is_an_error(tmp_path: Path, file_format: str) -> None:
    desk = Desk(tmp_path)
    take = desk.begin(1.0, file_format=file_format)
    desk.files.remove("r-1")
    desk.takes.on_report(Recorded("c-1", "r-1", take.path, 1.0))
    done = await desk.finished()

    assert done.status is RecordingStatus.ERROR
    assert not done.downloadable
    assert desk.announced == [done]
    assert not [name for name in desk.names() if name.endswith(file_format)]


@virtual
async def test_one_that_is_removed_meanwhile_leaves_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    take = desk.begin(1.0)
    desk.takes.forget("r-1")
    desk.takes.forget("unknown")
    await desk.store.flushed()
    desk.store.remove_recordings(["r-1"])
    desk.takes.on_report(Recorded("c-1", "r-1", take.path, 1.0))
    await desk.idle()

    assert desk.store.recordings_of("9900000", "c-1") == []
    assert (desk.names(), desk.announced) == ([], [])


@virtual
async def test_at_shutdown_one_that_does_not_end_is_left_for_the_next_process(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.begin(1.0)
    await desk.takes.close(0.5)
    assert len(desk.takes) == 0
    (left,) = desk.store.unfinished_recordings()
    desk.takes.resume(left, desk.announce)
    done = await desk.finished()

    assert desk.announced == [done]
    assert (done.status, done.duration_s) == (RecordingStatus.PARTIAL, 1.0)
    assert done.end_time == EPOCH + 1
    assert desk.store.unfinished_recordings() == []
    assert desk.names() == ["r-1.wav"]


@virtual
@pytest.mark.parametrize(
    ("draft_s", "kept", "status"),
    [
        (2.0, False, RecordingStatus.COMPLETE),  # killed before its file was made
        (None, True, RecordingStatus.COMPLETE),  # killed right after that
        (1.0, False, RecordingStatus.PARTIAL),  # the disk lost what was not yet on it
        (None, False, RecordingStatus.ERROR),
    ],
)
async def test_one_that_had_ended_is_complete_if_everything_is_there(
    tmp_path: Path, draft_s: float | None, kept: bool, status: RecordingStatus
) -> None:
    desk = Desk(tmp_path)
    ended = replace(RECORDING, end_time=EPOCH + 2, duration_s=2.0, version=1)
    if draft_s is not None:
        pcm = bytes(round(draft_s * 16_000))
        desk.files.draft("r-1").write_bytes(wav_header(len(pcm)) + pcm)
    if kept:
        (tmp_path / "r-1.wav").write_bytes(wav_header(32_000) + bytes(32_000))
    desk.store.put_recording(ended)
    desk.takes.resume(ended, desk.announce)
    done = await desk.finished()

    assert done.status is status
    assert done.end_time == EPOCH + 2


@virtual
@pytest.mark.parametrize("file_format", ["wav", "mp3"])
async def test_a_storage_out_of_reach_is_asked_again_less_and_less(
    tmp_path: Path, file_format: str
) -> None:
    desk = Desk(tmp_path)
    desk.files.away = True
    take = desk.begin(1.0, file_format=file_format)
    desk.takes.on_report(Recorded("c-1", "r-1", take.path, 1.0))
    await asyncio.sleep(600)
    (waiting,) = desk.store.unfinished_recordings()

    assert (waiting.status, waiting.duration_s) == (RecordingStatus.PROCESSING, 1.0)
    assert desk.announced == []
    assert desk.files.asked == 15  # after 0, 1, 3, 7, 15, 31 and 63 s, then every minute
    assert "r-1.draft" in desk.names()

    desk.files.away = False
    await asyncio.sleep(60)
    (done,) = desk.announced

    assert done.status is RecordingStatus.COMPLETE
    assert desk.names() == [f"r-1.{file_format}"] == desk.files.kept
    assert len(desk.takes) == 0


@virtual
async def test_what_waits_for_the_storage_is_kept_once_by_the_next_process(tmp_path: Path) -> None:
    """And what was wrong with it before is not forgotten."""
    desk = Desk(tmp_path)
    desk.files.away = True
    take = desk.begin(1.5)
    desk.takes.on_report(Recorded("c-1", "r-1", take.path, 1.5, "No space left on device"))
    await asyncio.sleep(10)
    await desk.takes.close(0.0)
    (left,) = desk.store.unfinished_recordings()
    desk.files.away = False
    desk.takes.resume(left, desk.announce)
    done = await desk.finished()

    assert (done.status, done.duration_s) == (RecordingStatus.PARTIAL, 1.5)
    assert desk.announced == [done]
    assert (desk.names(), desk.files.kept) == (["r-1.wav"], ["r-1.wav"])


@virtual
async def test_after_a_restart_the_storage_may_still_be_out_of_reach(tmp_path: Path) -> None:
    """Whether the file is there already cannot be known so long."""
    desk = Desk(tmp_path)
    ended = replace(RECORDING, end_time=EPOCH + 2, duration_s=2.0, version=1)
    desk.store.put_recording(ended)
    (tmp_path / "r-1.wav").write_bytes(wav_header(32_000) + bytes(32_000))
    desk.files.away = True
    desk.takes.resume(ended, desk.announce)
    await asyncio.sleep(100)
    assert desk.announced == []
    desk.files.away = False

    assert (await desk.finished()).status is RecordingStatus.COMPLETE
    assert desk.files.kept == []


@virtual
async def test_one_that_is_removed_while_it_waits_is_not_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.files.away = True
    take = desk.begin(1.0)
    desk.takes.on_report(Recorded("c-1", "r-1", take.path, 1.0))
    await asyncio.sleep(10)
    desk.takes.forget("r-1")
    desk.files.away = False
    await desk.idle()

    assert (desk.names(), desk.files.kept, desk.announced) == ([], [], [])
    assert desk.store.recordings_of("9900000", "c-1") == []


@virtual
async def test_few_files_are_on_their_way_at_once(tmp_path: Path) -> None:
    """A slow storage is not asked for more, and who waits his turn is served in the end."""
    desk = Desk(tmp_path)
    told: list[float] = []

    class Slow:
        async def __call__(self, work: Callable[[], T]) -> T:
            await asyncio.sleep(5.0)
            return work()

    desk.takes = Takes(desk.store, desk.files, running_loop().clock, Slow(), desk.scribe)
    for number in range(2 * STORAGE_AT_ONCE + 2):
        take = desk.begin(1.0, name=f"r-{number}")
        take.announce = lambda _, __: told.append(running_loop().time())
        desk.takes.on_report(Recorded("c-1", f"r-{number}", take.path, 1.0))
    await desk.idle()

    # all files are made in the first five seconds
    assert told == STORAGE_AT_ONCE * [10.0] + STORAGE_AT_ONCE * [15.0] + 2 * [20.0]
