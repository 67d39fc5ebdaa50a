"""What never became a call."""

import asyncio

import pytest
from tests.explain.scene import play

from offhook.records import Incident, IncidentKind
from offhook.testing.app import document
from offhook.testing.fixtures import ANSWER_URL, NUMBER
from offhook.testing.world import World


async def latest(world: World) -> str:
    """Return the id of the latest incident."""
    await world.store.flushed()
    (incident,) = world.store.incidents(1)
    return incident.id


def test_a_number_that_is_nearly_right() -> None:
    async def scene(world: World) -> str:
        await world.phone().dial(NUMBER[:-1] + "1")
        await asyncio.sleep(1)
        return await latest(world)

    told = play(scene)

    assert told.subject.startswith("INVITE from sip:+12025550143@")
    assert "404: +12025550101 is no number here; the nearest is +12025550100." in (
        told.cause.sentence
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"suspended": True}, "403: account 9900000 is suspended."),
        ({"voice_enabled": False}, "404: Voice is off for account 9900000."),
        ({"sessions": 0}, "503: the account has 0 active calls, which is its sessions limit."),
    ],
)
def test_an_account_that_takes_no_calls(changes: dict[str, object], words: str) -> None:
    async def scene(world: World) -> str:
        world.change_account(**changes)
        await world.phone().dial(NUMBER)
        await asyncio.sleep(1)
        return await latest(world)

    assert words in play(scene).cause.sentence


def test_a_request_that_was_refused() -> None:
    async def scene(world: World) -> str:
        answer = await world.rest.create_call(to="+1202555014")
        told: str = answer.headers["x-request-id"]
        return told

    told = play(scene)

    assert told.subject == "POST /api/v2/accounts/9900000/calls"
    assert "refused with 400 Missing at least one required field" in told.cause.sentence
    assert told.cause.entry is not None
    assert told.cause.entry.id == "required"


def test_an_entry_of_another_version_is_told_all_the_same() -> None:
    from offhook.explain import explain

    data = {"entry": "gone", "status": 400, "description": "Bad", "why": "it was bad"}
    told = explain(Incident("i", 1.0, IncidentKind.REQUEST, data=data), None)

    assert told.cause.sentence == "The request was refused with 400 Bad: it was bad."


def test_members_that_were_ignored_are_told_beside() -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, document("<Hangup/>"))
        call_id = await world.create_call(tags="mine", callbackTimeOut=3)
        await world.app.wait_event("disconnect", callId=call_id)
        return call_id

    (told,) = play(scene).also

    assert "'tags' (did you mean 'tag'?)" in told.sentence
    assert "'callbackTimeOut' (did you mean 'callbackTimeout'?)" in told.sentence
