"""What a Gather hears (more in scenarios/test_bxml_11_4.py): a recogniser that fails."""

from collections.abc import Sequence

from offhook.speech import Pcm, RecognitionError, Utterance
from offhook.testing.hearing import ReadingEar
from offhook.testing.loop import virtual
from offhook.testing.words import speak
from offhook.testing.world import World


class Failing(ReadingEar):
    def recognize(self, pcm: Pcm, hints: Sequence[str] = ()) -> Utterance:
        raise RecognitionError("the recogniser has died")


class Unlucky(World):
    make_recognizer = Failing


@virtual
async def test_a_recogniser_that_fails_has_heard_nothing_and_the_log_says_so() -> None:
    async with Unlucky() as world:
        talk = await world.answered('<Gather gatherUrl="/g" input="speech" speechTimeout="2"/>')
        await talk.phone.say(speak("blue"))
        event = await talk.wait_event("gather")
        await talk.disconnect()
        log = world.store.events(talk.call_id)

    assert event["text"] == ""
    (failed,) = [each for each in log if each.kind == "speech.failed"]
    assert failed.data == {"reason": "the recogniser has died"}
