"""The composition root: the parts are one node."""

from offhook.testing.fixtures import NUMBER
from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_a_call_goes_through_rest_sip_media_verbs_and_webhooks() -> None:
    async with World() as world:
        talk = await world.answered("<SpeakSentence>hello</SpeakSentence>")
        await talk.disconnect()
        kinds = {event.kind for event in world.store.events(talk.call_id)}

    assert {
        "call.created",
        "sip.sent",
        "media.connected",
        "webhook.answered",
        "bxml.accepted",
        "verb.started",
        "speech.played",
        "call.ended",
    } <= kinds
    assert "hello" in str(world.voice.spoken[0])


@virtual
async def test_a_call_from_a_stranger_is_refused() -> None:
    from dataclasses import replace

    from offhook.directory import Directory

    async with World() as world:
        old = world.directory
        world.directory = Directory(
            old.accounts.values(),
            old.users.values(),
            old.applications.values(),
            old.numbers.values(),
            [replace(trunk, host="192.0.2.99") for trunk in old.trunks.values()],
        )
        call = await world.phone().dial(NUMBER)
        await call.wait("ended")

    assert call.end == "refused: 403 Forbidden"
