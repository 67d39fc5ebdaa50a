"""An archive without disk and database: recordings and media are what tests put in."""

from dataclasses import dataclass, field, replace

from offhook.records import Recording, RecordingStatus, Transcript
from offhook.requests import RecordingFilter


@dataclass
class FakeArchive:
    """RecordingService over dictionaries."""

    recordings: dict[str, Recording] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)
    texts: dict[str, Transcript] = field(default_factory=dict)  # by recording
    live: list[Transcript] = field(default_factory=list)
    wanted: list[RecordingFilter] = field(default_factory=list)  # what find was asked for

    async def of_call(self, account_id: str, call_id: str) -> list[Recording]:
        key = (account_id, call_id)
        return [r for r in self.recordings.values() if (r.account_id, r.call_id) == key]

    async def find(self, account_id: str, wanted: RecordingFilter) -> list[Recording]:
        self.wanted.append(wanted)
        return [r for r in self.recordings.values() if r.account_id == account_id]

    async def get(self, account_id: str, call_id: str, recording_id: str) -> Recording | None:
        found = await self.of_call(account_id, call_id)
        return next((r for r in found if r.recording_id == recording_id), None)

    async def size(self, recording: Recording) -> int | None:
        media = self.media.get(recording.recording_id)
        return len(media) if media is not None and recording.downloadable else None

    async def read(self, recording: Recording, start: int, length: int) -> bytes:
        return self.media[recording.recording_id][start : start + length]

    async def remove_media(self, recording: Recording) -> None:
        del self.media[recording.recording_id]
        deleted = replace(recording, status=RecordingStatus.DELETED)
        self.recordings[recording.recording_id] = deleted

    async def text(self, recording: Recording) -> Transcript | None:
        return self.texts.get(recording.recording_id)

    async def live_texts(self, account_id: str, call_id: str) -> list[Transcript]:
        key = (account_id, call_id)
        return [text for text in self.live if (text.account_id, text.call_id) == key]

    async def remove_text(self, text: Transcript) -> None:
        self.live.remove(text)

    async def remove_transcription(self, recording: Recording) -> None:
        self.recordings[recording.recording_id] = replace(recording, transcription=None)

    async def remove(self, recording: Recording) -> None:
        self.media.pop(recording.recording_id, None)
        del self.recordings[recording.recording_id]
