"""Far ends that refuse, fall silent or lose packets."""

import asyncio
import random
from typing import Any

from tests.chaos.fault import error_id, fault

from offhook.errors import Who
from offhook.testing.app import document
from offhook.testing.fixtures import ANSWER_URL, INITIATE_URL, NUMBER, SERVER, TRUNK
from offhook.testing.paths import CUT, Quality
from offhook.testing.phone import ignores, only_rings, refuses
from offhook.testing.world import World


async def refused(world: World, rng: random.Random, *codes: int) -> str:
    """Place a call that is refused with one of these codes."""
    world.phone().behaviour = refuses(
        rng.choice(codes), rng.uniform(0, 2), rings=rng.random() < 0.5
    )
    return await error_id(world, await world.create_call())


@fault("carrier: busy", "was busy (it answered", who=Who.CALLER)
async def busy(world: World, rng: random.Random) -> str:
    return await refused(world, rng, 486, 600)


@fault("carrier: forbids the call", "403 Forbidden: it does not allow this call", who=Who.CARRIER)
async def forbidden(world: World, rng: random.Random) -> str:
    return await refused(world, rng, 403)


@fault("carrier: knows no such number", "number", who=Who.CARRIER)
async def unknown(world: World, rng: random.Random) -> str:
    return await refused(world, rng, 404, 410, 484, 604)


@fault("carrier: no common codec", "that we offer", who=Who.CARRIER)
async def codecs(world: World, rng: random.Random) -> str:
    return await refused(world, rng, 488, 606)


@fault("carrier: declined", "603 Decline: the called party declined", who=Who.CARRIER)
async def declined(world: World, rng: random.Random) -> str:
    return await refused(world, rng, 603)


@fault("carrier: cannot be reached", "cannot be reached now", who=Who.CALLER)
async def away(world: World, rng: random.Random) -> str:
    return await refused(world, rng, 408, 480)


@fault("carrier: fails", "The far side failed: it answered 5", who=Who.CARRIER)
async def fails(world: World, rng: random.Random) -> str:
    return await refused(world, rng, 500, 502, 503, 504)


@fault("carrier: wants credentials", "asks for a user name and password", who=Who.OPERATOR)
async def challenged(world: World, rng: random.Random) -> str:
    return await refused(world, rng, 401, 407)


@fault("carrier: rings for ever", "rang and nobody answered within", who=Who.CALLER)
async def rings(world: World, rng: random.Random) -> str:
    world.phone().behaviour = only_rings
    return await error_id(world, await world.create_call(callTimeout=rng.randint(1, 20)))


@fault("carrier: takes the call and is silent", "reported no ringing", who=Who.CARRIER)
async def stuck(world: World, rng: random.Random) -> str:
    del rng
    world.phone().behaviour = ignores
    return await error_id(world, await world.create_call())


@fault("carrier: is not there", "answered nothing at all", who=Who.OPERATOR)
async def gone(world: World, rng: random.Random) -> str:
    del rng
    world.network.paths.cut(TRUNK, kind="sip")
    told = await error_id(world, await world.create_call())
    world.network.paths.heal()
    return told


@fault("carrier: loses the ACK", "ACK never came", who=Who.CARRIER)
async def unconfirmed(world: World, rng: random.Random) -> str:
    ring = f'<Ring duration="{rng.randint(2, 5)}" answerCall="false"/>'
    world.app.on(INITIATE_URL, document(f'{ring}<Pause duration="60"/>'))
    call = await world.phone().dial(NUMBER)
    await call.wait("ringing")
    world.network.paths.shape(CUT, source=TRUNK, to=SERVER, kind="sip")
    event = await world.app.wait_event("disconnect")
    world.network.paths.heal()
    told: str = event["errorId"]
    return told


async def talked(world: World, seconds: float) -> str:
    """A call of some length, and its counters."""
    world.app.on(ANSWER_URL, document(f'<Pause duration="{seconds:g}"/>'))
    call_id = await world.create_call()
    await world.app.wait_event("disconnect", callId=call_id)
    await asyncio.sleep(1)
    return call_id


def shaped(world: World, quality: Quality, **path: Any) -> None:
    world.network.paths.shape(quality, **path, kind="rtp")


@fault("carrier: one-way audio", "One-way audio: not a single RTP packet", who=Who.OPERATOR)
async def one_way(world: World, rng: random.Random) -> str:
    shaped(world, CUT, source=TRUNK, to=SERVER)
    return await talked(world, rng.uniform(3, 8))


@fault("carrier: loses packets", "packets from the far side were lost", who=Who.CARRIER)
async def lossy(world: World, rng: random.Random) -> str:
    shaped(world, Quality(loss=rng.uniform(0.15, 0.4)), source=TRUNK, to=SERVER)
    return await talked(world, rng.uniform(6, 10))


@fault("carrier: packets do not arrive there", "the far side lost", who=Who.CARRIER)
async def lossy_there(world: World, rng: random.Random) -> str:
    shaped(world, Quality(loss=rng.uniform(0.2, 0.4)), source=SERVER, to=TRUNK)
    return await talked(world, rng.uniform(12, 15))  # until a report tells of it
