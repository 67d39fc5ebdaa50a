"""BXML conformance, chapter 11.6: Record and StartRecording."""

import asyncio
import io
from typing import Any

import pytest
import soundfile
from tests.scenarios.cases import T1, T3, about, arrivals, assert_invalid, heard, kinds, times

from offhook.calls.limits import PLAY_OUT_S, Settings
from offhook.clock import parse_timestamp
from offhook.hooks import Credentials
from offhook.testing import fixtures, sound
from offhook.testing.fixtures import T1_HZ, T3_HZ
from offhook.testing.loop import virtual
from offhook.testing.sound import Pcm
from offhook.testing.words import speak
from offhook.testing.world import Talk, World

VOICE_HZ = 700.0  # of the party; no clip has it
SAYS_S = 3.0
START = '<StartRecording recordingAvailableUrl="/ra"/>'


async def say(talk: Talk, duration_s: float = SAYS_S) -> None:
    """The party talks."""
    await talk.phone.say(sound.tone(VOICE_HZ, duration_s))


async def available(talk: Talk) -> dict[str, Any]:
    """Wait for the first recordingAvailable."""
    return await talk.wait_event("recordingAvailable")


async def tracks(talk: Talk, event: dict[str, Any]) -> list[Pcm]:
    """Download what an event tells of; return its channels."""
    answer = await talk.world.rest.download(event)
    assert answer.status == 200, answer
    assert answer.headers["content-length"] == str(len(answer.body))
    pcm, rate_hz = soundfile.read(io.BytesIO(answer.body), dtype="int16", always_2d=True)
    assert rate_hz == 8000
    return list(pcm.T)


def seconds(event: dict[str, Any]) -> float:
    """The duration that an event tells."""
    return float(event["duration"].removeprefix("PT").removesuffix("S"))


def spoken(pcm: Pcm, frequency_hz: float) -> list[list[float]]:
    """When a tone is in a recording."""
    return [[span.start_s, span.end_s] for span in sound.tones(pcm, frequency_hz)]


@virtual
async def test_case_128_a_recording_is_reported_and_can_be_downloaded() -> None:
    async with World() as world:
        world.app.on("/rc", T1)
        talk = await world.answered(
            '<Record recordCompleteUrl="/rc" recordingAvailableUrl="/ra"/>' + T3
        )
        await say(talk)
        await talk.phone.press("#")
        complete = await talk.wait_event("recordComplete")
        await talk.disconnect()
        made = await available(talk)
        (pcm,) = await tracks(talk, made)

    assert seconds(complete) == about(SAYS_S)
    assert (complete["channels"], complete["fileFormat"]) == (1, "wav")
    assert complete["answerTime"] < complete["endTime"]
    ran_s = parse_timestamp(complete["endTime"]) - parse_timestamp(complete["startTime"])
    assert ran_s == about(SAYS_S)
    assert (len(heard(talk, T1_HZ)), heard(talk, T3_HZ)) == (1, [])
    same = ("recordingId", "mediaUrl", "startTime", "endTime", "duration")
    assert [made[name] for name in same] == [complete[name] for name in same]
    assert (made["status"], "answerTime" in made) == ("complete", False)
    assert made["mediaUrl"].startswith("https://voice.test/api/v2/accounts/9900000/calls/c-")
    assert spoken(pcm, VOICE_HZ) == [about([0.06, SAYS_S])]
    assert len(pcm) / 8000 == seconds(made)


@virtual
async def test_case_129_without_terminating_digits_no_key_ends_it() -> None:
    async with World() as world:
        talk = await world.answered(
            '<Record recordCompleteUrl="/rc" terminatingDigits="" maxDuration="3"/>'
        )
        await asyncio.sleep(1)
        await talk.phone.press("#")
        complete = await talk.wait_event("recordComplete")

    assert seconds(complete) == about(3)


@virtual
async def test_case_130_only_terminating_digits_end_it() -> None:
    async with World() as world:
        talk = await world.answered('<Record recordCompleteUrl="/rc" terminatingDigits="12"/>')
        await asyncio.sleep(1)
        await talk.phone.press("5")
        await asyncio.sleep(1)
        await talk.phone.press("2")
        complete = await talk.wait_event("recordComplete")

    assert seconds(complete) == about(2.1)


