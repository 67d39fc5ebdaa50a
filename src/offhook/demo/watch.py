"""Prints a call's events as the server writes them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from offhook.scopes import background
from offhook.store import Store
from offhook.timeline import line

LOOK_EVERY_S = 0.1


async def follow(store: Store, call_id: str, say: Callable[[str], None]) -> None:
    """Say each event once, in order, until the call has ended and its last webhook has left."""
    number, started, goodbye = 0, None, False
    while not goodbye:
        for event in await asyncio.to_thread(store.events, call_id, number):
            number = event.number
            started = event.at if started is None else started
            say(line(event, started))
            goodbye = goodbye or event.data.get("eventType") == "disconnect"
        await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def watching(
    store: Store, call_id: str, say: Callable[[str], None]
) -> AsyncIterator["asyncio.Task[None]"]:
    """Follow a call beside the body."""
    async with background(follow(store, call_id, say)) as task:
        yield task
