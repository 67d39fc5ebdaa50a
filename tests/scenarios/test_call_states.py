"""errors.md 3.6: what updateCall and updateCallBxml answer in each state of a call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.scenarios.cases import T1, about, heard, times

from offhook.calls.limits import Settings
from offhook.testing import fixtures
from offhook.testing.app import document
from offhook.testing.asgi import Answer
from offhook.testing.fixtures import T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.phone import answers, ignores, only_rings
from offhook.testing.world import World

Reach = Callable[[World], Awaitable[str]]  # brings a call into a state and returns its id

UNKNOWN = "c-00000001-11111111-2222-4333-8444-555555555555"
RINGS = '<Ring duration="20" answerCall="false"/>'
LONG = '<Pause duration="20"/>'
SHORT = '<Pause duration="0.1"/>'
THEN_LONG = document(LONG)


async def queued(world: World) -> str:
    world.change_account(cps=0.01)  # one call in 100 s
    world.phone().behaviour = only_rings
    await world.create_call()
    return await world.create_call()


async def ringing_out(world: World) -> str:
    world.phone().behaviour = only_rings
    call_id = await world.create_call()
    await asyncio.sleep(0.5)
    return call_id


async def placed_in_silence(world: World) -> str:
    world.phone().behaviour = ignores
    call_id = await world.create_call()
    await asyncio.sleep(0.5)
    return call_id


async def ringing_in(world: World) -> str:
    talk = await world.calling(RINGS)
    await asyncio.sleep(0.5)
    return talk.call_id


async def answered(world: World) -> str:
    talk = await world.answered(LONG)
    await talk.wait_event("answer")
    return talk.call_id


async def answered_and_waiting(world: World) -> str:
    """The application takes its time to say what is next."""
    talk = await world.answered(THEN_LONG.after(10))
    await talk.wait_event("answer")
    return talk.call_id


async def ran_out(world: World, ago_s: float = 3.0) -> str:
    talk = await world.answered(SHORT)
    await talk.disconnect()
    await asyncio.sleep(ago_s)
    return talk.call_id


async def ran_out_long_ago(world: World) -> str:
    return await ran_out(world, ago_s=5.1)


async def hung_up(world: World) -> str:
    talk = await world.answered(LONG)
    await talk.wait_event("answer")
    talk.phone.hang_up()
    await talk.disconnect()
    return talk.call_id


async def ended_by_hangup(world: World) -> str:
    talk = await world.answered("<Hangup/>")
    await talk.disconnect()
    return talk.call_id


async def completed(world: World) -> str:
    call_id = await answered(world)
    assert (await world.rest.update_call(call_id, state="completed")).status == 200
    return call_id


async def completed_while_queued(world: World) -> str:
    call_id = await queued(world)
    assert (await world.rest.update_call(call_id, state="completed")).status == 200
    return call_id


async def ended_a_minute_ago(world: World) -> str:
    call_id = await hung_up(world)
    await asyncio.sleep(59.5)
    return call_id


async def forgotten(world: World) -> str:
    call_id = await hung_up(world)
    await asyncio.sleep(60.5)
    return call_id


async def forgotten_ran_out(world: World) -> str:
    return await ran_out(world, ago_s=60.5)


async def unknown(world: World) -> str:
    assert world.rest
    return UNKNOWN


async def redirect(world: World, call_id: str) -> Answer:
    return await world.rest.update_call(call_id, state="active", redirectUrl="http://app.test/n")


async def rescript(world: World, call_id: str) -> Answer:
    return await world.rest.update_bxml(call_id, "<Response><Hangup/></Response>")


async def complete(world: World, call_id: str) -> Answer:
    return await world.rest.update_call(call_id, state="completed")


#   how                     redirect, bxml, completed
STATES: list[tuple[Reach, tuple[int, int, int]]] = [
    (queued, (409, 409, 200)),
    (placed_in_silence, (409, 409, 200)),
    (ringing_out, (409, 409, 200)),
    (ringing_in, (409, 409, 200)),
    (answered, (200, 204, 200)),
    (answered_and_waiting, (200, 204, 200)),
    (ran_out, (409, 409, 200)),
    (ran_out_long_ago, (409, 409, 409)),
    (hung_up, (409, 409, 409)),
    (ended_by_hangup, (409, 409, 409)),
    (completed, (409, 409, 409)),
    (completed_while_queued, (409, 409, 409)),
    (ended_a_minute_ago, (409, 409, 409)),
    (forgotten, (404, 404, 404)),
    (forgotten_ran_out, (404, 404, 404)),
    (unknown, (404, 404, 404)),
]
ROWS = [
    pytest.param(reach, operation, status, id=f"{operation.__name__}-{reach.__name__}")
    for reach, statuses in STATES
    for operation, status in zip((redirect, rescript, complete), statuses, strict=True)
]


def assert_refused(answer: Answer, call_id: str) -> None:
    """A 404 and a 409 say exactly this."""
    if answer.status == 409:
        assert answer.json() == {
            "type": "validation",
            "description": f"Call [{call_id}] cannot be modified in its current state",
            "id": "",
        }
    elif answer.status == 404:
        assert answer.json()["type"] == "validation"
        assert answer.json()["description"] == "not found"


async def end_all(world: World) -> None:
    """End what is queued: it would wait for minutes."""
    for call_id in list(world.node.exchange.calls):
        await world.rest.update_call(call_id, state="completed")


@pytest.mark.parametrize(("reach", "operation", "status"), ROWS)
def test_each_state_has_its_answer(
    reach: Reach, operation: Callable[[World, str], Awaitable[Answer]], status: int
) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            call_id = await reach(world)
            answer = await operation(world, call_id)
            assert answer.status == status, answer
            assert_refused(answer, call_id)
            await end_all(world)

    story()


@pytest.mark.parametrize(
    ("reach", "cause"),
    [
        (queued, "cancel"),
        (placed_in_silence, "cancel"),
        (ringing_out, "cancel"),
        (ringing_in, "rejected"),
        (answered, "hangup"),
        (answered_and_waiting, "hangup"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_a_completed_call_ends_with_the_cause_of_its_state(reach: Reach, cause: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            call_id = await reach(world)
            before = world.now
            await complete(world, call_id)
            event = await world.app.wait_event("disconnect", callId=call_id)
            assert world.now - before < 0.1
            state = (await world.rest.get_call(call_id)).json()
            await end_all(world)

        assert event["cause"] == cause
        assert "errorMessage" not in event
        assert "sipResponseCode" not in event
        assert (state["state"], state["disconnectCause"]) == ("disconnected", cause)
        assert state["errorMessage"] is None
        assert ("startTime" in event) is (reach is not queued)
        assert ("answerTime" in event) is (cause == "hangup")

    story()


@virtual
async def test_a_queued_call_that_is_removed_is_never_placed() -> None:
    async with World() as world:
        call_id = await queued(world)
        await world.phone().wait_call()  # the one before it
        await complete(world, call_id)
        await world.app.wait_event("disconnect", callId=call_id)
        await end_all(world)
        await asyncio.sleep(200)

    assert len(world.phone().calls) == 1


@virtual
async def test_a_ringing_phone_stops_when_its_call_is_completed() -> None:
    async with World() as world:
        call_id = await ringing_out(world)
        await complete(world, call_id)
        await world.app.wait_event("disconnect", callId=call_id)
        await world.phone().call.wait("ended")

    assert world.phone().call.end == "cancelled by the caller"


@virtual
async def test_an_answer_that_crosses_the_cancel_is_hung_up() -> None:
    """The phone lifts while CANCEL is on its way (RFC 3261 9.1, 15)."""
    async with World() as world:
        world.phone().behaviour = answers(after_s=1)
        call_id = await world.create_call()
        await asyncio.sleep(1.015)
        await complete(world, call_id)
        event = await world.app.wait_event("disconnect", callId=call_id)
        await world.phone().call.wait("ended")

    assert event["cause"] == "cancel"
    assert world.phone().call.end == "hung up by the far end"
    assert world.app.events("answer") == []


@virtual
async def test_completed_twice_is_200_then_409() -> None:
    async with World() as world:
        call_id = await answered(world)
        both = await asyncio.gather(complete(world, call_id), complete(world, call_id))

    assert sorted(answer.status for answer in both) == [200, 409]


@virtual
async def test_get_goes_on_for_days_after_the_end() -> None:
    async with World() as world:
        call_id = await forgotten(world)
        state = await world.rest.get_call(call_id)

    assert state.status == 200
    assert state.json()["state"] == "disconnected"


@pytest.mark.parametrize("reach", [ran_out, hung_up, completed])
def test_without_a_window_an_ended_call_is_not_found_at_once(reach: Reach) -> None:
    @virtual
    async def story() -> None:
        async with World(settings=Settings(fixtures.API_URL, recently_ended_s=0)) as world:
            call_id = await reach(world)
            await asyncio.sleep(0.1)
            statuses = [
                (await operation(world, call_id)).status
                for operation in (redirect, rescript, complete)
            ]

        assert statuses == [404, 404, 404]

    story()


@pytest.mark.parametrize(
    ("reach", "body", "status"),
    [
        (unknown, {"state": "active"}, 404),  # the resource is looked up before fields
        (hung_up, {"state": "active"}, 400),  # fields before the state
        (answered, {"state": "active"}, 400),
        (answered, {}, 400),
        (hung_up, {"state": "completed", "redirectUrl": "http://app.test/n", "tag": "x"}, 409),
        (answered, {"state": "completed", "redirectUrl": "http://app.test/n", "tag": "x"}, 200),
        (answered, {"state": None, "redirectUrl": "http://app.test/n"}, 400),
        (unknown, {"to": fixtures.PARTY, "from": fixtures.NUMBER}, 404),
    ],
)
def test_checks_come_in_order(reach: Reach, body: dict[str, Any], status: int) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            call_id = await reach(world)
            assert (await world.rest.update_call(call_id, **body)).status == status

    story()


@virtual
async def test_a_redirect_may_set_or_clear_the_tag() -> None:
    async with World() as world:
        world.app.on("/n", LONG)
        talk = await world.answered(LONG, tag="first")
        await talk.wait_event("answer")
        for tag in ({"tag": "second"}, {}, {"tag": ""}):
            count = len(talk.events("redirect"))
            url = "http://app.test/n"
            await world.rest.update_call(talk.call_id, redirectUrl=url, **tag)
            await talk.wait_event("redirect", count=count + 1)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert talk.events("answer")[0]["tag"] == "first"
    assert [each.get("tag") for each in talk.events("redirect")] == ["second", "second", None]
    assert "tag" not in event


@pytest.mark.slow
@virtual
async def test_a_redirect_that_fails_ends_the_call_after_its_200() -> None:
    async with World() as world:
        world.app.on("/n", document(T1).after(20))
        talk = await world.answered(LONG)
        await talk.wait_event("answer")
        answer = await redirect(world, talk.call_id)
        event = await talk.disconnect()

    assert answer.status == 200
    assert times(talk, "disconnect") == [about(15)]
    assert event["cause"] == "callback-error"
    assert event["errorMessage"] == (
        "Could not deliver redirect webhook to http://app.test/n: timed out after 15 seconds"
    )
    assert heard(talk, T1_HZ) == []
