"""The event log of a call is numbered from 1 without gaps."""

from offhook.calls.journal import Journal
from offhook.clock import Clock
from offhook.store import Store

CLOCK = Clock(lambda: 0.0, lambda: 7.5)


def test_events_are_numbered_and_stamped() -> None:
    store = Store.open("sqlite://", CLOCK, threaded=False)
    journal = Journal(store, CLOCK, "c-1")

    numbers = [journal.log("call.created", to="+1"), journal.log("call.ended")]

    assert numbers == [1, 2]
    first, second = store.events("c-1")
    assert (first.kind, first.at, first.data) == ("call.created", 7.5, {"to": "+1"})
    assert second.number == 2
    store.close()


def test_a_log_is_continued_after_a_restart() -> None:
    store = Store.open("sqlite://", CLOCK, threaded=False)

    assert Journal(store, CLOCK, "c-1", number=41).log("call.lost") == 42
    store.close()
