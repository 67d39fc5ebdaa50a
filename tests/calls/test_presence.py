"""Devices that come and go: how many, how long, and over the end of the server."""

import asyncio
from pathlib import Path

import pytest

from offhook.testing.app import BASE, Reply
from offhook.testing.fixtures import ACCOUNT_ID
from offhook.testing.loop import run, virtual
from offhook.testing.mains import Mains
from offhook.testing.world import World

LIFE = f"{BASE}/life"
DAY_S = 86_400.0


@virtual
async def test_a_device_has_half_a_minute_to_connect() -> None:
    async with World() as world:
        _, token = await world.endpoint()
        browser = world.browsers.open()
        browser.socket.send(type="hello", token=token)
        await browser.wait("welcome")
        began = world.now
        bye = await browser.wait("bye")

        assert bye["reason"] == "the device did not connect within 30 seconds"
        assert world.now - began == pytest.approx(30.0)
        assert world.app.events() == []


def test_a_device_leaves_with_its_endpoint() -> None:
    run(a_day(), limit_s=2 * DAY_S)


async def a_day() -> None:
    async with World() as world:
        world.app.on(LIFE, Reply(status=204))
        endpoint_id, token = await world.endpoint(eventCallbackUrl=LIFE)
        await asyncio.sleep(DAY_S - 60.0)
        browser = await world.browser(token)
        assert (await browser.wait("bye"))["reason"] == "the endpoint is a day old"
        await world.app.wait_event("DEVICE_DISCONNECTED")

        assert world.now == pytest.approx(DAY_S, abs=1.0)
        answer = await world.rest.request("GET", f"/endpoints/{endpoint_id}")
        assert answer.status == 404


@virtual
async def test_an_endpoint_has_ten_devices_at_most_and_remembers_twenty() -> None:
    async with World() as world:
        endpoint_id, token = await world.endpoint()
        for _ in range(2):
            browsers = [await world.browser(token) for _ in range(10)]
            late = world.browsers.open()
            late.socket.send(type="hello", token=token)
            error = await late.wait("error")
            assert error["message"] == "the endpoint has 10 devices already"
            for browser in browsers:
                browser.leave()
                await browser.wait("bye")
        await world.browser(token)
        devices = (await world.rest.endpoint(endpoint_id))["devices"]

        assert [each["status"] for each in devices] == ["DISCONNECTED"] * 19 + ["CONNECTED"]


def test_devices_of_a_server_that_died_have_left(tmp_path: Path) -> None:
    run(a_crash(f"sqlite:///{tmp_path}/offhook.db"))


async def a_crash(store_url: str) -> None:
    async with World(mains=Mains(), store_url=store_url) as world:
        world.app.on(LIFE, Reply(status=204))
        endpoint_id, token = await world.endpoint(eventCallbackUrl=LIFE)
        await world.browser(token)
        await world.app.wait_event("DEVICE_CONNECTED")
        world.browsers.leave()
        await world.restart()
        event = await world.app.wait_event("DEVICE_DISCONNECTED")

        assert (event["endpointId"], event["status"]) == (endpoint_id, "DISCONNECTED")
        again = await world.browser(token)  # the token outlives the server
        assert again.told[0]["endpointId"] == endpoint_id
        found = await world.node.exchange.endpoints.get(ACCOUNT_ID, endpoint_id)
        assert found is not None
        log = [event.kind for event in world.store.events(endpoint_id)]
        assert log.count("device.connected") == 2


@virtual
async def test_what_came_of_each_webhook_is_in_the_log_of_the_endpoint() -> None:
    async with World() as world:
        world.app.on(LIFE, Reply(status=500))
        endpoint_id, token = await world.endpoint(eventCallbackUrl=LIFE)
        browser = await world.browser(token)
        await world.app.wait_event("DEVICE_CONNECTED")
        await asyncio.sleep(1.0)
        browser.leave()
        await world.app.wait_event("DEVICE_DISCONNECTED")
        await asyncio.sleep(1.0)

        kinds = [event.kind for event in world.store.events(endpoint_id)]
        assert sorted(kinds) == [
            "device.connected",
            "device.disconnected",
            "device.publishing",
            "webhook.failed",
            "webhook.failed",
        ]
        sent = world.store.deliveries(endpoint_id)
        assert [(each.sequence, each.state) for each in sent] == [(1, "failed"), (2, "failed")]


@virtual
async def test_a_device_asks_for_a_call_and_the_application_gives_it() -> None:
    async with World() as world:
        world.app.on(LIFE, Reply(status=204))
        endpoint_id, token = await world.endpoint(
            eventCallbackUrl=LIFE, direction="OUTBOUND", tag="desk"
        )
        browser = await world.browser(token)
        browser.socket.send(type="request", to="+12025550111")
        event = await world.app.wait_event("outboundConnectionRequest")
        del event["timestamp"]

        assert event == {
            "accountId": ACCOUNT_ID,
            "endpointId": endpoint_id,
            "event": "outboundConnectionRequest",
            "deviceId": browser.told[0]["deviceId"],
            "tags": "desk",
            "destination": {"type": "PHONE_NUMBER", "id": "+12025550111"},
        }


@pytest.mark.parametrize(
    ("fields", "to", "reason"),
    [
        ({"direction": "INBOUND", "eventCallbackUrl": LIFE}, "+12025550111", "inbound calls only"),
        ({}, "+12025550111", "no eventCallbackUrl"),
        ({"eventCallbackUrl": LIFE}, "ann", "to must be a telephone number"),
    ],
)
def test_why_the_application_is_not_asked(fields: dict[str, str], to: str, reason: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.on(LIFE, Reply(status=204))
            _, token = await world.endpoint(**fields)
            browser = await world.browser(token)
            browser.socket.send(type="request", to=to)
            refused = await browser.wait("refused")

            assert reason in refused["reason"]
            assert refused["to"] == to

    story()


@virtual
async def test_a_device_that_comes_while_its_endpoint_is_deleted_does_not_bring_it_back() -> None:
    async with World() as world:
        endpoint_id, token = await world.endpoint()
        browser = world.browsers.open()
        browser.socket.send(type="hello", token=token)
        answers = await asyncio.gather(
            world.rest.delete_endpoint(endpoint_id), world.rest.delete_endpoint(endpoint_id)
        )
        await browser.wait("bye")

        assert {204} <= {answer.status for answer in answers} <= {204, 404}
        assert await world.node.exchange.endpoints.get(ACCOUNT_ID, endpoint_id) is None
        assert not world.store.connected_endpoints()
        again = world.browsers.open()
        again.socket.send(type="hello", token=token)
        assert "the endpoint is gone" in (await again.wait("error"))["message"]
