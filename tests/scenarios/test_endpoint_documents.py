"""To the server a device is a leg like any other: what legs can do, it can (bxml.md 4.3)."""

import asyncio
import io

import numpy as np
import soundfile
from tests.scenarios.cases import T1, clips
from tests.scenarios.links import FAR_HZ, N1, NEAR_HZ, party
from tests.scenarios.test_bxml_11_12_connect import connect, device

from offhook.testing import sound
from offhook.testing.app import BASE, Reply
from offhook.testing.browser import Browser
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.sound import Pcm
from offhook.testing.world import World


async def run(world: World, endpoint_id: str, verbs: str) -> None:
    answer = await world.rest.play_to_endpoint(endpoint_id, f"<Response>{verbs}</Response>")
    assert answer.status == 204, answer


async def both_talk(near: Handset, far: Browser) -> None:
    await asyncio.gather(near.say(sound.tone(NEAR_HZ, 0.5)), far.say(sound.tone(FAR_HZ, 0.5)))
    await asyncio.sleep(0.3)
    assert sound.tones(near.heard, FAR_HZ)
    assert sound.tones(far.heard, NEAR_HZ)


@virtual
async def test_a_recording_of_the_call_has_both() -> None:
    async with World() as world:
        endpoint_id, browser = await device(world)
        verbs = '<StartRecording multiChannel="true" recordingAvailableUrl="/ra"/>'
        talk = await world.answered(verbs + connect(endpoint_id))
        await browser.wait("talking")
        await both_talk(talk.phone, browser)
        browser.hang_up()
        await talk.disconnect()
        event = await talk.wait_event("recordingAvailable")
        answer = await world.rest.download(event)
        pcm: Pcm = soundfile.read(io.BytesIO(answer.body), dtype="int16")[0].astype(np.int16)
        inbound, outbound = pcm.T.copy()

        assert sound.tones(inbound, NEAR_HZ)
        assert sound.tones(outbound, FAR_HZ)


@virtual
async def test_a_device_calls_a_telephone() -> None:
    async with World() as world:
        endpoint_id, browser = await device(world)
        phone = party(world)
        caller = 'transferCallerId="+12025550100"'
        number = f"<PhoneNumber>{N1}</PhoneNumber>"
        await run(world, endpoint_id, f"<Transfer {caller}>{number}</Transfer>{T1}")
        handset = await phone.wait_call()
        await handset.wait("answered")
        await asyncio.sleep(0.5)
        await both_talk(handset, browser)
        handset.hang_up()
        await browser.wait("ended")

        assert "t1" in clips(browser.heard)


@virtual
async def test_a_device_is_in_a_conference() -> None:
    async with World() as world:
        world.app.on(f"{BASE}/room", Reply(status=204))
        endpoint_id, browser = await device(world)
        room = '<Conference conferenceEventUrl="/room">room</Conference>'
        talk = await world.answered(room)
        await talk.wait_event("conferenceMemberJoin")
        await run(world, endpoint_id, room)
        await browser.wait("talking")
        await asyncio.sleep(0.5)
        await both_talk(talk.phone, browser)
        (conference,) = await world.rest.conferences()
        shown = await world.rest.conference(conference["id"])
        talk.phone.hang_up()
        browser.hang_up()
        await talk.disconnect()

        assert len(shown["activeMembers"]) == 2


@virtual
async def test_a_call_bridges_to_the_call_of_a_device() -> None:
    async with World() as world:
        endpoint_id, browser = await device(world)
        await run(world, endpoint_id, '<Pause duration="60"/>')
        told = await browser.wait("call")
        talk = await world.answered(f"<Bridge>{told['callId']}</Bridge>")
        await asyncio.sleep(0.5)
        await both_talk(talk.phone, browser)
        talk.phone.hang_up()
        await browser.wait("ended")
        await talk.disconnect()
