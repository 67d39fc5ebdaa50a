"""BXML conformance, chapter 11.4: Gather."""

import asyncio

import pytest
from tests.scenarios.cases import (
    HEARD_S,
    T1,
    T3,
    about,
    arrivals,
    assert_invalid,
    began,
    clips,
    heard,
    kinds,
    times,
)

from offhook.hooks import Credentials
from offhook.testing import sound
from offhook.testing.app import Reply
from offhook.testing.fixtures import T1_HZ, T3_HZ
from offhook.testing.hearing import ReadingEar
from offhook.testing.loop import virtual
from offhook.testing.words import speak
from offhook.testing.world import Talk, World

KEY_S = 0.1  # how long a key is pressed, and the gap to the next


def gather(attributes: str = "", nested: str = "") -> str:
    return f'<Gather gatherUrl="/g" {attributes}>{nested}</Gather>'


async def reported(talk: Talk) -> tuple[str, str, float]:
    """Wait for the gather event: digits, terminating digit and when it came."""
    event = await talk.wait_event("gather")
    await talk.disconnect()
    assert kinds(talk) == ["answer", "gather", "disconnect"]
    return event["digits"], event["terminatingDigit"], times(talk, "gather")[0]


@virtual
async def test_case_083_the_gather_ends_with_max_digits() -> None:
    async with World() as world:
        talk = await world.answered(gather('maxDigits="2"'))
        await asyncio.sleep(1)
        pressed = world.now - began(talk)
        await talk.phone.press("25")

        assert await reported(talk) == ("25", "", about(pressed + 2 * KEY_S))


@virtual
async def test_case_084_a_terminating_digit_ends_it_and_is_no_digit() -> None:
    async with World() as world:
        talk = await world.answered(gather('terminatingDigits="#"'))
        await asyncio.sleep(1)
        pressed = world.now - began(talk)
        await talk.phone.press("123#")

        assert await reported(talk) == ("123", "#", about(pressed + 6 * KEY_S))


@virtual
async def test_case_085_terminating_digits_are_a_set() -> None:
    async with World() as world:
        talk = await world.answered(gather('terminatingDigits="*#"'))
        await asyncio.sleep(1)
        pressed = world.now - began(talk)
        await talk.phone.press("7*")

        assert await reported(talk) == ("7", "*", about(pressed + 2 * KEY_S))


@virtual
async def test_case_086_only_a_terminating_digit() -> None:
    async with World() as world:
        talk = await world.answered(gather('terminatingDigits="#"'))
        await asyncio.sleep(1)
        pressed = world.now - began(talk)
        await talk.phone.press("#")

        assert await reported(talk) == ("", "#", about(pressed))


@virtual
async def test_case_087_without_terminating_digits_the_hash_is_a_digit() -> None:
    async with World() as world:
        talk = await world.answered(gather())
        await asyncio.sleep(1)
        pressed = world.now - began(talk)
        await talk.phone.press("1#")

        assert await reported(talk) == ("1#", "", about(pressed + 2 * KEY_S + 5))


@virtual
async def test_case_088_a_digit_after_the_inter_digit_timeout_is_too_late() -> None:
    async with World() as world:
        world.app.on("/g", '<Pause duration="2"/>')
        talk = await world.answered(gather('interDigitTimeout="1"'))
        await asyncio.sleep(1)
        pressed = world.now - began(talk)
        await talk.phone.press("4")
        await asyncio.sleep(1.5 - KEY_S)
        await talk.phone.press("5")

        assert await reported(talk) == ("4", "", about(pressed + 1))


@virtual
async def test_case_089_nothing_is_pressed() -> None:
    async with World() as world:
        talk = await world.answered(gather('firstDigitTimeout="2"'))

        assert await reported(talk) == ("", "", about(2))


@virtual
async def test_case_090_the_first_digit_timeout_begins_after_the_clip() -> None:
    async with World() as world:
        talk = await world.answered(gather('firstDigitTimeout="2"', T3))

        assert await reported(talk) == ("", "", about(5))
    (span,) = sound.tones(talk.phone.heard, T3_HZ)
    assert span.duration_s == about(3)


