"""Paths that are none."""

import pytest

from offhook.api.nearmiss import no_route

PATHS = (
    "calls",
    "calls/{callId}",
    "calls/{callId}/bxml",
    "calls/{callId}/recordings/{recordingId}/media",
    "statistics",
)


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("call", "; 'call' should be 'calls'"),
        ("Calls", "; 'Calls' should be 'calls'"),
        ("call/c-1", "; 'call' should be 'calls'"),
        ("calls/c-1/bmxl", "; 'bmxl' should be 'bxml'"),
        ("calls/c-1/bxml/x", "; 'x' is too much"),
        ("calls/c-1/recordings/r-1", "; 'media' is missing"),
        ("statistic", "; 'statistic' should be 'statistics'"),
        ("messages", ""),
        ("", ""),
        ("calls/c-1/x/y", ""),
    ],
)
def test_the_one_thing_that_differs_is_named(asked: str, nearest: str) -> None:
    assert no_route(asked, PATHS) == f"there is no {asked!r} below an account{nearest}"
