"""SSML of SpeakSentence (bxml.md 5.1)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from offhook.safexml import read
from offhook.ssml import (
    ATTRIBUTES,
    BREAKS_S,
    DATE_FORMATS,
    ELEMENTS,
    LOCALES,
    PARAGRAPH_S,
    SENTENCE_S,
    Segment,
    Silence,
    Text,
    parse,
)


def said(xml: str) -> tuple[Segment, ...]:
    return parse(read(f"<SpeakSentence>{xml}</SpeakSentence>"))


def spoken(xml: str) -> Text:
    """The one span of words of a text."""
    (text,) = said(xml)
    assert isinstance(text, Text)
    return text


def test_plain_text_is_one_span_with_blanks_collapsed() -> None:
    assert said("\n  Hello,\n   world  ") == (Text("Hello, world"),)


@pytest.mark.parametrize(("strength", "duration_s"), list(BREAKS_S.items()))
def test_a_break_has_a_strength(strength: str, duration_s: float) -> None:
    pause = (Silence(duration_s),) if duration_s else ()
    words = (Text("a"), *pause, Text("b")) if pause else (Text("ab"),)

    assert said(f'a<break strength="{strength}"/>b') == words


@pytest.mark.parametrize(
    ("time", "duration_s"),
    [
        *[("2s", 2.0), ("500ms", 0.5), ("10s", 10.0), ("0.25s", 0.25), ("+1s", 1.0)],
        *[(text, None) for text in ("1 s", "11s", "10001ms", "-1s", "2", "soon", "1e1s")],
    ],
)
def test_a_break_has_a_time_of_at_most_ten_seconds(time: str, duration_s: float | None) -> None:
    if duration_s is None:
        with pytest.raises(ValueError, match="<break> time must be"):
            said(f'a<break time="{time}"/>b')
    else:
        assert said(f'a<break time="{time}"/>b') == (Text("a"), Silence(duration_s), Text("b"))


def test_the_time_of_a_break_wins_over_its_strength_and_medium_is_the_default() -> None:
    assert Silence(1.0) in said('a<break strength="weak" time="1s"/>')
    assert Silence(BREAKS_S["medium"]) in said("a<break/>")


def test_paragraphs_and_sentences_pause_between_words_only() -> None:
    assert said("<p><s>a</s><s>b</s></p><p>c</p>") == (
        Text("a"),
        Silence(SENTENCE_S),
        Text("b"),
        Silence(PARAGRAPH_S),
        Text("c"),
    )


def test_an_explicit_break_between_paragraphs_says_it_all() -> None:
    assert said('<p>a</p><break time="3s"/><p>b</p>') == (Text("a"), Silence(3.0), Text("b"))


@pytest.mark.parametrize("locale", LOCALES)
def test_lang_takes_every_listed_language(locale: str) -> None:
    assert spoken(f'<lang xml:lang="{locale.lower()}">x</lang>').locale == locale


def test_prosody_nests_names_are_absolute_and_percentages_combine() -> None:
    nested = spoken(
        '<prosody rate="50%" pitch="+50%" volume="-6dB">'
        '<prosody rate="50%" pitch="-50%" volume="-3dB">x</prosody></prosody>'
    )
    named = spoken('<prosody rate="slow"><prosody rate="fast">x</prosody></prosody>')

    assert nested == Text("x", rate_percent=25.0, pitch_percent=-25.0, volume_db=-9.0)
    assert named.rate_percent == 125.0


@pytest.mark.parametrize(
    ("attribute", "values"),
    [
        ("pitch", "x-low low medium high x-high default +10% -5.5% X-LOW"),
        ("rate", "x-slow slow medium fast x-fast 20% 100% 250%"),
        ("volume", "silent x-soft soft medium loud x-loud default +6dB -6.5dB +0db"),
    ],
)
def test_prosody_takes_every_listed_value(attribute: str, values: str) -> None:
    for value in values.split():
        assert spoken(f'<prosody {attribute}="{value}">x</prosody>').text == "x"


@pytest.mark.parametrize(
    "attribute",
    [
        "pitch='10%'",
        "pitch='up'",
        "rate='0%'",
        "rate='-5%'",
        "rate='quick'",
        "volume='6dB'",
        "volume='+6'",
    ],
)
def test_prosody_refuses_other_values(attribute: str) -> None:
    with pytest.raises(ValueError, match=r"<prosody> \w+ must be one of"):
        said(f"<prosody {attribute}>x</prosody>")


def test_silent_words_keep_their_place_and_loud_ones_inside_are_heard() -> None:
    xml = '<prosody volume="silent">a<prosody volume="loud">b</prosody></prosody>'

    assert [text.silent for text in said(xml) if isinstance(text, Text)] == [True, False]


def test_prosody_stays_in_bounds_however_deep_it_nests() -> None:
    deep = '<prosody rate="999999%" pitch="+999999%">' * 100 + "x" + "</prosody>" * 100
    low = '<prosody rate="0.001%" pitch="-100%">' * 100 + "x" + "</prosody>" * 100

    assert (spoken(deep).rate_percent, spoken(deep).pitch_percent) == (10_000.0, 9_900.0)
    assert (spoken(low).rate_percent, spoken(low).pitch_percent) == (1.0, -99.0)


@pytest.mark.parametrize("level", ["strong", "moderate", "reduced"])
def test_emphasis_changes_how_words_sound(level: str) -> None:
    assert spoken(f'<emphasis level="{level}">x</emphasis>') != Text("x")


def test_emphasis_is_moderate_by_default() -> None:
    assert spoken("<emphasis>x</emphasis>") == spoken('<emphasis level="moderate">x</emphasis>')


@pytest.mark.parametrize("kind", ["time", "telephone", "characters", "cardinal", "ordinal"])
def test_say_as_is_kept_for_the_engine(kind: str) -> None:
    assert spoken(f'<say-as interpret-as="{kind}">12</say-as>') == Text("12", say_as=kind)


@pytest.mark.parametrize("date_format", DATE_FORMATS)
def test_a_date_has_a_format(date_format: str) -> None:
    xml = f'<say-as interpret-as="date" format="{date_format}">1</say-as>'

    assert spoken(xml) == Text("1", say_as="date", date_format=date_format)


def test_two_codes_side_by_side_stay_two() -> None:
    assert len(said('<say-as interpret-as="cardinal">1</say-as>' * 2)) == 2


def test_sub_says_the_alias_and_phoneme_its_content() -> None:
    xml = 'The <sub alias="World Wide Web">WWW</sub> and <phoneme ph="pi">pecan</phoneme>.'

    assert said(xml) == (Text("The World Wide Web and pecan."),)


@pytest.mark.parametrize(
    ("xml", "fault"),
    [
        ("<marquee>x</marquee>", "does not allow <marquee>"),
        ("<p><voice>x</voice></p>", "does not allow <voice>"),
        ("a<speak>x</speak>", "does not allow <speak>"),
        ("<lang>x</lang>", "<lang> needs the attribute xml:lang"),
        ('<lang xml:lang="xx">x</lang>', "<lang> xml:lang must be one of arb"),
        ("<phoneme>x</phoneme>", "<phoneme> needs the attribute ph"),
        ('<phoneme ph="x" alphabet="x-sampa">x</phoneme>', "alphabet must be one of ipa"),
        ("<say-as>x</say-as>", "<say-as> needs the attribute interpret-as"),
        ('<say-as interpret-as="name">x</say-as>', "interpret-as must be one of date, time"),
        ('<say-as interpret-as="date">1</say-as>', "<say-as> needs the attribute format"),
        ('<say-as interpret-as="date" format="ydm">1</say-as>', "format must be one of mdy"),
        ("<sub>x</sub>", "<sub> needs the attribute alias"),
        ('<emphasis level="none">x</emphasis>', "<emphasis> level must be one of strong"),
        ('<break strength="huge"/>', "<break> strength must be one of none"),
        ("", "text must not be blank"),
        ("  \n ", "text must not be blank"),
        ("<p> </p><s/>", "text must not be blank"),
        ('<break time="1s"/>', "text must not be blank"),
    ],
)
def test_faults_are_named(xml: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        said(xml)


@pytest.mark.parametrize("name", ELEMENTS)
def test_the_table_of_attributes_says_what_is_read(name: str) -> None:
    """An element that notes what it is asked for."""
    asked: set[str] = set()

    class Curious(etree.ElementBase):
        def get(self, key: str, default: Any = None) -> Any:  # type: ignore[override]
            asked.add(key)
            return super().get(key, default)

    parser = etree.XMLParser()
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=Curious))
    values = "ph='x' alias='x' interpret-as='date' format='mdy' xml:lang='en-GB'"
    parse(etree.fromstring(f"<SpeakSentence><{name} {values}>a</{name}>b</SpeakSentence>", parser))

    assert {each for each in asked if not each.startswith("{")} == set(ATTRIBUTES[name])


def test_a_single_speak_wrapper_is_tolerated() -> None:
    assert said("\n <speak>a<break/>b</speak> ") == said("a<break/>b")


def test_escaped_ssml_is_ssml() -> None:
    assert said('say &lt;break time="1s"/&gt; now') == (Text("say"), Silence(1.0), Text("now"))


@pytest.mark.parametrize("text", ["5 < 6 & 7", "<b>bold</b>", "a <break> b", "I <3 you"])
def test_other_escaped_text_is_read_literally(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")

    assert said(escaped) == (Text(text),)


def test_escaped_ssml_with_a_bad_value_is_a_fault() -> None:
    with pytest.raises(ValueError, match="<break> time"):
        said('a &lt;break time="11s"/&gt;')


@given(
    st.recursive(
        st.text("ab1 &<é", max_size=5).map(lambda t: t.replace("&", "&amp;").replace("<", "&lt;")),
        lambda inner: st.tuples(
            st.sampled_from([*ELEMENTS, "speak", "x"]),
            st.sampled_from(["", ' time="1s"', ' ph="a"', ' alias="b"', ' interpret-as="time"']),
            st.lists(inner, max_size=3).map("".join),
        ).map(lambda part: f"<{part[0]}{part[1]}>{part[2]}</{part[0]}>"),
        max_leaves=12,
    )
)
def test_parsing_yields_words_or_a_fault(xml: str) -> None:
    try:
        segments = said(xml)
    except ValueError as error:
        assert str(error)
    else:
        words = [segment.text for segment in segments if isinstance(segment, Text)]
        assert words
        assert all(text and text == " ".join(text.split()) for text in words)
