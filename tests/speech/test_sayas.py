"""`<say-as>` in English (bxml.md 5.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.speech.sayas import english, number
from offhook.ssml import DATE_FORMATS, SAY_AS


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("characters", "AB1", "ay, B, one"),
        ("characters", "x-9 @", "X, dash, nine, at"),
        ("telephone", "5551234", "five five five, one two three four"),
        ("telephone", "(202) 555-0111", "two zero two, five five five, zero one one one"),
        ("telephone", "911", "nine, one, one"),
        ("cardinal", "0", "zero"),
        ("cardinal", "21", "twenty one"),
        ("cardinal", "1,234", "one thousand two hundred thirty four"),
        ("cardinal", "-3.05", "minus three point zero five"),
        ("cardinal", "1000000", "one million"),
        (
            "cardinal",
            "1234567890123",
            "one two three four five six seven eight nine zero one two three",
        ),
        ("cardinal", "many", "many"),
        ("ordinal", "1", "first"),
        ("ordinal", "2nd", "second"),
        ("ordinal", "12", "twelfth"),
        ("ordinal", "20", "twentieth"),
        ("ordinal", "23", "twenty third"),
        ("ordinal", "100", "one hundredth"),
        ("ordinal", "first", "first"),
        ("time", "2'05\"", "two minutes five seconds"),
        ("time", "1'", "one minute"),
        ("time", '1"', "one second"),
        ("time", "14:05", "14:05"),
    ],
)
def test_it_is_read_out(kind: str, text: str, words: str) -> None:
    assert english(text, kind) == words


@pytest.mark.parametrize(
    ("date_format", "text", "words"),
    [
        ("mdy", "3/4/2026", "March fourth, twenty twenty six"),
        ("dmy", "04.03.2026", "March fourth, twenty twenty six"),
        ("ymd", "2026-03-04", "March fourth, twenty twenty six"),
        ("ymd", "20260304", "March fourth, twenty twenty six"),
        ("md", "12/31", "December thirty first"),
        ("dm", "31-12", "December thirty first"),
        ("ym", "1905-07", "July, nineteen oh five"),
        ("my", "7/1900", "July, nineteen hundred"),
        ("d", "2", "second"),
        ("m", "05", "May"),
        ("y", "2001", "two thousand one"),
        ("mdy", "13/4/2026", "13/4/2026"),
        ("mdy", "3/4", "3/4"),
        ("mdy", "tomorrow", "tomorrow"),
    ],
)
def test_a_date_is_read_in_the_order_of_its_format(date_format: str, text: str, words: str) -> None:
    assert english(text, "date", date_format) == words


@given(st.integers(0, 10**12 - 1))
def test_every_number_has_words_that_say_it(value: int) -> None:
    """The words are read back by adding and multiplying."""
    units = {number(n): n for n in range(20)} | {number(n): n for n in range(20, 100, 10)}
    scales = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
    total = part = 0
    for word in number(value).split():
        if word == "hundred":
            part *= 100
        elif word in scales:
            total, part = total + part * scales[word], 0
        else:
            part += units[word]

    assert total + part == value


@given(st.text(), st.sampled_from(SAY_AS), st.sampled_from(DATE_FORMATS))
def test_odd_text_is_never_an_error(text: str, kind: str, date_format: str) -> None:
    assert isinstance(english(text, kind, date_format), str)
