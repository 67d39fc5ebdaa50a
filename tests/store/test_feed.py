"""The feed of committed events: order, places, who waits, what is forgotten."""

import asyncio
import threading

import pytest
from tests.store.samples import ACCOUNT, call, conference, event

from offhook.clock import Clock
from offhook.records import CallRecord, ConferenceRecord, Event
from offhook.store import Store
from offhook.store.batch import Encoded, encode
from offhook.store.feed import CROWDED_S, FOLLOWERS, Feed
from offhook.testing.loop import run

PATIENCE_S = 10.0
OTHER = "9900001"


def rows(*changes: CallRecord | ConferenceRecord | Event) -> list[Encoded]:
    return [encode(change) for change in changes]


def made(keeps: int = 100) -> Feed:
    feed = Feed("one", keeps)
    feed.committed(rows(call("c-1"), call("c-2", account_id=OTHER), conference("conf-1")))
    return feed


def test_events_of_an_account_come_in_the_order_of_their_commits() -> None:
    feed = made()
    place = feed.end
    feed.committed(rows(event("c-1", 1), event("c-2", 1), event("conf-1", 1)))
    feed.committed(rows(event("c-1", 2)))
    first = feed.after(place, ACCOUNT, 2)
    second = feed.after(first.place, ACCOUNT, 2)

    assert [spot[1:3] for spot in first.found] == [("c-1", 1), ("conf-1", 1)]
    assert [spot[1:3] for spot in second.found] == [("c-1", 2)]
    assert feed.after(second.place, ACCOUNT, 2).found == []
    assert not first.missed
    assert not second.missed


def test_what_is_forgotten_is_said_to_be_missed() -> None:
    feed = made(keeps=2)
    place = feed.end
    feed.committed(rows(event("c-1", 1), event("c-1", 2), event("c-1", 3)))
    found = feed.after(place, ACCOUNT, 10)

    assert [spot.number for spot in found.found] == [2, 3]
    assert found.missed


def test_a_place_of_another_process_gets_all_there_is() -> None:
    feed = made()
    feed.committed(rows(event("c-1", 1)))
    found = feed.after("another.77", ACCOUNT, 10)

    assert [spot.number for spot in found.found] == [1]
    assert found.missed


@pytest.mark.parametrize("place", ["", "one", "one.", "one.x", "one.-1", f"one.{10**20}"])
def test_what_is_no_place_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="^" + place.replace(".", r"\.")):
        made().after(place, ACCOUNT, 10)


def test_a_time_leads_to_the_place_before_it() -> None:
    feed = made()
    feed.committed([encode(Event("c-1", n, 100.0 + n, "call.state", {})) for n in (1, 2, 3)])
    place, missed = feed.since(102.0)

    assert [spot.number for spot in feed.after(place, ACCOUNT, 10).found] == [2, 3]
    assert not missed
    assert feed.since(50.0)[1]


def test_who_waits_is_woken_by_what_concerns_him_alone() -> None:
    async def story() -> list[float]:
        feed = made()
        loop = asyncio.get_running_loop()
        loop.call_later(1, feed.committed, rows(event("c-2", 1)))
        loop.call_later(2, feed.committed, rows(event("conf-1", 1)))
        loop.call_later(3, feed.committed, rows(event("c-1", 1)))
        at = []
        for call_id in (None, "c-1", "c-1"):
            await feed.wait("one.0", ACCOUNT, 5.0, call_id)
            at.append(loop.time())
        await feed.wait(feed.end, ACCOUNT, 5.0)
        return [*at, loop.time()]

    assert run(story()) == [2.0, 3.0, 3.0, 8.0]


def test_at_a_stop_nobody_is_kept_waiting() -> None:
    async def story() -> float:
        feed = made()
        loop = asyncio.get_running_loop()
        loop.call_later(1, feed.close)
        await feed.wait(feed.end, ACCOUNT, 5.0)
        await feed.wait(feed.end, ACCOUNT, 5.0)
        return loop.time()

    assert run(story()) == 1.0


def test_who_is_one_too_many_looks_again_in_a_while() -> None:
    async def story() -> list[float]:
        feed = made()
        loop = asyncio.get_running_loop()

        async def follow() -> float:
            await feed.wait(feed.end, ACCOUNT, 5.0)
            return loop.time()

        return await asyncio.gather(*(follow() for _ in range(FOLLOWERS + 1)))

    assert run(story()) == [5.0] * FOLLOWERS + [CROWDED_S]


@pytest.mark.slow
def test_a_commit_on_the_writers_thread_wakes_the_loop(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async def story(store: Store) -> list[Event]:
        news = store.news(ACCOUNT, None, 10)
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, store.write, call("c-1"), event("c-1", 1, a=1), event("c-1", 2))
        await store.feed.wait(news.place, ACCOUNT, PATIENCE_S)
        return store.news(ACCOUNT, news.place, 10).events

    folder = tmp_path_factory.mktemp("feed")
    store = Store.open(f"sqlite:///{folder}/offhook.sqlite3", Clock(), threaded=True)
    try:
        assert asyncio.run(story(store)) == [event("c-1", 1, a=1), event("c-1", 2)]
    finally:
        store.close()


def test_whose_a_call_of_a_former_process_is_the_store_knows() -> None:
    clock = Clock(lambda: 0.0, lambda: 0.0)
    store = Store.open("sqlite://", clock, threaded=False)
    store.write(call("c-1"), call("c-2", account_id=OTHER))
    store.feed = Feed("two")  # as after a restart: nothing is known of the calls
    place = store.feed.end
    store.write(event("c-1", 1), event("c-2", 1))
    mine, theirs = (store.news(account, place, 10).events for account in (ACCOUNT, OTHER))
    store.close()

    assert mine == [event("c-1", 1)]
    assert theirs == [event("c-2", 1)]


def test_a_feed_is_for_many_threads() -> None:
    feed = made(keeps=10_000)
    place = feed.end

    def commit(first: int) -> None:
        for number in range(first, first + 500):
            feed.committed(rows(event("c-1", number)))

    threads = [threading.Thread(target=commit, args=(1 + 500 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    numbers = [spot.number for spot in feed.after(place, ACCOUNT, 5000).found]
    assert sorted(numbers) == list(range(1, 2001))
