"""Registered phones in a whole server, in virtual time: called, calling, absent, and explained."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.sip.desk import DESK, HALL

from offhook.directory import Directory
from offhook.explain.stories import tell
from offhook.records import IncidentKind
from offhook.sip.transport import Address
from offhook.testing import fixtures
from offhook.testing.handset import CallOverError
from offhook.testing.loop import virtual
from offhook.testing.phone import Phones, busy
from offhook.testing.registration import Registration
from offhook.testing.world import World

pytestmark = pytest.mark.slow

OWN = replace(DESK, application_id=fixtures.APPLICATION_ID)
AWAY = "10.0.0.9"


@asynccontextmanager
async def at_home(transport: str = "udp") -> AsyncIterator[tuple[World, Phones]]:
    """A world with two phones of its own, which are at a host that no trunk has."""
    async with World() as world:
        old = world.directory
        world.directory = Directory(
            old.accounts.values(),
            old.users.values(),
            old.applications.values(),
            old.numbers.values(),
            old.trunks.values(),
            (),
            [OWN, HALL],
        )
        phones = Phones(
            world.network.sip_sockets(AWAY),
            world.network.ports(AWAY),
            world.rng,
            Address(transport, fixtures.SERVER, 5060),
            8,
        )
        phones.start()
        try:
            yield world, phones
            for call in phones.live:
                call.hang_up()
            await asyncio.sleep(1)
        finally:
            await phones.close()


@virtual
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("to", ["+12025550190", "sip:desk@10.0.0.1", "sip:desk@offhook"])
async def test_a_registered_phone_is_called(transport: str, to: str) -> None:
    async with at_home(transport) as (world, phones):
        desk = Registration(phones, "desk", "open", transport)
        assert (await desk.register()).status == 200
        world.app.on(fixtures.ANSWER_URL, '<Pause duration="2"/><Hangup/>')
        call_id = await world.create_call(to=to)
        call = await phones.phone("desk").wait_call()
        await call.wait("ended")
        event = await world.app.wait_event("disconnect", callId=call_id)

    assert event["cause"] == "hangup"
    assert call.end == "hung up by the far end"
    assert call.invite is not None
    assert call.invite.source.transport == transport


@virtual
async def test_a_phone_that_refuses_is_busy() -> None:
    async with at_home() as (world, phones):
        await Registration(phones, "desk", "open").register()
        phones.phone("desk").behaviour = busy
        call_id = await world.create_call(to="+12025550190")
        event = await world.app.wait_event("disconnect", callId=call_id)

    assert event["cause"] == "busy"


@virtual
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_phone_calls_the_application_as_its_number(transport: str) -> None:
    async with at_home(transport) as (world, phones):
        await Registration(phones, "desk", "open", transport).register()
        world.app.on(fixtures.INITIATE_URL, "<PlayAudio>t1.wav</PlayAudio><Hangup/>")
        call = await phones.phone("desk").dial(fixtures.NUMBER)
        event = await world.app.wait_event("initiate")
        await call.wait("ended")

    assert (event["from"], event["to"]) == ("+12025550190", fixtures.NUMBER)
    assert call.when("answered") is not None
    assert call.end == "hung up by the far end"


@virtual
async def test_a_phone_calls_another_by_way_of_its_application() -> None:
    """The number is of no application, so that of the calling phone decides: it forwards."""
    async with at_home() as (world, phones):
        for name, password in (("desk", "open"), ("hall", "sesame")):
            await Registration(phones, name, password).register()
        world.app.on(fixtures.INITIATE_URL, '<Forward to="sip:hall@offhook"/>')
        call = await phones.phone("desk").dial("hall")
        other = await phones.phone("hall").wait_call()
        await call.wait("answered")
        await asyncio.sleep(1)
        other.hang_up()
        await call.wait("ended")

    assert call.end == "hung up by the far end"
    assert other.when("confirmed") is not None


@virtual
async def test_somebody_outside_calls_a_phone_by_way_of_its_application() -> None:
    async with at_home() as (world, phones):
        await Registration(phones, "desk", "open").register()
        talk = await world.calling('<Forward to="+12025550190"/>', to="+12025550190")
        await phones.phone("desk").wait_call()
        await talk.phone.wait("answered")
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "hangup"


@virtual
async def test_a_phone_without_an_application_reaches_numbers_of_applications_only() -> None:
    async with at_home() as (world, phones):
        await Registration(phones, "hall", "sesame").register()
        call = await phones.phone("hall").dial("+12025550199")
        with pytest.raises(CallOverError):
            await call.wait("answered")
        await world.store.flushed()
        (incident,) = world.store.incidents()

    assert call.end == "refused: 404 Not Found"
    assert incident.data["why"].endswith("and phone hall has no application for other numbers")


@virtual
async def test_a_phone_that_is_not_there_is_a_timeout_and_explained() -> None:
    async with at_home() as (world, phones):
        await Registration(phones, "desk", "open").register(60)
        await asyncio.sleep(100)
        wrong = await Registration(phones, "desk", "shut").register()
        call_id = await world.create_call(to="+12025550190")
        event = await world.app.wait_event("disconnect", callId=call_id)
        await world.store.flushed()
        told = tell(world.store, call_id)

    assert wrong.status == 403
    assert event["cause"] == "timeout"
    assert told is not None
    finding = told.explanation.cause
    assert finding.sentence == (
        "Phone desk is not registered: its registration ran out 40 s ago; 0 s ago a phone at "
        "10.0.0.9 gave a wrong password for it."
    )
    assert "let it register" in finding.fix


@virtual
async def test_a_misspelt_phone_has_no_way_and_the_nearest_is_told() -> None:
    async with at_home() as (world, _):
        call_id = await world.create_call(to="sip:dsek@offhook")
        event = await world.app.wait_event("disconnect", callId=call_id)
        await world.store.flushed()
        told = tell(world.store, call_id)

    assert event["cause"] == "error"
    assert told is not None
    assert "nobody here has the name dsek; the nearest is desk" in told.explanation.cause.sentence


@virtual
async def test_a_wrong_password_is_an_incident_and_keeps_its_secret() -> None:
    async with at_home() as (world, phones):
        answer = await Registration(phones, "desk", "shut-fast").register()
        await world.store.flushed()
        (incident,) = world.store.incidents()
        told = tell(world.store, incident.id)
        other = tell(world.store, incident.id, "somebody")

    assert answer.status == 403
    assert incident.kind is IncidentKind.PHONE
    assert "shut-fast" not in str(incident)
    assert told is not None
    assert other is not None
    assert told.explanation.cause.sentence == (
        "Phone desk was refused with 403: it gave a wrong password."
    )
    assert told.explanation.subject == "REGISTER of phone desk at 10.0.0.9"
    assert "password" not in other.explanation.cause.sentence


@virtual
async def test_a_registration_expires_while_a_call_goes_on() -> None:
    async with at_home() as (world, phones):
        await Registration(phones, "desk", "open").register(60)
        world.app.on(fixtures.ANSWER_URL, '<Pause duration="90"/><Hangup/>')
        call_id = await world.create_call(to="+12025550190")
        call = await phones.phone("desk").wait_call()
        await call.wait("ended")
        event = await world.app.wait_event("disconnect", callId=call_id)

    assert event["cause"] == "hangup"
    assert call.end == "hung up by the far end"


@virtual
async def test_a_tcp_phone_whose_connection_broke_is_unreachable() -> None:
    async with at_home("tcp") as (world, phones):
        await Registration(phones, "desk", "open", "tcp").register()
        world.network.sip[AWAY, 5060].close()
        call_id = await world.create_call(to="+12025550190")
        event = await world.app.wait_event("disconnect", callId=call_id)

    assert event["cause"] == "error"
    assert event["errorMessage"] == "SIP request failed with status 503"
