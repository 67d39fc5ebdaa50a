"""Logs of what is over are kept for a while."""

from offhook.calls.journal import Journal
from offhook.calls.limits import JOURNAL_KEPT_S
from offhook.calls.shelf import Shelf
from offhook.clock import Clock
from offhook.store import Store

CLOCK = Clock(lambda: 0.0, lambda: 0.0)


def test_a_log_is_found_until_it_is_old() -> None:
    now = 0.0
    store = Store.open("sqlite://", CLOCK, threaded=False)
    shelf = Shelf(lambda: now)
    first, second, third = (Journal(store, CLOCK, name) for name in ("c-1", "conf-2", "c-3"))
    shelf.put(first)
    now = JOURNAL_KEPT_S
    shelf.put(second)

    assert (shelf.get("c-1"), shelf.get("conf-2"), shelf.get("c-9")) == (first, second, None)
    now += 1.0
    shelf.put(third)
    assert (shelf.get("c-1"), shelf.get("conf-2")) == (None, second)
    store.close()
