"""Speech that nobody understood."""

from tests.explain.scene import Deaf, play

from offhook.errors import transcriptions
from offhook.testing.sockets import Greeting
from offhook.testing.world import World


def test_a_gather_without_a_recogniser_says_what_to_install() -> None:
    async def scene(world: World) -> str:
        talk = await world.answered('<Gather input="speech" speechTimeout="1"/>')
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene, Deaf).also

    assert also.sentence == (
        "Nobody listened to what the caller said: no speech recogniser is installed."
    )
    assert "pip install 'offhook[recognition]'" in also.fix


def test_another_language_is_told() -> None:
    async def scene(world: World) -> str:
        talk = await world.answered('<Gather input="speech" language="de" speechTimeout="1"/>')
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene).also

    assert "does not understand de, only en-US" in also.sentence


START = '<StartTranscription destination="wss://ws.test/t" transcriptionEventUrl="/te"/>'


def test_a_transcription_that_was_refused_is_told_with_its_reason() -> None:
    async def scene(world: World) -> str:
        world.app.sockets.on("wss://ws.test/t", Greeting("HTTP 404"))
        talk = await world.answered(START)
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene).also

    assert also.entry is transcriptions.REFUSED
    assert also.sentence.endswith(" to wss://ws.test/t was not started: HTTP 404.")


def test_one_without_a_recogniser_says_what_to_install() -> None:
    async def scene(world: World) -> str:
        talk = await world.answered(START)
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene, Deaf).also

    assert also.entry is transcriptions.UNAVAILABLE
    assert "no speech recogniser is installed" in also.sentence
    assert "pip install" in also.fix


def test_one_that_lost_its_server_is_told() -> None:
    async def scene(world: World) -> str:
        talk = await world.answered(START + '<Pause duration="2"/>')
        (await world.app.sockets.wait_link()).drop()
        await talk.disconnect()
        return talk.call_id

    (also,) = play(scene).also

    assert also.entry is transcriptions.LOST
    assert "broke" in also.sentence
