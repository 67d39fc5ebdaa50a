"""BXML conformance, chapter 11.10: streams on which the application speaks, too."""

import asyncio
import io
import json
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from tests.scenarios.cases import HEARD_S, T1, T3, about, began, clips, heard, kinds, times
from tests.scenarios.streams import URL, bidirectional, logged, names, start, streaming, told

from offhook.media.messages import Close, Lost
from offhook.testing import sound
from offhook.testing.app import document
from offhook.testing.fixtures import T1_HZ, T3_HZ
from offhook.testing.loop import virtual
from offhook.testing.sockets import REFUSED, SILENCE, Link
from offhook.testing.sound import Pcm
from offhook.testing.world import Talk, World
from offhook.webhooks.websocket import Closed

HZ = 850.0  # of what the application plays
PARAMETERS = "channels=1;bit-depth=16;endian=little;encoding=signed"


def played(talk: Talk, frequency_hz: float = HZ) -> list[list[float]]:
    """Return from when to when the party heard a tone, in seconds since it answered."""
    return heard(talk, frequency_hz)


def moment(talk: Talk) -> float:
    return talk.world.now - began(talk)


@virtual
async def test_case_235_the_application_speaks_and_hangs_up() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional(T1))
        link.play(sound.tone(HZ, 2.0))
        await asyncio.sleep(5.0)
        link.close()
        await talk.disconnect()

    assert played(talk) == [about([0.0, 2.0], HEARD_S)]
    assert heard(talk, T1_HZ) == [about([5.0, 6.0], HEARD_S)]
    assert names(talk) == ["Started", "Stopped closed"]
    assert not link.of("stop")  # the far end has said goodbye first


@virtual
async def test_case_235_chunks_of_any_length_are_one_sound() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional())
        whole = sound.tone(HZ, 2.0)
        for begin, end in zip([0, 7, 400, 401, 5000], [7, 400, 401, 5000, None], strict=True):
            link.play(whole[begin:end])
        await asyncio.sleep(3.0)
        link.close()
        await talk.disconnect()

    (span,) = sound.tones(talk.phone.heard, HZ, gap_s=0.0)
    assert span.duration_s == about(2.0, 0.03)


@virtual
async def test_case_236_clear_silences_it_at_once() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional())
        link.play(sound.tone(HZ, 10.0))
        await asyncio.sleep(1.0)
        link.clear()
        await asyncio.sleep(1.0)
        link.play(sound.tone(HZ, 0.5))
        await asyncio.sleep(1.0)
        link.close()
        await talk.disconnect()

    first, second = played(talk)
    assert first == about([0.0, 1.0], HEARD_S)
    assert second == about([2.0, 2.5], HEARD_S)


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000])
@pytest.mark.parametrize("chunk_s", [0.02, 0.7])
def test_case_237_linear_audio_has_the_right_pitch(rate_hz: int, chunk_s: float) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            talk, link = await streaming(world, bidirectional())
            data = _linear(HZ, 2.1, rate_hz).astype("<i2").tobytes()
            step = round(chunk_s * rate_hz) * 2 - 1  # now and then in the middle of a sample
            for begin in range(0, len(data), step):
                part = data[begin : begin + step]
                link.play_bytes(part, f"audio/pcm;rate={rate_hz};{PARAMETERS}")
            await asyncio.sleep(4.0)
            link.close()
            await talk.disconnect()

        (span,) = sound.tones(talk.phone.heard, HZ, gap_s=0.0)
        assert span.duration_s == about(2.1, 0.04)

    story()


@pytest.mark.parametrize(
    "content_type",
    [
        "AUDIO/PCM; Rate=16000",
        "audio/pcm ; encoding=signed; endian=little;bit-depth=16; channels=1;rate=16000",
        'audio/pcm;rate="16000";',
    ],
)
def test_case_237_content_types_are_read_with_patience(content_type: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            talk, link = await streaming(world, bidirectional())
            link.play_bytes(_linear(HZ, 1.0, 16000).tobytes(), content_type)
            await asyncio.sleep(2.0)
            link.close()
            await talk.disconnect()

        assert played(talk) == [about([0.0, 1.0], HEARD_S)]

    story()


def _linear(frequency_hz: float, seconds: float, rate_hz: int) -> Pcm:
    resampled: Pcm = soxr.resample(sound.tone(frequency_hz, seconds), 8000, rate_hz)
    return resampled


MEANINGLESS: list[str | bytes] = [
    "not json",
    "[]",
    "{}",
    b"\x00\x01",
    '{"eventType":"jump"}',
    '{"eventType":7}',
    '{"eventType":"playAudio"}',
    '{"eventType":"playAudio","media":{"contentType":"audio/pcmu","payload":"%%%"}}',
    '{"eventType":"playAudio","media":{"contentType":"audio/pcmu","payload":"AAA"}}',
    '{"eventType":"playAudio","media":{"contentType":"audio/mpeg","payload":"//8="}}',
    '{"eventType":"playAudio","media":{"payload":"//8="}}',
    '{"eventType":"playAudio","media":{"contentType":"audio/pcm;rate=44100","payload":"//8="}}',
    '{"eventType":"playAudio","media":{"contentType":"audio/pcm;channels=2","payload":"//8="}}',
]


@virtual
async def test_case_238_messages_that_mean_nothing_change_nothing() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional())
        for message in MEANINGLESS:
            link.send(message)
        await asyncio.sleep(1.0)
        link.play(sound.tone(HZ, 1.0))
        await asyncio.sleep(2.0)
        link.close()
        await talk.disconnect()
        ignored = logged(talk, "stream.ignored")
        (stopped,) = logged(talk, "stream.stopped")

    assert played(talk) == [about([1.0, 2.0], HEARD_S)]
    assert names(talk) == ["Started", "Stopped closed"]
    reasons = {event.data["reason"].partition(":")[0] for event in ignored}
    assert reasons == {
        "not JSON",
        "not a text",
        "not a valid message",
        "playAudio without media",
        "unknown eventType",
        "unsupported contentType",
    }
    assert stopped.data["ignored"] == len(MEANINGLESS)


