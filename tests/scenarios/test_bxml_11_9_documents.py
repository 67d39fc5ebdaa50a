"""bxml.md 11.9, cases 206 to 212, 215 and 216: the documents of a conference, and recordings."""

import asyncio
import io
from typing import Any

import pytest
import soundfile
from tests.scenarios.cases import T1, T3, about, clips
from tests.scenarios.links import N1, N2
from tests.scenarios.rooms import (
    URL,
    VOICES_HZ,
    all_talk,
    conference,
    events,
    joined,
    kinds,
    meeting,
    room,
    within,
)

from offhook.hooks import Credentials
from offhook.testing import sound
from offhook.testing.app import NOT_FOUND, REFUSED, Answer, Received, Reply, document
from offhook.testing.fixtures import T1_HZ, T3_HZ
from offhook.testing.loop import virtual
from offhook.testing.sound import Pcm
from offhook.testing.world import World

EMPTY = Reply(status=204)
START = '<StartRecording recordingAvailableUrl="/cr" multiChannel="true" transcribe="true"/>'


def replies(**documents: str | Reply) -> Answer:
    """Return what answers events: the part of the name after `conference`, and a document."""

    def answer(request: Received) -> Reply:
        found = documents.get(request.event["eventType"].removeprefix("conference"), EMPTY)
        return document(found) if isinstance(found, str) else found

    return answer


def log(world: World, kind: str) -> list[dict[str, Any]]:
    """Return what the log of the latest conference says of a kind."""
    return [e.data for e in world.store.events(room(world)) if e.kind == kind]


async def download(world: World, recording: dict[str, Any]) -> list[Pcm]:
    """Return the channels of a recording."""
    answer = await world.rest.download(recording)
    assert answer.status == 200, answer
    pcm, rate_hz = soundfile.read(io.BytesIO(answer.body), dtype="int16", always_2d=True)
    assert rate_hz == 8000
    return list(pcm.T)


@virtual
async def test_case_206_all_members_hear_a_clip_but_those_on_hold() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        members = await meeting(world, x="", y='mute="true"', z='hold="true"')
        world.app.on("/play", T3)
        await world.rest.update_conference(room(world), redirectUrl="http://app.test/play")
        await asyncio.sleep(4)

    assert [clips(members[name].phone.heard) for name in "xyz"] == [["t3"], ["t3"], []]


@virtual
@pytest.mark.parametrize("verb", ["<Pause/>", "<Gather/>", "<Hangup/>", "<PlayAudio/>", "<Nope/>"])
async def test_case_207_a_document_with_another_verb_is_dropped(verb: str) -> None:
    async with World() as world:
        world.app.on(URL, replies(Created=f"{T3}{verb}", MemberExit=T1))
        x = await joined(world, N1)
        y = await joined(world, N2)
        await asyncio.sleep(1)
        assert not x.phone.heard.any()
        y.phone.hang_up()
        await asyncio.sleep(2)

        (refused,) = log(world, "bxml.refused")
    assert refused["text"].count(T3) == 1
    assert refused["origin"] == "http://app.test/ce"
    assert clips(x.phone.heard) == ["t1"]


@virtual
@pytest.mark.parametrize("reply", [Reply("no document"), Reply("x" * 70_000), NOT_FOUND, REFUSED])
async def test_a_reply_that_is_no_document_changes_nothing(reply: Reply) -> None:
    async with World() as world:
        world.app.on(URL, replies(Created=reply, MemberJoin=T1))
        x = await joined(world, N1)
        await asyncio.sleep(2)

        assert x.phone.end is None
    assert clips(x.phone.heard) == ["t1"]
    assert kinds(world)[-2:] == ["MemberExit", "Completed"]


@virtual
async def test_case_208_a_verb_that_fails_is_skipped() -> None:
    async with World() as world:
        world.app.on(URL, replies(Created="<PlayAudio>404.wav</PlayAudio>" + T1))
        x = await joined(world, N1)
        await asyncio.sleep(2)

        ended = log(world, "verb.ended")
    assert clips(x.phone.heard) == ["t1"]
    assert ended[0]["outcome"] == "PlayAudio failed: HTTP 404 (http://app.test/404.wav)"
    assert ended[1]["outcome"] == "done"


@virtual
async def test_case_209_an_empty_reply_does_nothing() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY, Reply(" \n"), document(""))
        x = await joined(world, N1)
        await joined(world, N2)
        await asyncio.sleep(1)

        assert x.phone.end is None
        assert log(world, "bxml.refused") == []
    assert not x.phone.heard.any()


