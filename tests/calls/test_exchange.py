"""The exchange as REST sees it: what can be changed, found and listed, and when."""

import asyncio
from dataclasses import replace

import pytest

from offhook.calls.limits import Settings
from offhook.directory import Directory
from offhook.hooks import Hook, Target
from offhook.store import Store
from offhook.testing.fixtures import API_URL, NUMBER
from offhook.testing.loop import virtual
from offhook.testing.phone import answers
from offhook.testing.world import World

LONG = '<Pause duration="60"/>'


@virtual
async def test_a_call_is_readable_at_once_and_long_after_its_end() -> None:
    async with World() as world:
        talk = await world.answered("")
        live = await talk.state()
        await talk.disconnect()
        await asyncio.sleep(3600)
        ended = await talk.state()

    assert live["state"] == "initiated"  # the 200 is still on its way
    assert ended["disconnectCause"] == "hangup"


@virtual
async def test_an_ended_call_is_409_for_a_window_and_then_404() -> None:
    async with World() as world:
        talk = await world.answered(LONG)
        talk.phone.hang_up()
        await talk.disconnect()
        url = "http://app.test/n"
        within = await world.rest.update_call(talk.call_id, redirectUrl=url)
        done = await world.rest.update_call(talk.call_id, state="completed")
        await asyncio.sleep(61)
        after = await world.rest.update_call(talk.call_id, redirectUrl=url)

    assert [within.status, done.status, after.status] == [409, 409, 404]
    assert within.json()["id"] == ""
    assert after.json()["description"] == "not found"


@virtual
async def test_without_a_window_an_ended_call_is_404_at_once() -> None:
    async with World(settings=Settings(API_URL, recently_ended_s=0)) as world:
        talk = await world.answered("")
        await talk.disconnect()

        answer = await world.rest.update_call(talk.call_id, state="completed")

    assert answer.status == 404


@virtual
async def test_completing_a_call_whose_bxml_ran_out_is_fine_for_five_seconds() -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        await asyncio.sleep(3)
        soon = await world.rest.update_call(talk.call_id, state="completed")
        redirected = await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        await asyncio.sleep(3)
        late = await world.rest.update_call(talk.call_id, state="completed")

    assert [soon.status, redirected.status, late.status] == [200, 409, 409]


@virtual
@pytest.mark.parametrize("bad", ["<Response><Dance/></Response>", "hello"])
async def test_an_invalid_document_is_refused_and_the_running_one_untouched(bad: str) -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="5"/>')
        answer = await world.rest.update_bxml(talk.call_id, bad)
        event = await talk.disconnect()

    assert answer.status == 400
    assert answer.json()["description"].startswith("Invalid BXML: ")
    assert event["cause"] == "hangup"
    assert event["endTime"] == "2026-01-01T00:00:05.020Z" or event["endTime"] > event["answerTime"]


@virtual
async def test_calls_are_listed_in_order_with_live_and_ended_ones() -> None:
    async with World() as world:
        first = await world.answered("")
        await first.disconnect()
        second = await world.answered(LONG)
        await asyncio.sleep(1)
        listed = (await world.rest.list_calls()).json()
        second.phone.hang_up()

    assert [c["callId"] for c in listed] == [first.call_id, second.call_id]
    assert [c["state"] for c in listed] == ["disconnected", "answered"]


@virtual
async def test_closing_the_node_ends_live_calls_with_their_webhooks() -> None:
    async with World() as world:
        talk = await world.answered(LONG)
        inbound = await world.calling('<Ring duration="60" answerCall="false"/>')
        await world.node.close()

        assert [e["cause"] for e in talk.events("disconnect")] == ["hangup"]
        assert [e["cause"] for e in inbound.events("disconnect")] == ["rejected"]


@virtual
async def test_calls_wait_for_their_turn_by_rate() -> None:
    async with World() as world:
        world.change_account(cps=2.0)
        world.phone().behaviour = answers(0)
        for _ in range(5):
            await world.create_call()
        await world.app.wait_event("disconnect", count=5)

        starts = sorted(e["startTime"] for e in world.app.events("disconnect"))

    assert [start[17:21] for start in starts] == ["00.0", "00.0", "01.0", "01.0", "02.0"]


@virtual
async def test_a_fault_while_taking_a_call_refuses_it_and_keeps_no_session() -> None:
    async with World() as world:
        old = world.directory
        unwritable = Hook(Target("http://app.test/\ud800"))
        world.directory = Directory(
            old.accounts.values(),
            old.users.values(),
            [replace(each, initiate=unwritable) for each in old.applications.values()],
            old.numbers.values(),
            old.trunks.values(),
        )
        call = await world.phone().dial(NUMBER)
        await call.wait("ended")

        assert call.end == "refused: 500 Server Internal Error"
        assert world.node.exchange.sessions.total == 0


@virtual
async def test_callers_are_turned_away_while_the_store_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with World() as world:
        monkeypatch.setattr(Store, "healthy", False)
        call = await world.phone().dial(NUMBER)
        await call.wait("ended")

        assert call.end == "refused: 503 Service Unavailable"
