"""BXML conformance, chapter 11.13: sequence and persistence."""

import asyncio
import io

import numpy as np
import pytest
import soundfile
from tests.scenarios.cases import HEARD_S, T1, T3, about, arrivals, began, clips, kinds, times
from tests.scenarios.streams import TALKING_HZ, start, streaming

from offhook.testing import sound
from offhook.testing.app import document
from offhook.testing.asgi import Answer
from offhook.testing.fixtures import T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.sound import Pcm
from offhook.testing.world import Talk, World


async def redirect(talk: Talk, path: str) -> Answer:
    url = f"http://app.test{path}"
    return await talk.world.rest.update_call(talk.call_id, state="active", redirectUrl=url)


@virtual
async def test_case_273_a_redirect_by_rest_stops_a_row_of_clips() -> None:
    async with World() as world:
        talk = await world.answered(T1 * 10)
        await asyncio.sleep(4.5)
        answer = await redirect(talk, "/n")
        moment = world.now - began(talk)
        await talk.disconnect()
        await talk.phone.wait("ended")
        log = world.store.events(talk.call_id)

    assert answer.status == 200
    assert times(talk, "redirect") == [about(moment)]
    spans = sound.tones(talk.phone.heard, T1_HZ, gap_s=0.03)
    assert sum(span.duration_s for span in spans) == about(4.5, HEARD_S)
    assert [event.data["verb"] for event in log if event.kind == "verb.started"] == (
        ["PlayAudio"] * 5 + ["Hangup"]
    )


@virtual
async def test_case_275_the_later_of_two_redirects_wins() -> None:
    async with World() as world:
        world.app.on("/one", document(T1).after(0.3))
        world.app.on("/two", document(T3).after(0.3))
        talk = await world.answered('<Pause duration="30"/>')
        await asyncio.sleep(1)
        first = await redirect(talk, "/one")
        await asyncio.sleep(0.05)
        second = await redirect(talk, "/two")
        await talk.disconnect()

    assert (first.status, second.status) == (200, 200)
    assert kinds(talk) == ["answer", "redirect", "redirect", "disconnect"]
    assert [request.path for request in arrivals(talk, "redirect")] == ["/one", "/two"]
    assert clips(talk.phone.heard) == ["t3"]


@pytest.mark.parametrize("head_start_s", [-0.03, -0.02, -0.01, 0.0, 0.01, 0.02])
def test_case_276_a_redirect_and_a_hang_up_at_the_same_time(head_start_s: float) -> None:
    """The hang-up takes 10 ms to arrive; the redirect comes before, with and after it."""

    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.on("/n", T1)
            talk = await world.answered('<Pause duration="30"/>')
            await asyncio.sleep(1)
            loop = asyncio.get_running_loop()
            loop.call_later(0.05 + head_start_s, talk.phone.hang_up)
            await asyncio.sleep(0.05)
            answer = await redirect(talk, "/n")
            event = await talk.disconnect()
            await asyncio.sleep(5)

        assert answer.status in (200, 409)
        assert event["cause"] == "hangup"
        assert kinds(talk)[-1] == "disconnect"
        assert kinds(talk).count("disconnect") == 1
        assert sound.is_silent(talk.phone.heard)

    story()


@pytest.mark.parametrize("tag", [None, "green"])
def test_case_278_every_event_has_the_tag_or_none(tag: str | None) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.on("/g", '<Redirect redirectUrl="/r"/>')
            fields = {"tag": tag} if tag else {}
            talk = await world.answered('<Gather gatherUrl="/g" firstDigitTimeout="1"/>', **fields)
            await talk.disconnect()

        assert kinds(talk) == ["answer", "gather", "redirect", "disconnect"]
        expected = [tag] * 4 if tag else ["absent"] * 4
        assert [event.get("tag", "absent") for event in talk.events()] == expected

    story()


@virtual
async def test_case_278_a_call_that_came_in_has_no_tag_until_it_is_set() -> None:
    async with World() as world:
        talk = await world.calling('<Redirect redirectUrl="/r"/>')
        world.app.on("/r", '<Tag>blue</Tag><Gather gatherUrl="/g" firstDigitTimeout="1"/>')
        await talk.disconnect()

    tags = [event.get("tag", "absent") for event in talk.events()]
    assert kinds(talk) == ["initiate", "redirect", "gather", "disconnect"]
    assert tags == ["absent", "absent", "blue", "blue"]


@virtual
async def test_case_279_the_query_of_a_get_webhook_is_percent_encoded() -> None:
    async with World() as world:
        talk = await world.answered('<Gather gatherUrl="/g?a=1" gatherMethod="GET" maxDigits="2"/>')
        await talk.phone.press("1#")
        await talk.disconnect()

    (request,) = arrivals(talk, "gather")
    assert request.method == "GET"
    assert request.body == b""
    assert "digits=1%23" in request.url
    assert request.url.startswith("http://app.test/g?a=1&")
    assert (request.event["digits"], request.event["terminatingDigit"]) == ("1#", "")


@virtual
async def test_case_272_all_that_runs_in_the_background_goes_on_in_a_conference() -> None:
    async with World() as world:
        verbs = '<StartRecording recordingAvailableUrl="/ra"/>' + start()
        verbs += '<StartGather dtmfUrl="/d"/><Redirect redirectUrl="/n"/>'
        world.app.on("/n", "<Conference>room</Conference>")
        talk, link = await streaming(world, verbs)
        await talk.wait_event("redirect")
        await asyncio.sleep(1.0)
        await talk.phone.say(sound.tone(TALKING_HZ, 1.0))
        await talk.phone.press("1")
        talk.phone.hang_up()
        made = await talk.wait_event("recordingAvailable")
        media = await world.rest.download(made)

    assert {"redirect", "dtmf", "mediaStreamStarted"} <= set(kinds(talk))
    assert kinds(talk)[-3:] == ["mediaStreamStopped", "disconnect", "recordingAvailable"]
    assert [event["digit"] for event in talk.events("dtmf")] == ["1"]
    assert sound.tones(link.sound(), TALKING_HZ)
    recorded: Pcm = soundfile.read(io.BytesIO(media.body), dtype="int16")[0].astype(np.int16)
    assert sound.tones(recorded, TALKING_HZ)


@virtual
async def test_case_274_the_order_in_which_all_of_it_ends() -> None:
    async with World() as world:
        verbs = '<StartRecording recordingAvailableUrl="/ra"/>' + start()
        verbs += '<Record recordCompleteUrl="/rc" recordingAvailableUrl="/ra"/>'
        talk, link = await streaming(world, verbs)
        await talk.phone.say(sound.tone(TALKING_HZ, 1.0))
        talk.phone.hang_up()
        await talk.wait_event("recordingAvailable", count=2)
        end = await link.wait_end()

    assert kinds(talk) == [
        "answer",
        "mediaStreamStarted",
        "mediaStreamStopped",
        "disconnect",
        "recordingAvailable",
        "recordingAvailable",
    ]
    assert link.messages[-1].json["eventType"] == "stop"
    assert end.code == 1000
    assert talk.events("mediaStreamStopped")[0]["cause"] == "closed"
