"""CPU of the console's pages: the list among 10,000 calls, a search, and a call's page."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bench import Figure, Plan
from offhook.calls.gauges import Gauges
from offhook.clock import Clock
from offhook.console.desk import Desk
from offhook.console.front import Front
from offhook.console.guard import Door
from offhook.console.house import Console, Parts
from offhook.errors import Cause
from offhook.ids import Ids, SystemRandom
from offhook.records import CallRecord, CallState, Event
from offhook.requests import CallFilter, position
from offhook.scopes import InlineOffload
from offhook.store import Store
from offhook.testing import fixtures, loop
from offhook.testing.asgi import AsgiClient
from offhook.testing.world import World

CALLS, QUICK_CALLS = 10_000, 500
LIST = f"/console/{fixtures.ACCOUNT_ID}/calls"
Visit = Callable[[], Awaitable[int]]


def story() -> tuple[CallRecord, list[Event]]:
    """Return a call with a menu, as a server has written it."""

    async def told() -> tuple[CallRecord, list[Event]]:
        async with World() as world:
            talk = await world.answered(
                "<StartRecording/>"
                '<Gather gatherUrl="/g"><SpeakSentence>Press one</SpeakSentence></Gather>'
            )
            await talk.disconnect()
            await asyncio.sleep(1)
            record = world.store.any_call(talk.call_id)
            assert record is not None
            return record, world.store.events(talk.call_id)

    return loop.run(told())


def fill(store: Store, record: CallRecord, events: list[Event], count: int) -> str:
    """Write so many calls, each with its log; return the id of the last one."""
    ids = Ids(SystemRandom())
    began = position(record)[0]
    for number in range(count):
        call_id = ids.call()
        at = began - (count - number) * 10
        cause = Cause.BUSY if number % 7 == 0 else Cause.HANGUP
        store.put_call(
            replace(
                record,
                call_id=call_id,
                enqueued_time=at,
                tag=f"order {number}",
                state=CallState.DISCONNECTED,
                disconnect_cause=cause,
            )
        )
        for event in events:
            store.append(replace(event, call_id=call_id))
    return call_id


def client(store: Store) -> AsgiClient:
    """Return a browser at the server's machine."""
    nothing: Any = None
    clock = Clock()
    desk = Desk(
        clock=clock,
        ids=Ids(SystemRandom()),
        offload=InlineOffload(),
        store=store,
        exchange=nothing,
        mailroom=nothing,
        archive=nothing,
        gauges=Gauges(nothing),
        directory=fixtures.directory,
        fixed=fixtures.directory,
        documents=nothing,
        api=nothing,
    )
    door = Door(nothing, nothing, fixtures.directory, open=True, secure=False)
    console = Console(Parts(desk, door, b"key"))
    return AsgiClient(Front(console, "", nothing, nothing), ("127.0.0.1", 4), "localhost")


async def measure(visit: Callable[[str], Awaitable[int]], path: str, count: int) -> float:
    """Return CPU milliseconds of a page, once it is warm."""
    await visit(path)
    began = time.process_time()
    for _ in range(count):
        assert await visit(path) == 200
    return (time.process_time() - began) / count * 1000


async def figures(store: Store, call_id: str, calls: int) -> list[Figure]:
    """Visit the pages."""
    asked = client(store)

    async def visit(path: str) -> int:
        answer = await asked.request("GET", path, headers={"accept": "text/html"})
        return answer.status

    (oldest,) = store.calls(fixtures.ACCOUNT_ID, CallFilter(limit=1))
    created, oldest_id = position(oldest)
    pages = {
        "first page of the list": LIST,
        "last page of the list": f"{LIST}?after={created!r}_{oldest_id}",
        "search that finds one": f"{LIST}?q=order+499",
        "search that finds nothing": f"{LIST}?q=nothing+at+all",
        "failed calls": f"{LIST}?show=failed",
        "a call": f"{LIST}/{call_id}",
    }
    count = 50 if calls == CALLS else 5
    return [
        Figure(f"console, {calls:,} calls: {name}", await measure(visit, path, count), "ms CPU")
        for name, path in pages.items()
    ]


def run(plan: Plan) -> list[Figure]:
    """Fill a store on disk and visit pages, all work in one thread."""
    record, events = story()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/bench.sqlite3"
        store = Store.open(url, Clock(), threaded=False)
        try:
            calls = QUICK_CALLS if plan.quick else CALLS
            call_id = fill(store, record, events, calls)
            return asyncio.run(figures(store, call_id, calls))
        finally:
            store.close()
