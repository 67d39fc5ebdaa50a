"""Failures that are told with a status."""

import pytest

from offhook.errors import Entry, Kind, outcomes


@pytest.mark.parametrize("entry", outcomes.ENTRIES, ids=lambda entry: entry.id)
def test_they_name_the_event_and_the_member_that_hold_the_value(entry: Entry) -> None:
    event, member = entry.member.split()

    assert entry.kind is Kind.OUTCOME
    assert event in {"recordingAvailable", "transcriptionAvailable", "referComplete"}
    assert member in {"status", "transcription.status", "referCallStatus"}
    assert entry.text() == ""


def test_no_two_of_them_are_told_alike() -> None:
    told = [(entry.member, entry.type) for entry in outcomes.ENTRIES]

    assert len(set(told)) == len(told)
