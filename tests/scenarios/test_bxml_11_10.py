"""BXML conformance, chapter 11.10: streams, as they begin, go on and end."""

import asyncio
import base64

import pytest
from tests.scenarios.cases import (
    HEARD_S,
    T1,
    T3,
    about,
    arrivals,
    assert_invalid,
    clips,
    heard,
    kinds,
    times,
)
from tests.scenarios.streams import (
    TALKING,
    TALKING_HZ,
    URL,
    logged,
    names,
    since,
    start,
    streaming,
    told,
)

from offhook.hooks import Credentials
from offhook.testing import sound
from offhook.testing.fixtures import ACCOUNT_ID, T1_HZ, T3_HZ
from offhook.testing.loop import virtual
from offhook.testing.sockets import REFUSED, SILENCE, UNTRUSTED, Greeting
from offhook.testing.world import World
from offhook.webhooks.websocket import Closed

PCMU = {"encoding": "PCMU", "sampleRate": 8000}


@virtual
async def test_case_221_a_stream_from_its_start_to_its_stop() -> None:
    async with World() as world:
        params = '<StreamParam name="k" value="v"/>'
        talk, link = await streaming(world, start(inside=params) + T3)
        await talk.phone.say(TALKING)
        await talk.disconnect()
        await link.wait_end()

    (first, last) = (link.messages[0].json, link.messages[-1].json)
    media = [each.json for each in link.messages[1:-1]]
    started, stopped = told(talk)
    stream = started["mediaStream"]
    metadata = {
        "accountId": ACCOUNT_ID,
        "callId": talk.call_id,
        "streamId": stream["id"],
        "streamName": "s",
        "tracks": [{"name": "inbound", "mediaFormat": PCMU}],
    }
    assert first == {"eventType": "start", "metadata": metadata, "streamParams": {"k": "v"}}
    assert last == {"eventType": "stop", "metadata": metadata}
    assert {each["eventType"] for each in media} == {"media"}
    assert {each["track"] for each in media} == {"inbound"}
    assert {len(base64.b64decode(each["payload"])) for each in media} == {160}
    assert [each["sequenceNumber"] for each in media] == [
        str(number) for number in range(1, len(media) + 1)
    ]
    (said,) = sound.tones(link.sound(), TALKING_HZ)
    assert said.duration_s == about(2.0)
    assert link.end == Closed(1000)
    assert names(talk) == ["Started", "Stopped closed"]
    assert kinds(talk) == ["answer", "mediaStreamStarted", "mediaStreamStopped", "disconnect"]
    assert stream == {
        "id": stream["id"],
        "name": "s",
        "destination": URL,
        "startTime": stream["startTime"],
        "tracks": ["inbound"],
        "type": "WebSocket",
    }
    assert stream["id"].startswith("s-")
    lasted = stopped["mediaStream"].pop("duration")
    assert float(lasted.removeprefix("PT").removesuffix("S")) == about(3.0, 0.3)
    assert stopped["mediaStream"] == stream
    assert "errorMessage" not in stopped
    assert len(media) == about(float(lasted[2:-1]) * 50, 3)


@virtual
async def test_case_221_silence_is_sent_and_not_skipped() -> None:
    async with World() as world:
        talk, link = await streaming(world, start() + '<Pause duration="4"/>')
        await talk.disconnect()

    arrived = [each.at for each in link.messages if each.json["eventType"] == "media"]
    assert len(arrived) == about(200, 3)
    assert arrived[-1] - arrived[0] == about(4.0)
    assert sound.is_silent(link.sound())


@virtual
async def test_case_222_the_outbound_track_is_what_the_party_hears() -> None:
    async with World() as world:
        talk, link = await streaming(world, start(more='tracks="outbound"') + T3)
        await talk.phone.say(TALKING)
        await talk.disconnect()

    assert {each["track"] for each in link.of("media")} == {"outbound"}
    (span,) = sound.tones(link.sound("outbound"), T3_HZ)
    assert span.about(0.0, 3.0)
    assert not sound.tones(link.sound("outbound"), TALKING_HZ)
    assert told(talk)[0]["mediaStream"]["tracks"] == ["outbound"]


