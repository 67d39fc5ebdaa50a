"""Two baresips, a telephone of ours and SIPp in one conference: who hears whom, in real time.

The table is that of bxml.md 4.2. SIPp talks and cannot listen; the others do both.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.interop.baresip import Baresip, running_baresip
from tests.interop.conftest import VoiceServer
from tests.interop.hearing import Ear, decoded, scenes, share, until_heard
from tests.interop.sipp import HOST, finish, free_port, start, talking
from tests.interop.site import Site

from offhook.scopes import background
from offhook.testing.app import Received, Reply, document
from offhook.testing.handset import CallOverError, Handset
from offhook.testing.rest import Answer
from offhook.testing.sound import Pcm, tone, wav

pytestmark = [pytest.mark.peer, pytest.mark.slow]

# x and y are baresips, z is ours, s is SIPp; c is a clip, e is what comes after the conference
VOICES = {"x": 400.0, "y": 700.0, "z": 1300.0, "s": 1900.0, "c": 1000.0, "e": 2500.0}
NUMBERS = {"x": "+12025550111", "y": "+12025550122", "z": "+12025550133"}
LEVEL = 0.1  # four voices together are not too loud
TALK_S = 120.0  # longer than the conference
CONFERENCE = '<Conference conferenceEventUrl="/ce">real</Conference><PlayAudio>/e.wav</PlayAudio>'
RECORD = '<StartRecording recordingAvailableUrl="/ce"/>'
ALL = {"x": "yz", "y": "xz", "z": "xy"}  # who hears whom, if nothing else is said


@dataclass(frozen=True)
class Meeting:
    """A conference of three; `x` and so on are names, not ids."""

    site: Site
    baresips: dict[str, Baresip]
    ours: Handset
    calls: dict[str, str]
    room: str

    async def rest(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Ask for something of the conference."""
        path = f"/conferences/{self.room}{path}"
        return await asyncio.to_thread(self.site.rest.ask, method, path, body, headers)

    async def change(self, name: str, **fields: object) -> None:
        """Let a member sit otherwise."""
        answer = await self.rest("PUT", f"/members/{self.calls[name]}", fields)
        assert answer.status == 204, answer

    async def hear(self, **wanted: str) -> None:
        """Wait until all hear these, which are as usual where nothing is said."""
        ears: dict[str, Ear] = {name: each.heard_so_far for name, each in self.baresips.items()}
        ears["z"] = lambda: self.ours.heard
        await until_heard(ears, VOICES, ALL | wanted)

    async def whole_calls(self) -> dict[str, Pcm]:
        """Return what each has heard from the first to the last; the calls are over."""
        for phone in self.baresips.values():
            await phone.wait("CALL_CLOSED")
        await self.ours.wait("ended")
        return {name: each.heard() for name, each in self.baresips.items()} | {"z": self.ours.heard}


def voice(name: str, duration_s: float = TALK_S) -> Pcm:
    return tone(VOICES[name], duration_s, LEVEL)


async def talk_on(handset: Handset) -> None:
    """Talk until the call is over."""
    try:
        await handset.say(voice("z"))
    except CallOverError:
        await asyncio.Event().wait()


def room_event(request: Received) -> Reply:
    """Have the conference recorded from its beginning."""
    created = request.event["eventType"] == "conferenceCreated"
    return document(RECORD) if created else Reply(status=204)


