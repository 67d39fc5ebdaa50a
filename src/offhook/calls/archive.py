"""The archive: the recordings of all accounts, as REST reads and removes them (rest.md 6)."""

from collections.abc import Sequence
from functools import partial

from offhook.calls.limits import RECORDINGS_KEPT_S
from offhook.calls.takes import Takes, amend
from offhook.clock import Clock
from offhook.records import Recording, RecordingStatus
from offhook.requests import RecordingFilter
from offhook.scopes import Offload
from offhook.store import Store
from offhook.store.files import Files


class Archive:
    """Records in the store, media in the files."""

    def __init__(self, store: Store, files: Files, clock: Clock, offload: Offload) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._offload = offload
        self.takes = Takes(store, files, clock, offload)

    async def of_call(self, account_id: str, call_id: str) -> list[Recording]:
        """Return the recordings of a call, oldest first."""
        await self._store.flushed()
        return await self._offload(lambda: self._store.recordings_of(account_id, call_id))

    async def find(self, account_id: str, wanted: RecordingFilter) -> list[Recording]:
        """Return the recordings of an account that pass the filter, oldest first."""
        await self._store.flushed()
        return await self._offload(lambda: self._store.recordings(account_id, wanted))

    async def get(self, account_id: str, call_id: str, recording_id: str) -> Recording | None:
        """Return a recording of the account's call."""
        await self._store.flushed()
        return await self._offload(lambda: self._store.recording(account_id, call_id, recording_id))

    async def size(self, recording: Recording) -> int | None:
        """Return how many bytes its media has, None if there is none."""
        if not recording.downloadable:
            return None
        name, file_format = recording.recording_id, recording.file_format
        try:
            return await self._offload(lambda: self._files.size(name, file_format))
        except FileNotFoundError:
            return None

    async def read(self, recording: Recording, start: int, length: int) -> bytes:
        """Return a part of its media; raises FileNotFoundError."""
        name, file_format = recording.recording_id, recording.file_format
        return await self._offload(lambda: self._files.read(name, file_format, start, length))

    async def remove_media(self, recording: Recording) -> None:
        """Remove the media; the record stays and says so."""
        self._store.put_recording(amend(recording, status=RecordingStatus.DELETED))
        await self._offload(lambda: self._files.remove(recording.recording_id))

    async def remove(self, recording: Recording) -> None:
        """Remove everything of a recording, whatever it is doing."""
        self.takes.forget(recording.recording_id)
        await self._store.flushed()
        await self._offload(lambda: self._erase([recording]))

    async def purge(self, keep_s: float = RECORDINGS_KEPT_S) -> int:
        """Remove what ended longer ago than that; returns how many recordings."""
        before = self._clock.wall() - keep_s
        removed = 0
        while old := await self._offload(lambda: self._store.ended_recordings(before)):
            await self._offload(partial(self._erase, old))
            removed += len(old)
        return removed

    def _erase(self, recordings: Sequence[Recording]) -> None:
        for recording in recordings:
            self._files.remove(recording.recording_id)
        self._store.remove_recordings([recording.recording_id for recording in recordings])