@virtual
async def test_case_238_many_of_them_do_not_fill_the_log() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional())
        for _ in range(1500):
            link.send("not json")
        await asyncio.sleep(5.0)
        link.close()
        await talk.disconnect()
        ignored = logged(talk, "stream.ignored")

    assert [event.data["count"] for event in ignored] == [1, 10, 100, 1000]


@virtual
async def test_case_239_what_is_played_is_on_the_outbound_track_and_in_recordings() -> None:
    async with World() as world:
        verbs = '<StartRecording multiChannel="true" recordingAvailableUrl="/ra"/>'
        talk, link = await streaming(world, verbs + bidirectional(more='tracks="both"'))
        link.play(sound.tone(HZ, 2.0))
        await asyncio.sleep(3.0)
        link.close()
        await talk.disconnect()
        event = await talk.wait_event("recordingAvailable")
        media = await world.rest.download(event)

    assert played(talk) == [about([0.0, 2.0], HEARD_S)]
    (span,) = sound.tones(link.sound("outbound"), HZ)
    assert span.about(0.0, 2.0)
    assert sound.is_silent(link.sound("inbound"))
    channels: Pcm = soundfile.read(io.BytesIO(media.body), dtype="int16")[0].astype(np.int16)
    assert sound.is_silent(channels[:, 0])
    assert sound.tones(channels[:, 1], HZ)[0].duration_s == about(2.0)


@virtual
async def test_case_239_clips_and_what_is_played_sound_together() -> None:
    async with World() as world:
        talk, link = await streaming(world, start(more='mode="bidirectional"') + T3)
        link.play(sound.tone(HZ, 2.0))
        await talk.disconnect()

    assert played(talk) == [about([0.0, 2.0], HEARD_S)]
    assert heard(talk, T3_HZ) == [about([0.0, 3.0], HEARD_S)]


@virtual
async def test_case_239_two_applications_sound_together() -> None:
    async with World() as world:
        both_ways = 'mode="bidirectional"'
        verbs = start("a", more=both_ways) + start("b", more=both_ways) + '<Pause duration="3"/>'
        talk, link = await streaming(world, verbs)
        other = await world.app.sockets.wait_link(count=2)
        link.play(sound.tone(HZ, 2.0))
        other.play(sound.tone(1250.0, 1.0))
        await talk.disconnect()

    assert played(talk) == [about([0.0, 2.0], HEARD_S)]
    assert played(talk, 1250.0) == [about([0.0, 1.0], HEARD_S)]


@virtual
async def test_case_239_whom_the_party_talks_to_does_not_hear_the_application() -> None:
    other = "+12025550144"
    async with World() as world:
        verbs = start(more='mode="bidirectional"')
        verbs += f"<Transfer><PhoneNumber>{other}</PhoneNumber></Transfer>"
        talk, link = await streaming(world, verbs)
        called = await world.phone(other).wait_call()
        await called.wait("confirmed")
        link.play(sound.tone(HZ, 1.0))
        await asyncio.sleep(2.0)
        called.hang_up()
        await talk.disconnect()

    assert len(played(talk)) == 1
    assert not sound.tones(called.heard, HZ)


@virtual
async def test_case_240_a_redirect_ends_the_wait_and_not_the_stream() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional())
        world.app.on("/n", document(T3))
        await asyncio.sleep(1.0)
        link.play(sound.tone(HZ, 2.0))
        answer = await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        await talk.disconnect()

    assert answer.status == 200
    assert played(talk) == [about([1.0, 3.0], HEARD_S)]
    assert heard(talk, T3_HZ) == [about([1.0, 4.0], HEARD_S)]
    assert kinds(talk)[-3:] == ["redirect", "mediaStreamStopped", "disconnect"]
    assert times(talk, "mediaStreamStopped") == [about(4.0, 0.2)]
    assert len(link.of("media")) == about(200, 10)


@virtual
async def test_case_241_the_party_hangs_up_while_it_is_waited_for() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional(T1))
        link.play(sound.tone(HZ, 10.0))
        await asyncio.sleep(2.0)
        talk.phone.hang_up()
        await talk.disconnect()

    assert link.messages[-1].json["eventType"] == "stop"
    assert link.end == Closed(1000)
    assert names(talk) == ["Started", "Stopped closed"]
    assert kinds(talk) == ["answer", "mediaStreamStarted", "mediaStreamStopped", "disconnect"]


