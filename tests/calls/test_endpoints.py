"""Endpoints of a whole node, in virtual time: how many there may be, and how long they last."""

import asyncio

import pytest

from offhook.calls import passes
from offhook.calls.limits import Settings
from offhook.errors import ApiError, endpoints, fields
from offhook.records import EndpointRecord
from offhook.requests import EndpointFilter, EndpointRequest
from offhook.testing.fixtures import ACCOUNT_ID, API_URL
from offhook.testing.loop import run, virtual
from offhook.testing.world import World

DAY_S = 86_400.0
ASKED = EndpointRequest("BIDIRECTIONAL", tag="t")


async def made(world: World) -> EndpointRecord:
    account = world.directory.accounts[ACCOUNT_ID]
    record, token = await world.node.exchange.endpoints.create(account, ASKED)
    assert record.token_digest == passes.digest(token)
    return record


def test_an_endpoint_is_the_accounts_until_a_day_has_gone_by() -> None:
    run(a_day_goes_by(), limit_s=2 * DAY_S)


async def a_day_goes_by() -> None:
    async with World() as world:
        record = await made(world)
        own = world.node.exchange.endpoints

        assert await own.get(ACCOUNT_ID, record.endpoint_id) == record
        assert await own.get("77", record.endpoint_id) is None
        await asyncio.sleep(DAY_S - 1.0)
        assert await own.get(ACCOUNT_ID, record.endpoint_id) == record
        await asyncio.sleep(1.0)
        assert await own.get(ACCOUNT_ID, record.endpoint_id) is None
        assert (await own.list(ACCOUNT_ID, EndpointFilter())).total == 0


@virtual
async def test_no_more_are_made_than_an_account_may_have() -> None:
    async with World(settings=Settings(API_URL, endpoints=2)) as world:
        first = await made(world)
        await asyncio.sleep(600.0)
        await made(world)
        with pytest.raises(ApiError) as refusal:
            await made(world)

        assert refusal.value.entry is endpoints.TOO_MANY
        assert refusal.value.headers == (("Retry-After", str(round(DAY_S - 600.0))),)
        await world.node.exchange.endpoints.delete(first)
        await made(world)


@virtual
async def test_many_at_once_are_no_way_around_the_limit() -> None:
    async with World(settings=Settings(API_URL, endpoints=2)) as world:
        outcomes = await asyncio.gather(*(made(world) for _ in range(5)), return_exceptions=True)

        assert sum(isinstance(each, EndpointRecord) for each in outcomes) == 2


@virtual
async def test_a_document_without_a_device_is_looked_at_and_refused() -> None:
    async with World() as world:
        record = await made(world)
        for body, entry in (
            (b"<Response><Forward to='+12025550111'/></Response>", fields.INVALID_BXML),
            (b"<Response><Pause/></Response>", endpoints.INVALID_PARAMETER),
        ):
            with pytest.raises(ApiError) as refusal:
                await world.node.exchange.endpoints.rescript(record, body, None)
            assert refusal.value.entry is entry