@virtual
async def test_case_091_a_first_digit_timeout_of_zero() -> None:
    async with World() as world:
        talk = await world.answered(gather('firstDigitTimeout="0"', T1))

        assert await reported(talk) == ("", "", about(1))


@virtual
async def test_case_092_the_first_digit_silences_all_clips() -> None:
    async with World() as world:
        talk = await world.answered(gather("", T3 + T1))
        await asyncio.sleep(1)
        pressed = world.now - began(talk)
        await talk.phone.press("9")

        assert await reported(talk) == ("9", "", about(pressed + 5))
    (span,) = sound.sounds(talk.phone.heard)
    assert span.about(0, pressed, HEARD_S)
    assert clips(talk.phone.heard) == ["t3"]


@virtual
async def test_case_093_the_clip_is_repeated() -> None:
    async with World() as world:
        talk = await world.answered(gather('repeatCount="3" firstDigitTimeout="1"', T1))

        assert await reported(talk) == ("", "", about(6))
    spans = sound.tones(talk.phone.heard, T1_HZ)
    assert [span.start_s for span in spans] == about([0, 2, 4], HEARD_S)
    assert [span.duration_s for span in spans] == about([1, 1, 1])


@virtual
async def test_case_094_a_digit_in_the_second_round_is_the_last_of_it() -> None:
    async with World() as world:
        attributes = 'repeatCount="3" firstDigitTimeout="1" maxDigits="1"'
        talk = await world.answered(gather(attributes, T1))
        await asyncio.sleep(2.5)
        pressed = world.now - began(talk)
        await talk.phone.press("1")

        assert await reported(talk) == ("1", "", about(pressed))
    first, second = sound.tones(talk.phone.heard, T1_HZ)
    assert first.about(0, 1, HEARD_S)
    assert second.about(2, pressed, HEARD_S)


@virtual
async def test_case_095_without_a_gather_url_the_next_verb_runs() -> None:
    async with World() as world:
        talk = await world.answered(f'<Gather maxDigits="1"/>{T1}')
        await asyncio.sleep(1)
        await talk.phone.press("1")
        await talk.disconnect()

    assert kinds(talk) == ["answer", "disconnect"]
    (span,) = sound.tones(talk.phone.heard, T1_HZ)
    assert span.about(1, 2, HEARD_S)


@virtual
async def test_case_096_the_reply_replaces_the_document() -> None:
    async with World() as world:
        talk = await world.answered(gather('maxDigits="1"') + T1)
        await asyncio.sleep(1)
        await talk.phone.press("1")

        assert (await reported(talk))[0] == "1"
    assert sound.is_silent(talk.phone.heard)


@pytest.mark.slow
@virtual
async def test_case_097_twenty_clips_may_be_nested() -> None:
    async with World() as world:
        talk = await world.answered(gather('firstDigitTimeout="0"', T1 * 20))

        assert await reported(talk) == ("", "", about(20))


@pytest.mark.parametrize(("nested", "rounds"), [(21, 1), (5, 5)])
def test_case_097_more_than_twenty_clips_are_invalid(nested: int, rounds: int) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            await assert_invalid(world, gather(f'repeatCount="{rounds}"', T1 * nested))

    story()


@virtual
async def test_case_098_no_other_verb_may_be_nested() -> None:
    async with World() as world:
        await assert_invalid(world, "<Gather><Pause/></Gather>")


