"""The archive: the recordings of all accounts, as REST reads and removes them (rest.md 6)."""

from functools import partial

import structlog

from offhook.calls import transcripts
from offhook.calls.hearing import Hearing
from offhook.calls.limits import RECORDINGS_KEPT_S
from offhook.calls.scribe import Announce, Scribe
from offhook.calls.takes import Takes, amend, erase
from offhook.clock import Clock
from offhook.records import (
    Recording,
    RecordingStatus,
    Transcript,
    Transcription,
    TranscriptionStatus,
)
from offhook.requests import RecordingFilter
from offhook.scopes import Offload
from offhook.store import Store
from offhook.store.files import Files, StorageError

log = structlog.get_logger()


class Archive:
    """Records in the store, media in the files."""

    def __init__(
        self,
        store: Store,
        files: Files,
        clock: Clock,
        offload: Offload,
        files_offload: Offload,
        hearing: Hearing,
    ) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._offload = offload
        self._files_offload = files_offload  # a storage may keep its callers waiting
        self.scribe = Scribe(store, files, clock, files_offload, hearing)
        self.takes = Takes(store, files, clock, files_offload, self.scribe)

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
            return await self._files_offload(lambda: self._files.size(name, file_format))
        except FileNotFoundError:
            return None

    async def read(self, recording: Recording, start: int, length: int) -> bytes:
        """Return a part of its media; raises FileNotFoundError."""
        name, file_format = recording.recording_id, recording.file_format
        return await self._files_offload(lambda: self._files.read(name, file_format, start, length))

    async def remove_media(self, recording: Recording) -> None:
        """Remove the media; the record stays and says so."""
        leaving = amend(recording, status=RecordingStatus.DELETING)
        self._store.put_recording(leaving)
        self.scribe.changed(leaving)
        await self._clear(leaving)

    async def remove_transcription(self, recording: Recording) -> None:
        """Forget the wish for its text, and what became of it."""
        await self._without_text(recording)

    async def text(self, recording: Recording) -> Transcript | None:
        """Return the text of a recording, if it is there."""
        wish = recording.transcription
        if wish is None or wish.status is not TranscriptionStatus.AVAILABLE:
            return None
        return await self._offload(lambda: self._store.transcript(recording.account_id, wish.id))

    async def live_texts(self, account_id: str, call_id: str) -> list[Transcript]:
        """Return the live transcriptions of a call, oldest first."""
        await self._store.flushed()
        return await self._offload(lambda: self._store.transcripts_of(account_id, call_id))

    async def remove_text(self, text: Transcript) -> None:
        """Forget a live transcription that is over."""
        await self._store.flushed()
        await self._offload(lambda: self._store.remove_transcript(text.transcription_id))

    async def transcribe(
        self, recording: Recording, wish: Transcription, announce: Announce
    ) -> None:
        """Have the text made, in place of one that there may be."""
        wished = amend(await self._without_text(recording), transcription=wish)
        now, available = self._clock.wall(), self.scribe.available
        wished = transcripts.concluded(wished, now, available=available)
        with self._store.batch():
            self._store.put_recording(wished)
            if wished.transcription == wish:
                self.scribe.begin(wished, announce)
            else:
                announce(wished, "transcribed")
        await self._store.flushed()

    async def remove(self, recording: Recording) -> None:
        """Remove everything of a recording, whatever it is doing."""
        self.takes.forget(recording.recording_id)
        self.scribe.forget(recording.recording_id)
        leaving = amend(recording, status=RecordingStatus.REMOVED)
        self._store.put_recording(leaving)
        await self._clear(leaving)

    async def close(self, grace_s: float) -> None:
        """Wait so long for files and texts that are being made."""
        await self.takes.close(grace_s)
        await self.scribe.close(grace_s)

    async def purge(self, keep_s: float = RECORDINGS_KEPT_S) -> int:
        """Remove what ended longer ago than that; returns how many recordings."""
        for recording in await self._offload(self._store.leaving_recordings):
            await self._clear(recording)
        before = self._clock.wall() - keep_s
        removed = 0
        while old := await self._offload(lambda: self._store.ended_recordings(before)):
            names = [recording.recording_id for recording in old]
            await self._files_offload(partial(erase, self._store, self._files, names))
            removed += len(old)
        await self._offload(lambda: self._store.purge_transcripts(before))
        return removed

    async def _without_text(self, recording: Recording) -> Recording:
        without = amend(recording, transcription=None)
        self._store.put_recording(without)
        self.scribe.changed(without)
        await self._store.flushed()
        if wish := recording.transcription:
            await self._offload(lambda: self._store.remove_transcript(wish.id))
        return without

    async def _clear(self, leaving: Recording) -> None:
        """Do what was asked for; if the storage cannot be reached it is done at the next purge."""
        await self._store.flushed()
        name = leaving.recording_id
        if name in self.takes:
            return  # whose task does it
        try:
            if leaving.status is RecordingStatus.REMOVED:
                await self._files_offload(lambda: erase(self._store, self._files, [name]))
            else:
                await self._files_offload(lambda: self._files.remove(name))
                deleted = amend(leaving, status=RecordingStatus.DELETED)
                self._store.put_recording(deleted)
                self.scribe.changed(deleted)
        except StorageError as error:
            log.warning("recording.not_removed", recording=name, reason=str(error))
