"""What records know of themselves."""

import pytest

from offhook.records import Recording, RecordingStatus


@pytest.mark.parametrize("status", RecordingStatus)
def test_media_can_be_had_when_it_is_complete_or_partial(status: RecordingStatus) -> None:
    made = Recording("r-1", "c-1", "1", 1.0, 1, "wav", status=status)

    assert made.downloadable is (status in ("complete", "partial"))
