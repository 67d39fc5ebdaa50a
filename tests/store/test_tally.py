"""Counting what is written."""

from tests.store.samples import incident

from offhook.clock import Clock
from offhook.records import Event
from offhook.store import Store


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