@virtual
async def test_case_131_the_longest_duration_ends_it() -> None:
    async with World() as world:
        world.app.on("/rc", '<Pause duration="5"/>')
        talk = await world.answered('<Record recordCompleteUrl="/rc" maxDuration="2"/>')
        await say(talk, 4.0)
        complete = await talk.wait_event("recordComplete")

    assert seconds(complete) == about(2)
    assert times(talk, "recordComplete") == [about(2.02)]


@virtual
async def test_case_132_silence_ends_it() -> None:
    async with World() as world:
        talk = await world.answered('<Record recordCompleteUrl="/rc" silenceTimeout="2"/>')
        await say(talk, 1.0)
        complete = await talk.wait_event("recordComplete")

    assert seconds(complete) == about(3.06)


@virtual
async def test_case_132_silence_counts_from_the_start() -> None:
    async with World() as world:
        talk = await world.answered('<Record recordCompleteUrl="/rc" silenceTimeout="2"/>')
        complete = await talk.wait_event("recordComplete")

    assert seconds(complete) == about(2)


@virtual
async def test_case_132_a_pause_for_breath_does_not_end_it() -> None:
    async with World() as world:
        talk = await world.answered('<Record recordCompleteUrl="/rc" silenceTimeout="1"/>')
        await say(talk, 1.0)
        await asyncio.sleep(0.8)
        await say(talk, 1.0)
        complete = await talk.wait_event("recordComplete")

    assert seconds(complete) == about(3.86)


@virtual
async def test_case_133_a_hang_up_ends_it_without_record_complete() -> None:
    async with World() as world:
        talk = await world.answered('<Record recordCompleteUrl="/rc" recordingAvailableUrl="/ra"/>')
        await say(talk, 1.0)
        talk.phone.hang_up()
        await talk.disconnect()
        made = await available(talk)
        (pcm,) = await tracks(talk, made)

    assert sorted(kinds(talk)) == ["answer", "disconnect", "recordingAvailable"]
    assert made["status"] == "complete"
    assert sound.tones(pcm, VOICE_HZ)[0].duration_s == about(1.0, 0.1)


@virtual
async def test_case_134_without_urls_the_next_verb_runs_and_the_recording_is_there() -> None:
    async with World() as world:
        talk = await world.answered("<Record/>" + T1)
        await asyncio.sleep(1)
        await talk.phone.press("#")
        await talk.disconnect()
        (recording,) = await world.rest.recordings(talk.call_id)

    assert len(heard(talk, T1_HZ)) == 1
    assert kinds(talk) == ["answer", "disconnect"]
    assert (recording["status"], recording["channels"]) == ("complete", 1)


@virtual
async def test_case_135_a_recording_can_be_an_mp3_file() -> None:
    async with World() as world:
        talk = await world.answered('<Record fileFormat="mp3" recordingAvailableUrl="/ra"/>')
        await say(talk)
        await talk.phone.press("#")
        made = await available(talk)
        media = await world.rest.download(made)
        (pcm,) = await tracks(talk, made)

    assert (made["fileFormat"], media.headers["content-type"]) == ("mp3", "audio/mpeg")
    assert soundfile.info(io.BytesIO(media.body)).format == "MP3"
    assert sound.tones(pcm, VOICE_HZ)[0].duration_s == about(SAYS_S, 0.3)


@virtual
@pytest.mark.parametrize("verb", ["Record", "StartRecording"])
async def test_case_136_what_became_of_the_text_is_told_after_the_recording(verb: str) -> None:
    """What the party says is in the text; the clip after it is not."""
    await text_wanted(verb, "my number is 74291", "available")


@virtual
@pytest.mark.parametrize("verb", ["Record", "StartRecording"])
async def test_case_137_too_little_for_a_text_is_told_too(verb: str) -> None:
    await text_wanted(verb, "hello", "file-size-too-small")


