"""What whoever wants a text of a recording is told."""

from dataclasses import replace

import pytest
from tests.store import samples

from offhook.calls.transcripts import concluded
from offhook.records import RecordingStatus, Transcription, TranscriptionStatus

COMPLETE, ERROR = RecordingStatus.COMPLETE, RecordingStatus.ERROR


@pytest.mark.parametrize(
    ("status", "duration_s", "outcome"),
    [
        (COMPLETE, 0.5, "file-size-too-small"),
        (COMPLETE, 0.52, "error"),
        (RecordingStatus.PARTIAL, 0.1, "file-size-too-small"),
        (COMPLETE, 14_399.98, "error"),
        (COMPLETE, 14_400.0, "file-size-too-big"),
        (ERROR, 0.0, "error"),
        (ERROR, None, "error"),
    ],
)
def test_the_length_counts_and_there_is_no_recogniser(
    status: RecordingStatus, duration_s: float | None, outcome: str
) -> None:
    ended = samples.recording(
        status=status, duration_s=duration_s, transcription=Transcription("t-1")
    )
    told = Transcription("t-1", TranscriptionStatus(outcome), 5.0)

    assert concluded(ended, 5.0) == replace(ended, transcription=told)


def test_without_a_wish_nothing_is_told() -> None:
    ended = samples.recording(status=COMPLETE, duration_s=1.0)

    assert concluded(ended, 5.0) is ended
