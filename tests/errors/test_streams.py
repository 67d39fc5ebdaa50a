"""Failures of streams."""

import pytest

from offhook.errors import Entry, Kind, streams


@pytest.mark.parametrize("entry", streams.ENTRIES, ids=lambda entry: entry.id)
def test_they_have_a_cause_of_their_event_and_a_text(entry: Entry) -> None:
    causes = {
        streams.REJECTED: {"connection-error", "duplicate", "track-limit", "error"},
        streams.STOPPED: {"connection-error", "error"},
    }

    assert entry.kind is Kind.OUTCOME
    assert entry.type in causes[entry.member]
    assert entry.description


def test_no_two_of_them_are_told_alike() -> None:
    told = [(entry.member, entry.type) for entry in streams.ENTRIES]

    assert len(set(told)) == len(told)
