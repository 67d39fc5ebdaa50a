"""Takes: recordings that run or whose file is being made, of all calls of the node.

Each has a task that follows it from its first sample to `recordingAvailable`; a call that ends does
not wait for it. A file that the storage does not take at the moment waits on this machine, and is
`processing` so long. What a process leaves behind when it is killed is salvaged by the next one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from offhook.calls import transcripts
from offhook.calls.limits import (
    RECORDED_S,
    STORAGE_AT_ONCE,
    STORAGE_LONGEST_WAIT_S,
    STORAGE_WAIT_S,
)
from offhook.calls.scribe import Announce, Scribe
from offhook.clock import Clock
from offhook.media.messages import Lost, Recorded
from offhook.media.mp3 import encode
from offhook.media.recorder import repair
from offhook.records import Recording, RecordingStatus
from offhook.scopes import Offload, TaskOwner
from offhook.store import Store
from offhook.store.files import Files, StorageError

KILLED = "the server was killed"

log = structlog.get_logger()


class Take:
    """One of them."""

    def __init__(self, recording: Recording, path: str, announce: Announce, clock: Clock) -> None:
        self.recording = recording
        self.path = path
        self.announce = announce
        self.forgotten = False  # removed by REST meanwhile
        self.over = asyncio.Event()  # its file can be had, or never can
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._clock = clock
        self._stopped_at: float | None = None
        self._patience: asyncio.TimerHandle | None = None

    @property
    def stopped(self) -> bool:
        """Whether its end was asked for, or has come."""
        return self._stopped_at is not None or self.ended.done()

    def stopping(self) -> None:
        """The media plane has been told to finish; it has so long to say that it did."""
        self._stopped_at = self._clock.wall()
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(RECORDED_S, self.lose, "the media plane does not answer")

    def lose(self, reason: str) -> None:
        """Nobody will report its end."""
        recording = self.recording
        self.settle(Recorded(recording.call_id, recording.recording_id, self.path, 0.0, reason))

    def settle(self, report: Recorded) -> None:
        """Take down what the media plane says of its end."""
        if self._patience is not None:
            self._patience.cancel()
        if self.ended.done():
            return
        at = self._clock.wall() if self._stopped_at is None else self._stopped_at
        self.found(
            amend(
                self.recording,
                end_time=at,
                duration_s=report.duration_s,
                failure=report.failure,
            )
        )

    def found(self, recording: Recording) -> None:
        """It has ended like this."""
        self.recording = recording
        self.ended.set_result(None)


class Takes:
    """All of them."""

    def __init__(
        self, store: Store, files: Files, clock: Clock, offload: Offload, scribe: Scribe
    ) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._offload = offload
        self._scribe = scribe
        self._takes: dict[str, Take] = {}  # by recording
        self._tasks = TaskOwner()
        self._slots = asyncio.Semaphore(STORAGE_AT_ONCE)

    def __len__(self) -> int:
        return len(self._takes)

    def __contains__(self, recording_id: str) -> bool:
        return recording_id in self._takes

    def begin(self, recording: Recording, announce: Announce) -> Take:
        """Follow a new recording; `announce` is called when its file can be had."""
        take = self._take(recording, announce)
        self._store.put_recording(recording)
        self._tasks.start(self._follow(take), f"recording {recording.recording_id}")
        return take

    def resume(self, recording: Recording, announce: Announce) -> None:
        """Finish a recording of a process that is gone."""
        take = self._take(recording, announce)
        self._tasks.start(self._salvage(take), f"recording {recording.recording_id}")

    def on_report(self, report: Recorded | Lost) -> None:
        """Take a report of the media plane."""
        if isinstance(report, Recorded):
            if take := self._takes.get(report.recording):
                take.settle(report)
            return
        for take in self._takes.values():
            if take.recording.call_id == report.leg:
                take.lose(report.reason)

    def forget(self, recording_id: str) -> None:
        """Let nothing be left of a recording, whatever becomes of it."""
        if take := self._takes.get(recording_id):
            take.forgotten = True

    async def over(self, recording_id: str) -> None:
        """Wait for the file of a recording that has ended; one that runs is not waited for."""
        take = self._takes.get(recording_id)
        if take is not None and take.stopped:
            await take.over.wait()

    async def close(self, grace_s: float) -> None:
        """Wait for files to be made and kept; the next process sees to those that are left."""
        await self._tasks.close(grace_s)

    def _take(self, recording: Recording, announce: Announce) -> Take:
        path = str(self._files.draft(recording.recording_id))
        take = self._takes[recording.recording_id] = Take(recording, path, announce, self._clock)
        return take

    async def _salvage(self, take: Take) -> None:
        """Find out how far a recording had come, and go on from there."""
        take.found(await self._offload(lambda: _found(take.recording, Path(take.path))))
        await self._follow(take)

    async def _follow(self, take: Take) -> None:
        recording_id = take.recording.recording_id
        try:
            await take.ended
            finished = None if take.forgotten else await self._finish(take)
            if take.forgotten or finished is None:
                await self._store.flushed()
                await self._offload(lambda: erase(self._store, self._files, [recording_id]))
                return
        except StorageError as error:  # of erasing: the archive tries again
            log.warning("recording.not_removed", recording=recording_id, reason=str(error))
            return
        finally:
            del self._takes[recording_id]
            take.over.set()
        available = self._scribe.available
        finished = transcripts.concluded(finished, self._clock.wall(), available=available)
        wish = finished.transcription
        with self._store.batch():
            self._store.put_recording(finished)
            take.announce(finished, "made")
            if wish is not None and wish.completed is None:
                self._scribe.begin(finished, take.announce)

    async def _finish(self, take: Take) -> Recording | None:
        """Make the file and see it into the storage; None if it is forgotten meanwhile."""
        self._store.put_recording(take.recording)
        finished, made = await self._offload(lambda: self._made(take.recording))
        wait_s = STORAGE_WAIT_S
        while not take.forgotten:
            try:
                async with self._slots:
                    return await self._offload(lambda: self._kept(finished, made))
            except StorageError as error:
                recording_id = finished.recording_id
                log.warning(
                    "recording.waits", recording=recording_id, reason=str(error), again_s=wait_s
                )
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, STORAGE_LONGEST_WAIT_S)
        return None

    # in a thread

    def _made(self, recording: Recording) -> tuple[Recording, Path | None]:
        """Make the file of a recording that has ended; tell what it will be when it is kept."""
        draft = self._files.draft(recording.recording_id)
        if not draft.exists():
            return recording, None
        try:
            if recording.failure is not None:
                recording = amend(recording, duration_s=repair(draft))
            made = draft if recording.file_format == "wav" else _encoded(draft)
        except (OSError, ValueError) as error:
            return _failed(recording, error), None
        return _rated(recording), made

    def _kept(self, recording: Recording, made: Path | None) -> Recording:
        """Give the file to the storage; without one see whether a former process has done it."""
        if recording.status is RecordingStatus.ERROR and made is None:
            return recording
        name, file_format = recording.recording_id, recording.file_format
        try:
            if made is None:
                self._files.size(name, file_format)
                return _rated(recording)
            self._files.keep(name, file_format, made)
            self._files.draft(name).unlink(missing_ok=True)
        except OSError as error:
            return _failed(recording, error)
        return recording


def erase(store: Store, files: Files, recording_ids: Sequence[str]) -> None:
    """Remove recordings for good; raises OSError, StorageError. Blocks."""
    for recording_id in recording_ids:
        files.remove(recording_id)
    store.remove_recordings(recording_ids)


def _found(recording: Recording, draft: Path) -> Recording:
    """Tell what a killed process wrote of a recording: all but the last second is there."""
    try:
        duration_s = repair(draft)
    except FileNotFoundError:
        if recording.duration_s is not None:
            return recording  # it may be kept already
        duration_s = 0.0
    except (OSError, ValueError):
        duration_s = 0.0
    if recording.duration_s is None:  # it was still running
        recording = amend(recording, end_time=recording.start_time + duration_s)
    elif abs(duration_s - recording.duration_s) < 0.001:
        return recording
    return amend(recording, duration_s=duration_s, failure=recording.failure or KILLED)


def _encoded(draft: Path) -> Path:
    made = draft.with_suffix(".made")
    encode(draft, made)
    return made


def _rated(recording: Recording) -> Recording:
    """Return the recording with the status that its file deserves."""
    status = RecordingStatus.COMPLETE
    if recording.failure is not None:
        log.warning("recording.damaged", recording=recording.recording_id, reason=recording.failure)
        status = RecordingStatus.PARTIAL if recording.duration_s else RecordingStatus.ERROR
    return amend(recording, status=status)


def _failed(recording: Recording, error: Exception) -> Recording:
    failure = f"{recording.failure or 'the file is lost'}: {error}"
    log.warning("recording.damaged", recording=recording.recording_id, reason=failure)
    return amend(recording, status=RecordingStatus.ERROR, failure=failure)


def amend(recording: Recording, **changes: Any) -> Recording:
    """Return the recording with changes, counted."""
    return replace(recording, version=recording.version + 1, **changes)