@virtual
async def test_case_210_documents_are_played_one_after_the_other() -> None:
    async with World() as world:
        world.app.on(URL, replies(Created=T3, MemberJoin=T1))
        x = await joined(world, N1)
        await asyncio.sleep(5)

    (third,), (first,) = (sound.tones(x.phone.heard, hertz, 0.03) for hertz in (T3_HZ, T1_HZ))
    assert third.duration_s == about(3)
    assert first.duration_s == about(1)
    assert 0 <= first.start_s - third.end_s < 0.2


@virtual
async def test_documents_from_everywhere_wait_in_one_queue() -> None:
    async with World() as world:
        world.app.on(URL, replies(Created=T3, MemberJoin=T1))
        world.app.on("/more", Reply(document(T3).body, delay_s=0.2))
        x = await joined(world, N1)
        put = await world.rest.play_in_conference(room(world), f"<Bxml>{T1}</Bxml>")
        await world.rest.update_conference(room(world), redirectUrl="http://app.test/more")
        await asyncio.sleep(10)

    assert put.status == 204
    assert clips(x.phone.heard) == ["t3", "t1", "t3"]
    assert [span.duration_s for span in sound.tones(x.phone.heard, T1_HZ)] == [about(2)]


@virtual
async def test_the_queue_has_an_end() -> None:
    async with World() as world:
        world.app.on(URL, replies(Created=T3 * 40))
        await joined(world, N1)
        statuses = [
            (await world.rest.play_in_conference(room(world), f"<Bxml>{T1}</Bxml>")).status
            for _ in range(102)
        ]

    assert statuses == [204] * 100 + [503] * 2


@virtual
async def test_case_211_a_recording_has_one_channel_and_no_text() -> None:
    async with World() as world:
        world.app.on(URL, replies(Created=START + T1))
        members = await meeting(world, x="", y="")
        await asyncio.sleep(1)
        await all_talk(members)
        for talk in members.values():
            talk.phone.hang_up()
        made = await world.app.wait_event("conferenceRecordingAvailable")
        channels = await download(world, made)
        listed = (await world.rest.request("GET", f"/conferences/{room(world)}/recordings")).json()
        of_account = (await world.rest.request("GET", "/recordings")).json()

    assert [request.path for request in world.app.requests("/cr")] == ["/cr"]
    assert made["channels"] == len(channels) == 1
    assert (made["status"], made["fileFormat"], made["name"]) == ("complete", "wav", "room")
    assert made["accountId"] == "9900000"
    assert made["mediaUrl"] == (
        f"https://voice.test/api/v2/accounts/9900000/conferences/{room(world)}"
        f"/recordings/{made['recordingId']}/media"
    )
    assert not {"callId", "from", "to", "recordingName"} & made.keys()
    assert [within(channels[0], hertz) for hertz in (T1_HZ, *list(VOICES_HZ.values())[:2])] == [
        True,
        True,
        True,
    ]
    assert kinds(world)[-2:] == ["Completed", "RecordingAvailable"]
    assert [event for event in world.app.events() if "ranscription" in event["eventType"]] == []
    (shown,) = listed
    assert (shown["conferenceId"], shown["mediaUrl"]) == (room(world), made["mediaUrl"])
    assert of_account == []


@virtual
async def test_case_212_who_is_muted_is_not_in_the_recording() -> None:
    async with World() as world:
        start = '<StartRecording recordingAvailableUrl="/cr" fileFormat="mp3"/>'
        world.app.on(URL, replies(Created=start))
        members = await meeting(world, x="", y='mute="true"', z='callIdsToCoach="{x}"')
        await all_talk(members)
        await world.rest.play_in_conference(room(world), "<Bxml><StopRecording/></Bxml>")
        made = await world.app.wait_event("conferenceRecordingAvailable")
        (channel,) = await download(world, made)

        assert log(world, "recording.stopped")
    assert made["fileFormat"] == "mp3"
    assert [within(channel, hertz) for hertz in VOICES_HZ.values()] == [True, False, True]


@virtual
async def test_a_recording_is_paused_by_documents_and_a_second_one_ignored() -> None:
    async with World() as world:
        start = '<StartRecording recordingAvailableUrl="/cr"/>'
        twice = f'{start}<StartRecording recordingAvailableUrl="/no"/>'
        world.app.on(URL, replies(Created=f"{twice}<PauseRecording/>{T1}<ResumeRecording/>{T3}"))
        x = await joined(world, N1)
        await asyncio.sleep(5)
        x.phone.hang_up()
        made = await world.app.wait_event("conferenceRecordingAvailable")
        (channel,) = await download(world, made)

    assert clips(channel) == ["t3"]
    assert world.app.requests("/no") == []


