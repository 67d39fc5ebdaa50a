"""Connect: cases 269 to 271 of bxml.md 11.12, and what else 4.3 and webhooks.md 9 say of it."""

import asyncio
from typing import Any

import pytest
from tests.scenarios.cases import T1, assert_invalid, clips
from tests.scenarios.links import FAR_HZ, NEAR_HZ

from offhook.calls.limits import Settings
from offhook.records import CallRecord
from offhook.requests import CallFilter
from offhook.testing import sound
from offhook.testing.app import BASE, REFUSED, Reply
from offhook.testing.browser import Browser
from offhook.testing.fixtures import ACCOUNT_ID, API_URL
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.world import Talk, World

EVENTS, SPARE, LIFE = f"{BASE}/ev", f"{BASE}/spare", f"{BASE}/life"
TOLD = 'eventCallbackUrl="/ev"'


def connect(endpoint_id: str, events: str = TOLD) -> str:
    return f"<Connect {events}><Endpoint>{endpoint_id}</Endpoint></Connect>"


def statuses(world: World, url: str = EVENTS) -> list[str]:
    return [request.event["status"] for request in world.app.requests(url)]


async def device(world: World, **hello: Any) -> tuple[str, Browser]:
    """An endpoint with a device; its application hears of both at /life."""
    for url in (EVENTS, LIFE):
        world.app.on(url, Reply(status=204))
    endpoint_id, token = await world.endpoint(eventCallbackUrl=LIFE)
    return endpoint_id, await world.browser(token, **hello)


async def talking(world: World, after: str = "") -> tuple[Talk, Browser]:
    endpoint_id, browser = await device(world)
    talk = await world.answered(connect(endpoint_id) + after)
    await browser.wait("talking")
    await asyncio.sleep(0.5)
    return talk, browser


async def talk_both_ways(near: Handset, far: Browser) -> None:
    await asyncio.gather(near.say(sound.tone(NEAR_HZ, 0.5)), far.say(sound.tone(FAR_HZ, 0.5)))
    await asyncio.sleep(0.3)


def leg(world: World, talk: Talk) -> CallRecord:
    """The call to the device."""
    calls = world.store.calls(ACCOUNT_ID, CallFilter(limit=100))
    (found,) = [each for each in calls if each.parent_call_id == talk.call_id]
    return found


@virtual
async def test_case_269_a_call_talks_to_an_endpoint() -> None:
    async with World() as world:
        talk, browser = await talking(world)
        await talk_both_ways(talk.phone, browser)
        assert statuses(world) == ["INITIATED"]
        browser.leave()
        await talk.disconnect()

    for heard, hz in ((talk.phone.heard, FAR_HZ), (browser.heard, NEAR_HZ)):
        assert [round(span.duration_s, 1) for span in sound.tones(heard, hz)] == [0.5]
    assert statuses(world) == ["INITIATED", "COMPLETED"]
    assert {request.event["event"] for request in world.app.requests(EVENTS)} == {"connectStatus"}
    assert talk.events()[-1]["eventType"] == "disconnect"


@virtual
async def test_case_270_connect_needs_one_endpoint() -> None:
    async with World() as world:
        await assert_invalid(world, '<Connect eventCallbackUrl="/ev"/>')
    two = "<Endpoint>e-1</Endpoint><Endpoint>e-2</Endpoint>"
    async with World() as world:
        await assert_invalid(world, f"<Connect>{two}</Connect>")


@virtual
async def test_case_271_an_endpoint_that_is_not_eligible_is_passed_over() -> None:
    async with World() as world:
        world.app.on(EVENTS, Reply(status=204))
        endpoint_id, _ = await world.endpoint()
        talk = await world.answered(connect(endpoint_id) + T1)
        await talk.disconnect()

    assert statuses(world) == ["FAILED"]
    assert clips(talk.phone.heard) == ["t1"]


# what is told


