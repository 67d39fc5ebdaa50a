"""Whether a recording can have a text at all (errors.md 8.9)."""

from dataclasses import replace
from typing import Final

from offhook.calls.hearing import MISSING
from offhook.records import Recording, TranscriptionStatus

SHORTEST_S: Final = 0.5  # both bounds excluded (errors.md 8.9)
LONGEST_S: Final = 4 * 3600.0
NO_MEDIA: Final = "nothing is left of the recording"


def concluded(recording: Recording, now: float, *, available: bool) -> Recording:
    """Return a recording that has ended with what is known at once of the wish for its text.

    One that can have a text is `processing` still; `available` tells whether there is a recogniser.
    """
    wish = recording.transcription
    if wish is None:
        return recording
    status, failure = _verdict(recording, available)
    if status is TranscriptionStatus.PROCESSING:
        return recording
    outcome = replace(wish, status=status, completed=now, failure=failure)
    return replace(recording, transcription=outcome)


def _verdict(recording: Recording, available: bool) -> tuple[TranscriptionStatus, str | None]:
    if not recording.downloadable or recording.duration_s is None:
        return TranscriptionStatus.ERROR, NO_MEDIA
    if recording.duration_s <= SHORTEST_S:
        return TranscriptionStatus.TOO_SMALL, None
    if recording.duration_s >= LONGEST_S:
        return TranscriptionStatus.TOO_BIG, None
    if not available:
        return TranscriptionStatus.ERROR, MISSING
    return TranscriptionStatus.PROCESSING, None
