"""Times and durations in the contract's formats (rest.md 3.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.clock import duration, parse_timestamp, timestamp


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-03-04T05:06:07.089Z", 1772600767.089),
        ("1970-01-01T00:00:00.000Z", 0.0),
        ("2026-03-04T05:06:08.000Z", 1772600767.9996),
    ],
)
def test_a_timestamp_has_three_fraction_digits_and_z(text: str, seconds: float) -> None:
    assert text == timestamp(seconds)


@pytest.mark.parametrize(
    "text", ["2026-03-04T05:06:07Z", "2026-03-04T06:06:07+01:00", "2026-03-04T05:06:07"]
)
def test_a_timestamp_is_read_with_any_offset_and_none_means_utc(text: str) -> None:
    assert parse_timestamp(text) == 1772600767.0


@given(st.integers(0, 4_000_000_000_000))
def test_what_is_printed_is_read_back(milliseconds: int) -> None:
    assert parse_timestamp(timestamp(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT0S", 0),
        ("PT13.67S", 13.67),
        ("PT1M52.217S", 112.217),
        ("PT1M", 60),
        ("PT1H", 3600),
        ("PT1H1M1S", 3661),
        ("PT0.1S", 0.1),
    ],
)
def test_a_duration_drops_zeros_and_splits_hours_and_minutes(text: str, seconds: float) -> None:
    assert text == duration(seconds)
