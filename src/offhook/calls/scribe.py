"""The scribe: turns recordings into texts, one after the other, beside everything else.

A text that is under way is a row of the store; one that a killed process leaves behind is begun
anew by the next.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from offhook.calls.hearing import Hearing
from offhook.clock import Clock
from offhook.media.reading import stretches
from offhook.records import Piece, Recording, Transcript, TranscriptionStatus
from offhook.scopes import Offload, TaskOwner
from offhook.speech import Pcm, RecognitionError
from offhook.speech.passages import Passage, Passages
from offhook.store import Store
from offhook.store.files import Files, StorageError

PORTION: Final = 2**20  # bytes of media fetched at once

Announce = Callable[[Recording, str], None]

log = structlog.get_logger()


class Job:
    """A recording whose text is under way; `recording` is the newest that is known of it."""

    def __init__(self, recording: Recording, announce: Announce) -> None:
        self.recording = recording
        self.announce = announce
        self.forgotten = False  # nobody wants it any more


class Scribe:
    """All texts of recordings that are under way."""

    def __init__(
        self, store: Store, files: Files, clock: Clock, offload: Offload, hearing: Hearing
    ) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._offload = offload
        self._hearing = hearing
        self._jobs: dict[str, Job] = {}  # by recording
        self._tasks = TaskOwner()
        self._turn = asyncio.Semaphore()

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def available(self) -> bool:
        """Whether texts can be had at all."""
        return self._hearing.available

    def begin(self, recording: Recording, announce: Announce) -> None:
        """Transcribe a recording whose wish is `processing`; `announce` is called at the end."""
        wish = recording.transcription
        assert wish is not None, "nobody wants its text"
        self.forget(recording.recording_id)
        job = self._jobs[recording.recording_id] = Job(recording, announce)
        self._store.put_transcript(
            Transcript(
                wish.id,
                recording.call_id,
                recording.account_id,
                self._clock.wall(),
                recording.recording_id,
            )
        )
        self._tasks.start(self._follow(job), f"text of {recording.recording_id}")

    def changed(self, recording: Recording) -> None:
        """A recording is not what it was: its media may be gone, or nobody wants the text."""
        job = self._jobs.get(recording.recording_id)
        if job is not None:
            job.recording = recording
            if recording.transcription is None:
                self.forget(recording.recording_id)

    def forget(self, recording_id: str) -> None:
        """Let a text be, if it is under way."""
        if job := self._jobs.pop(recording_id, None):
            job.forgotten = True

    async def close(self, grace_s: float) -> None:
        """Wait for texts under way; the next process begins anew with those that are left."""
        await self._tasks.close(grace_s)

    async def _follow(self, job: Job) -> None:
        async with self._turn:
            outcome = await self._outcome(job)
        if not job.forgotten:
            self._conclude(job, outcome)

    async def _outcome(self, job: Job) -> tuple[Piece, ...] | str:
        """Return what is said, or why that cannot be told."""
        try:
            return () if job.forgotten else await self._written(job)
        except FileNotFoundError:
            return "the media of the recording is gone"
        except (RecognitionError, OSError, StorageError) as error:
            log.warning("recording.not_transcribed", why=str(error))
            return str(error)

    def _conclude(self, job: Job, outcome: tuple[Piece, ...] | str) -> None:
        failure = outcome if isinstance(outcome, str) else None
        pieces = () if isinstance(outcome, str) else outcome
        status = TranscriptionStatus.ERROR if failure else TranscriptionStatus.AVAILABLE
        recording, now = job.recording, self._clock.wall()
        wish = recording.transcription
        assert wish is not None, "then it is forgotten"
        told = replace(wish, status=status, completed=now, failure=failure)
        finished = replace(recording, transcription=told, version=recording.version + 1)
        text = Transcript(
            wish.id,
            recording.call_id,
            recording.account_id,
            now,
            recording.recording_id,
            version=1,
            completed=now,
            pieces=pieces,
        )
        del self._jobs[recording.recording_id]
        with self._store.batch():
            self._store.put_transcript(text)
            self._store.put_recording(finished)
            job.announce(finished, "transcribed")

    async def _written(self, job: Job) -> tuple[Piece, ...]:
        """Return what is said in a recording, in order of time."""
        with tempfile.TemporaryDirectory(prefix="offhook-text-") as folder:
            path = Path(folder) / f"media.{job.recording.file_format}"
            await self._fetch(job, path)
            with stretches(path) as audio:
                return await self._heard(job, lambda: self._offload(lambda: next(audio, None)))

    async def _heard(
        self, job: Job, read: Callable[[], Awaitable[Pcm | None]]
    ) -> tuple[Piece, ...]:
        ears = [Passages() for _ in range(job.recording.channels)]
        pieces: list[Piece] = []
        while (stretch := await read()) is not None and not job.forgotten:
            for speaker, ear in enumerate(ears):
                for passage in ear.feed(stretch[:, speaker]):
                    pieces += await self._piece(speaker, passage)
        for speaker, ear in enumerate(ears):
            if last := ear.flush():
                pieces += await self._piece(speaker, last)
        return tuple(sorted(pieces, key=lambda piece: (piece.start_s, piece.speaker)))

    async def _piece(self, speaker: int, passage: Passage) -> list[Piece]:
        heard = await self._hearing.recognize(passage.pcm)
        if not heard.words:
            return []
        start_s = passage.start_s + heard.words[0].start_s
        end_s = passage.start_s + heard.words[-1].end_s
        times = (round(start_s, 2), round(end_s, 2))
        return [Piece(speaker, heard.text, heard.confidence, *times)]

    async def _fetch(self, job: Job, path: Path) -> None:
        """Copy the media to this machine; it may be in a bucket."""
        name, file_format = job.recording.recording_id, job.recording.file_format

        def copy() -> None:
            with path.open("wb") as file:
                size = self._files.size(name, file_format)
                for start in range(0, size, PORTION):
                    length = min(PORTION, size - start)
                    file.write(self._files.read(name, file_format, start, length))

        await self._offload(copy)
