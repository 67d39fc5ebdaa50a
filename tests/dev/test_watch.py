"""Every call is told of once, and every event of it, whenever it is written."""

from msgspec.structs import replace

from offhook.clock import Clock
from offhook.dev.watch import KEEPS_S, Watch
from offhook.records import CallRecord, CallState, Direction, Event
from offhook.store import Store
from offhook.testing.memory import memory_store


def record(call_id: str, created: float) -> CallRecord:
    return CallRecord(
        call_id,
        "1",
        "a",
        "+12025550101",
        "+12025550100",
        Direction.OUTBOUND,
        CallState.QUEUED,
        created,
        enqueued_time=created,
    )


def noted(store: Store, call_id: str, number: int, at: float) -> None:
    store.append(Event(call_id, number, at, "call.answered", {}))


def test_calls_and_events_are_told_once_each() -> None:
    store = memory_store(Clock())
    said: list[str] = []
    watch = Watch(store, "1", 100.0, said.append)
    store.put_call(record("old", 99.0))
    store.put_call(record("a", 101.0))
    noted(store, "a", 1, 101.5)
    watch.look(102.0)
    watch.look(103.0)
    store.put_call(record("b", 100.5))  # written late
    noted(store, "a", 2, 103.5)
    noted(store, "b", 1, 103.0)
    watch.look(104.0)

    assert [line.split()[:3] for line in said] == [
        ["#1", "a:", "+12025550100"],
        ["#1", "0.500", "call"],
        ["#2", "b:", "+12025550100"],
        ["#1", "2.500", "call"],
        ["#2", "2.500", "call"],
    ]
    store.close()


def test_an_ended_call_is_watched_a_while_and_then_no_more() -> None:
    store = memory_store(Clock())
    said: list[str] = []
    watch = Watch(store, "1", 100.0, said.append)
    store.put_call(record("a", 101.0))
    watch.look(101.0)
    ended = replace(record("a", 101.0), state=CallState.DISCONNECTED, end_time=102.0, version=1)
    store.put_call(ended)
    watch.look(102.0)
    noted(store, "a", 1, 110.0)
    watch.look(110.0)
    watch.look(102.0 + KEEPS_S + 1)
    noted(store, "a", 2, 200.0)
    watch.look(200.0)

    assert [line.split()[1] for line in said] == ["a:", "9.000"]
    store.close()
