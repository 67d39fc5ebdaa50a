"""Texts of recordings. There is no recogniser yet: who wants a text is told that there is none."""

from dataclasses import replace
from typing import Final

from offhook.records import Recording, TranscriptionStatus

SHORTEST_S: Final = 0.5  # both bounds excluded (errors.md 8.9)
LONGEST_S: Final = 4 * 3600.0


def concluded(recording: Recording, now: float) -> Recording:
    """Return a recording that has ended with what became of the wish for its text, if there is one.

    Like machine detection without a detector (docs/decisions/006), the answer is the contract's
    value for a failure and not silence.
    """
    wish = recording.transcription
    if wish is None:
        return recording
    outcome = replace(wish, status=_status(recording), completed=now)
    return replace(recording, transcription=outcome)


def _status(recording: Recording) -> TranscriptionStatus:
    if recording.downloadable and recording.duration_s is not None:
        if recording.duration_s <= SHORTEST_S:
            return TranscriptionStatus.TOO_SMALL
        if recording.duration_s >= LONGEST_S:
            return TranscriptionStatus.TOO_BIG
    return TranscriptionStatus.ERROR
