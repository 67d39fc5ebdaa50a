"""Recordings in the store: versions, lists, what is due."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.store.samples import ACCOUNT, recording

from offhook.clock import Clock
from offhook.records import Recording, RecordingStatus
from offhook.requests import RecordingFilter
from offhook.store import Store


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store.open("sqlite://", Clock(lambda: 0.0, lambda: 5000.0), threaded=False)
    yield made
    made.close()


def done(recording_id: str, end_time: float, **changes: Any) -> Recording:
    return recording(
        recording_id,
        status=RecordingStatus.COMPLETE,
        end_time=end_time,
        duration_s=1.5,
        version=2,
        **changes,
    )


def test_a_recording_is_found_by_account_call_and_id_only(store: Store) -> None:
    store.put_recording(recording())

    assert store.recording(ACCOUNT, "c-1", "r-1") == recording()
    assert store.recording("9900001", "c-1", "r-1") is None
    assert store.recording(ACCOUNT, "c-2", "r-1") is None
    assert store.recording(ACCOUNT, "c-1", "r-2") is None


def test_an_older_version_never_wins(store: Store) -> None:
    store.put_recording(done("r-1", 1003.0))
    assert store.unfinished_recordings() == []
    store.put_recording(recording())

    assert store.recording(ACCOUNT, "c-1", "r-1") == done("r-1", 1003.0)


def test_of_two_versions_in_one_commit_the_later_is_written(store: Store) -> None:
    with store.batch():
        store.put_recording(recording())
        store.put_recording(done("r-1", 1003.0))

    assert store.recordings_of(ACCOUNT, "c-1") == [done("r-1", 1003.0)]


def test_those_of_a_call_come_in_the_order_they_began(store: Store) -> None:
    late, early = recording("r-1", start_time=1005.0), recording("r-2", start_time=1001.0)
    store.write(late, early, recording("r-3", call_id="c-2"), recording("r-4", account_id="2"))

    assert store.recordings_of(ACCOUNT, "c-1") == [early, late]
    assert store.recordings_of(ACCOUNT, "c-1", limit=1) == [early]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (RecordingFilter(), ["r-1", "r-2", "r-3"]),
        (RecordingFilter(limit=2), ["r-1", "r-2"]),
        (RecordingFilter(to="+1"), ["r-2"]),
        (RecordingFilter(from_="+2"), ["r-3"]),
        (RecordingFilter(min_start=2000.0), ["r-2", "r-3"]),
        (RecordingFilter(before=2000.0), ["r-1"]),  # exclusive
        (RecordingFilter(min_start=2000.0, before=3000.0), ["r-2"]),
        (RecordingFilter(min_start=3000.0, before=2000.0), []),
    ],
)
def test_the_list_of_an_account(store: Store, wanted: RecordingFilter, found: list[str]) -> None:
    store.write(
        recording("r-2", start_time=2000.0, to="+1", call_id="c-9"),
        recording("r-1", start_time=1000.0),
        recording("r-3", start_time=3000.0, from_="+2"),
        recording("r-4", start_time=1.0, account_id="9900001"),
        recording("r-5", start_time=2000.0, call_id="conf-1", conference="room", to="+1"),
    )

    assert [each.recording_id for each in store.recordings(ACCOUNT, wanted)] == found


def test_what_is_unfinished_and_what_ended_long_ago(store: Store) -> None:
    old, new = done("r-1", 1003.0), done("r-2", 1900.0)
    running = recording("r-3")
    stopped = recording("r-4", end_time=1003.0, start_time=1002.0)
    store.write(old, new, running, stopped)

    assert store.unfinished_recordings() == [running, stopped]
    assert store.ended_recordings(1500.0) == [old]
    assert store.ended_recordings(2000.0, limit=1) == [old]
    store.remove_recordings(["r-1", "r-3"])
    assert store.recordings_of(ACCOUNT, "c-1") == [new, stopped]


def test_everything_of_a_recording_is_kept(store: Store) -> None:
    full = replace(done("r-1", 1003.0), name="greet \N{SNOWMAN}", parent_call_id="c-0", channels=2)
    store.put_recording(full)

    assert store.recording(ACCOUNT, "c-1", "r-1") == full


def test_what_is_to_be_removed_is_hidden_or_shown_as_deleted_and_can_be_found(
    store: Store,
) -> None:
    removed = recording("r-1", status=RecordingStatus.REMOVED)
    deleting = recording("r-2", status=RecordingStatus.DELETING)
    for each in (removed, deleting, recording("r-3", status=RecordingStatus.DELETED)):
        store.put_recording(each)

    assert store.leaving_recordings() == [removed, deleting]
    assert store.recording(ACCOUNT, "c-1", "r-1") is None
    ids = ["r-2", "r-3"]
    assert [each.recording_id for each in store.recordings_of(ACCOUNT, "c-1")] == ids
    found = store.recordings(ACCOUNT, RecordingFilter())
    assert [each.recording_id for each in found] == ids
    assert {each.status.shown for each in found} == {RecordingStatus.DELETED}
