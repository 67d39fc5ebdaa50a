"""Conferences that will not have somebody (errors.md 4.3, 8.7)."""

from offhook.errors import calls, fields
from offhook.recipes.place import Place
from offhook.recipes.recipe import Told, recipe

MEMBERS = 20  # of a full conference (bxml.md 4.2)
ROOM = "<Conference>room</Conference>"
COACH = '<Conference callIdsToCoach="c-somebody">room</Conference>'


async def _call(place: Place, index: int, verbs: str) -> str:
    """Have a telephone called that comes into the conference."""
    place.on("answer", verbs)
    place.phone(index=index).listens = False
    return await place.call(to=place.number(index))


async def _member(place: Place, index: int, verbs: str = ROOM) -> tuple[str, str]:
    """Have somebody come in; returns the conference and the call."""
    call_id = await _call(place, index, verbs)
    entered = await place.logged(call_id, "conference.entered")
    return str(entered.data["conference"]), call_id


@recipe(fields.NOT_WHEN_COMPLETED)
async def ended_and_redirected(place: Place) -> Told:
    """End a conference and name a redirectUrl in the same request."""
    conference, _ = await _member(place, 0)
    body = {"status": "completed", "redirectUrl": place.url("elsewhere")}
    exchange = await place.ask("POST", f"/conferences/{conference}", body)
    return Told(exchange, {"field": "redirectUrl"})


@recipe(fields.COACHED)
async def second_coach_by_rest(place: Place) -> Told:
    """Let a member of a conference coach, and then another one."""
    members = [await _member(place, index) for index in (0, 1)]
    for conference, call_id in members:
        path = f"/conferences/{conference}/members/{call_id}"
        exchange = await place.ask("PUT", path, {"callIdsToCoach": ["c-somebody"]})
    return Told(exchange)


@recipe(calls.CONFERENCE_FULL)
async def one_member_too_many(place: Place) -> Told:
    """Send a call into a conference that has twenty members."""
    called = [await _call(place, index, ROOM) for index in range(MEMBERS)]
    for call_id in called:
        await place.logged(call_id, "conference.entered")
    late = await _call(place, MEMBERS, ROOM)
    return Told(await place.heard("disconnect", callId=late))


@recipe(calls.CONFERENCE_COACH)
async def second_coach(place: Place) -> Told:
    """Send a coach into a conference that has one."""
    await _member(place, 0, COACH)
    late = await _call(place, 1, COACH)
    return Told(await place.heard("disconnect", callId=late))
