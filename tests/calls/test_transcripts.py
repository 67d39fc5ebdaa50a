"""What whoever wants a text of a recording is told."""

from dataclasses import replace

import pytest
from tests.store import samples

from offhook.calls.hearing import MISSING
from offhook.calls.transcripts import NO_MEDIA, concluded
from offhook.records import RecordingStatus, Transcription, TranscriptionStatus

COMPLETE, ERROR = RecordingStatus.COMPLETE, RecordingStatus.ERROR


@pytest.mark.parametrize(
    ("status", "duration_s", "outcome", "why"),
    [
        (COMPLETE, 0.5, "file-size-too-small", None),
        (COMPLETE, 0.52, "error", MISSING),
        (RecordingStatus.PARTIAL, 0.1, "file-size-too-small", None),
        (COMPLETE, 14_399.98, "error", MISSING),
        (COMPLETE, 14_400.0, "file-size-too-big", None),
        (ERROR, 0.0, "error", NO_MEDIA),
        (ERROR, None, "error", NO_MEDIA),
    ],
)
def test_the_length_counts_and_whether_there_is_a_recogniser(
    status: RecordingStatus, duration_s: float | None, outcome: str, why: str | None
) -> None:
    ended = samples.recording(
        status=status, duration_s=duration_s, transcription=Transcription("t-1")
    )
    told = Transcription("t-1", TranscriptionStatus(outcome), 5.0, failure=why)
    able = concluded(ended, 5.0, available=True)

    assert concluded(ended, 5.0, available=False) == replace(ended, transcription=told)
    assert able == (ended if why == MISSING else replace(ended, transcription=told))


def test_without_a_wish_nothing_is_told() -> None:
    ended = samples.recording(status=COMPLETE, duration_s=1.0)

    assert concluded(ended, 5.0, available=False) is ended
