"""The official Python SDK lists, downloads, pauses and deletes recordings of a real server."""

import io
from typing import Any

import bandwidth
import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from bandwidth.exceptions import NotFoundException
from bandwidth.models.create_call import CreateCall
from bandwidth.models.update_call import UpdateCall
from bandwidth.models.update_call_recording import UpdateCallRecording
from tests.interop.conftest import VoiceServer
from tests.interop.site import until

from offhook.testing import sound

pytestmark = pytest.mark.slow

VOICE_HZ = 700.0
HANG_UP = UpdateCall.model_validate({"state": "completed"})


def talk(client: bandwidth.ApiClient, server: VoiceServer, party: str, document: str) -> Any:
    """Have a telephone called and answered; the application says what is recorded."""
    server.site.app.on("/answer", document)
    phone = server.site.phones.phone(party)  # it is there before it is called
    body = CreateCall.model_validate(server.site.request(to=party))
    call_id = bandwidth.CallsApi(client).create_call(server.server.account, body).call_id
    handset = server.loop.run(phone.wait_call())
    server.loop.run(handset.wait("answered"))
    return call_id, handset


def heard_s(pcm: npt.NDArray[Any]) -> float:
    """How long the party's voice is in a channel."""
    return sum((span.duration_s for span in sound.tones(pcm.astype(np.int16), VOICE_HZ)), 0.0)


@pytest.mark.parametrize(("form", "party"), [("wav", "+12025550171"), ("mp3", "+12025550172")])
def test_a_recording_is_listed_downloaded_and_deleted(
    client: bandwidth.ApiClient, voice_server: VoiceServer, form: str, party: str
) -> None:
    account = voice_server.server.account
    recordings = bandwidth.RecordingsApi(client)
    call_id, handset = talk(client, voice_server, party, f"<Record fileFormat='{form}'/>")

    def status() -> list[str]:
        return [each.status for each in recordings.list_call_recordings(account, call_id)]

    voice_server.loop.run(until(lambda: status() == ["processing"], "the recording to begin"))
    voice_server.loop.run(handset.say(sound.tone(VOICE_HZ, 1.5)))
    voice_server.loop.run(handset.press("#"))
    voice_server.loop.run(until(lambda: status() == ["complete"], "the recording to be complete"))
    (listed,) = recordings.list_call_recordings(account, call_id)
    shown = recordings.get_call_recording(account, call_id, listed.recording_id)
    of_account = recordings.list_account_call_recordings(account, to=party)
    media = bytes(recordings.download_call_recording(account, call_id, listed.recording_id))
    pcm, rate_hz = soundfile.read(io.BytesIO(media), dtype="int16")

    assert (len(shown.recording_id), shown.call_id, shown.channels) == (47, call_id, 1)
    assert (shown.file_format, shown.to) == (form, party)
    assert [each.recording_id for each in of_account] == [shown.recording_id]
    assert rate_hz == 8000
    assert heard_s(pcm) == pytest.approx(1.5, abs=0.3)

    recordings.delete_recording_media(account, call_id, listed.recording_id)
    assert recordings.get_call_recording(account, call_id, listed.recording_id).status == "deleted"
    with pytest.raises(NotFoundException):
        recordings.download_call_recording(account, call_id, listed.recording_id)
    recordings.delete_recording(account, call_id, listed.recording_id)
    assert recordings.list_call_recordings(account, call_id) == []


def test_a_recording_is_paused_and_resumed(
    client: bandwidth.ApiClient, voice_server: VoiceServer
) -> None:
    account = voice_server.server.account
    recordings = bandwidth.RecordingsApi(client)
    document = "<StartRecording multiChannel='true'/><Pause duration='30'/>"
    call_id, handset = talk(client, voice_server, "+12025550173", document)

    def status() -> list[str]:
        return [each.status for each in recordings.list_call_recordings(account, call_id)]

    voice_server.loop.run(until(lambda: status() == ["processing"], "the recording to begin"))
    for state in ("paused", "recording"):
        body = UpdateCallRecording.model_validate({"state": state})
        recordings.update_call_recording_state(account, call_id, body)
    voice_server.loop.run(handset.say(sound.tone(VOICE_HZ, 1.0)))
    bandwidth.CallsApi(client).update_call(account, call_id, HANG_UP)
    voice_server.loop.run(until(lambda: status() == ["complete"], "the recording to be complete"))
    (done,) = recordings.list_call_recordings(account, call_id)
    media = bytes(recordings.download_call_recording(account, call_id, done.recording_id))
    pcm, _ = soundfile.read(io.BytesIO(media), dtype="int16")

    assert (done.channels, pcm.shape[1]) == (2, 2)
    assert heard_s(pcm[:, 0]) > 0.7
    assert heard_s(pcm[:, 1]) == 0
