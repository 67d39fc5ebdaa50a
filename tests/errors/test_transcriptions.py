"""Live transcriptions that do not start or break (errors.md 8.8)."""

from collections import Counter

from offhook.errors import streams, transcriptions


def test_the_causes_are_those_of_streams() -> None:
    ours = {each.type for each in transcriptions.ENTRIES if each.member == transcriptions.REJECTED}
    theirs = {each.type for each in streams.ENTRIES if each.member == streams.REJECTED}

    assert ours == theirs == {"connection-error", "duplicate", "track-limit", "error"}


def test_each_cause_and_status_has_one_entry() -> None:
    found = Counter((each.member, each.type) for each in transcriptions.ENTRIES)

    assert set(found.values()) == {1}


def test_texts_are_those_of_the_contract() -> None:
    assert transcriptions.DUPLICATE.text(name="t") == (
        "A real-time transcription with the name t already exists"
    )
    assert transcriptions.TRACK_LIMIT.text() == "The maximum of 4 tracks has been reached"
    assert transcriptions.REFUSED.text(destination="ws://a") == "Could not connect to ws://a"
