"""Values of attributes (bxml.md 2.1)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.verbs import values


@given(st.decimals(0, 60, places=3))
def test_decimals_are_read_as_written(number: object) -> None:
    assert values.decimal(str(number), (0, 60)) == float(str(number))


@pytest.mark.parametrize(("text", "number"), [("2", 2), ("2.0", 2), ("2.9", 2), ("+7", 7)])
def test_whole_numbers_lose_their_fraction(text: str, number: int) -> None:
    assert values.integer(text, (1, 50)) == number


@pytest.mark.parametrize(
    ("bounds", "printed"),
    [
        ((1, 50), "within [1, 50]"),
        ((0.1, 86400), "within [0.1, 86400]"),
        ((1, math.inf), "at least 1"),
    ],
)
def test_bounds_are_printed(bounds: tuple[float, float], printed: str) -> None:
    assert values.interval(bounds) == printed


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "1", "false", "False", "0"])
def test_booleans_come_in_any_case(text: str) -> None:
    assert values.flag(text) is (text.lower() in ("true", "1"))


@pytest.mark.parametrize("text", ["yes", "", "2", "t"])
def test_other_booleans_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be true or false"):
        values.flag(text)


def test_choices_are_returned_as_the_list_spells_them() -> None:
    assert values.choice("INBOUND", ("inbound", "outbound")) == "inbound"
    with pytest.raises(ValueError, match='must be one of a, b, but was "c"'):
        values.choice("c", ("a", "b"))


@pytest.mark.parametrize(
    "text",
    [
        "http://a.test",
        "HTTPS://a.test:84/x?y#z",
        "/abs",
        "rel/x.wav",
        "?q=1",
        "//b.test/x",
        "a b",
    ],
)
def test_urls_are_absolute_or_relative(text: str) -> None:
    assert values.url(text) == text


@pytest.mark.parametrize(
    "text",
    ["ftp://a.test", "mailto:x@y", "http://", "http:x", "//", "http://a:b", "/a\tb", "//[x"],
)
def test_other_urls_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        values.url(text)


def test_keys_are_upper_case() -> None:
    assert values.keys("09*#abCD") == "09*#ABCD"
    with pytest.raises(ValueError, match="must hold only"):
        values.keys("e")


def test_phrases_are_split_at_commas() -> None:
    assert values.phrases(" a b, ,c,") == ("a b", "c")


def test_words_are_bounded() -> None:
    assert values.words("abc", 3) == "abc"
    with pytest.raises(ValueError, match="at most 3 characters, but has 4"):
        values.words("abcd", 3)


@pytest.mark.parametrize("text", ["en", "en-US", "zh-Hant-TW", "EN-us"])
def test_languages_are_tags(text: str) -> None:
    assert values.language(text) == text
