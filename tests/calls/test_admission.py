"""Who may call and be called: limits in the contract's order, and refusals before any webhook."""

import asyncio

import pytest

from offhook.calls.limits import Settings
from offhook.testing.fixtures import API_URL, NUMBER
from offhook.testing.loop import virtual
from offhook.testing.phone import only_rings
from offhook.testing.world import World

LONG = '<Pause duration="30"/>'


@virtual
async def test_a_full_queue_refuses_with_the_seconds_until_a_place_is_free() -> None:
    async with World() as world:
        world.change_account(cps=0.01, sessions=10)  # room for three in the queue
        created = [await world.rest.create_call(**_request()) for _ in range(6)]
        refused = created[-1]
        for answer in created:
            if answer.status == 201:
                await world.rest.update_call(answer.json()["callId"], state="completed")

    assert refused.status == 429
    assert refused.json() == {
        "type": "error",
        "description": "Account call creation rate limit exceeded",
        "id": "",
    }
    assert refused.headers["retry-after"] == "100"


@virtual
async def test_without_a_queue_the_rate_refuses_before_the_sessions() -> None:
    async with World() as world:
        world.change_account(queueing=False, cps=1.0, sessions=1)
        world.phone().behaviour = only_rings
        first = await world.rest.create_call(**_request())
        at_once = await world.rest.create_call(**_request())
        await asyncio.sleep(1)
        later = await world.rest.create_call(**_request())
        await world.rest.update_call(first.json()["callId"], state="completed")

    assert first.json()["enqueuedTime"] is None
    assert at_once.json()["description"] == "Account call creation rate limit exceeded"
    assert later.json()["description"] == "Account concurrent call limit exceeded"


@virtual
async def test_a_full_node_answers_503_after_the_account_limits() -> None:
    async with World(settings=Settings(API_URL, node_calls=1)) as world:
        talk = await world.answered(LONG)
        full = await world.rest.create_call(**_request())
        world.change_account(sessions=1)
        limited = await world.rest.create_call(**_request())
        talk.phone.hang_up()

    assert (full.status, full.json()["description"]) == (
        503,
        "Managing too many concurrent calls",
    )
    assert limited.status == 429


@virtual
@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"suspended": True}, "refused: 403 Forbidden"),
        ({"voice_enabled": False}, "refused: 404 Not Found"),
        ({"sessions": 0}, "refused: 503 Service Unavailable"),
    ],
)
async def test_a_caller_is_refused_without_a_webhook(changes: dict[str, object], end: str) -> None:
    async with World() as world:
        world.change_account(**changes)
        call = await world.phone().dial(NUMBER)
        await call.wait("ended")

    assert end == call.end
    assert world.app.requests() == []


@virtual
async def test_an_unknown_number_is_not_found() -> None:
    async with World() as world:
        call = await world.phone().dial("+12025550999")
        await call.wait("ended")

    assert call.end == "refused: 404 Not Found"
    assert world.app.requests() == []


def _request() -> dict[str, object]:
    from offhook.testing import fixtures

    return {
        "to": fixtures.PARTY,
        "from": fixtures.NUMBER,
        "applicationId": fixtures.APPLICATION_ID,
        "answerUrl": fixtures.ANSWER_URL,
    }
