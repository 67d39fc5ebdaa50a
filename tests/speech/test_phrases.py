"""Phrases for an engine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.speech.phrases import LONGEST_PHRASE, LONGEST_WORD, clean, phrases, spans
from offhook.ssml import Segment, Silence, Text


def spread(*segments: Segment, in_english: bool = True) -> list[Segment]:
    return list(spans(segments, in_english=in_english))


def test_words_of_one_manner_are_put_together_and_others_stay_apart() -> None:
    code = Text("AB1", say_as="characters")

    assert spread(Text("Your code is"), code, Text(". Bye."), Silence(1), Text("x")) == [
        Text("Your code is ay, B, one. Bye."),
        Silence(1),
        Text("x"),
    ]
    assert len(spread(Text("a"), Text("b", volume_db=3.0), Text("c", volume_db=3.0))) == 2


def test_other_languages_spell_codes_and_read_numbers_themselves() -> None:
    spelled = spread(Text("AB1", say_as="characters"), in_english=False)

    assert spelled == [Text("A, B, 1")]
    assert spread(Text("42", say_as="cardinal"), in_english=False) == [Text("42")]
    assert spread(Text("42", say_as="cardinal", locale="de-DE")) == [Text("42", locale="de-DE")]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("5 < 6 & 7 > 2", "5 less than 6 & 7 greater than 2"),
        ("it\u2019s “so” — nice…", 'it\'s "so" , nice.'),
        ("Grüße, façade", "Grüße, façade"),
        ("Łódź Čapek", "Lódz Capek"),
        ("a\x00b\x07c", "a b c"),
        ("Привет 😀 hi", "hi"),
        ("\\item=x\\", "item=x"),
        ("5 €", "5 euro"),
    ],
)
def test_text_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text, in_english=True) == cleaned


def test_markup_of_the_engine_cannot_be_smuggled_in() -> None:
    assert clean("<speed level='500'>x", in_english=False) == "speed level='500' x"


@given(st.text(max_size=400), st.booleans())
def test_clean_text_has_no_markup_and_no_long_words(text: str, in_english: bool) -> None:
    cleaned = clean(text, in_english=in_english)

    assert not set(cleaned) & set("<>\\\0\n")
    assert max(map(len, cleaned.split()), default=0) <= LONGEST_WORD
    assert cleaned.encode("latin-1").decode("latin-1") == cleaned


def test_long_text_is_cut_at_the_end_of_a_sentence_or_at_a_comma_or_at_a_blank() -> None:
    sentence = "word " * 15 + "end."
    with_comma = "word " * 20 + "then, " + "word " * 30

    assert list(phrases(f"{sentence} {sentence}")) == [sentence, sentence]
    assert next(phrases(with_comma)).endswith("then,")
    assert list(phrases("Hello. World.")) == ["Hello. World."]
    assert list(phrases("")) == []


@given(st.text("ab1., !?", max_size=1000))
def test_cutting_loses_nothing_and_keeps_to_the_limit(text: str) -> None:
    cut = list(phrases(text))

    assert "".join("".join(cut).split()) == "".join(text.split())
    assert all(phrase and len(phrase) <= LONGEST_PHRASE for phrase in cut)
