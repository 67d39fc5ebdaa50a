"""The voice list (bxml.md 5.2)."""

import pytest

from offhook.speech import UnknownVoiceError
from offhook.speech.voices import VOICES, Voice, choose


@pytest.mark.parametrize(
    ("voice", "gender", "locale", "chosen"),
    [
        (None, None, None, "susan"),
        (None, "male", None, "paul"),
        (None, "male", "en_UK", "simon"),
        (None, "male", "es_MX", "rosa"),
        (None, "male", "cmn-CN", "zhiyu"),
        (None, "female", "es_US", "lupe"),
        (None, "male", "en_GB", "emma"),
        (None, None, "EN-us", "susan"),
        (None, "female", "nl-NL", "ruben"),
        (None, "male", "en-gb-wls", "geraint"),
        ("kate", "male", "de", "kate"),
        ("Kate", None, None, "kate"),
        ("salli_enh", None, "xx", "salli_enh"),
        ("", "", "", "susan"),
    ],
)
def test_a_voice_is_chosen(
    voice: str | None, gender: str | None, locale: str | None, chosen: str
) -> None:
    assert choose(voice, gender, locale).name == chosen


@pytest.mark.parametrize(
    ("voice", "locale", "text"),
    [
        ("nobody", None, 'there is no voice "nobody"'),
        (None, "tlh", 'no voice speaks the locale "tlh"'),
        ("x" * 500, "de", "there is no voice"),
    ],
)
def test_an_unknown_voice_is_named(voice: str | None, locale: str | None, text: str) -> None:
    with pytest.raises(UnknownVoiceError, match=text) as caught:
        choose(voice, None, locale)
    assert len(str(caught.value)) < 100


def test_the_list_is_complete_and_in_order() -> None:
    assert len(VOICES) == 49
    assert len({voice.name for voice in VOICES}) == 49
    assert [VOICES[at].name for at in (0, 25, 26, 31, 48)] == [
        *("susan", "liam", "luca", "chantal", "geraint"),
    ]
    assert [voice.name for voice in VOICES if voice.enhanced] == [
        *("ruth", "lupe", "gabrielle", "stephen", "pedro", "liam"),
        *("salli_enh", "joey_enh", "emma_enh", "ivy_enh"),
    ]
    assert sum(voice.gender == "male" for voice in VOICES) == 20


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_every_voice_can_be_asked_for_by_name_and_found_by_locale(voice: Voice) -> None:
    assert choose(voice.name, None, None) is voice
    assert choose(None, voice.gender, voice.locale).locale == voice.locale