@virtual
async def test_case_242_on_a_stream_of_one_way_nothing_is_played() -> None:
    async with World() as world:
        talk, link = await streaming(world, start() + '<Pause duration="2"/>')
        link.play(sound.tone(HZ, 1.0))
        await talk.disconnect()
        (ignored,) = logged(talk, "stream.ignored")

    assert sound.is_silent(talk.phone.heard)
    assert ignored.data["reason"] == "the stream is unidirectional"
    assert names(talk) == ["Started", "Stopped closed"]


# beyond the numbered cases


@virtual
async def test_what_is_queued_is_discarded_when_the_far_end_goes() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional(T1))
        link.play(sound.tone(HZ, 10.0))
        await asyncio.sleep(1.0)
        link.close()
        await talk.disconnect()

    assert played(talk) == [about([0.0, 1.0], HEARD_S)]
    assert heard(talk, T1_HZ) == [about([1.0, 2.0], HEARD_S)]


@virtual
async def test_keys_do_not_silence_the_application() -> None:
    async with World() as world:
        talk, link = await streaming(world, bidirectional())
        link.play(sound.tone(HZ, 3.0))
        await talk.phone.press("12")
        await asyncio.sleep(3.0)
        link.close()
        await talk.disconnect()

    assert played(talk) == [about([0.0, 3.0], HEARD_S)]


@virtual
async def test_a_party_on_hold_in_a_conference_is_silent_on_both_tracks() -> None:
    async with World() as world:
        more = 'tracks="both"'
        verbs = start(more=more) + '<Conference hold="true">room</Conference>'
        talk, link = await streaming(world, verbs)
        await talk.phone.say(sound.tone(HZ, 2.0))
        talk.phone.hang_up()
        await talk.disconnect()

    assert len(link.of("media")) > 150
    assert sound.is_silent(link.sound("inbound")[16000 // 10 :])
    assert sound.is_silent(link.sound("outbound"))


@virtual
async def test_a_slow_reader_never_holds_up_the_call() -> None:
    async with World() as world:
        talk, link = await streaming(world, start(more='tracks="both"') + T3 + T3 + T3)
        link.stop_reading()
        asyncio.get_running_loop().call_later(8.0, link.read_on)
        await talk.disconnect()
        (stopped,) = logged(talk, "stream.stopped")

    assert heard(talk, T3_HZ) == [about([0.0, 9.0], HEARD_S)]
    numbers = [int(each["sequenceNumber"]) for each in link.of("media")]
    assert numbers == sorted(numbers)
    assert stopped.data["dropped"] == about(2 * 3 * 50, 20)
    assert len(numbers) == stopped.data["sent"] - stopped.data["dropped"]
    assert numbers[-1] == stopped.data["sent"]
    assert np.diff(numbers).max() > 200  # the gap


@virtual
async def test_a_redirect_while_it_connects_gives_it_up() -> None:
    async with World() as world:
        world.app.sockets.on(URL, SILENCE)
        world.app.on("/n", T1)
        talk = await world.answered(start() + T3)
        await asyncio.sleep(1.0)
        await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        await talk.disconnect()

    assert clips(talk.phone.heard) == ["t1"]
    assert told(talk) == []


@virtual
async def test_a_lost_media_worker_is_a_fault_of_the_stream() -> None:
    async with World() as world:
        talk, link = await streaming(world, start() + T3)
        await asyncio.sleep(1.0)
        world.node.media.send(Close(talk.call_id))  # nothing is left of it
        world.node.exchange.on_report(Lost(talk.call_id, "the media worker was killed"))
        await talk.disconnect()
        await link.wait_end()

    assert names(talk) == ["Started", "Stopped error"]
    assert told(talk)[-1]["errorMessage"] == "An unknown internal error occurred"
    assert json.loads(link.messages[-1].text)["eventType"] == "stop"


@virtual
async def test_a_long_talk_in_many_documents_is_no_redirect_loop() -> None:
    async with World() as world:
        url = "http://app.test/n"
        verbs = bidirectional(f'<Redirect redirectUrl="{url}"/>')
        world.app.on("/n", *[document(verbs)] * 120, document("<Hangup/>"))
        world.app.sockets.on(URL, hang_up_later)
        talk = await world.answered(verbs)
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert len(talk.events("redirect")) == 121


@virtual
async def test_a_stream_that_is_refused_again_and_again_is_a_redirect_loop() -> None:
    async with World() as world:
        verbs = bidirectional('<Redirect redirectUrl="http://app.test/n"/>')
        world.app.on("/n", document(verbs))
        world.app.sockets.on(URL, REFUSED)
        talk = await world.answered(verbs)
        event = await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == ("error", "Too many redirects")


def hang_up_later(link: Link, message: dict[str, Any]) -> None:
    """Close a stream a second after it has begun."""
    if message["eventType"] == "start":
        asyncio.get_running_loop().call_later(1.0, link.close)