@pytest.mark.parametrize("attribute", ['maxDigits="0"', 'maxDigits="51"', 'interDigitTimeout="61"'])
def test_case_099_values_have_bounds(attribute: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            await assert_invalid(world, gather(attribute))

    story()


@virtual
async def test_case_100_there_is_no_type_ahead() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="3"/>' + gather('firstDigitTimeout="1"'))
        await asyncio.sleep(1)
        await talk.phone.press("5")

        assert await reported(talk) == ("", "", about(4))


@virtual
async def test_case_101_a_hang_up_leaves_no_gather_event() -> None:
    async with World() as world:
        talk = await world.answered(gather('firstDigitTimeout="30"'))
        await asyncio.sleep(1)
        await talk.phone.press("1")
        hung_up = world.now - began(talk)
        talk.phone.hang_up()
        event = await talk.disconnect()
        await asyncio.sleep(40)

    assert event["cause"] == "hangup"
    assert kinds(talk) == ["answer", "disconnect"]
    assert times(talk, "disconnect") == [about(hung_up)]


@virtual
async def test_case_102_a_redirect_by_rest_leaves_no_gather_event() -> None:
    async with World() as world:
        world.app.on("/n", T1)
        talk = await world.answered(gather())
        await talk.phone.press("12")
        moment = world.now - began(talk)
        answer = await world.rest.update_call(
            talk.call_id, state="active", redirectUrl="http://app.test/n"
        )
        await talk.disconnect()

    assert answer.status == 200
    assert kinds(talk) == ["answer", "redirect", "disconnect"]
    assert times(talk, "redirect") == [about(moment)]
    assert clips(talk.phone.heard) == ["t1"]


@virtual
async def test_case_103_a_nested_clip_that_cannot_be_played() -> None:
    async with World() as world:
        talk = await world.answered(gather("", f"<PlayAudio>x.ogg</PlayAudio>{T1}"))
        event = await talk.disconnect()

    assert event["cause"] == "application-error"
    assert event["errorMessage"].startswith("PlayAudio failed: ")
    assert event["errorId"]
    assert kinds(talk) == ["answer", "disconnect"]
    assert sound.is_silent(talk.phone.heard)


@virtual
async def test_case_104_the_fallback_gets_the_same_event_with_its_own_credentials() -> None:
    async with World() as world:
        world.app.on("/g", Reply(status=500))
        world.app.on("/gf", T1)
        talk = await world.answered(
            gather(
                'gatherFallbackUrl="/gf" username="u" password="p"'
                ' fallbackUsername="fu" fallbackPassword="fp"'
            )
        )
        await talk.phone.press("1")
        await talk.disconnect()

    primary, fallback = arrivals(talk, "gather")
    assert primary.event == fallback.event
    assert fallback.event["digits"] == "1"
    assert (primary.path, primary.credentials) == ("/g", Credentials("u", "p"))
    assert (fallback.path, fallback.credentials) == ("/gf", Credentials("fu", "fp"))
    assert clips(talk.phone.heard) == ["t1"]


@virtual
async def test_case_105_the_reply_to_a_gather_is_invalid() -> None:
    async with World() as world:
        world.app.on("/g", "<Dance/>")
        talk = await world.answered(gather('firstDigitTimeout="1"'))
        event = await talk.disconnect()

    assert event["cause"] == "invalid-bxml"
    assert event["errorMessage"].startswith("Invalid BXML received from http://app.test/g: ")
    assert kinds(talk) == ["answer", "gather", "disconnect"]


@virtual
async def test_case_107_a_key_answers_a_gather_of_keys_and_speech() -> None:
    async with World() as world:
        talk = await world.answered(gather('input="dtmf_speech" maxDigits="1"', T3))
        await asyncio.sleep(1)
        pressed = world.now - began(talk)
        await talk.phone.press("3")

        assert await reported(talk) == ("3", "", about(pressed))
    assert "text" not in talk.events("gather")[0]


@virtual
async def test_case_106_what_is_said_is_the_answer() -> None:
    """The prompt is silenced by the first word; keys do not count."""
    async with World() as world:
        talk = await world.answered(gather('input="speech" hints="red, blue"', T3))
        await asyncio.sleep(1)
        await talk.phone.press("5")
        said = world.now - began(talk)
        await talk.phone.say(speak("blue"))
        event = await talk.wait_event("gather")
        await talk.disconnect()
        assert isinstance(world.recognizer, ReadingEar)
        hints = world.recognizer.hints

    assert (event["text"], event["digits"], event["terminatingDigit"]) == ("blue", "", "")
    ((_, silenced),) = heard(talk, T3_HZ)
    assert silenced == about(said, 0.15)
    assert times(talk, "gather")[0] < said + 2.5
    assert hints == [("red", "blue")]


@virtual
async def test_case_108_what_was_said_so_far_is_told_before_the_answer() -> None:
    words = "please send me a new card by mail thank you so much"
    async with World() as world:
        world.app.on("/p", "<Hangup/>")  # what is replied to it counts for nothing
        talk = await world.answered(gather('input="speech" partialResultCallback="/p"'))
        await talk.phone.say(speak(words))
        event = await talk.wait_event("gather")
        await talk.disconnect()

    partial = [each["text"] for each in talk.events("partialgather")]
    assert event["text"] == words
    assert len(partial) >= 2
    assert all(words.startswith(each.rsplit(" ", 1)[0]) for each in partial)
    order = kinds(talk)
    assert order.index("gather") > max(n for n, k in enumerate(order) if k == "partialgather")


@virtual
async def test_who_says_nothing_is_asked_again_and_then_told_as_empty() -> None:
    async with World() as world:
        talk = await world.answered(gather('input="speech" speechTimeout="2" repeatCount="2"', T1))
        event = await talk.wait_event("gather")
        await talk.disconnect()

    assert (event["text"], len(heard(talk, T1_HZ))) == ("", 2)
    assert times(talk, "gather")[0] == about(2 * (1 + 2))


@virtual
async def test_a_noise_is_no_answer() -> None:
    async with World() as world:
        talk = await world.answered(gather('input="speech" speechTimeout="3"'))
        await asyncio.sleep(1)
        await talk.phone.say(sound.tone(440, 1.0))
        await asyncio.sleep(2)
        await talk.phone.say(speak("yes"))
        event = await talk.wait_event("gather")
        await talk.disconnect()

    assert event["text"] == "yes"


@virtual
async def test_of_keys_and_speech_the_first_counts() -> None:
    async with World() as world:
        talk = await world.answered(gather('input="dtmf_speech" interDigitTimeout="1"'))
        await talk.phone.press("12")
        await talk.phone.say(speak("blue"))
        pressed = await talk.wait_event("gather")
        await talk.disconnect()
        other = await world.answered(gather('input="dtmf_speech"'))
        await other.phone.say(speak("blue"))
        said = await other.wait_event("gather")
        await other.disconnect()

    assert (pressed["digits"], "text" in pressed) == ("12", False)
    assert (said["digits"], said["text"]) == ("", "blue")


@virtual
async def test_words_for_digits_are_digits_where_numbers_are_expected() -> None:
    numbers = 'input="speech" speechModel="numbers_and_commands"'
    async with World() as world:
        talk = await world.answered(gather(numbers))
        await talk.phone.say(speak("Seven, four two, shit."))
        event = await talk.wait_event("gather")
        await talk.disconnect()

    assert event["text"] == "742 s***"


@virtual
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
async def test_a_language_that_is_not_understood_hears_nothing(language: str) -> None:
    async with World() as world:
        talk = await world.answered(gather(f'input="speech" language="{language}"'))
        await talk.phone.say(speak("blue"))
        event = await talk.wait_event("gather")
        await talk.disconnect()
        log = [each.kind for each in world.store.events(talk.call_id)]

    assert event["text"] == ("blue" if language == "en-GB" else "")
    assert ("speech.deaf" in log) == (language == "de-DE")


@virtual
async def test_a_hang_up_while_somebody_speaks_leaves_nobody_listening() -> None:
    async with World() as world:
        talk = await world.answered(gather('input="speech"'))
        await talk.phone.say(speak("bl"))
        talk.phone.hang_up()
        await talk.disconnect()

    assert kinds(talk) == ["answer", "disconnect"]
