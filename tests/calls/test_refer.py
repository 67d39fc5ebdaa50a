"""Sending callers elsewhere: who can be sent, and what holds meanwhile."""

import asyncio

import pytest
from msgspec.structs import replace

from offhook.calls.refer import came_by_sip_uri
from offhook.errors import Cause
from offhook.facts import FarEndHungUp, Referred
from offhook.records import CallRecord, CallState, Direction
from offhook.testing.fixtures import SIP_USER
from offhook.testing.loop import virtual
from offhook.testing.phone import Referral
from offhook.testing.world import World

RECORD = CallRecord(
    call_id="c-1",
    account_id="9900000",
    application_id="a",
    to=SIP_USER,
    from_="sip:ann@far.test",
    direction=Direction.INBOUND,
    state=CallState.ANSWERED,
    last_update=0.0,
)
REFER = "<Refer><SipUri>sip:z@far.test</SipUri></Refer>"
LONG = '<Pause duration="60"/>'


@pytest.mark.parametrize(
    ("to", "direction", "may"),
    [
        (SIP_USER, Direction.INBOUND, True),
        ("+12025550100", Direction.INBOUND, False),
        ("sip:z@far.test", Direction.OUTBOUND, False),
    ],
)
def test_who_can_be_sent_elsewhere(to: str, direction: Direction, may: bool) -> None:
    assert came_by_sip_uri(replace(RECORD, to=to, direction=direction)) is may


@virtual
async def test_a_late_word_of_a_referral_is_passed_over() -> None:
    async with World() as world:
        world.phone().referral = Referral(603)
        talk = await world.calling(REFER + LONG, to=SIP_USER)
        await talk.phone.wait("referred")
        await asyncio.sleep(0.5)
        call = world.node.exchange.calls[talk.call_id]
        call.post(Referred(202, 200))
        await asyncio.sleep(0.5)
        assert call.changeable
        talk.phone.hang_up()
        event = await talk.disconnect()
        told = [e.data for e in world.store.events(talk.call_id) if e.kind == "refer.ended"]

    assert event["cause"] == "hangup"
    assert told == [{"answered": 603, "notified": None}]


@virtual
async def test_a_success_that_meets_a_goodbye_is_one_end() -> None:
    async with World() as world:
        world.phone().referral = Referral(202, ((0.0, 100),))
        talk = await world.calling(REFER + LONG, to=SIP_USER)
        await talk.phone.wait("referred")
        call = world.node.exchange.calls[talk.call_id]
        call.post(Referred(202, 200))
        call.post(FarEndHungUp())
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == str(Cause.HANGUP)