@virtual
async def test_connect_status_has_the_fields_of_the_contract() -> None:
    async with World() as world:
        endpoint_id, browser = await device(world)
        talk = await world.answered("<Tag>t-1</Tag>" + connect(endpoint_id))
        await browser.wait("talking")
        now = world.clock.wall()
        (request,) = world.app.requests(EVENTS)

        assert request.event.pop("timestamp") == pytest.approx(now * 1000, abs=2000)
        assert request.event == {
            "accountId": ACCOUNT_ID,
            "endpointId": endpoint_id,
            "event": "connectStatus",
            "status": "INITIATED",
            "callId": talk.call_id,
            "tags": "t-1",
        }
        assert (request.method, request.credentials) == ("POST", None)


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(status=404), REFUSED])
def test_a_url_that_fails_has_one_fallback(reply: Reply) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.on(EVENTS, reply)
            world.app.on(SPARE, Reply(status=500))
            both = f'{TOLD} eventFallbackUrl="/spare"'
            talk = await world.answered(connect("e-unknown", both))
            await talk.disconnect()

        tried = [r.url for r in world.app.received + world.app.refused if r.url in (EVENTS, SPARE)]
        assert sorted(tried) == [EVENTS, SPARE]

    story()


# how it ends


@virtual
async def test_the_device_that_leaves_lets_the_next_verb_run() -> None:
    async with World() as world:
        talk, browser = await talking(world, after=T1)
        browser.hang_up()
        await browser.wait("ended")
        await talk.disconnect()

        assert clips(talk.phone.heard) == ["t1"]
        assert statuses(world) == ["INITIATED", "COMPLETED"]
        assert world.app.events("DEVICE_DISCONNECTED") == []  # it has only left the call


@virtual
async def test_an_endpoint_that_is_deleted_ends_the_talk() -> None:
    async with World() as world:
        talk, browser = await talking(world)
        endpoint_id = leg(world, talk).to
        assert (await world.rest.delete_endpoint(endpoint_id)).status == 204
        await talk.disconnect()

        assert (await browser.wait("bye"))["reason"] == "the endpoint was deleted"
        assert statuses(world) == ["INITIATED", "COMPLETED"]


@virtual
async def test_a_connection_that_breaks_ends_the_talk() -> None:
    async with World() as world:
        talk, browser = await talking(world)
        browser.fail()
        await talk.disconnect()

        assert statuses(world) == ["INITIATED", "COMPLETED"]
        assert world.app.events("DEVICE_DISCONNECTED")


@virtual
async def test_a_party_that_hangs_up_releases_the_device() -> None:
    async with World() as world:
        talk, browser = await talking(world)
        talk.phone.hang_up()
        await browser.wait("ended")
        await talk.disconnect()

        assert statuses(world) == ["INITIATED", "COMPLETED"]
        assert leg(world, talk).disconnect_cause == "hangup"


