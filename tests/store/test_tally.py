"""Counting what is written."""

from typing import Any

from tests.store.samples import incident

from offhook.clock import Clock
from offhook.records import Event
from offhook.store import Store
from offhook.store.tally import MOS_STEPS, Spread, Tally


def test_what_is_written_is_counted_by_kind() -> None:
    store = Store.open("sqlite://", Clock(lambda: 0.0, lambda: 5000.0), threaded=False)
    for number, kind in enumerate(("call.created", "call.ended", "call.created"), 1):
        data = {"cause": "hangup"} if kind == "call.ended" else {}
        store.append(Event("c-1", number, 0.0, kind, data))
    store.put_incident(incident("i-1"))
    tally = store.tally
    store.close()

    assert tally.events == {"call.created": 2, "call.ended": 1}
    assert tally.causes == {"hangup": 1}
    assert list(tally.incidents.values()) == [1]


def test_a_spread_counts_what_is_at_most_a_step() -> None:
    spread = Spread((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.5, 3.0):
        spread.add(value)

    assert spread.counts == [2, 1, 2]
    assert spread.total == 8.5


def test_scores_of_legs_are_counted_where_they_are_known() -> None:
    tally = Tally()
    told: list[dict[str, Any]] = [
        {"mos_heard": 4.3, "mos_sent": None},
        {"mos_heard": 1.0, "mos_sent": 4.41},
        {},
    ]
    for number, data in enumerate(told, 1):
        tally.event(Event("c-1", number, 0.0, "media.closed", data))

    assert sum(tally.mos["heard"].counts) == 2
    assert tally.mos["heard"].counts[0] == tally.mos["heard"].counts[MOS_STEPS.index(4.4)] == 1
    assert tally.mos["sent"].counts[-1] == 1
