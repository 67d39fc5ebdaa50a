"""Webhooks that are sent again: the same event, in its call's lane and log."""

import asyncio

import pytest

from offhook.calls.limits import JOURNAL_KEPT_S
from offhook.calls.mailroom import Mailroom
from offhook.errors import ApiError, additions, http
from offhook.requests import DeliveryFilter
from offhook.store.retention import CALLS_KEPT_S
from offhook.testing.app import Reply
from offhook.testing.fixtures import ACCOUNT_ID, STATUS_URL
from offhook.testing.loop import running_loop, virtual
from offhook.testing.mains import Mains
from offhook.testing.world import World

FAILED = DeliveryFilter(state="failed")


async def lost(world: World) -> str:
    """Have a call whose goodbye the application refuses; return the event's id."""
    world.app.on(STATUS_URL, Reply(status=500), Reply(status=204))
    talk = await world.answered("")
    await talk.disconnect()
    await asyncio.sleep(1)
    (failed,) = await mail(world).find(ACCOUNT_ID, FAILED)
    return failed.id


def mail(world: World) -> Mailroom:
    return world.node.mailroom


@virtual
@pytest.mark.parametrize("later_s", [0.0, JOURNAL_KEPT_S * 2])
async def test_an_event_is_sent_again_and_says_so(later_s: float) -> None:
    """While the call is remembered, and long after."""
    async with World() as world:
        event_id = await lost(world)
        await asyncio.sleep(later_s)
        if later_s:
            await (await world.answered("")).disconnect()  # the exchange forgets what is old
        await mail(world).resend(ACCOUNT_ID, event_id, "alice")
        await asyncio.sleep(1)
        delivery = await mail(world).get(ACCOUNT_ID, event_id)
        assert delivery is not None
        attempts = await mail(world).attempts(delivery)
        log = world.store.events(delivery.call_id)
        first, again = (
            r for r in world.app.requests(STATUS_URL) if r.event["callId"] == delivery.call_id
        )

    assert (delivery.state, delivery.redeliveries) == ("delivered", 1)
    assert first.body == again.body
    assert first.headers["offhook-event-id"] == again.headers["offhook-event-id"] == event_id
    assert first.headers["offhook-sequence"] == again.headers["offhook-sequence"] == "2"
    assert "offhook-redelivery" not in first.headers
    assert again.headers["offhook-redelivery"] == "1"
    assert [event.data.get("status") for event in attempts] == [500, 204]
    assert [event.data["by"] for event in log if event.kind == "webhook.resent"] == ["alice"]
    assert [event.number for event in log] == list(range(1, len(log) + 1))


@virtual
async def test_each_time_is_counted_and_two_at_once_are_one() -> None:
    async with World() as world:
        event_id = await lost(world)
        world.app.on(STATUS_URL, Reply(status=204, delay_s=2))
        asked = (mail(world).resend(ACCOUNT_ID, event_id, user) for user in ("alice", "bob"))
        one, other = await asyncio.gather(*asked, return_exceptions=True)
        await asyncio.sleep(5)
        await mail(world).resend(ACCOUNT_ID, event_id, "alice")
        await asyncio.sleep(5)
        counts = [r.headers.get("offhook-redelivery") for r in world.app.requests(STATUS_URL)]

    assert not isinstance(one, BaseException)
    assert isinstance(other, ApiError)
    assert other.entry is additions.WEBHOOK_STATE
    assert counts == [None, "1", "2"]


@virtual
async def test_questions_and_unknown_events_are_not_sent_again() -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        await asyncio.sleep(1)
        asked, _ = world.store.deliveries(talk.call_id)
        for account_id, event_id, entry in (
            (ACCOUNT_ID, asked.id, additions.WEBHOOK_STATE),
            (ACCOUNT_ID, "none-such", http.NOT_FOUND),
            ("7", asked.id, http.NOT_FOUND),
        ):
            with pytest.raises(ApiError) as caught:
                await mail(world).resend(account_id, event_id, "alice")
            assert caught.value.entry is entry


@virtual
async def test_one_that_a_crash_cuts_off_is_sent_after_the_restart(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/offhook.db"
    async with World(mains=Mains(), store_url=url) as world:
        event_id = await lost(world)
        world.app.on(STATUS_URL, Reply(status=204, delay_s=9), Reply(status=204))
        await mail(world).resend(ACCOUNT_ID, event_id, "alice")
        await asyncio.sleep(1)
        await world.restart()
        await asyncio.sleep(1)
        delivery = await mail(world).get(ACCOUNT_ID, event_id)
        assert delivery is not None
        last = world.app.requests(STATUS_URL)[-1]

    assert (delivery.state, delivery.redeliveries) == ("delivered", 1)
    assert last.headers["offhook-redelivery"] == "1"


@virtual
async def test_after_a_week_they_are_forgotten_with_their_call() -> None:
    running_loop().limit_s = CALLS_KEPT_S * 2
    async with World() as world:
        event_id = await lost(world)
        await asyncio.sleep(CALLS_KEPT_S - 60)
        world.store.purge()
        assert await mail(world).get(ACCOUNT_ID, event_id)
        await asyncio.sleep(120)
        world.store.purge()
        assert await mail(world).find(ACCOUNT_ID, DeliveryFilter()) == []