async def text_wanted(verb: str, words: str, status: str) -> None:
    """Record so much with `transcribe`; what is told has this status and the call goes on."""
    attributes = 'transcribe="true" transcriptionAvailableUrl="/ta" recordingAvailableUrl="/ra"'
    async with World() as world:
        talk = await world.answered(
            f'<{verb} {attributes}/><Gather terminatingDigits="#"/><StopRecording/>' + T1
        )
        await talk.phone.say(speak(words))
        await talk.phone.press("##" if verb == "Record" else "#")
        event = await talk.wait_event("transcriptionAvailable")
        end = await talk.disconnect()
        (shown,) = await world.rest.recordings(talk.call_id)
        path = f"/calls/{talk.call_id}/recordings/{shown['recordingId']}"
        text = await world.rest.request("GET", f"{path}/transcription")
        deleted = await world.rest.request("DELETE", f"{path}/transcription")
        again = await world.rest.request("DELETE", f"{path}/transcription")
        after = (await world.rest.request("GET", path)).json()

    told = event["transcription"]
    assert kinds(talk).index("recordingAvailable") < kinds(talk).index("transcriptionAvailable")
    assert (told["status"], len(told["id"]), told["id"][:2]) == (status, 47, "t-")
    assert told["url"] == event["mediaUrl"].removesuffix("media") + "transcription"
    assert told["completedTime"] >= event["endTime"]
    assert {"channels", "status", "answerTime"}.isdisjoint(event)
    assert (end["cause"], len(heard(talk, T1_HZ))) == ("hangup", 1)  # the call is unaffected
    assert shown["transcription"] == told
    assert (deleted.status, again.status) == (204, 404)
    if status == "available":
        ((clip,), (whole,)) = text.json()["clips"], text.json()["transcripts"]
        assert (whole["speaker"], whole["text"], clip["text"]) == (0, words, words)
        assert 0 <= clip["startTimeSeconds"] < clip["endTimeSeconds"] <= seconds(event)
    else:
        assert text.status == 404
    assert (after["status"], after["transcription"]) == ("complete", None)


@virtual
async def test_nobody_asks_for_a_text_nobody_is_told_of_one() -> None:
    async with World() as world:
        talk = await world.answered('<Record transcriptionAvailableUrl="/ta" maxDuration="1"/>')
        await talk.disconnect()
        (shown,) = await world.rest.recordings(talk.call_id)

    assert shown["transcription"] is None
    assert talk.events("transcriptionAvailable") == []


@virtual
async def test_case_138_a_duration_beyond_three_hours_is_invalid() -> None:
    async with World() as world:
        await assert_invalid(world, '<Record maxDuration="10801"/>')


@virtual
@pytest.mark.parametrize(
    "verb",
    [
        '<Record recordCompleteUrl="http://pub.test/x" username="u"/>',
        '<Record recordCompleteUrl="/x" recordingAvailableUrl="http://pub.test/x" username="u"/>',
        '<StartRecording recordingAvailableUrl="http://pub.test/x" username="u" password="p"/>',
        '<Record recordCompleteUrl="/x" username="u"/>',  # of http://app.test
    ],
)
async def test_case_139_credentials_need_https(verb: str) -> None:
    async with World() as world:
        await assert_invalid(world, verb)


@virtual
async def test_case_139_rest_refuses_such_a_document() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="2"/>')
        await asyncio.sleep(0.5)
        document = '<Response><Record recordCompleteUrl="/x" username="u"/></Response>'
        answer = await world.rest.update_bxml(talk.call_id, document)
        await talk.disconnect()

    assert answer.status == 400
    assert "needs https URLs" in answer.json()["description"]
    assert "http://app.test/x" in answer.json()["description"]


@virtual
async def test_case_139_an_operator_may_allow_it() -> None:
    settings = Settings(fixtures.API_URL, https_with_credentials=False)
    async with World(settings=settings) as world:
        world.app.on("/x", "<Hangup/>")
        talk = await world.answered('<Record recordCompleteUrl="/x" username="u"/>')
        await asyncio.sleep(0.5)
        await talk.phone.press("#")
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert arrivals(talk, "recordComplete")[0].credentials == Credentials("u")


