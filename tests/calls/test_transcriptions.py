"""The live transcriptions of a call; the contract's cases are in scenarios/test_bxml_11_11.py."""

from offhook.testing.loop import virtual
from offhook.testing.sockets import Greeting
from offhook.testing.world import World

START = (
    '<StartTranscription {name} destination="ws://ws.test/t?secret=1" transcriptionEventUrl="/te"/>'
)


@virtual
async def test_a_name_is_free_again_when_its_transcription_is_over() -> None:
    one = START.format(name='name="t"')
    async with World() as world:
        talk = await world.answered(one + "<StopTranscription/>" + one + '<Pause duration="1"/>')
        await talk.disconnect()
        await talk.wait_event("realTimeTranscriptionAvailable", count=2)

    assert len(talk.events("realTimeTranscriptionStarted")) == 2
    assert talk.events("realTimeTranscriptionRejected") == []


@virtual
async def test_without_a_name_it_has_its_id() -> None:
    async with World() as world:
        talk = await world.answered(START.format(name="") + '<Pause duration="1"/>')
        await talk.disconnect()
        await talk.wait_event("realTimeTranscriptionAvailable")

    shown = talk.events("realTimeTranscriptionStarted")[0]["realTimeTranscription"]
    assert shown["name"] == shown["id"]
    assert (shown["id"][:2], len(shown["id"])) == ("t-", 47)


@virtual
async def test_a_server_that_has_no_descriptor_left_is_at_fault_itself() -> None:
    async with World() as world:
        world.app.sockets.on("ws://ws.test/t", Greeting("no file descriptor is left", ours=True))
        talk = await world.answered(START.format(name="") + '<Pause duration="1"/>')
        event = await talk.wait_event("realTimeTranscriptionRejected")
        await talk.disconnect()
        log = world.store.events(talk.call_id)

    assert event["cause"] == "error"
    assert event["errorMessage"] == "Speech cannot be recognized: no file descriptor is left"
    (rejected,) = [each for each in log if each.kind == "transcription.rejected"]
    assert rejected.data["destination"] == "ws://ws.test/t"  # and no secret
