"""bxml.md 11.3, cases 70 to 82: SpeakSentence."""

from tests.scenarios.cases import T1, about, assert_invalid, clips, heard, times

from offhook.calls.limits import PLAY_OUT_S
from offhook.speech.phrases import spans
from offhook.ssml import Segment, Silence, Text
from offhook.testing.fixtures import T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.voice import CHARACTER_S, SPEECH_HZ, Spoken
from offhook.testing.world import World

A_S = CHARACTER_S  # how long one letter takes


def speak(content: str, attributes: str = "") -> str:
    return f"<SpeakSentence {attributes}>{content}</SpeakSentence>"


async def spoken(verbs: str) -> Spoken:
    """Return what the synthesizer was asked for; the call ends well."""
    async with World() as world:
        talk = await world.answered(verbs)
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    (said,) = world.voice.spoken
    return said


async def voice_of(attributes: str) -> str:
    """Return the voice that a document with these attributes gets."""
    return (await spoken(speak("hi", attributes))).voice


@virtual
async def test_case_070_susan_speaks_unless_told_otherwise() -> None:
    assert await voice_of("") == "susan"


@virtual
async def test_case_071_paul_is_the_male_voice() -> None:
    assert await voice_of('gender="male"') == "paul"


@virtual
async def test_case_072_a_locale_without_a_man_gets_a_woman() -> None:
    assert await voice_of('gender="male" locale="es_MX"') == "rosa"


@virtual
async def test_case_073_a_name_wins_over_gender_and_locale() -> None:
    assert await voice_of('voice="kate" gender="male" locale="de"') == "kate"


@virtual
async def test_case_074_an_unknown_voice_fails_when_its_turn_comes() -> None:
    async with World() as world:
        talk = await world.answered(T1 + speak("x", 'voice="nobody"') + T1)
        event = await talk.disconnect()

    assert clips(talk.phone.heard) == ["t1"]
    assert heard(talk, T1_HZ) == [about([0, 1])]
    assert times(talk, "disconnect") == [about(1 + PLAY_OUT_S)]
    assert event["cause"] == "application-error"
    assert event["errorMessage"].startswith("SpeakSentence failed: ")
    assert "nobody" in event["errorMessage"]
    assert event["errorId"]


@virtual
async def test_case_075_a_sentence_needs_words() -> None:
    async with World() as world:
        await assert_invalid(world, T1 + speak("  "))
        await assert_invalid(world, T1 + speak('<break time="1s"/>'))


@virtual
async def test_case_076_a_break_is_a_pause() -> None:
    async with World() as world:
        talk = await world.answered(speak('a<break time="2s"/>b') + "<Pause/>")
        await talk.disconnect()

    (a, b) = heard(talk, SPEECH_HZ)
    assert a == about([0, A_S])
    assert b == about([A_S + 2, A_S + 2 + A_S])
    assert b[0] - a[1] == about(2, within_s=0.021)


@virtual
async def test_case_077_a_break_has_a_limit() -> None:
    async with World() as world:
        await assert_invalid(world, T1 + speak('a<break time="11s"/>b'))


@virtual
async def test_case_078_characters_are_spelled() -> None:
    said = await spoken(speak('<say-as interpret-as="characters">AB1</say-as>'))

    assert said.sentence.segments == (Text("AB1", say_as="characters"),)
    assert words(said.sentence.segments) == ["ay, B, one"]  # as the real voices read it


def words(segments: tuple[Segment, ...]) -> list[str]:
    """Return what an engine is told to say."""
    return [each.text for each in spans(segments, in_english=True) if isinstance(each, Text)]


@virtual
async def test_case_079_an_alias_is_spoken_instead() -> None:
    said = await spoken(speak('<sub alias="World Wide Web">WWW</sub>'))

    assert said.text == "World Wide Web"


@virtual
async def test_case_080_other_elements_are_refused() -> None:
    async with World() as world:
        await assert_invalid(world, T1 + speak("<marquee>x</marquee>"))


@virtual
async def test_case_081_escaped_ssml_is_ssml() -> None:
    async with World() as world:
        talk = await world.answered(speak('say &lt;break time="1s"/&gt; now') + "<Pause/>")
        await talk.disconnect()

    (said,) = world.voice.spoken
    assert said.sentence.segments == (Text("say"), Silence(1.0), Text("now"))
    first, second = heard(talk, SPEECH_HZ)
    assert second[0] - first[1] == about(1, within_s=0.021)


@virtual
async def test_case_082_signs_are_spoken_literally() -> None:
    said = await spoken(speak("5 &lt; 6 &amp; 7"))

    assert said.text == "5 < 6 & 7"
