"""errors.md 3.8, 3.10 and rest.md 7: calls per second, sessions, the queue and the node's cap."""

import asyncio

import pytest
from tests.scenarios.cases import about

from offhook.calls.limits import Settings
from offhook.testing import fixtures
from offhook.testing.asgi import Answer
from offhook.testing.fixtures import ANSWER_URL, NUMBER
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.phone import only_rings, refuses
from offhook.testing.world import World

RATE = "Account call creation rate limit exceeded"
SESSIONS = "Account concurrent call limit exceeded"
NODE = "Managing too many concurrent calls"
LONG = '<Pause duration="30"/>'
REQUEST = {
    "to": fixtures.PARTY,
    "from": NUMBER,
    "applicationId": fixtures.APPLICATION_ID,
    "answerUrl": ANSWER_URL,
    "disconnectUrl": fixtures.STATUS_URL,
}


async def create(world: World, **fields: object) -> Answer:
    return await world.rest.create_call(**{**REQUEST, **fields})


def assert_limit(answer: Answer, text: str) -> None:
    """A 429 of the contract: the caller is told when to come back."""
    assert answer.status == 429
    assert answer.json() == {"type": "error", "description": text, "id": ""}
    assert int(answer.headers["retry-after"]) >= 1


async def complete_all(world: World) -> None:
    """End what is in the queue, which would wait for minutes."""
    for call_id in list(world.node.exchange.calls):
        await world.rest.update_call(call_id, state="completed")


async def dialled(world: World) -> Handset:
    """Let a caller call the account, and wait until it is answered or refused."""
    call = await world.phone().dial(NUMBER)
    await asyncio.sleep(1)
    return call


async def assert_refused_without_a_word(world: World, call: Handset) -> None:
    """The caller gets 503 with Retry-After; nobody else hears of it."""
    assert call.end == "refused: 503 Service Unavailable"
    refusals = [
        each.data
        for each in world.network.messages
        if each.source.host == fixtures.SERVER and each.data.startswith(b"SIP/2.0 503")
    ]
    assert refusals
    assert all(b"\r\nRetry-After: 1\r\n" in each for each in refusals)
    known = {event["callId"] for event in world.app.events()}
    calls = (await world.rest.list_calls()).json()
    assert {each["callId"] for each in calls} == known  # the refused call is no call at all


@virtual
async def test_queued_calls_are_placed_at_the_rate_of_the_account() -> None:
    async with World() as world:
        world.change_account(cps=2)
        world.app.on(ANSWER_URL, LONG)
        began = world.now
        for _ in range(5):
            assert (await create(world)).status == 201
        await world.phone().wait_call(5)
        placed = [each.at for each in world.network.messages if each.data.startswith(b"INVITE")]
        states = (await world.rest.list_calls()).json()

    assert [at - began for at in placed] == about([0, 0, 1, 1, 2])
    assert {each["state"] for each in states} <= {"initiated", "answered"}


@virtual
async def test_the_queue_goes_by_priority_then_arrival() -> None:
    async with World() as world:
        world.change_account(cps=1)
        world.phone().behaviour = only_rings
        ids = []
        for priority in (5, 4, 1, 4, 1):
            ids.append((await create(world, priority=priority)).json()["callId"])
            await asyncio.sleep(0.01)
        await world.phone().wait_call(5)
        calls = (await world.rest.list_calls()).json()

    started = sorted(calls, key=lambda call: str(call["startTime"]))
    first, low, top, low_too, top_too = ids
    assert [call["callId"] for call in started] == [first, top, top_too, low, low_too]


@virtual
async def test_a_queued_call_has_no_start_time() -> None:
    async with World() as world:
        world.change_account(cps=0.01)
        world.phone().behaviour = only_rings
        await create(world)
        queued = (await create(world)).json()
        state = (await world.rest.get_call(queued["callId"])).json()
        await complete_all(world)
        event = await world.app.wait_event("disconnect", callId=queued["callId"])

    assert queued["enqueuedTime"] is not None
    assert (state["state"], state["startTime"]) == ("queued", None)
    assert event["enqueuedTime"] == queued["enqueuedTime"]
    assert "startTime" not in event
    assert event["cause"] == "cancel"


@virtual
async def test_a_full_queue_is_429_with_the_rate_text() -> None:
    async with World() as world:
        world.change_account(cps=0.01)  # room for three in the queue
        world.phone().behaviour = only_rings
        first = await create(world)
        await asyncio.sleep(0.1)
        statuses = [(await create(world)).status for _ in range(3)]
        full = await create(world)
        invalid = await create(world, to="scooby-doo")
        await complete_all(world)
        await asyncio.sleep(0.1)
        again = await create(world)
        await complete_all(world)

    assert first.status == 201  # placed at once
    assert statuses == [201, 201, 201]  # queued
    assert_limit(full, RATE)
    assert invalid.status == 400  # fields are checked before limits
    assert again.status == 201