@virtual
async def test_case_140_the_name_of_a_recording_is_echoed() -> None:
    async with World() as world:
        talk = await world.answered(
            '<Record recordingName="greet" recordingAvailableUrl="/ra"/><Pause duration="2"/>'
        )
        await asyncio.sleep(1)
        await talk.phone.press("#")
        made = await available(talk)
        (recording,) = await world.rest.recordings(talk.call_id)

    assert made["recordingName"] == "greet"
    assert recording["recordingName"] == "greet"


@virtual
async def test_case_141_both_directions_are_mixed() -> None:
    async with World() as world:
        talk = await world.answered(START + T3 + "<StopRecording/>")
        await say(talk, 2.0)
        made = await available(talk)
        await talk.disconnect()
        (pcm,) = await tracks(talk, made)

    assert seconds(made) == about(3)
    assert made["channels"] == 1
    assert spoken(pcm, VOICE_HZ) == [about([0.06, 2.06])]
    assert spoken(pcm, T3_HZ) == [about([0, 3])]


@virtual
async def test_case_142_each_direction_has_its_channel() -> None:
    async with World() as world:
        start = START.replace("/>", ' multiChannel="true"/>')
        talk = await world.answered(start + T3 + "<StopRecording/>")
        await say(talk, 2.0)
        made = await available(talk)
        await talk.disconnect()
        party, clip = await tracks(talk, made)

    assert made["channels"] == 2
    assert seconds(made) == about(3)
    assert (spoken(party, VOICE_HZ), spoken(party, T3_HZ)) == ([about([0.06, 2.06])], [])
    assert (spoken(clip, VOICE_HZ), spoken(clip, T3_HZ)) == ([], [about([0, 3])])


@virtual
async def test_case_143_a_pause_is_cut_out() -> None:
    async with World() as world:
        talk = await world.answered(
            START + T1 + "<PauseRecording/>" + T3 + "<ResumeRecording/>" + T1 + "<StopRecording/>"
        )
        made = await available(talk)
        await talk.disconnect()
        (pcm,) = await tracks(talk, made)

    assert seconds(made) == about(2)
    assert len(pcm) / 8000 == seconds(made)
    assert spoken(pcm, T3_HZ) == []
    assert spoken(pcm, T1_HZ) == [about([0, 2])]


@virtual
async def test_case_144_a_second_start_is_ignored() -> None:
    async with World() as world:
        second = '<StartRecording recordingAvailableUrl="/rb" multiChannel="true"/>'
        talk = await world.answered(START + second + '<Pause duration="2"/><StopRecording/>')
        await talk.disconnect()
        made = await available(talk)
        recordings = await world.rest.recordings(talk.call_id)

    assert len(talk.events("recordingAvailable")) == 1
    assert made["channels"] == 1
    assert [request.path for request in world.app.received if request.path[:2] == "/r"] == ["/ra"]
    assert len(recordings) == 1


@virtual
@pytest.mark.parametrize("verb", ["StopRecording", "PauseRecording", "ResumeRecording"])
async def test_case_145_without_a_recording_the_others_have_no_effect(verb: str) -> None:
    async with World() as world:
        talk = await world.answered(f"<{verb}/>" + T1)
        event = await talk.disconnect()
        recordings = await world.rest.recordings(talk.call_id)

    assert event["cause"] == "hangup"
    assert len(heard(talk, T1_HZ)) == 1
    assert recordings == []


@virtual
async def test_case_146_a_paused_recording_can_be_stopped() -> None:
    async with World() as world:
        talk = await world.answered(
            START + T1 + '<PauseRecording/><Pause duration="1"/><StopRecording/>'
        )
        await talk.disconnect()
        made = await available(talk)

    assert made["status"] == "complete"
    assert seconds(made) == about(1)


@virtual
async def test_case_147_the_end_of_the_call_ends_the_recording() -> None:
    async with World() as world:
        talk = await world.answered(START + '<Pause duration="30"/>')
        await say(talk, 1.0)
        talk.phone.hang_up()
        made = await available(talk)

    assert kinds(talk) == ["answer", "disconnect", "recordingAvailable"]
    assert seconds(made) == about(1, 0.1)


