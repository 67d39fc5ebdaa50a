"""Takes: recordings that run or whose file is being made, of all calls of the node.

Each has a task that follows it from its first sample to `recordingAvailable`; a call that ends does
not wait for it. What a process leaves behind when it is killed is salvaged by the next one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog

from offhook.calls.limits import RECORDED_S
from offhook.clock import Clock
from offhook.media.messages import Lost, Recorded
from offhook.media.mp3 import encode
from offhook.media.recorder import repair
from offhook.records import Recording, RecordingStatus
from offhook.scopes import Offload, TaskOwner
from offhook.store import Store
from offhook.store.files import Files

log = structlog.get_logger()

Announce = Callable[[Recording], None]


class Take:
    """One of them."""

    def __init__(self, recording: Recording, path: str, announce: Announce, clock: Clock) -> None:
        self.recording = recording
        self.path = path
        self.announce = announce
        self.forgotten = False  # removed by REST meanwhile
        self.ended: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
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
        self.recording = amend(self.recording, end_time=at, duration_s=report.duration_s)
        self.ended.set_result(report)


class Takes:
    """All of them."""

    def __init__(self, store: Store, files: Files, clock: Clock, offload: Offload) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._offload = offload
        self._takes: dict[str, Take] = {}  # by recording
        self._tasks = TaskOwner()

    def __len__(self) -> int:
        return len(self._takes)

    def begin(self, recording: Recording, announce: Announce) -> Take:
        """Follow a new recording; `announce` is called when its file is made."""
        path = str(self._files.draft(recording.recording_id))
        take = self._takes[recording.recording_id] = Take(recording, path, announce, self._clock)
        self._store.put_recording(recording)
        self._tasks.start(self._follow(take), f"recording {recording.recording_id}")
        return take

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

    async def salvage(self, recording: Recording) -> Recording:
        """Finish a recording of a process that is gone; returns what became of it."""
        finished = await self._offload(lambda: self._salvaged(recording))
        self._store.put_recording(finished)
        return finished

    async def close(self, grace_s: float) -> None:
        """Wait for files to be made; the next process makes those that are left."""
        await self._tasks.close(grace_s)

    async def _follow(self, take: Take) -> None:
        recording_id = take.recording.recording_id
        try:
            report = await take.ended
            if not take.forgotten:
                self._store.put_recording(take.recording)
            finished = await self._offload(lambda: self._made(take.recording, report.failure))
            if take.forgotten:
                await self._offload(lambda: self._files.remove(recording_id))
                return
            self._store.put_recording(finished)
        finally:
            del self._takes[recording_id]
        take.announce(finished)

    # in a thread

    def _made(self, recording: Recording, failure: str | None) -> Recording:
        """Make the file of a recording that has ended."""
        duration_s, status = recording.duration_s, RecordingStatus.COMPLETE
        try:
            if failure is not None:
                duration_s = repair(self._files.draft(recording.recording_id))
                status = RecordingStatus.PARTIAL if duration_s else RecordingStatus.ERROR
            self._keep(recording)
        except (OSError, ValueError) as error:
            failure, status = f"{failure or 'the file is lost'}: {error}", RecordingStatus.ERROR
        if failure is not None:
            log.warning("recording.damaged", recording=recording.recording_id, reason=failure)
        return amend(recording, status=status, duration_s=duration_s)

    def _keep(self, recording: Recording) -> None:
        draft = self._files.draft(recording.recording_id)
        if recording.file_format == "wav":
            self._files.keep(recording.recording_id, "wav", draft)
            return
        made = draft.with_suffix(".made")
        encode(draft, made)
        self._files.keep(recording.recording_id, recording.file_format, made)
        draft.unlink()

    def _salvaged(self, recording: Recording) -> Recording:
        """Make the file from what a killed process wrote: all but the last second is there."""
        draft = self._files.draft(recording.recording_id)
        try:
            duration_s = repair(draft)
        except (OSError, ValueError):
            duration_s = 0.0
        if recording.duration_s is None:  # it was still running
            end_time = recording.start_time + duration_s
            ended = amend(recording, end_time=end_time, duration_s=duration_s)
            return self._made(ended, "the server was killed")
        if not draft.exists() and self._is_kept(recording):
            return amend(recording, status=RecordingStatus.COMPLETE)
        whole = abs(duration_s - recording.duration_s) < 0.001
        return self._made(recording, None if whole else "the server was killed")

    def _is_kept(self, recording: Recording) -> bool:
        try:
            self._files.size(recording.recording_id, recording.file_format)
        except OSError:
            return False
        return True


def amend(recording: Recording, **changes: Any) -> Recording:
    """Return the recording with changes, counted."""
    return replace(recording, version=recording.version + 1, **changes)