@asynccontextmanager
async def meeting(site: Site, folder: Path) -> AsyncIterator[Meeting]:
    """Let three come into a conference, one after the other; all of them talk all the time."""
    site.app.on("/voice/initiate", CONFERENCE)
    site.app.on("/ce", room_event)
    for name in ("c", "e"):
        site.app.file(f"{name}.wav", wav(voice(name, 3.0)), Content_Type="audio/wav")
    calls: dict[str, str] = {}
    for name in ("x", "y"):
        (folder / name).mkdir()
    async with (
        running_baresip(
            folder / "x", voice("x"), user=NUMBERS["x"], answers=True, codec="PCMU"
        ) as x,
        running_baresip(
            folder / "y", voice("y"), user=NUMBERS["y"], answers=True, codec="PCMA"
        ) as y,
    ):
        for name, phone in (("x", x), ("y", y)):
            calls[name] = await phone.call_in(site)
            joined = await site.told("conferenceMemberJoin", callId=calls[name])
        ours = await site.phones.phone(NUMBERS["z"]).dial(site.server.number)
        initiated = await site.told("initiate", to=site.server.number, **{"from": NUMBERS["z"]})
        calls["z"] = initiated["callId"]
        await site.told("conferenceMemberJoin", callId=calls["z"])
        async with background(talk_on(ours)):
            yield Meeting(site, {"x": x, "y": y}, ours, calls, joined["conferenceId"])


async def sit_otherwise(meeting: Meeting) -> None:
    """Mute, hold and coach by REST."""
    await meeting.change("x", mute=True)
    await meeting.hear(y="z", z="y")
    await meeting.change("x", mute=False)
    await meeting.change("y", hold=True)
    await meeting.hear(x="z", y="", z="x")
    await meeting.change("y", hold=False)
    await meeting.change("z", callIdsToCoach=[meeting.calls["x"]])
    await meeting.hear(y="x")
    await meeting.change("z", callIdsToCoach=[])
    await meeting.hear()


async def hear_a_clip_and_sipp(meeting: Meeting, folder: Path) -> None:
    """Play something to all, let SIPp come in, and end the conference by REST."""
    clip = b"<Bxml><PlayAudio>/c.wav</PlayAudio></Bxml>"
    headers = {"Content-Type": "application/xml"}
    answer = await meeting.rest("PUT", "/bxml", clip, **headers)
    await meeting.hear(x="yzc", y="xzc", z="xyc")
    server = meeting.site.server
    target = [f"{HOST}:{server.sip}", "-s", server.number, "-p", str(free_port())]
    scenario = talking("caller_talks", folder, voice("s"))
    process = await start(scenario, calls=1, transport="udp", more=target)
    try:
        await meeting.hear(x="yzs", y="xzs", z="xys")
        ended = await meeting.rest("POST", "", {"status": "completed"})
    finally:
        await finish(process)

    assert (answer.status, ended.status) == (204, 204)


async def listen_to_the_recording(meeting: Meeting) -> None:
    """It has who was heard by somebody, and what was played, in that order."""
    event = await meeting.site.told("conferenceRecordingAvailable", conferenceId=meeting.room)
    (listed,) = (await meeting.rest("GET", "/recordings")).json()
    media = await meeting.rest("GET", f"/recordings/{event['recordingId']}/media")
    pcm = decoded(media)
    story = ["xyz", "yz", "xz", "xyz", "xyzc", "xyzs"]

    assert (listed["recordingId"], listed["status"]) == (event["recordingId"], "complete")
    assert pcm.shape[1] == 1
    assert scenes(pcm[:, 0], VOICES, story) == story


def test_four_in_a_conference(tmp_path: Path, voice_server: VoiceServer) -> None:
    async def story() -> None:
        site = voice_server.site
        async with meeting(site, tmp_path) as three:
            await three.hear()
            await sit_otherwise(three)
            await hear_a_clip_and_sipp(three, tmp_path)
            await site.told("conferenceCompleted", conferenceId=three.room)
            for name, pcm in (await three.whole_calls()).items():
                others = ALL[name]
                heard = [others, f"{others}c", f"{others}s", "e"]  # the last is their next verb
                assert scenes(pcm, VOICES, heard) == heard
                assert share(pcm, VOICES[name]) <= 0.02  # nobody hears himself
            await listen_to_the_recording(three)
            told = [
                e["eventType"] for e in site.app.events() if e.get("conferenceId") == three.room
            ]
            joined = ["conferenceCreated", *["conferenceMemberJoin"] * 4]
            assert told[:9] == [*joined, *["conferenceMemberExit"] * 4]
            assert sorted(told[9:]) == ["conferenceCompleted", "conferenceRecordingAvailable"]

    voice_server.loop.run(story())
