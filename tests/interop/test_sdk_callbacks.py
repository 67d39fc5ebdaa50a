"""The official SDK knows every webhook: its models read them, field by field, in virtual time."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from bandwidth import models
from tests.scenarios.links import N1, N2, party
from tests.scenarios.rooms import EVENTS, URL, conference, joined, room

from offhook.testing import sound
from offhook.testing.fixtures import SIP_USER
from offhook.testing.loop import virtual
from offhook.testing.phone import Referral, busy
from offhook.testing.world import World

pytestmark = pytest.mark.slow

NAMES = {"recordComplete": "RecordingCompleteCallback"}  # all others are named as their event
UNKNOWN = {"transferAnswer": {"parentCallId"}}  # sent as documented; this model alone lacks it
LACKING = {"bridgeComplete": {"cause"}}  # of one that has not failed
LEG = {"parentCallId", "transferCallerId", "transferTo"}  # of legs of a Transfer
ERROR = {"errorId", "errorMessage"}  # of what failed
INVITE = {"diversion", "sipHeaders", "stirShaken", "uui", "machineDetectionResult"}  # as they come
OPTIONAL = LEG | ERROR | INVITE | {"tag", "enqueuedTime", "answerTime", "sipResponseCode"}

RECORD = """<Record recordCompleteUrl="/rc" recordingAvailableUrl="/ra" maxDuration="2"
transcribe="true" transcriptionAvailableUrl="/ta"/>"""
TRANSFER = """<Transfer transferCompleteUrl="/tc" tag="a"><PhoneNumber tag="b"
transferAnswerUrl="/ta" transferDisconnectUrl="/td">{}</PhoneNumber></Transfer>"""
BRIDGE = '<Bridge bridgeCompleteUrl="/bc" bridgeTargetCompleteUrl="/bt">{}</Bridge>'
REFER = '<Refer referCompleteUrl="/rf" tag="r"><SipUri>sip:z@far.test</SipUri></Refer>'
LONG = '<Pause duration="60"/>'


async def of_one_call(world: World) -> None:
    """Keys are gathered and told, a voice is recorded, the call is sent elsewhere."""
    world.app.on("/g", RECORD)
    world.app.on("/rc", '<Redirect redirectUrl="/r"/>')
    world.app.on("/r", '<StartGather dtmfUrl="/d"/><Pause duration="2"/>')
    detection = {"mode": "async", "callbackUrl": "http://app.test/amd"}
    gather = '<Gather gatherUrl="/g" maxDigits="1"/>'
    talk = await world.answered(gather, machineDetection=detection, tag="t")
    await asyncio.sleep(0.5)
    await talk.phone.press("1")
    await talk.phone.say(sound.tone(600.0, 1.0))
    await talk.wait_event("redirect")
    await asyncio.sleep(0.5)
    await talk.phone.press("2")
    await talk.disconnect()
    await talk.wait_event("transcriptionAvailable")


async def of_transfers(world: World) -> None:
    """One is talked through, the other one finds its party busy; so does a call by REST."""
    world.app.on("/ta", '<Pause duration="0.1"/>')
    far = party(world, N1)
    party(world, N2, busy)
    talk = await world.calling(TRANSFER.format(N1))
    handset = await far.wait_call()
    await handset.wait("answered")
    await asyncio.sleep(0.5)
    handset.hang_up()
    await talk.disconnect()
    await (await world.calling(TRANSFER.format(N2))).disconnect()
    refused = await world.create_call(to=N2)
    await world.app.wait_event("disconnect", callId=refused)


async def of_bridges(world: World) -> None:
    """First the target leaves, then the originator, and at last there is no target."""
    for leaves in (0, 1):
        party(world, N1)
        party(world, N2)
        target = await world.answered(LONG, to=N1)
        await target.wait_event("answer")
        await asyncio.sleep(0.2)
        talk = await world.answered(BRIDGE.format(target.call_id), to=N2)
        await asyncio.sleep(0.5)
        (target, talk)[leaves].phone.hang_up()
        await target.disconnect()
        await talk.disconnect()
    await (await world.answered(BRIDGE.format("c-none"), to=N1)).disconnect()


async def of_conferences(world: World) -> None:
    """A conference is recorded and redirected."""
    world.app.on(URL, f'<StartRecording recordingAvailableUrl="{URL}"/>')
    talk = await joined(world, N1, conference(EVENTS), tag="t")
    await world.rest.update_conference(
        room(world), status="active", redirectUrl=f"http://app.test{URL}"
    )
    await asyncio.sleep(0.5)
    talk.phone.hang_up()
    await world.app.wait_event("conferenceRecordingAvailable")
    await talk.disconnect()


async def of_referrals(world: World) -> None:
    """A caller is sent elsewhere and gets through."""
    world.phone().referral = Referral(202, ((0.0, 100), (0.5, 200)))
    await (await world.calling(REFER, to=SIP_USER)).disconnect()


STORIES: list[tuple[Callable[[World], Awaitable[None]], str]] = [
    (
        of_one_call,
        "answer disconnect dtmf gather machineDetectionComplete recordComplete recordingAvailable "
        "redirect transcriptionAvailable",
    ),
    (of_transfers, "disconnect initiate transferAnswer transferComplete transferDisconnect"),
    (of_bridges, "answer bridgeComplete bridgeTargetComplete disconnect"),
    (
        of_conferences,
        "answer conferenceCompleted conferenceCreated conferenceMemberExit conferenceMemberJoin "
        "conferenceRecordingAvailable conferenceRedirect disconnect",
    ),
    (of_referrals, "disconnect initiate referComplete"),
]


@pytest.mark.parametrize(
    ("story", "kinds"), STORIES, ids=lambda each: getattr(each, "__name__", "")
)
def test_the_sdk_reads_the_webhooks(story: Callable[[World], Awaitable[None]], kinds: str) -> None:
    by_kind = told(story)

    assert sorted(by_kind) == kinds.split()
    for kind, events in by_kind.items():
        for event in events:
            assert_read(kind, event)


def told(story: Callable[[World], Awaitable[None]]) -> dict[str, list[dict[str, Any]]]:
    """Return what the application was told in a story, by kind."""
    by_kind: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    @virtual
    async def tell() -> None:
        async with World() as world:
            await story(world)
        for event in world.app.events():
            by_kind[event["eventType"]].append(event)

    tell()
    return by_kind


def assert_read(kind: str, event: dict[str, Any]) -> None:
    """The model of the SDK takes an event, knows all of its fields and misses none."""
    model = getattr(models, NAMES.get(kind, f"{kind[0].upper()}{kind[1:]}Callback"))
    read = model.from_dict(event)  # raises on a value of a wrong type or outside of its enum
    known = {field.alias or name for name, field in model.model_fields.items()}
    known.discard("additional_properties")

    assert set(read.additional_properties) <= UNKNOWN.get(kind, set()), event
    assert known - event.keys() <= OPTIONAL | LACKING.get(kind, set()), event
