"""The E-model: known points of it, and what it makes of our counters."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.media import mos

GOOD = {
    "packets_sent": 1000,
    "packets_received": 1000,
    "packets_lost": 0,
    "packets_late": 0,
    "jitter_ms": 1.0,
    "round_trip_ms": 20.0,
    "remote_lost": 0,
    "remote_jitter_ms": 1.0,
}


def counters(**changes: Any) -> dict[str, Any]:
    return {**GOOD, **changes}


def test_a_perfect_line_gets_what_g_107_gives_it() -> None:
    assert mos.rating(0, 0) == pytest.approx(93.2)
    assert mos.score(0, 0) == pytest.approx(4.41, abs=0.01)


def test_five_percent_of_loss_with_concealment_costs_16_points() -> None:
    assert mos.rating(0, 0) - mos.rating(5, 0) == pytest.approx(95 * 5 / 30.1)


def test_delay_hurts_from_177_ms_on() -> None:
    assert mos.rating(0, 150) > 89
    assert mos.rating(0, 400) < 60


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 2000))
def test_more_loss_is_never_better(loss: float, more: float, delay: float) -> None:
    low, high = sorted((loss, more))

    assert 1 <= mos.score(high, delay) <= mos.score(low, delay) + 1e-9 <= 4.5


def test_each_direction_has_its_own() -> None:
    assert mos.heard(GOOD) == mos.sent(GOOD)
    lossy = counters(packets_lost=200, packets_received=800)
    assert (mos.heard(lossy) or 5) < 3
    assert mos.sent(lossy) == mos.sent(GOOD)
    assert mos.heard(counters(packets_late=300)) == mos.heard(
        counters(packets_lost=300, packets_received=700)
    )


def test_without_packets_or_reports_there_is_none() -> None:
    assert mos.heard(counters(packets_received=3)) is None
    assert mos.sent(counters(remote_lost=None)) is None
    assert mos.sent(counters(packets_sent=0)) is None
    assert mos.lost_percent(0, 0) == 0


def test_a_far_end_that_counts_more_than_we_sent_is_believed() -> None:
    """A negative loss is duplicates (RFC 3550 6.4.1)."""
    assert mos.sent(counters(remote_lost=-5)) == mos.sent(GOOD)
    assert mos.sent(counters(remote_lost=5000)) == pytest.approx(1, abs=0.2)
