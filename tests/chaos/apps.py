"""Applications that misbehave, at any webhook of a call."""

import asyncio
import random

from tests.chaos.fault import error_id, fault

from offhook.errors import Who
from offhook.testing.app import REFUSED, SILENCE, UNTRUSTED, Reply, document
from offhook.testing.fixtures import ANSWER_URL, INITIATE_URL, NUMBER, PARTY
from offhook.testing.world import World

NEXT = "http://app.test/next"
XML = {"Content-Type": "application/xml"}
AWAY = f'<Redirect redirectUrl="{NEXT}"/>'


async def call_with(world: World, rng: random.Random, reply: Reply) -> str:
    """Let a webhook of a call, chosen at random, get this reply; return the call."""
    place = rng.choice(("answer", "initiate", "gather", "redirect", "transferAnswer"))
    if place == "answer":
        world.app.on(ANSWER_URL, reply)
    elif place == "initiate":
        world.app.on(INITIATE_URL, reply)
    else:
        world.app.on(ANSWER_URL, document(_leading(place)))
        world.app.on(NEXT, reply)
    if place != "initiate":
        call_id = await world.create_call(callbackTimeout=rng.choice((2, 5)))
        return await _leg(world, call_id) if place == "transferAnswer" else call_id
    await world.phone().dial(NUMBER)
    event = await world.app.wait_event("disconnect")
    told: str = event["callId"]
    return told


def _leading(place: str) -> str:
    """Return a document whose webhook goes to NEXT."""
    if place == "gather":
        return f'<Gather gatherUrl="{NEXT}" firstDigitTimeout="1"/>'
    if place == "redirect":
        return AWAY
    to = f'<PhoneNumber transferAnswerUrl="{NEXT}" transferDisconnectUrl="/gone">{PARTY}'
    return f"<Transfer>{to}</PhoneNumber></Transfer>"


async def _leg(world: World, call_id: str) -> str:
    event = await world.app.wait_event("transferDisconnect")
    assert event["parentCallId"] == call_id
    leg: str = event["callId"]
    return leg


async def _error_id(world: World, call_id: str) -> str:
    state = await world.rest.get_call(call_id)
    while state.json()["state"] != "disconnected":
        await asyncio.sleep(1)
        state = await world.rest.get_call(call_id)
    told: str = state.json()["errorId"]
    return told


def failing(name: str, replies: tuple[Reply, ...], *words: str, who: Who = Who.APP) -> None:
    """Register an application that gives one of these replies."""

    @fault(name, *words, who=who)
    async def inject(world: World, rng: random.Random) -> str:
        return await _error_id(world, await call_with(world, rng, rng.choice(replies)))


failing("app: nothing listens", (REFUSED,), "nothing took the connection")
failing("app: no such host", (Reply(failure="host not found"),), "host name in the URL")
failing("app: bad certificate", (UNTRUSTED,), "certificate")
failing(
    "app: forbidden address",
    (Reply(failure="host not allowed"),),
    "not one that webhooks may go to",
    who=Who.OPERATOR,
)
failing("app: answers never", (SILENCE,), "took too long", "timed out after")
failing("app: fails", tuple(Reply(status=s) for s in (500, 502, 503)), "application failed (HTTP 5")
failing("app: has no such path", (Reply(status=404),), "nothing at that path (HTTP 404)")
failing("app: wants a login", (Reply(status=401),), "credentials", "HTTP 401")
failing("app: refuses", tuple(Reply(status=s) for s in (400, 418, 429)), "refused the request")
failing("app: redirects nowhere", (Reply(status=302),), "redirect that was not followed")
failing(
    "app: unknown verb",
    (document("<PlayAudoi>x</PlayAudoi>"), document("<Say>x</Say>")),
    "not valid BXML",
    "The line reads",
)
failing(
    "app: impossible attribute",
    (document('<Pause duration="-1"/>'), document('<Gather maxDigits="99"/>')),
    "not valid BXML",
)
failing("app: no XML", (Reply("<Response><Pause>", headers=XML),), "not valid BXML")
failing("app: HTML", (Reply("<!doctype html><p>", headers=XML),), "an HTML page, not BXML")
failing("app: JSON", (Reply('{"a": 1}', headers=XML),), "JSON, not BXML")
failing(
    "app: no such audio",
    (document("<PlayAudio>http://app.test/no.wav</PlayAudio>"),),
    "<PlayAudio>",
    "HTTP 404",
)
failing(
    "app: audio of another kind",
    (document("<PlayAudio>http://app.test/x.ogg</PlayAudio>"),),
    "<PlayAudio>",
    "could not be carried out",
)
failing(
    "app: no such voice",
    (document('<SpeakSentence voice="nobody">hello</SpeakSentence>'),),
    "<SpeakSentence>",
    'no voice "nobody"',
)


@fault("app: redirects in circles", "in circles", who=Who.APP)
async def circles(world: World, rng: random.Random) -> str:
    world.app.on(ANSWER_URL, document(AWAY))
    world.app.on(NEXT, document(f'<Tag>{rng.random()}</Tag><Redirect redirectUrl="/other"/>'))
    world.app.on("http://app.test/other", document(AWAY))
    return await error_id(world, await world.create_call())


@fault("app: is slow", "s to answer the", who=Who.APP)
async def slow(world: World, rng: random.Random) -> str:
    world.app.on(ANSWER_URL, document("<Hangup/>").after(rng.uniform(3.5, 9.0)))
    call_id = await world.create_call()
    await world.app.wait_event("disconnect", callId=call_id)
    return call_id


@fault("app: loses its own goodbye", "An attempt of the disconnect webhook", who=Who.APP)
async def deaf(world: World, rng: random.Random) -> str:
    world.app.on(ANSWER_URL, document("<Hangup/>"))
    url = "http://app.test/lost"
    world.app.on(url, rng.choice((REFUSED, Reply(status=500), Reply(status=404))))
    call_id = await world.create_call(disconnectUrl=url)
    await asyncio.sleep(20)
    return call_id


@fault("app: only the fallback works", "An attempt of the answer webhook", who=Who.APP)
async def halved(world: World, rng: random.Random) -> str:
    world.app.on(ANSWER_URL, rng.choice((REFUSED, Reply(status=500), Reply(status=404))))
    world.app.on(NEXT, document("<Hangup/>"))
    call_id = await world.create_call(answerFallbackUrl=NEXT)
    await world.app.wait_event("disconnect", callId=call_id)
    return call_id
