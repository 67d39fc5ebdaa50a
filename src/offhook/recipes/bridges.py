"""Calls that cannot be brought together (errors.md 8.6)."""

from offhook.errors import calls
from offhook.recipes.place import TALK, Place
from offhook.recipes.recipe import Told, recipe
from offhook.testing.phone import only_rings

FIRST, SECOND, THIRD = range(3)  # telephones


async def _call(place: Place, index: int, name: str, verbs: str) -> str:
    """Have a telephone called whose call runs these verbs."""
    place.on(name, verbs)
    place.phone(index=index)
    return await place.call(to=place.number(index), answerUrl=place.url(name))


async def _bridge(place: Place, target: str) -> Told:
    """Have another telephone called, and bridge it to the target."""
    place.on("bridged", "<Hangup/>")
    verbs = f'<Bridge bridgeCompleteUrl="{place.url("bridged")}">{target}</Bridge>'
    call_id = await _call(place, SECOND, "answer", verbs)
    return Told(await place.heard("bridgeComplete", callId=call_id), {"callId": target})


@recipe(calls.ALREADY_BRIDGED)
async def taken_call(place: Place) -> Told:
    """Bridge to a call that talks to another call already."""
    target = await _call(place, FIRST, "target", TALK)
    await place.logged(target, "verb.started", verb="Pause")
    rival = await _call(place, THIRD, "rival", f"<Bridge>{target}</Bridge>")
    await place.logged(rival, "verb.started", verb="Bridge")  # which takes it in the same moment
    return await _bridge(place, target)


@recipe(calls.BRIDGE_NOT_ANSWERED)
async def ringing_call(place: Place) -> Told:
    """Bridge to a call that still rings."""
    phone = place.phone(only_rings, FIRST)
    target = await place.call()
    await place.soon(phone.wait_call(), "the telephone to ring")
    return await _bridge(place, target)


@recipe(calls.BRIDGE_FORWARDED)
async def forwarded_call(place: Place) -> Told:
    """Bridge to a caller that is being forwarded to a telephone that rings."""
    phone = place.phone(only_rings, THIRD)
    place.on("initiate", f'<Forward to="{place.number(THIRD)}"/>')
    await place.phone(index=FIRST).dial(place.tenant.number)
    target = (await place.heard("initiate")).event["callId"]
    await place.soon(phone.wait_call(), "the other telephone to ring")
    return await _bridge(place, target)


@recipe(calls.BRIDGE_ENDED)
async def ended_call(place: Place) -> Told:
    """Bridge to a call that is over."""
    target = await _call(place, FIRST, "target", "<Hangup/>")
    await place.heard("disconnect", callId=target)
    return await _bridge(place, target)


@recipe(calls.BRIDGE_NOT_FOUND)
async def unknown_call(place: Place) -> Told:
    """Bridge to a call that never was."""
    return await _bridge(place, "c-unknown")
