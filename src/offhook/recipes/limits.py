"""Limits that are reached (errors.md 3.8, 3.10, 8.2)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from offhook.errors import Entry, calls, http
from offhook.recipes.damage import execute
from offhook.recipes.place import Place
from offhook.recipes.recipe import ANY, TIGHT, Exchange, Needs, Told, recipe
from offhook.testing.phone import only_rings


@recipe(http.RATE_LIMIT, account={"queueing": False, "cps": 0.05})
async def two_calls_at_once(place: Place) -> Told:
    """Create two calls at once on an account with 0.05 calls a second and no queue."""
    place.phone(only_rings)
    await place.call()
    return Told(await place.ask("POST", "/calls", place.request()))


@recipe(http.RATE_LIMIT, way="queue", account={"cps": 0.004})
async def full_queue(place: Place) -> Told:
    """Create a call while one talks and one waits, on an account with a call in 250 seconds."""
    await _ringing(place)
    await place.call()
    return Told(await place.ask("POST", "/calls", place.request()))


@recipe(http.SESSION_LIMIT, account={"sessions": 1})
async def one_session_too_many(place: Place) -> Told:
    """Create a call on an account that may have one, and has one."""
    await _ringing(place)
    return Told(await place.ask("POST", "/calls", place.request()))


@recipe(http.NODE_FULL, TIGHT)
async def one_call_too_many(place: Place) -> Told:
    """Create a call on a server that may carry one (limits.calls), and carries one."""
    await _ringing(place)
    return Told(await place.ask("POST", "/calls", place.request()))


async def _ringing(place: Place) -> None:
    phone = place.phone(only_rings)
    await place.call()
    await place.soon(phone.wait_call(), "the telephone to ring")


@recipe(http.OVERLOADED, TIGHT)
async def one_request_too_many(place: Place) -> Told:
    """Ask while another request, whose body does not come, is all that the server may handle."""
    async with _unfinished_request(place):
        found = await _answer_of(place, 503)
    await _answer_of(place, 200)
    return Told(found)


@recipe(http.OVERLOADED, TIGHT, way="store")
async def store_that_is_away(place: Place) -> Told:
    """Take the table of calls out of the database, and list calls."""
    await execute(place, "ALTER TABLE calls RENAME TO elsewhere")
    try:
        found = await place.ask("GET", "/calls")
    finally:
        await execute(place, "ALTER TABLE elsewhere RENAME TO calls")
    await _answer_of(place, 200)
    return Told(found)


@asynccontextmanager
async def _unfinished_request(place: Place) -> AsyncIterator[None]:
    where = urlsplit(place.kitchen.url)
    question = place.rest.question("POST", "/calls", b"{}")
    head = {"Host": where.netloc, "Content-Length": "2", **question.headers}
    lines = [f"POST {question.target} HTTP/1.1", *(f"{k}: {v}" for k, v in head.items()), "", ""]
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write("\r\n".join(lines).encode())
        yield
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _answer_of(place: Place, status: int) -> Exchange:
    """Ask until the answer has a status."""

    async def so() -> bool:
        return (await place.ask("GET", "/calls")).answer.status == status

    await place.until(so, f"an answer with {status}")
    return place.exchanges[-1]


def _transfer_meets(entry: Entry, about: str, needs: Needs = ANY, **account: object) -> None:
    """Make a recipe of a call whose Transfer is one leg too many."""

    async def one_leg_too_many(place: Place) -> Told:
        place.phone()
        number = f"<PhoneNumber>{place.number(1)}</PhoneNumber>"
        url = place.url("transferred")
        place.on("answer", f'<Transfer transferCompleteUrl="{url}">{number}</Transfer>')
        place.on("transferred", "<Hangup/>")
        call_id = await place.call()
        return Told(await place.heard("transferComplete", callId=call_id))

    one_leg_too_many.__doc__ = about
    recipe(entry, needs, account=account)(one_leg_too_many)


_transfer_meets(
    calls.RATE_LIMIT,
    "Let a call transfer to somebody, on an account with 0.05 calls a second.",
    cps=0.05,
)
_transfer_meets(
    calls.SESSION_LIMIT,
    "Let a call transfer to somebody, on an account that may have one call.",
    sessions=1,
)
_transfer_meets(
    calls.NODE_FULL,
    "Let a call transfer to somebody, on a server that may carry one call (limits.calls).",
    TIGHT,
)
