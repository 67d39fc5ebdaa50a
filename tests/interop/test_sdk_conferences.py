"""The official Python SDK looks at and changes the conferences of a real server."""

import io
from typing import Any

import bandwidth
import numpy as np
import pytest
import soundfile
from bandwidth.exceptions import ApiException, NotFoundException
from bandwidth.models.bxml import Conference as ConferenceVerb
from bandwidth.models.bxml import Response, SpeakSentence, StartRecording, StopRecording
from bandwidth.models.create_call import CreateCall
from bandwidth.models.update_conference import UpdateConference
from bandwidth.models.update_conference_member import UpdateConferenceMember
from tests.interop.conftest import VoiceServer
from tests.interop.site import until

from offhook.testing import sound
from offhook.testing.app import Received, Reply, document
from offhook.testing.handset import Handset

pytestmark = pytest.mark.slow

VOICE_HZ = 700.0
XML = {"Content-Type": "application/xml"}


def joined(client: bandwidth.ApiClient, server: VoiceServer, party: str, verbs: Any) -> Any:
    """Have a telephone called that joins a conference; its call's id and the telephone."""
    body = Response(nested_verbs=verbs).to_bxml()
    server.site.app.on("/answer", Reply(body, headers=XML))
    phone = server.site.phones.phone(party)  # it is there before it is called
    request = CreateCall.model_validate(server.site.request(to=party))
    call_id = bandwidth.CallsApi(client).create_call(server.server.account, request).call_id
    handset = server.loop.run(phone.wait_call())
    server.loop.run(handset.wait("answered"))
    return call_id, handset


async def hung_up(handset: Handset) -> None:
    """Hang up, on the telephone's own loop."""
    handset.hang_up()


def named(client: bandwidth.ApiClient, server: VoiceServer, name: str, members: int) -> Any:
    """Wait until a conference has so many members; return it."""
    api, account = bandwidth.ConferencesApi(client), server.server.account

    def found() -> list[Any]:
        listed = [each for each in api.list_conferences(account, name=name) if each.id]
        shown = [api.get_conference(account, each.id) for each in listed]
        return [each for each in shown if len(each.active_members or []) == members]

    server.loop.run(until(lambda: bool(found()), f"{members} members"))
    (only,) = found()
    return only


def test_a_conference_is_listed_its_members_changed_and_it_is_ended(
    client: bandwidth.ApiClient, voice_server: VoiceServer
) -> None:
    account, api = voice_server.server.account, bandwidth.ConferencesApi(client)
    verbs = [
        ConferenceVerb("sdk", tag="t"),
        SpeakSentence("The conference is over, and here is some more to say about it."),
    ]
    first, one = joined(client, voice_server, "+12025550191", verbs)
    second, _ = joined(client, voice_server, "+12025550192", verbs)
    shown = named(client, voice_server, "sdk", 2)
    before = api.get_conference_member(account, shown.id, second)
    change = UpdateConferenceMember(mute=True, callIdsToCoach=[first])
    api.update_conference_member(account, shown.id, second, change)
    after = api.get_conference_member(account, shown.id, second)
    with pytest.raises(ApiException) as refusal:
        api.update_conference_member(
            account, shown.id, first, UpdateConferenceMember(callIdsToCoach=[second])
        )
    api.update_conference(account, shown.id, UpdateConference(status="completed"))
    over = api.get_conference(account, shown.id)

    assert (len(shown.id), shown.name, shown.tag, shown.completed_time) == (50, "sdk", "t", None)
    assert [member.call_id for member in shown.active_members] == [first, second]
    assert (before.mute, before.hold, before.call_ids_to_coach) == (False, False, None)
    assert (after.mute, after.hold, after.call_ids_to_coach) == (True, False, [first])
    assert before.member_url.endswith(f"/conferences/{shown.id}/members/{second}")
    assert refusal.value.status == 400
    assert over.completed_time > shown.created_time
    assert not over.active_members
    with pytest.raises(NotFoundException):
        api.update_conference(account, shown.id, UpdateConference(status="completed"))
    voice_server.loop.run(one.wait("ended"))
    assert sound.sounds(one.heard)  # what comes after the conference


def test_a_conference_plays_and_records(
    client: bandwidth.ApiClient, voice_server: VoiceServer
) -> None:
    account, api = voice_server.server.account, bandwidth.ConferencesApi(client)
    app = voice_server.site.app
    app.on("/room", lambda _: Reply(status=204))
    verb = ConferenceVerb("taped", conference_event_url=f"{voice_server.site.app_url}/room")
    _, one = joined(client, voice_server, "+12025550193", [verb])
    _, two = joined(client, voice_server, "+12025550194", [verb])
    shown = named(client, voice_server, "taped", 2)
    begin = Response(nested_verbs=[StartRecording(multi_channel=True)]).to_bxml()
    api.update_conference_bxml(account, shown.id, begin)

    def statuses() -> list[str]:
        return [each.status for each in api.list_conference_recordings(account, shown.id)]

    voice_server.loop.run(until(lambda: statuses() == ["processing"], "the recording to begin"))
    voice_server.loop.run(one.say(sound.tone(VOICE_HZ, 1.5)))

    def redirected(request: Received) -> Reply:
        ended = request.event["eventType"] == "conferenceRedirect"
        return document(StopRecording().to_bxml()) if ended else Reply(status=204)

    app.on("/room", redirected)
    again = UpdateConference(redirectUrl=f"{voice_server.site.app_url}/room")
    api.update_conference(account, shown.id, again)
    voice_server.loop.run(until(lambda: statuses() == ["complete"], "the recording to be made"))
    (listed,) = api.list_conference_recordings(account, shown.id)
    made = api.get_conference_recording(account, shown.id, listed.recording_id)
    media = bytes(api.download_conference_recording(account, shown.id, made.recording_id))
    pcm, rate_hz = soundfile.read(io.BytesIO(media), dtype="int16")

    assert (made.conference_id, made.name, made.channels) == (shown.id, "taped", 1)
    assert (rate_hz, pcm.ndim) == (8000, 1)
    voice = sound.tones(pcm.astype(np.int16), VOICE_HZ)
    heard_s = sum((span.duration_s for span in voice), 0.0)
    assert heard_s == pytest.approx(1.5, abs=0.3)
    assert sound.tones(two.heard, VOICE_HZ)
    events = [e["eventType"] for e in app.events() if e.get("conferenceId") == shown.id]
    assert events == [
        "conferenceCreated",
        "conferenceMemberJoin",
        "conferenceMemberJoin",
        "conferenceRedirect",
    ]
    for handset in (one, two):
        voice_server.loop.run(hung_up(handset))