@virtual
async def test_without_a_queue_the_rate_is_429_within_the_second() -> None:
    async with World() as world:
        world.change_account(cps=2, queueing=False, sessions=2)
        world.phone()
        world.app.on(ANSWER_URL, LONG)
        first, second = await create(world), await create(world)
        both_limits = await create(world)
        await asyncio.sleep(1.01)
        later = await create(world)

    assert (first.status, second.status) == (201, 201)
    assert first.json()["enqueuedTime"] is None
    assert_limit(both_limits, RATE)  # the first text when both limits are hit
    assert_limit(later, SESSIONS)


@virtual
async def test_sessions_are_429_with_an_empty_queue() -> None:
    async with World() as world:
        world.change_account(sessions=1)
        world.app.on(ANSWER_URL, LONG)
        talk = await world.answered(LONG)
        full = await create(world)
        talk.phone.hang_up()
        await talk.disconnect()
        free = await create(world)

    assert_limit(full, SESSIONS)
    assert free.status == 201


@virtual
async def test_sessions_at_dequeue_end_the_call() -> None:
    async with World() as world:
        world.change_account(cps=1, sessions=2)
        world.phone().behaviour = only_rings
        await create(world)
        queued = (await create(world)).json()["callId"]
        world.change_account(sessions=1)
        event = await world.app.wait_event("disconnect", callId=queued)
        state = (await world.rest.get_call(queued)).json()

    assert (event["cause"], event["errorMessage"]) == ("account-limit", SESSIONS)
    assert event["errorId"]
    assert "startTime" not in event
    assert state["disconnectCause"] == "account-limit"
    assert len(world.phone().calls) == 1


@virtual
async def test_a_full_node_is_503() -> None:
    async with World(settings=Settings(fixtures.API_URL, node_calls=1)) as world:
        talk = await world.answered(LONG)
        full = await create(world)
        invalid = await create(world, to="scooby-doo")
        talk.phone.hang_up()
        await talk.disconnect()
        free = await create(world)

    assert full.status == 503
    assert full.json()["type"] == "system-overloaded"
    assert full.json()["description"] == NODE
    assert int(full.headers["retry-after"]) >= 1
    assert invalid.status == 400
    assert free.status == 201


@virtual
async def test_a_node_that_is_full_at_dequeue_ends_the_call() -> None:
    async with World(settings=Settings(fixtures.API_URL, node_calls=2)) as world:
        world.change_account(dequeue_rate=1)  # a second call waits, callers do not
        world.phone().behaviour = only_rings
        await create(world)
        queued = (await create(world)).json()["callId"]
        await world.calling('<Ring duration="30" answerCall="false"/>')
        event = await world.app.wait_event("disconnect", callId=queued)

    assert (event["cause"], event["errorMessage"]) == ("node-capacity-exceeded", NODE)
    assert event["errorId"]
    assert "startTime" not in event


@virtual
async def test_account_limits_come_before_the_node() -> None:
    async with World(settings=Settings(fixtures.API_URL, node_calls=1)) as world:
        world.change_account(sessions=1)
        await world.answered(LONG)
        assert_limit(await create(world), SESSIONS)


@pytest.mark.parametrize("limit", ["sessions", "cps", "node"])
def test_a_caller_beyond_a_limit_is_refused_without_a_word(limit: str) -> None:
    node_calls = 1 if limit == "node" else 100

    @virtual
    async def story() -> None:
        async with World(settings=Settings(fixtures.API_URL, node_calls=node_calls)) as world:
            if limit == "sessions":
                world.change_account(sessions=1)
            if limit == "cps":
                world.change_account(cps=0.1)
            world.app.on(fixtures.INITIATE_URL, LONG)
            first = await dialled(world)
            second = await dialled(world)
            assert first.end is None
            await assert_refused_without_a_word(world, second)
            first.hang_up()
            await asyncio.sleep(10)  # there is room again
            assert (await dialled(world)).end is None

        assert len(world.app.events("initiate")) == 2
        assert len(world.app.events("disconnect")) == 2

    story()


@virtual
async def test_callers_and_calls_share_the_rate() -> None:
    async with World() as world:
        world.change_account(cps=0.5)
        world.app.on(fixtures.INITIATE_URL, LONG)
        world.phone().behaviour = only_rings
        await dialled(world)  # at 0 s; uses up the rate until 2 s
        placed_at = world.now
        await create(world)
        await world.phone().wait_call(2)

        assert world.now - placed_at == about(1)


@virtual
async def test_sessions_are_given_back_however_a_call_ends() -> None:
    async with World() as world:
        world.change_account(sessions=1)
        for verbs in ("<Hangup/>", "<Dance/>", "<PlayAudio>404.wav</PlayAudio>"):
            talk = await world.answered(verbs)
            await talk.disconnect()
        for code in (486, 500):
            world.phone().behaviour = refuses(code)
            call_id = (await create(world)).json()["callId"]
            await world.app.wait_event("disconnect", callId=call_id)
        caller = await world.calling("<Hangup/>")
        await caller.disconnect()

        assert world.node.exchange.sessions.total == 0
