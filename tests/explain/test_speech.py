"""Speech that nobody understood."""

from tests.explain.scene import Deaf, play

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