@pytest.mark.parametrize("how", ["redirect", "document"])
def test_rest_releases_the_device(how: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            talk, browser = await talking(world)
            if how == "redirect":
                world.app.on(f"{BASE}/r", T1)
                await world.rest.update_call(talk.call_id, redirectUrl=f"{BASE}/r")
            else:
                await world.rest.update_bxml(talk.call_id, f"<Response>{T1}</Response>")
            await browser.wait("ended")
            await talk.disconnect()

            assert clips(talk.phone.heard) == ["t1"]
            assert statuses(world) == ["INITIATED", "COMPLETED"]

    story()


# somebody has to lift the receiver


async def ringing(world: World, after: str = "") -> tuple[Talk, Browser]:
    endpoint_id, browser = await device(world, answers="manual")
    talk = await world.answered(connect(endpoint_id) + after)
    await browser.wait("call")
    return talk, browser


@virtual
async def test_a_device_may_ring_and_be_answered() -> None:
    async with World() as world:
        talk, browser = await ringing(world)
        await asyncio.sleep(3.0)
        browser.accept()
        await browser.wait("talking")
        await talk_both_ways(talk.phone, browser)
        browser.hang_up()
        await talk.disconnect()

        assert sound.tones(talk.phone.heard, FAR_HZ)
        assert not sound.is_silent(talk.phone.heard[: 2 * 8000])  # ring-back
        assert statuses(world) == ["INITIATED", "COMPLETED"]


@virtual
async def test_a_device_may_refuse() -> None:
    async with World() as world:
        talk, browser = await ringing(world, after=T1)
        browser.hang_up()
        await talk.disconnect()

        assert statuses(world) == ["INITIATED", "DENIED"]
        assert "t1" in clips(talk.phone.heard)


@virtual
async def test_nobody_has_to_wait_for_ever() -> None:
    async with World() as world:
        talk, browser = await ringing(world)
        began = world.now
        await browser.wait("ended")
        await talk.disconnect()

        assert world.now - began == pytest.approx(30.0, abs=0.5)
        assert statuses(world) == ["INITIATED", "TIMED_OUT"]


@virtual
async def test_a_caller_who_gives_up_cancels() -> None:
    async with World() as world:
        talk, browser = await ringing(world)
        talk.phone.hang_up()
        await browser.wait("ended")
        await talk.disconnect()

        assert statuses(world) == ["INITIATED", "CANCELED"]


# who can be had


@virtual
async def test_a_device_that_publishes_nothing_cannot_be_had_yet() -> None:
    async with World() as world:
        endpoint_id, browser = await device(world, publish=False)
        first = await world.answered(connect(endpoint_id))
        await first.disconnect()
        browser.publish()
        second = await world.answered(connect(endpoint_id))
        await browser.wait("talking")
        second.phone.hang_up()
        await second.disconnect()

        assert statuses(world) == ["FAILED", "INITIATED", "COMPLETED"]


@virtual
async def test_a_device_talks_to_one_call_at_a_time() -> None:
    async with World() as world:
        first, browser = await talking(world)
        second = await world.answered(connect(leg(world, first).to))
        await second.disconnect()
        assert statuses(world) == ["INITIATED", "FAILED"]
        browser.hang_up()
        await first.disconnect()


@virtual
async def test_another_device_of_the_endpoint_takes_the_next_call() -> None:
    async with World() as world:
        world.app.on(EVENTS, Reply(status=204))
        endpoint_id, token = await world.endpoint()
        one, two = [await world.browser(token) for _ in range(2)]
        talks = [await world.answered(connect(endpoint_id)) for _ in range(2)]
        await asyncio.gather(one.wait("talking"), two.wait("talking"))
        for talk in talks:
            talk.phone.hang_up()
            await talk.disconnect()


@virtual
async def test_a_limit_of_the_account_keeps_the_device_from_being_called() -> None:
    async with World() as world:
        world.change_account(sessions=1)
        endpoint_id, _ = await device(world)
        talk = await world.answered(connect(endpoint_id) + T1)
        await talk.disconnect()

        assert statuses(world) == ["FAILED"]
        assert clips(talk.phone.heard) == ["t1"]


# keys, recordings and documents just work


@virtual
async def test_keys_of_a_device_reach_the_party() -> None:
    async with World() as world:
        talk, browser = await talking(world)
        await browser.press("5")
        await talk.phone.wait("digit")
        await talk.phone.press("7")
        await browser.wait("digit")
        browser.hang_up()
        await talk.disconnect()

        assert talk.phone.digits == "5"
        assert [each["digit"] for each in browser.told if each.get("type") == "digit"] == ["7"]


@virtual
async def test_an_endpoint_runs_a_document_of_its_own() -> None:
    async with World() as world:
        endpoint_id, browser = await device(world)
        world.app.on(f"{BASE}/g", "<SpeakSentence>thanks</SpeakSentence>")
        document = f'<Response><Gather maxDigits="1" gatherUrl="/g">{T1}</Gather></Response>'
        answer = await world.rest.play_to_endpoint(endpoint_id, document)
        assert answer.status == 204, answer
        await browser.wait("talking")
        await asyncio.sleep(2.0)
        await browser.press("3")
        event = await world.app.wait_event("gather")
        await browser.wait("ended")

        assert event["digits"] == "3"
        assert (event["to"], "applicationId" in event) == (endpoint_id, False)
        assert clips(browser.heard)[:1] == ["t1"]
        assert [each.text for each in world.voice.spoken] == ["thanks"]


@virtual
async def test_a_document_takes_a_device_out_of_its_call() -> None:
    async with World() as world:
        talk, browser = await talking(world)
        endpoint_id = leg(world, talk).to
        answer = await world.rest.play_to_endpoint(endpoint_id, f"<Response>{T1}</Response>")
        await talk.disconnect()
        await browser.wait("ended")

        assert answer.status == 204
        assert "t1" in clips(browser.heard)
        assert statuses(world) == ["INITIATED", "COMPLETED"]


@virtual
async def test_a_device_cannot_be_forwarded_or_referred() -> None:
    async with World() as world:
        endpoint_id, browser = await device(world)
        world.app.on(f"{BASE}/g", "<Refer><SipUri>sip:a@b.test</SipUri></Refer>")
        document = '<Response><Redirect redirectUrl="/g"/></Response>'
        assert (await world.rest.play_to_endpoint(endpoint_id, document)).status == 204
        await browser.wait("ended")
        (call,) = world.store.calls(ACCOUNT_ID, CallFilter(limit=10))

        assert call.disconnect_cause == "invalid-bxml"


# the life of an endpoint


@virtual
async def test_devices_that_come_and_go_are_told_to_the_endpoints_own_url() -> None:
    async with World() as world:
        world.app.on(LIFE, Reply(status=204))
        endpoint_id, token = await world.endpoint(eventCallbackUrl=LIFE, tag="desk")
        browser = await world.browser(token)
        came = await world.app.wait_event("DEVICE_CONNECTED")
        shown = await world.rest.endpoint(endpoint_id)
        browser.leave()
        went = await world.app.wait_event("DEVICE_DISCONNECTED")

        (there,) = shown["devices"]
        common = {
            "endpointId": endpoint_id,
            "type": "WEBRTC",
            "creationTimestamp": shown["creationTimestamp"],
            "expirationTimestamp": shown["expirationTimestamp"],
            "tag": "desk",
        }
        assert came.pop("eventTime") <= went.pop("eventTime")
        assert came == common | {
            "status": "CONNECTED",
            "eventType": "DEVICE_CONNECTED",
            "device": there,
        }
        assert went == common | {
            "status": "DISCONNECTED",
            "eventType": "DEVICE_DISCONNECTED",
            "device": there | {"status": "DISCONNECTED"},
        }
        assert (shown["status"], there["deviceName"]) == ("CONNECTED", browser.name)
        assert (await world.rest.endpoint(endpoint_id))["status"] == "DISCONNECTED"


@virtual
async def test_the_newer_shape_is_flat_and_tells_of_eligibility() -> None:
    async with World(settings=Settings(API_URL, flat_endpoint_events=True)) as world:
        _, browser = await device(world)
        browser.leave()
        await world.app.wait_event("endpointDisconnected")
        events = [request.event for request in world.app.requests(LIFE)]

        assert [event["event"] for event in events] == [
            "endpointConnected",
            "endpointEligible",
            "endpointIneligible",
            "endpointDisconnected",
        ]
        assert {"accountId", "endpointId", "event", "deviceId", "timestamp"} <= events[0].keys()
        assert events[2]["errorMessage"] == "the device left"


@virtual
async def test_a_lifecycle_url_that_fails_has_one_fallback() -> None:
    async with World() as world:
        world.app.on(LIFE, REFUSED)
        world.app.on(SPARE, Reply(status=204))
        _, token = await world.endpoint(eventCallbackUrl=LIFE, eventFallbackUrl=SPARE)
        await world.browser(token)
        await world.app.wait_event("DEVICE_CONNECTED")

        assert [request.url for request in world.app.refused] == [LIFE]
        assert [request.url for request in world.app.requests(SPARE)] == [SPARE]