@virtual
async def test_case_223_both_tracks_share_one_row_of_numbers() -> None:
    async with World() as world:
        talk, link = await streaming(world, start(more='tracks="both"') + T3)
        await talk.phone.say(TALKING)
        await talk.disconnect()

    media = link.of("media")
    assert [each["track"] for each in media] == ["inbound", "outbound"] * (len(media) // 2)
    assert [int(each["sequenceNumber"]) for each in media] == list(range(1, len(media) + 1))
    assert sound.tones(link.sound("inbound"), TALKING_HZ)
    assert sound.tones(link.sound("outbound"), T3_HZ)
    assert [each["name"] for each in link.of("start")[0]["metadata"]["tracks"]] == [
        "inbound",
        "outbound",
    ]
    assert told(talk)[0]["mediaStream"]["tracks"] == ["inbound", "outbound"]


@virtual
async def test_case_224_a_stream_without_a_name_is_stopped_by_its_id() -> None:
    async with World() as world:
        talk, link = await streaming(world, start(name=None) + '<Pause duration="10"/>')
        stream = (await talk.wait_event("mediaStreamStarted"))["mediaStream"]
        world.app.on("/n", f'<StopStream name="{stream["id"]}"/>' + T1)
        await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        await talk.disconnect()

    assert stream["id"].startswith("s-")
    assert stream["name"] == stream["id"]
    assert link.of("start")[0]["metadata"]["streamName"] == stream["id"]
    assert names(talk) == ["Started", "Stopped closed"]
    assert not sound.tones(link.sound(), T1_HZ)
    assert clips(talk.phone.heard) == ["t1"]


@virtual
async def test_case_225_a_stream_as_the_last_verb_ends_at_once() -> None:
    async with World() as world:
        talk, link = await streaming(world, start())
        await talk.disconnect()

    assert link.messages[0].json["eventType"] == "start"
    assert link.messages[-1].json["eventType"] == "stop"
    assert link.end == Closed(1000)
    assert len(link.of("media")) <= 6
    assert names(talk) == ["Started", "Stopped closed"]


@virtual
async def test_case_226_a_name_that_is_taken() -> None:
    async with World() as world:
        talk, link = await streaming(world, start() + start() + T3)
        await talk.disconnect()

    started, rejected, stopped = told(talk)
    assert names(talk) == ["Started", "Rejected duplicate", "Stopped closed"]
    assert rejected["errorMessage"] == "A stream with the name s already exists"
    assert rejected["originalMediaStream"] == started["mediaStream"]
    assert rejected["mediaStream"]["id"] != started["mediaStream"]["id"]
    assert stopped["mediaStream"]["id"] == started["mediaStream"]["id"]
    assert len(world.app.sockets.handshakes) == 1
    assert len(link.of("media")) == about(150, 10)
    assert clips(talk.phone.heard) == ["t3"]


@virtual
async def test_case_226_the_name_of_a_stream_that_has_ended_is_free() -> None:
    async with World() as world:
        talk, _ = await streaming(world, start() + '<StopStream name="s"/>' + start() + T1)
        await talk.disconnect()

    assert names(talk) == ["Started", "Stopped closed", "Started", "Stopped closed"]


@virtual
async def test_case_227_more_than_four_tracks() -> None:
    both = 'tracks="both"'
    async with World() as world:
        verbs = start("a", more=both) + start("b", more=both) + start("c") + T1
        talk, _ = await streaming(world, verbs)
        await talk.disconnect()

    assert names(talk) == [
        "Started",
        "Started",
        "Rejected track-limit",
        "Stopped closed",
        "Stopped closed",
    ]
    assert told(talk)[2]["errorMessage"] == "The maximum of 4 tracks has been reached"
    assert "originalMediaStream" not in told(talk)[2]
    assert clips(talk.phone.heard) == ["t1"]


@virtual
async def test_case_227_four_tracks_are_allowed_and_a_stream_that_ends_gives_its_back() -> None:
    async with World() as world:
        four = "".join(start(name) for name in "abcd")
        verbs = four + '<StopStream name="b"/>' + start("e") + start("f") + T1
        talk, _ = await streaming(world, verbs)
        await talk.disconnect()

    assert names(talk)[:7] == [
        *["Started"] * 4,
        "Stopped closed",
        "Started",
        "Rejected track-limit",
    ]


@pytest.mark.parametrize(
    ("greeting", "why", "after_s"),
    [
        (REFUSED, "connection failed", 0.0),
        (Greeting("HTTP 404"), "HTTP 404", 0.0),
        (UNTRUSTED, "TLS handshake failed", 0.0),
        (SILENCE, "timed out after 10 seconds", 10.0),
    ],
    ids=["refused", "404", "tls", "silent"],
)
def test_case_228_a_destination_that_refuses(greeting: Greeting, why: str, after_s: float) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.sockets.on(URL, greeting)
            talk = await world.answered(start() + T1)
            await talk.disconnect()
            (event,) = logged(talk, "stream.rejected")

        (rejected,) = told(talk)
        assert names(talk) == ["Rejected connection-error"]
        assert rejected["errorMessage"] == f"Could not connect to {URL}"
        assert "errorId" not in rejected
        assert event.data["why"] == why
        assert times(talk, "mediaStreamRejected") == [about(after_s)]
        assert heard(talk, T1_HZ) == [about([after_s, after_s + 1.0], HEARD_S)]

    story()


@virtual
async def test_case_228_a_fault_of_this_server_is_an_error() -> None:
    async with World() as world:
        world.app.sockets.on(URL, Greeting("connection failed", ours=True))
        talk = await world.answered(start() + T1)
        await talk.disconnect()

    assert names(talk) == ["Rejected error"]
    assert told(talk)[0]["errorMessage"] == "An unknown internal error occurred"
    assert clips(talk.phone.heard) == ["t1"]


@pytest.mark.parametrize(
    "attribute",
    [
        "",
        'destination="https://ws.test/a"',
        'destination="/a"',
        'destination="ws:///a"',
        'destination="ws://ws.test:99999/a"',
        'destination="ws://ws.test/a b"',
    ],
)
def test_case_229_a_destination_that_is_none(attribute: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            await assert_invalid(world, f"{T1}<StartStream {attribute}/>")

    story()


@pytest.mark.parametrize(
    "inside",
    [
        '<StreamParam name="k" value="v"/>' * 13,
        f'<StreamParam name="k" value="{"v" * 2049}"/>',
        f'<StreamParam name="{"k" * 257}" value="v"/>',
        '<StreamParam name="k"/>',
        '<StreamParam value="v"/>',
        T1,
    ],
    ids=["thirteen", "long value", "long name", "no value", "no name", "a verb"],
)
def test_case_230_params_that_are_wrong(inside: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            await assert_invalid(world, T1 + start(inside=inside))
            assert not world.app.sockets.handshakes

    story()


@virtual
async def test_case_230_twelve_params_of_the_longest_are_fine_and_the_last_of_a_name_wins() -> None:
    async with World() as world:
        long = f'<StreamParam name="{"k" * 256}" value="{"v" * 2048}"/>'
        others = "".join(f'<StreamParam name="p{n % 10}" value="{n}"/>' for n in range(11))
        talk, link = await streaming(world, start(inside=long + others) + T1)
        await talk.disconnect()

    params = link.of("start")[0]["streamParams"]
    assert params["k" * 256] == "v" * 2048
    assert params["p0"] == "10"
    assert len(params) == 11


@virtual
async def test_case_231_credentials_of_the_handshake() -> None:
    async with World() as world:
        more = 'destinationUsername="me" destinationPassword="sécret"'
        talk, link = await streaming(world, start(more=more) + T1)
        await talk.disconnect()

    assert link.credentials == Credentials("me", "sécret")
    assert {request.credentials for request in arrivals(talk, "mediaStreamStarted")} == {None}


@virtual
async def test_case_232_without_a_url_nothing_is_told() -> None:
    async with World() as world:
        talk, link = await streaming(world, f'<StartStream destination="{URL}"/>' + T1)
        await talk.disconnect()

    assert kinds(talk) == ["answer", "disconnect"]
    assert len(link.of("media")) == about(50, 10)
    assert link.of("stop")


@virtual
async def test_case_233_a_stream_that_is_stopped() -> None:
    async with World() as world:
        verbs = start(more='tracks="outbound"') + T1 + '<StopStream name="s"/>' + T1
        talk, link = await streaming(world, verbs)
        await talk.disconnect()

    assert names(talk) == ["Started", "Stopped closed"]
    assert times(talk, "mediaStreamStopped") == [about(1.0)]
    assert since(talk, link, "stop") == about(1.0)
    assert link.end == Closed(1000)
    assert [span.duration_s for span in sound.tones(link.sound("outbound"), T1_HZ)] == [about(1.0)]
    assert heard(talk, T1_HZ) == [about([0.0, 2.0], HEARD_S)]


@pytest.mark.parametrize("wait", ["", 'wait="true"'])
def test_case_234_a_stream_that_is_not_there(wait: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            talk = await world.answered(f'<StopStream name="none" {wait}/>' + T1)
            await talk.disconnect()

        assert kinds(talk) == ["answer", "disconnect"]
        assert heard(talk, T1_HZ) == [about([0.0, 1.0], HEARD_S)]

    story()


@virtual
async def test_case_243_a_connection_that_is_lost() -> None:
    async with World() as world:
        talk, link = await streaming(world, start() + T3)
        await asyncio.sleep(1.0)
        link.drop()
        await talk.disconnect()

    stopped = told(talk)[-1]
    assert names(talk) == ["Started", "Stopped connection-error"]
    assert stopped["errorMessage"] == f"Lost the connection to {URL}"
    assert times(talk, "mediaStreamStopped") == [about(1.0)]
    assert not link.of("stop")
    assert heard(talk, T3_HZ) == [about([0.0, 3.0], HEARD_S)]


@pytest.mark.parametrize(
    ("code", "cause"), [(1000, "closed"), (1001, "closed"), (1011, "connection-error")]
)
def test_case_243_the_far_end_may_close_it(code: int, cause: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            talk, link = await streaming(world, start() + T3)
            await asyncio.sleep(1.0)
            link.close(code, "enough")
            await talk.disconnect()

        assert names(talk) == ["Started", f"Stopped {cause}"]
        assert clips(talk.phone.heard) == ["t3"]

    story()


@virtual
async def test_case_243_a_far_end_that_is_silent_for_a_minute() -> None:
    async with World() as world:
        talk, link = await streaming(world, start() + '<Pause duration="100"/>')
        link.stop_reading()
        await talk.wait_event("mediaStreamStopped")
        talk.phone.hang_up()
        await talk.disconnect()
        (ended,) = logged(talk, "stream.stopped")

    assert names(talk) == ["Started", "Stopped connection-error"]
    assert times(talk, "mediaStreamStopped") == [about(60.0)]
    assert ended.data["why"] == "no answer to pings for 60 seconds"
    assert ended.data["dropped"] == about(60 * 50 - 250, 30)


@virtual
async def test_case_244_a_transfer_is_heard_on_both_tracks() -> None:
    other = "+12025550144"
    async with World() as world:
        verbs = start(more='tracks="both"')
        verbs += f"<Transfer><PhoneNumber>{other}</PhoneNumber></Transfer>"
        talk, link = await streaming(world, verbs)
        called = await world.phone(other).wait_call()
        await called.wait("confirmed")
        await asyncio.sleep(0.5)
        await called.say(sound.tone(900.0, 1.0))
        await talk.phone.say(TALKING)
        called.hang_up()
        await talk.disconnect()

    inbound, outbound = link.sound("inbound"), link.sound("outbound")
    assert sound.tones(outbound, 900.0)
    assert not sound.tones(inbound, 900.0)
    assert sound.tones(inbound, TALKING_HZ)
    assert not sound.tones(outbound, TALKING_HZ)
    assert names(talk) == ["Started", "Stopped closed"]
