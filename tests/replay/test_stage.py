"""The stage: who calls whom, with what, on whose account."""

import asyncio

import pytest
from msgspec.structs import replace
from tests.replay.recorded import PAGES, pressed, recorded, serving

from offhook.directory import Account
from offhook.replay import stage
from offhook.replay.bridge import Way, bridge
from offhook.replay.stage import Played
from offhook.replay.tape import Tape
from offhook.testing.fixtures import ACCOUNT_ID
from offhook.testing.world import World
from offhook.webhooks.guard import Guard

pytestmark = pytest.mark.slow


def played(tape: Tape, account: Account) -> Played:
    with serving(PAGES) as there, bridge(Way("http://app.test", there.url), Guard()) as road:
        return stage.run(tape, account, road, lambda events, whole: False)


def test_a_whole_call_is_played_on_an_account_that_is_closed_now() -> None:
    tape = recorded(pressed)
    found = played(tape, Account(ACCOUNT_ID, suspended=True, cps=0.01, sessions=1))

    assert found.whole
    assert [e.kind for e in found.events if e.kind.startswith("call.")] == [
        e.kind for e in tape.events if e.kind.startswith("call.")
    ]


def test_a_play_ends_when_it_is_said_to() -> None:
    tape = recorded(pressed)
    with serving(PAGES) as there, bridge(Way("http://app.test", there.url), Guard()) as road:
        found = stage.run(
            tape,
            Account(ACCOUNT_ID),
            road,
            lambda events, whole: any(e.kind == "verb.started" for e in events),
        )

    assert not found.whole
    assert not any(e.kind == "media.digit" for e in found.events)


def test_parties_by_sip_uri_are_telephones_too() -> None:
    async def story(world: World) -> None:
        phone = world.phone("bob")
        call_id = await world.create_call(to="sip:bob@10.0.0.2")
        handset = await phone.wait_call()
        await handset.wait("answered")
        await asyncio.sleep(0.5)
        await handset.press("1")
        await world.app.wait_event("disconnect", callId=call_id)

    tape = recorded(story)
    far = replace(tape.call, to="sip:bob@pbx.example.com")
    found = played(Tape(far, tape.events), Account(ACCOUNT_ID))

    assert found.whole
    assert any(e.kind == "media.digit" for e in found.events)
