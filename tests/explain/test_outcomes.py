"""What went wrong on calls that went on."""

import pytest
from tests.explain.scene import Deaf, play

from offhook.errors import Entry, outcomes
from offhook.explain.finding import Finding
from offhook.explain.outcomes import RULES, symptoms
from offhook.explain.story import Story
from offhook.records import CallRecord, CallState, Direction, Event
from offhook.testing.app import document
from offhook.testing.fixtures import SIP_USER
from offhook.testing.phone import NO_REFERRAL, Referral
from offhook.testing.world import World

REFER = "<Refer><SipUri>sip:ann@elsewhere.test</SipUri></Refer>"


async def told(world: World) -> str:
    """Wait for the end of the only call."""
    event = await world.app.wait_event("disconnect")
    found: str = event["callId"]
    return found


async def recorded(world: World, verbs: str, event: str) -> str:
    talk = await world.answered(verbs)
    await talk.disconnect()
    await world.app.wait_event(event)
    return talk.call_id


@pytest.mark.parametrize(
    ("referral", "words"),
    [
        (NO_REFERRAL, "the caller's side refused the REFER with 405"),
        (Referral(202, ((0.1, 486),)), "the caller's new call ended with 486"),
        (Referral(202, ()), "the caller's side did not tell what became of its new call"),
    ],
)
def test_a_refer_that_failed(referral: Referral, words: str) -> None:
    async def scene(world: World) -> str:
        world.app.on("http://app.test/v/init", document(REFER))
        world.phone().referral = referral
        await world.phone().dial(SIP_USER)
        return await told(world)

    (also,) = play(scene).also

    assert also.entry is outcomes.REFER_FAILED
    assert also.sentence == f"The caller was not sent elsewhere: {words}."
    assert also.evidence[0].kind == "refer.ended"


def test_a_call_that_cannot_be_referred() -> None:
    async def scene(world: World) -> str:
        talk = await world.answered(REFER)
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene).also

    assert "the call did not come in by SIP URI" in also.sentence


@pytest.mark.parametrize(
    ("length", "entry"),
    [("0.3", outcomes.TRANSCRIPTION_TOO_SHORT), ("2", outcomes.TRANSCRIPTION_ERROR)],
)
def test_a_text_that_is_not_to_be_had(length: str, entry: object) -> None:
    start = '<StartRecording transcribe="true" transcriptionAvailableUrl="/t"/>'
    verbs = f'{start}<Pause duration="{length}"/><StopRecording/>'

    async def scene(world: World) -> str:
        return await recorded(world, verbs, "transcriptionAvailable")

    (also,) = play(scene, Deaf).also

    assert also.entry is entry
    assert also.sentence.startswith("There is no text of recording r-")


def salvaged(**data: object) -> Finding:
    """What is told of a recording that a killed server left behind."""
    event = Event("c-1", 3, 9.0, "recording.salvaged", {"recording": "r-1", **data})
    record = CallRecord(
        "c-1", "1", "a", "+1", "+2", Direction.OUTBOUND, CallState.DISCONNECTED, 0.0
    )
    (found,) = symptoms(Story(record, (event,)), Finding("It ended."))
    assert found.evidence == (event,)
    return found


@pytest.mark.parametrize(
    ("data", "entry", "sentence"),
    [
        (
            {"status": "partial", "why": "the server was killed"},
            outcomes.RECORDING_PARTIAL,
            "Recording r-1 has status partial: the server was killed.",
        ),
        ({"status": "error"}, outcomes.RECORDING_ERROR, "Recording r-1 has status error."),
        (
            {"status": "complete", "transcription": "file-size-too-big"},
            outcomes.TRANSCRIPTION_TOO_LONG,
            "There is no text of recording r-1: the recording is four hours long or longer, which "
            "is not transcribed.",
        ),
    ],
)
def test_a_recording_that_suffered(data: dict[str, object], entry: Entry, sentence: str) -> None:
    found = salvaged(**data)

    assert (found.entry, found.who, found.sentence) == (entry, entry.who, sentence)


def test_every_outcome_has_a_rule() -> None:
    assert set(RULES) == {entry.id for entry in outcomes.ENTRIES}
