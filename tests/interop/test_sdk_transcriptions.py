"""A telephone speaks, Whisper listens: the official Python SDK asks for what was said.

Everything is real: the server, sound over RTP, the recogniser in its process, the SDK.
"""

import bandwidth
import numpy as np
import pytest
from bandwidth.exceptions import NotFoundException
from bandwidth.models.bxml import (
    CustomParam,
    Gather,
    Response,
    StartRecording,
    StartTranscription,
    StopRecording,
    StopTranscription,
)
from bandwidth.models.create_call import CreateCall
from bandwidth.models.transcribe_recording import TranscribeRecording
from bandwidth.models.update_call import UpdateCall
from tests.interop.conftest import VoiceServer

from offhook.speech import Pcm
from offhook.speech.pico import Voices
from offhook.speech.whisper import installed
from offhook.ssml import Sentence, Text
from offhook.testing.app import XML, Reply
from offhook.testing.sound import silence
from offhook.testing.words import plain

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not installed(), reason="needs the extra: offhook[recognition]"),
]

PARTY = "+12025550179"
HANG_UP = UpdateCall.model_validate({"state": "completed"})


def spoken(text: str) -> Pcm:
    said = Voices().synthesize(Sentence((Text(text),)))
    return np.concatenate([silence(0.3), said, silence(1.2)])


def test_what_a_telephone_says_is_written_down(
    client: bandwidth.ApiClient, voice_server: VoiceServer
) -> None:
    server, site, loop = voice_server.server, voice_server.site, voice_server.loop
    ask = Gather(gather_url="/said", input="speech", speech_timeout=20, hints="bill, account")
    live = StartTranscription(
        name="live",
        transcription_event_url="/live",
        custom_params=[CustomParam(name="ticket", value="4711")],
    )
    verbs = [live, StartRecording(recording_available_url="/made"), Gather(terminating_digits="#")]
    verbs += [StopRecording(), StopTranscription(name="live"), Gather()]
    site.app.on("/answer", Reply(Response([ask]).to_bxml(), headers=XML))
    site.app.on("/said", Reply(Response(verbs).to_bxml(), headers=XML))
    phone = site.phones.phone(PARTY)
    body = CreateCall.model_validate(site.request(to=PARTY))
    call_id = bandwidth.CallsApi(client).create_call(server.account, body).call_id
    handset = loop.run(phone.wait_call())
    loop.run(handset.wait("answered"))
    loop.run(handset.say(spoken("I would like to pay my bill please.")))
    gathered = loop.run(site.told("gather", callId=call_id))
    loop.run(handset.say(spoken("My account number is seven four two nine one.")))
    loop.run(handset.press("#"))
    made = loop.run(site.told("recordingAvailable", callId=call_id))
    available = loop.run(site.told("realTimeTranscriptionAvailable", callId=call_id))
    texts = bandwidth.TranscriptionsApi(client)
    (listed,) = texts.list_real_time_transcriptions(server.account, call_id)
    text = texts.get_real_time_transcription(server.account, call_id, listed.transcription_id)

    assert plain(gathered["text"]) == "i would like to pay my bill please"
    assert available["realTimeTranscription"]["status"] == "available"
    assert (listed.transcription_name, text.call_id) == ("live", call_id)
    assert [each.track for each in text.tracks or []] == ["inbound"]
    assert plain((text.tracks or [])[0].transcript or "") == "my account number is 74291"

    recordings = bandwidth.RecordingsApi(client)
    where = (server.account, call_id, made["recordingId"])
    wish = TranscribeRecording.model_validate(
        {"callbackUrl": f"{site.app_url}/text", "tag": "mine"}
    )
    recordings.transcribe_call_recording(*where, wish)
    told = loop.run(site.told("transcriptionAvailable", callId=call_id))
    found = recordings.get_recording_transcription(*where)
    shown = recordings.get_call_recording(*where)

    assert (told["tag"], told["transcription"]["status"]) == ("mine", "available")
    assert shown.transcription is not None
    assert shown.transcription.status == "available"
    assert [plain(each.text or "") for each in found.transcripts or []] == [
        "my account number is 74291"
    ]
    assert all((clip.end_time_seconds or 0) > 0 for clip in found.clips or [])

    texts.delete_real_time_transcription(server.account, call_id, listed.transcription_id)
    recordings.delete_recording_transcription(*where)
    assert texts.list_real_time_transcriptions(server.account, call_id) == []
    with pytest.raises(NotFoundException):
        recordings.get_recording_transcription(*where)
    bandwidth.CallsApi(client).update_call(server.account, call_id, HANG_UP)
