"""Limits that are met, settings that are wrong, requests that are mistyped."""

import asyncio
import random
from dataclasses import replace
from typing import Any

from tests.chaos.fault import error_id, fault

from offhook.directory import Directory
from offhook.errors import Who
from offhook.testing.app import document
from offhook.testing.asgi import Answer
from offhook.testing.fixtures import ANSWER_URL, APPLICATION_ID, NUMBER, PARTY
from offhook.testing.phone import only_rings
from offhook.testing.world import World

SECOND = "+12025550177"
REQUEST: dict[str, object] = {
    "to": PARTY,
    "from": NUMBER,
    "applicationId": APPLICATION_ID,
    "answerUrl": ANSWER_URL,
}


def request_id(answer: Answer) -> str:
    """Return the id of a refusal."""
    assert answer.status >= 400, answer
    return answer.headers["x-request-id"]


def change(world: World, **parts: Any) -> None:
    """Replace parts of the directory."""
    old = world.directory
    kinds = ("accounts", "users", "applications", "numbers", "trunks")
    world.directory = Directory(**{k: parts.get(k, getattr(old, k).values()) for k in kinds})


def mistyped(text: str, rng: random.Random) -> str:
    """Return the text with two neighbouring characters, that differ, exchanged."""
    places = [n for n in range(1, len(text) - 1) if text[n] != text[n + 1]]
    n = rng.choice(places)
    return text[:n] + text[n + 1] + text[n] + text[n + 2 :]


@fault("limit: sessions, when a call is placed", "sessions limit", who=Who.APP)
async def sessions(world: World, rng: random.Random) -> str:
    world.phone().behaviour = only_rings
    world.change_account(sessions=rng.randint(1, 3))
    limit = world.directory.accounts["9900000"].sessions
    placed = [await world.create_call() for _ in range(limit + 1)]
    told = await error_id(world, placed[-1])
    for call_id in placed[:-1]:
        await world.rest.update_call(call_id, state="completed")
    return told


@fault("limit: sessions, of a leg", "sessions limit", who=Who.APP)
async def leg(world: World, rng: random.Random) -> str:
    del rng
    transfer = f'<Transfer transferCompleteUrl="/t"><PhoneNumber>{SECOND}</PhoneNumber></Transfer>'
    world.app.on(ANSWER_URL, document(transfer))
    world.change_account(sessions=1)
    return await error_id(world, await world.create_call(), "transferComplete")


@fault("limit: calls per second", "the account's cps is", who=Who.APP)
async def rate(world: World, rng: random.Random) -> str:
    world.phone().behaviour = only_rings
    world.change_account(cps=float(rng.randint(1, 2)), queueing=False)
    while (answer := await world.rest.create_call(**REQUEST)).status == 201:
        pass
    await end_all(world)
    return request_id(answer)


@fault("limit: the queue", "calls wait in the queue, which holds", who=Who.APP)
async def queue(world: World, rng: random.Random) -> str:
    del rng
    world.phone().behaviour = only_rings
    world.change_account(cps=0.01, queueing=True)
    while (answer := await world.rest.create_call(**REQUEST)).status == 201:
        pass
    await end_all(world)
    return request_id(answer)


async def end_all(world: World) -> None:
    for call_id in list(world.node.exchange.calls):
        await world.rest.update_call(call_id, state="completed")


async def turned_away(world: World, to: str) -> str:
    """Call a number and return the incident of the refusal."""
    await world.phone().dial(to)
    await asyncio.sleep(1)
    await world.store.flushed()
    return world.store.incidents(1)[0].id


@fault("settings: a caller's number is nearly ours", f"nearest is {NUMBER}", who=Who.OPERATOR)
async def number(world: World, rng: random.Random) -> str:
    return await turned_away(world, NUMBER[:-1] + rng.choice("123456789"))


@fault("settings: the number leads nowhere", "no URL for callers", who=Who.OPERATOR)
async def no_url(world: World, rng: random.Random) -> str:
    del rng
    (application,) = world.directory.applications.values()
    change(world, applications=[replace(application, initiate=None)])
    return await turned_away(world, NUMBER)


@fault("settings: the account is suspended", "is suspended", who=Who.OPERATOR)
async def suspended(world: World, rng: random.Random) -> str:
    world.change_account(suspended=True)
    if rng.random() < 0.5:
        return await turned_away(world, NUMBER)
    return request_id(await world.rest.create_call(**REQUEST))


@fault("settings: no trunk takes the number", "no trunk takes", who=Who.OPERATOR)
async def no_trunk(world: World, rng: random.Random) -> str:
    (trunk,) = world.directory.trunks.values()
    change(world, trunks=[replace(trunk, patterns=(rng.choice(("+44*", "+49*", "+1303*")),))])
    return await error_id(world, await world.create_call())


@fault("settings: there is no trunk", "there is none at all", who=Who.OPERATOR)
async def no_trunks(world: World, rng: random.Random) -> str:
    del rng
    change(world, trunks=[])
    return await error_id(world, await world.create_call())


@fault(
    "request: the application is mistyped",
    f"nearest of the account's applications is {APPLICATION_ID}",
    who=Who.APP,
)
async def application(world: World, rng: random.Random) -> str:
    wrong = mistyped(APPLICATION_ID, rng)
    return request_id(await world.rest.create_call(**{**REQUEST, "applicationId": wrong}))


@fault("request: a member is missing", "Missing at least one required field", who=Who.APP)
async def missing(world: World, rng: random.Random) -> str:
    fields = dict(REQUEST)
    del fields[rng.choice(list(fields))]
    return request_id(await world.rest.create_call(**fields))


@fault("request: a number has no plus", "must be an E164 telephone number", who=Who.APP)
async def plus(world: World, rng: random.Random) -> str:
    field = rng.choice(("to", "from"))
    fields = {**REQUEST, field: str(REQUEST[field]).removeprefix("+")}
    return request_id(await world.rest.create_call(**fields))


@fault("request: no such call", "the account has no call", who=Who.APP)
async def no_call(world: World, rng: random.Random) -> str:
    return request_id(await world.rest.get_call(f"c-{rng.randint(1, 9)}"))


@fault("request: the call rings", "can be changed once it is answered", who=Who.APP)
async def too_early(world: World, rng: random.Random) -> str:
    del rng
    world.phone().behaviour = only_rings
    call_id = await world.create_call()
    await (await world.phone().wait_call()).wait("ringing")
    answer = await world.rest.update_call(call_id, redirectUrl="http://app.test/x")
    await end_all(world)
    return request_id(answer)


@fault("request: the call has ended", "the call has ended", who=Who.APP)
async def too_late(world: World, rng: random.Random) -> str:
    talk = await world.answered("<Hangup/>")
    await talk.disconnect()
    await asyncio.sleep(rng.uniform(6, 30))
    answer = await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/x")
    return request_id(answer)
