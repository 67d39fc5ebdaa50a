"""What Record and StartRecording have in common: what they ask for."""

from typing import Protocol

from offhook.hooks import Hook
from offhook.verbs import RecordingOrder


class Recorded(Protocol):
    """What both verbs say of their recording."""

    @property
    def file_format(self) -> str:
        """The kind of file."""
        ...

    @property
    def recording_name(self) -> str | None:
        """Its name, echoed in events."""
        ...

    @property
    def available(self) -> Hook | None:
        """Where `recordingAvailable` goes."""
        ...

    @property
    def transcribe(self) -> bool:
        """Whether a text is wanted."""
        ...

    @property
    def transcription_available(self) -> Hook | None:
        """Where `transcriptionAvailable` goes."""
        ...


def recording_order(verb: Recorded, tracks: tuple[str, ...]) -> RecordingOrder:
    """Return what a verb asks for."""
    text = verb.transcription_available if verb.transcribe else None
    return RecordingOrder(
        tracks,
        verb.file_format,
        verb.recording_name,
        verb.available.primary if verb.available else None,
        verb.transcribe,
        text.primary if text else None,
    )
