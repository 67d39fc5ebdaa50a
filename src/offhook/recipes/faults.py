"""Offhook's own faults: real damage on disk, and a server that is killed (errors.md 3.9, 8.2)."""

from offhook.directory import VOICE, User
from offhook.errors import Who, calls, http
from offhook.recipes.damage import execute
from offhook.recipes.place import TALK, Place
from offhook.recipes.recipe import DAMAGE, MORTAL, Told, recipe
from offhook.testing.phone import busy
from offhook.testing.rest import Rest


@recipe(http.UNKNOWN_ERROR, DAMAGE)
async def damaged_record(place: Place) -> Told:
    """Damage the record of a call in the database, and read the call."""
    place.phone(busy)
    call_id = await place.call()
    await place.heard("disconnect", callId=call_id)
    await execute(place, "UPDATE calls SET document = '{' WHERE call_id = ?", call_id)
    exchange = await place.ask("GET", f"/calls/{call_id}")
    await execute(place, "DELETE FROM calls WHERE call_id = ?", call_id)
    return Told(exchange)


@recipe(http.SERVER_ERROR, DAMAGE)
async def damaged_user(place: Place) -> Told:
    """Damage the password of a user in the database, and let the user ask for something."""
    name = f"damaged-{place.tenant.account}"
    await place.kitchen.put(User(name, "no hash", {place.tenant.account: (VOICE,)}))
    rest = Rest(place.kitchen.door, place.tenant.account, name, "x")
    await place.kitchen.known(rest, 500)
    return Told(await place.ask("GET", "/calls", rest=rest))


@recipe(calls.UNKNOWN, MORTAL, who=Who.OPERATOR)
async def killed_server(place: Place) -> Told:
    """Kill the server (SIGKILL) while a call talks, and start it again."""
    place.on("answer", TALK)
    place.phone()
    call_id = await place.call()
    await place.logged(call_id, "verb.started", verb="Pause")
    await place.kitchen.own.kill()
    await place.kitchen.own.revive()
    return Told(await place.heard("disconnect", callId=call_id))
