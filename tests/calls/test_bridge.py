"""How two calls meet, where the cases of the contract do not look (tests/scenarios)."""

import asyncio

import pytest
from msgspec.structs import replace
from tests.scenarios.links import N1, party

from offhook.calls.bridge import check, failure
from offhook.calls.ties import Ties
from offhook.errors import CallError, Cause, calls
from offhook.facts import Peer, Taken
from offhook.media.messages import Command
from offhook.records import CallRecord, CallState, Direction
from offhook.testing.loop import virtual
from offhook.testing.world import World

RECORD = CallRecord(
    "c-1", "1", "a", "+12025550143", "+12025550100", Direction.OUTBOUND, CallState.ANSWERED, 0.0
)
ANSWERED = replace(RECORD, answer_time=1.0)


class Plane:
    """A media plane that nothing is said to."""

    def send(self, command: Command) -> None:
        raise AssertionError(command)


def ties(**fields: bool) -> Ties:
    return Ties(Plane(), Peer("c-1", lambda _: None), **fields)


def test_a_free_call_may_be_taken() -> None:
    check(ANSWERED, ties(), announcing=False)
    check(replace(RECORD, direction=Direction.INBOUND), ties(), announcing=False)


def test_a_call_that_is_not_free_says_why() -> None:
    engaged = ties()
    engaged.engage(Peer("c-2", lambda _: None))
    for record, tied, announcing, cause in (
        (RECORD, ties(), False, Cause.REJECTED),
        (RECORD, ties(), True, Cause.REJECTED),
        (ANSWERED, ties(forwarding=True), False, Cause.REJECTED),
        (ANSWERED, engaged, False, Cause.BUSY),
        (ANSWERED, ties(), True, Cause.BUSY),
    ):
        with pytest.raises(CallError) as refusal:
            check(record, tied, announcing=announcing)
        assert refusal.value.cause is cause


@virtual
async def test_a_failure_has_its_cause_and_text_and_an_id_that_opens_it() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="5"/>')
        call = world.node.exchange.calls[talk.call_id]
        told = failure(call, "bridge.refused", calls.bridge_ended("c-2"), target="c-2")
        incident = world.node.store.incident(told["errorId"])

        assert (told["cause"], told["errorMessage"]) == ("rejected", "Call c-2 has ended")
        assert incident is not None
        (event,) = [e for e in world.node.store.events(talk.call_id) if e.number == incident.number]
        assert (event.kind, event.data["target"]) == ("bridge.refused", "c-2")


@virtual
async def test_a_call_of_another_account_is_not_found() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="5"/>')
        stranger = replace(world.node.exchange.calls[talk.call_id].record, account_id="9900001")
        taken = ties().me
        with pytest.raises(CallError) as refusal:
            await world.node.exchange.take(
                replace(stranger, call_id="c-9"), talk.call_id, Taken(taken, None)
            )

    assert refusal.value.cause is Cause.UNKNOWN


@virtual
async def test_keys_pressed_fast_arrive_one_after_the_other_and_in_order() -> None:
    async with World() as world:
        x = await world.answered('<Pause duration="60"/>')
        await asyncio.sleep(0.1)
        party(world)
        y = await world.answered(f"<Bridge>{x.call_id}</Bridge>", to=N1)
        await asyncio.sleep(0.5)
        await y.phone.press("1234567", tone_ms=60, gap_ms=40)
        await asyncio.sleep(2)

    assert x.phone.digits == "1234567"
    assert y.phone.digits == ""


@virtual
async def test_keys_that_are_sounds_are_heard_once() -> None:
    async with World() as world:
        x = await world.answered('<Pause duration="60"/>')
        await asyncio.sleep(0.1)
        party(world).telephone_events = False
        y = await world.answered(f"<Bridge>{x.call_id}</Bridge>", to=N1)
        await asyncio.sleep(0.5)
        await y.phone.press("5", tone_ms=120)
        await asyncio.sleep(1)

    assert x.phone.digits == "5"
