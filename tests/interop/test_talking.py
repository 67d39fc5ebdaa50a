"""Two baresips talk through a Transfer and a Bridge, are recorded, and either of them hangs up."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.interop.baresip import Baresip, running_baresip
from tests.interop.conftest import VoiceServer
from tests.interop.hearing import decoded, scenes, share, until_heard, within
from tests.interop.site import CALLER, PARTY, Site

from offhook.testing.sound import RATE_HZ, tone

pytestmark = [pytest.mark.peer, pytest.mark.slow]

VOICES = {"n": 800.0, "f": 1300.0}  # near and far; neither is close to a ring-back tone
OTHER = {"n": "f", "f": "n"}
TALK_S = 90.0  # longer than any of the calls
RECORD = '<StartRecording recordingAvailableUrl="/ra" multiChannel="true"/>'
TRANSFER = """<Transfer transferCompleteUrl="/complete">
<SipUri transferDisconnectUrl="/status">{}</SipUri></Transfer>"""
BRIDGE = '<Bridge bridgeCompleteUrl="/complete" bridgeTargetCompleteUrl="/complete">{}</Bridge>'
GOODBYE = '<Pause duration="0.5"/><Hangup/>'


@dataclass(frozen=True)
class Pair:
    """Two telephones and the server that they talk through."""

    site: Site
    near: Baresip
    far: Baresip

    async def hear_each_other(self) -> None:
        ears = {"n": self.near.heard_so_far, "f": self.far.heard_so_far}
        await until_heard(ears, VOICES, OTHER)

    async def gone(self, *call_ids: str) -> None:
        """Wait until both have hung up; in all that they heard nobody has heard himself."""
        for phone in (self.near, self.far):
            await phone.wait("CALL_CLOSED")
        for call_id in call_ids:
            await self.site.ended(call_id)
        for phone, own in ((self.near, VOICES["n"]), (self.far, VOICES["f"])):
            assert share(await asyncio.to_thread(phone.heard), own) <= 0.02

    async def recorded(self, call_id: str, voices: str) -> None:
        """The recording of a call has these voices, a channel each, and no other."""
        event = await self.site.told("recordingAvailable", callId=call_id)
        path = f"/calls/{call_id}/recordings/{event['recordingId']}/media"
        pcm = decoded(await asyncio.to_thread(self.site.rest.ask, "GET", path))

        assert (event["status"], event["channels"], pcm.shape[1]) == ("complete", 2, 2)
        for channel, voice in zip(pcm.T, voices, strict=True):
            assert scenes(channel, VOICES, [voice]) == [voice]
            assert share(channel, VOICES[OTHER[voice]]) <= 0.02
        seconds = range(0, len(pcm) - RATE_HZ + 1, RATE_HZ // 10)
        heard = [[within(each[at:][:RATE_HZ], VOICES) for each in pcm.T] for at in seconds]
        assert list(voices) in heard  # both at the same time


@asynccontextmanager
async def pair(site: Site, folder: Path) -> AsyncIterator[Pair]:
    """Run two telephones that talk all the time."""
    near, far = folder / "near", folder / "far"
    near.mkdir()
    far.mkdir()
    say = {name: tone(hertz, TALK_S) for name, hertz in VOICES.items()}
    async with (
        running_baresip(near, say["n"], user=CALLER, answers=True, codec="PCMU") as one,
        running_baresip(far, say["f"], user=PARTY, answers=True, codec="PCMA") as two,
    ):
        yield Pair(site, one, two)


def events(site: Site, *call_ids: str) -> dict[str, Mapping[str, Any]]:
    """Return by kind the events of the calls that tell how they met and parted."""
    kinds = ("transferComplete", "transferDisconnect", "bridgeComplete", "bridgeTargetComplete")
    found = [event for call_id in call_ids for event in site.app.events(callId=call_id)]
    told = [event for event in found if event["eventType"] in kinds]
    assert len({event["eventType"] for event in told}) == len(told), "an event came twice"
    return {event["eventType"]: event for event in told}


@pytest.mark.parametrize("leaves", ["near", "far"])
def test_two_talk_through_a_transfer(
    tmp_path: Path, voice_server: VoiceServer, leaves: str
) -> None:
    async def story() -> None:
        site = voice_server.site
        async with pair(site, tmp_path) as both:
            site.app.on("/voice/initiate", RECORD + TRANSFER.format(both.far.uri))
            site.app.on("/complete", GOODBYE)
            call_id = await both.near.call_in(site)
            await both.hear_each_other()
            getattr(both, leaves).command("hangup")
            leg = await site.told("transferDisconnect", parentCallId=call_id)
            goodbye = await site.told("disconnect", callId=call_id)
            await both.gone(call_id, leg["callId"])
            told = events(site, call_id, leg["callId"])

            assert (leg["cause"], goodbye["cause"]) == ("hangup", "hangup")
            if leaves == "far":
                assert told.keys() == {"transferComplete", "transferDisconnect"}
                assert told["transferComplete"]["callId"] == call_id
                assert told["transferComplete"]["cause"] == "hangup"
                assert told["transferComplete"]["transferTo"] == both.far.uri
            else:
                assert told.keys() == {"transferDisconnect"}
            await both.recorded(call_id, "nf")

    voice_server.loop.run(story())


@pytest.mark.parametrize("leaves", ["near", "far"])
def test_two_talk_through_a_bridge(tmp_path: Path, voice_server: VoiceServer, leaves: str) -> None:
    async def story() -> None:
        site = voice_server.site
        async with pair(site, tmp_path) as both:
            site.app.on("/complete", GOODBYE)
            site.app.on("/voice/initiate", RECORD + '<Pause duration="60"/>')
            target = await both.far.call_in(site)
            await site.wait_log(target, "verb.started", verb="Pause")
            site.app.on("/voice/initiate", RECORD + BRIDGE.format(target))
            originator = await both.near.call_in(site)
            await both.hear_each_other()
            getattr(both, leaves).command("hangup")
            goodbyes = [await site.told("disconnect", callId=each) for each in (originator, target)]
            await both.gone(originator, target)
            (told,) = events(site, originator, target).items()

            assert [goodbye["cause"] for goodbye in goodbyes] == ["hangup", "hangup"]
            if leaves == "far":
                assert (told[0], told[1]["callId"]) == ("bridgeComplete", originator)
                assert "cause" not in told[1]
            else:
                assert (told[0], told[1]["callId"]) == ("bridgeTargetComplete", target)
            await both.recorded(originator, "nf")
            await both.recorded(target, "fn")

    voice_server.loop.run(story())