@virtual
async def test_case_148_a_recording_survives_a_redirect() -> None:
    async with World() as world:
        world.app.on("/r", '<Pause duration="2"/>')
        talk = await world.answered(START + T1 + '<Redirect redirectUrl="/r"/>')
        await talk.disconnect()
        made = await available(talk)
        recordings = await world.rest.recordings(talk.call_id)

    assert seconds(made) == about(3)
    assert len(recordings) == 1


@virtual
async def test_case_149_rest_pauses_and_resumes() -> None:
    async with World() as world:
        talk = await world.answered(START + T1 + T3 + T1 + "<StopRecording/>")
        await asyncio.sleep(1)
        for state in ("paused", "paused"):
            assert (await world.rest.update_recording(talk.call_id, state)).status == 200
        await asyncio.sleep(3)
        for state in ("recording", "recording"):
            answer = await world.rest.update_recording(talk.call_id, state)
            assert (answer.status, answer.body) == (200, b"")
        made = await available(talk)
        await talk.disconnect()
        (pcm,) = await tracks(talk, made)

    assert seconds(made) == about(2)
    assert sum(span.duration_s for span in sound.tones(pcm, T3_HZ)) < 0.1


@virtual
async def test_case_277_a_document_that_only_stops_the_recording_ends_the_call() -> None:
    async with World() as world:
        world.app.on("/g", "<StopRecording/>")
        gather = '<Gather gatherUrl="/g" firstDigitTimeout="1"/>'
        talk = await world.answered(START + gather + T3)
        event = await talk.disconnect()
        made = await available(talk)

    assert (event["cause"], heard(talk, T3_HZ)) == ("hangup", [])
    assert seconds(made) == about(1)


@virtual
async def test_nothing_is_recorded_after_a_stop_and_a_second_recording_is_another() -> None:
    async with World() as world:
        talk = await world.answered((START + T1 + "<StopRecording/>" + T3) + (START + T1))
        await talk.disconnect()
        made = await talk.wait_event("recordingAvailable", count=2)
        first, second = talk.events("recordingAvailable")
        recordings = await world.rest.recordings(talk.call_id)
        (pcm,) = await tracks(talk, first)

    assert seconds(first) == about(1)
    assert seconds(second) == about(1 + PLAY_OUT_S)
    assert spoken(pcm, T3_HZ) == []
    assert first["recordingId"] != second["recordingId"]
    assert made in (first, second)
    assert [each["recordingId"] for each in recordings] == [
        first["recordingId"],
        second["recordingId"],
    ]


@virtual
async def test_record_and_a_recording_in_the_background_are_two_files() -> None:
    """And pausing one does nothing to the other (bxml.md 4.10)."""
    async with World() as world:
        talk = await world.answered(
            START + T1 + '<PauseRecording/><Record recordingAvailableUrl="/rb"/>' + T1
        )
        await asyncio.sleep(1)
        await say(talk, 2.0)
        await talk.phone.press("#")
        await talk.disconnect()
        await talk.wait_event("recordingAvailable", count=2)
        record, background = talk.events("recordingAvailable")
        (voice,), (both,) = await tracks(talk, record), await tracks(talk, background)

    assert seconds(record) == about(2.04, 0.1)
    assert seconds(background) == about(1)
    assert (spoken(voice, T1_HZ), spoken(both, VOICE_HZ)) == ([], [])
    assert sound.tones(voice, VOICE_HZ)[0].duration_s == about(2.0)


@virtual
async def test_keys_of_a_record_are_reported_as_well() -> None:
    async with World() as world:
        talk = await world.answered('<StartGather dtmfUrl="/d"/><Record/><Pause duration="1"/>')
        await asyncio.sleep(1)
        await talk.phone.press("5#")
        await talk.disconnect()

    assert [event["digit"] for event in talk.events("dtmf")] == ["5", "#"]


@virtual
async def test_a_redirect_during_record_keeps_what_was_said() -> None:
    async with World() as world:
        world.app.on("/n", T1)
        talk = await world.answered('<Record recordCompleteUrl="/rc" recordingAvailableUrl="/ra"/>')
        await asyncio.sleep(2)
        await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        made = await available(talk)
        await talk.disconnect()

    assert seconds(made) == about(2)
    assert talk.events("recordComplete") == []
    assert len(heard(talk, T1_HZ)) == 1
