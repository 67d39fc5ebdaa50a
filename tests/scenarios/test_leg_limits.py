"""rest.md 7 and errors.md 8.5: legs that calls place use up the limits of their account."""

import asyncio

import pytest
from tests.scenarios.cases import T1, kinds
from tests.scenarios.links import N1, N2, party
from tests.scenarios.test_call_limits import (
    LONG,
    RATE,
    SESSIONS,
    assert_limit,
    complete_all,
    create,
    dialled,
)

from offhook.testing.fixtures import ANSWER_URL, NUMBER
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.phone import only_rings
from offhook.testing.world import World

REFUSED = "refused: 503 Service Unavailable"
FORWARD = f'<Forward to="{N1}"/>'


def transfer(*numbers: str, then: str = "/tc") -> str:
    """Return a Transfer whose legs report their end."""
    legs = "".join(
        f'<PhoneNumber transferDisconnectUrl="/td">{number}</PhoneNumber>' for number in numbers
    )
    return f'<Transfer transferCompleteUrl="{then}">{legs}</Transfer>'


async def sizes(world: World) -> tuple[int, int]:
    """Return the sizes of the queue that REST tells."""
    body = (await world.rest.statistics()).json()
    return body["currentCallQueueSize"], body["maxCallQueueSize"]


async def ended(world: World, *calls: Handset) -> None:
    """Hang up and let the server notice."""
    for call in calls:
        call.hang_up()
    await asyncio.sleep(0.5)


@virtual
async def test_statistics_follow_the_queue() -> None:
    async with World() as world:
        world.change_account(cps=2)
        world.app.on(ANSWER_URL, LONG)
        assert await sizes(world) == (0, 600)
        for _ in range(6):
            await create(world)
        before = await sizes(world)
        await asyncio.sleep(1.5)
        later = await sizes(world)
        world.change_account(cps=10, queueing=False)
        off = await sizes(world)
        await complete_all(world)
        await asyncio.sleep(0.5)
        after = await sizes(world)

    assert before[0] in (4, 6)  # the dialer may not have looked yet
    assert later == (before[0] - (4 if before[0] == 6 else 2), 600)
    assert (off[1], after) == (0, (0, 0))


@virtual
async def test_legs_of_a_transfer_are_sessions_until_they_end() -> None:
    async with World() as world:
        party(world)
        world.change_account(sessions=2)
        world.app.on("/tc", LONG)
        talk = await world.answered(transfer(N1))
        far = await world.phone(N1).wait_call()
        await far.wait("answered")
        full = await create(world)
        caller = await dialled(world)
        await ended(world, far)
        await talk.wait_event("transferComplete")
        world.app.on(ANSWER_URL, "<Hangup/>")
        free = await create(world)

    assert_limit(full, SESSIONS)
    assert caller.end == REFUSED
    assert free.status == 201


@virtual
async def test_a_transfer_over_the_sessions_places_what_still_fits() -> None:
    async with World() as world:
        party(world), party(world, N2)
        world.change_account(sessions=2)
        world.app.on("/tc", T1)
        talk = await world.answered(transfer(N1, N2))
        far = await world.phone(N1).wait_call()
        await far.wait("answered")
        await ended(world, far)
        event = await talk.wait_event("transferComplete")
        await talk.disconnect()

    assert (event["cause"], event["transferTo"]) == ("hangup", N1)
    assert world.phone(N2).calls == []
    assert len(world.app.events("transferDisconnect")) == 1


@virtual
async def test_a_transfer_over_the_rate_reports_it_and_takes_no_place_in_it() -> None:
    async with World() as world:
        party(world)
        world.change_account(cps=1)
        world.app.on("/tc", '<Pause duration="0.5"/>' + transfer(N1, then="/again"))
        world.app.on("/again", '<Pause duration="0.6"/>' + transfer(N1, then="/third"))
        world.app.on("/third", T1)
        talk = await world.answered(transfer(N1))  # within the second of the call itself
        first = await talk.wait_event("transferComplete")
        far = await world.phone(N1).wait_call()
        await far.wait("answered")
        refused = talk.events("transferComplete")
        await ended(world, far)
        last = await talk.wait_event("transferComplete", count=3)
        await talk.disconnect()

    assert (first["cause"], first["errorMessage"]) == ("account-limit", RATE)
    assert first["errorId"]
    assert [each["cause"] for each in refused] == ["account-limit"] * 2
    assert last["cause"] == "hangup"
    assert len(world.phone(N1).calls) == 1
    assert len(world.app.events("transferDisconnect")) == 1


@virtual
async def test_without_a_url_a_transfer_over_the_limit_goes_on() -> None:
    async with World() as world:
        party(world)
        world.change_account(sessions=1)
        talk = await world.answered(f"<Transfer><PhoneNumber>{N1}</PhoneNumber></Transfer>" + T1)
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert kinds(talk) == ["answer", "disconnect"]
    assert world.phone(N1).calls == []


@virtual
@pytest.mark.parametrize("limit", [{"sessions": 1}, {"cps": 1}])
async def test_a_forward_over_a_limit_is_placed_and_counted(limit: dict[str, int]) -> None:
    async with World() as world:
        party(world, behaviour=only_rings)
        world.change_account(**limit)
        talk = await world.calling(FORWARD)
        far = await world.phone(N1).wait_call()
        sessions = world.node.exchange.sessions.total
        await asyncio.sleep(0.5)
        caller = await world.phone("+12025550188").dial(NUMBER)
        await asyncio.sleep(0.2)
        await ended(world, talk.phone)

    assert sessions == 2
    assert caller.end == REFUSED
    assert far.end == "cancelled by the caller"


@virtual
async def test_a_forward_uses_up_the_rate() -> None:
    async with World() as world:
        party(world, behaviour=only_rings)
        world.change_account(cps=2, queueing=False)
        world.app.on(ANSWER_URL, LONG)
        talk = await world.calling(FORWARD)
        await world.phone(N1).wait_call()
        now = await create(world)  # the caller and the forward are two within this second
        await asyncio.sleep(1.1)
        later = await create(world)
        await ended(world, talk.phone)
        await complete_all(world)

    assert_limit(now, RATE)
    assert later.status == 201


@virtual
async def test_legs_leave_no_room_for_who_waits_in_the_queue() -> None:
    async with World() as world:
        party(world)
        world.change_account(sessions=3, cps=4, dequeue_rate=1)
        talk = await world.answered('<Pause duration="1.5"/>' + transfer(N1))
        await asyncio.sleep(0.1)
        world.app.on(ANSWER_URL, LONG)
        ids = [(await create(world)).json()["callId"] for _ in range(2)]  # at 1 s and at 2 s
        event = await world.app.wait_event("disconnect")
        await ended(world, talk.phone)
        await complete_all(world)

    assert (event["callId"], event["cause"]) == (ids[1], "account-limit")
    assert event["errorMessage"] == SESSIONS
    assert "startTime" not in event
