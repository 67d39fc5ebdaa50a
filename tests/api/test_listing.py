"""listCalls' query and page tokens."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.api import listing
from offhook.errors import ApiError
from offhook.records import CallRecord, CallState, Direction
from offhook.requests import position

RECORD = CallRecord(
    "c-1", "1", "a", "+1", "+2", Direction.OUTBOUND, CallState.QUEUED, 5.0, enqueued_time=4.25
)
URL = "https://voice.example.test/api/v2/accounts/1/calls"


def token(query: dict[str, str], account: str = "1") -> str:
    link = listing.CALLS.next(URL, account, query, position(RECORD))
    return link.partition("pageToken=")[2].split(">")[0]


def test_defaults() -> None:
    wanted = listing.wanted("1", {"unknown": "x"})

    assert (wanted.limit, wanted.after, wanted.to, wanted.min_start) == (1000, None, None, None)


@pytest.mark.parametrize(
    ("query", "description"),
    [
        ({"pageSize": "0"}, "pageSize must be within the range [1, 10000], but was 0"),
        ({"pageSize": "10001"}, "pageSize must be within the range [1, 10000], but was 10001"),
        ({"pageSize": "-3"}, "pageSize must be within the range [1, 10000], but was -3"),
        ({"pageSize": "ten"}, "Invalid pageSize: must be an integer"),
        ({"pageSize": "1.5"}, "Invalid pageSize: must be an integer"),
        ({"pageSize": ""}, "Invalid pageSize: must be an integer"),
        ({"pageSize": "٣"}, "Invalid pageSize: must be an integer"),
        ({"minStartTime": "yesterday"}, "Invalid minStartTime: must be an ISO8601 date and time"),
        ({"minStartTime": "2026-03-04"}, "Invalid minStartTime: must be an ISO8601 date and time"),
        (
            {"maxStartTime": "2026-13-04T00:00:00Z"},
            "Invalid maxStartTime: must be an ISO8601 date and time",
        ),
        ({"maxStartTime": ""}, "Invalid maxStartTime: must be an ISO8601 date and time"),
        ({"pageToken": "x"}, "Invalid pageToken"),
        ({"pageToken": ""}, "Invalid pageToken"),
        ({"pageToken": "é"}, "Invalid pageToken"),
        ({"pageToken": base64.b64encode(b"[1,2,3]").decode()}, "Invalid pageToken"),
    ],
)
def test_each_rule_has_its_text(query: dict[str, str], description: str) -> None:
    with pytest.raises(ApiError) as caught:
        listing.wanted("1", query)

    assert caught.value.description == description


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T00:00:01", 1.0),
        ("1970-01-01T01:00:01.5+01:00", 1.5),
        ("1970-01-01t00:00:01z", 1.0),
    ],
)
def test_times_may_have_an_offset_and_a_fraction(text: str, seconds: float) -> None:
    wanted = listing.wanted("1", {"minStartTime": text, "maxStartTime": text})

    assert (wanted.min_start, wanted.max_start) == (seconds, seconds)


def test_a_raw_plus_in_a_telephone_number_is_forgiven() -> None:
    wanted = listing.wanted("1", {"to": " 12025550143", "from": " x"})

    assert (wanted.to, wanted.from_) == ("+12025550143", " x")


def test_a_token_leads_behind_the_last_item() -> None:
    assert listing.wanted("1", {"pageToken": token({})}).after == (4.25, "c-1")


def test_the_page_size_may_change_on_the_way() -> None:
    query = {"to": "+1", "pageSize": "2"}

    assert listing.wanted("1", query | {"pageToken": token(query), "pageSize": "3"}).limit == 3


@pytest.mark.parametrize("changed", [{"to": "+2"}, {"from": "+1"}, {"disconnectCause": "busy"}, {}])
def test_a_token_of_another_filter_is_foreign(changed: dict[str, str]) -> None:
    with pytest.raises(ApiError, match="Invalid pageToken"):
        listing.wanted("1", changed | {"pageToken": token({"to": "+1"})})


def test_a_token_of_another_account_is_foreign() -> None:
    with pytest.raises(ApiError, match="Invalid pageToken"):
        listing.wanted("2", {"pageToken": token({})})


def test_the_link_keeps_the_filters_and_states_the_page_size() -> None:
    query = {"from": "+12025550100", "disconnectCause": "busy", "unknown": "x", "pageToken": "old"}
    link = listing.CALLS.next(URL, "1", query, position(RECORD))

    assert link.startswith(f"<{URL}?from=%2B12025550100&disconnectCause=busy&pageSize=1000&")
    assert link.endswith('>; rel="next"')
    assert "unknown" not in link
    assert "old" not in link


@given(st.text(), st.text())
def test_any_query_is_a_filter_or_a_validation_error(name: str, value: str) -> None:
    for query in (
        {"pageToken": value},
        {"pageSize": value},
        {"minStartTime": value},
        {name: value},
    ):
        try:
            listing.wanted("1", query)
        except ApiError as error:
            assert error.entry.status == 400