@virtual
async def test_the_recording_of_a_member_goes_on() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        record = '<StartRecording recordingAvailableUrl="/ra" multiChannel="true"/>'
        x = await joined(world, N1, record + conference())
        y = await joined(world, N2)
        await all_talk({"x": x, "y": y})
        x.phone.hang_up()
        made = await x.wait_event("recordingAvailable")
        near, far = await download(world, made)

    assert [within(near, hertz) for hertz in VOICES_HZ.values()] == [True, False, False]
    assert [within(far, hertz) for hertz in VOICES_HZ.values()] == [False, True, False]


@virtual
async def test_case_215_rest_brings_a_document() -> None:
    async with World() as world:
        world.app.on("/deep/ce", EMPTY)
        x = await joined(world, N1, conference('conferenceEventUrl="/deep/ce"'))
        answer = await world.rest.play_in_conference(room(world), f"<Response>{T1}</Response>")
        await asyncio.sleep(2)

    assert (answer.status, answer.body) == (204, b"")
    assert clips(x.phone.heard) == ["t1"]
    assert [r.url for r in world.app.requests("/deep/t1.wav")] == ["http://app.test/deep/t1.wav"]


@virtual
@pytest.mark.parametrize(
    ("verbs", "reason"),
    [
        (f"{T1}<Pause/>", "Pause is not allowed in a conference (line 1)"),
        ("<PlayAudio/>", "<PlayAudio> needs text: where the sound is (line 1)"),
        (T1, "relative URL without a base"),
        ('<StartRecording recordingAvailableUrl="/x"/>', "relative URL without a base"),
    ],
)
async def test_rest_is_told_what_is_wrong_with_a_document(verbs: str, reason: str) -> None:
    async with World() as world:
        x = await joined(world, N1, conference(""))
        (shown,) = await world.rest.conferences()
        refused = await world.rest.play_in_conference(shown["id"], f"<Bxml>{verbs}</Bxml>")
        whole = "<Bxml><PlayAudio>http://m.test/t1.wav</PlayAudio></Bxml>"
        taken = await world.rest.play_in_conference(shown["id"], whole)
        await asyncio.sleep(2)

    assert refused.status == 400
    assert refused.json()["description"] == f"Invalid BXML: {reason}"
    assert taken.status == 204
    assert clips(x.phone.heard) == ["t1"]


@virtual
async def test_case_216_rest_asks_the_application_for_a_document() -> None:
    async with World() as world:
        world.app.on("/more", REFUSED)
        world.app.on("/spare", T1)
        x = await joined(world, N1, conference(""))
        (shown,) = await world.rest.conferences()
        answer = await world.rest.update_conference(
            shown["id"],
            status="active",
            redirectUrl="http://app.test/more",
            redirectFallbackUrl="http://app.test/spare",
            fallbackUsername="u",
            fallbackPassword="p",
        )
        event = await world.app.wait_event("conferenceRedirect")
        await asyncio.sleep(2)

    assert (answer.status, answer.body) == (204, b"")
    assert clips(x.phone.heard) == ["t1"]
    assert event.keys() == {"eventType", "eventTime", "conferenceId", "name"}
    (request,) = world.app.requests("/spare")
    assert (request.method, request.credentials) == ("POST", Credentials("u", "p"))
    assert events(world) == [event]


@virtual
async def test_the_end_stops_what_is_played_and_drops_what_waits() -> None:
    async with World() as world:
        world.app.on(URL, replies(Created=T3 + T1))
        x = await joined(world, N1, conference() + '<Pause duration="5"/>')
        await asyncio.sleep(1)
        await world.rest.update_conference(room(world), status="completed")
        await x.disconnect()

        assert [each["outcome"] for each in log(world, "verb.ended")] == ["stopped"]
    (span,) = sound.sounds(x.phone.heard)
    assert span.duration_s < 1.5


@virtual
async def test_a_recording_of_a_conference_is_played_in_the_next_one() -> None:
    async with World() as world:
        world.app.on(URL, replies(Created='<StartRecording recordingAvailableUrl="/cr"/>' + T1))
        x = await joined(world, N1)
        await asyncio.sleep(1.5)
        x.phone.hang_up()
        made = await world.app.wait_event("conferenceRecordingAvailable")
        world.app.on(URL, replies(Created=f"<PlayAudio>{made['mediaUrl']}</PlayAudio>"))
        y = await joined(world, N2)
        await asyncio.sleep(2)

    assert clips(y.phone.heard) == ["t1"]
