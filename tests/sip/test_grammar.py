"""Tokens, numbers, quoted strings, lists and parameters."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.sip.grammar import (
    MAX_COMMAS,
    SipSyntaxError,
    is_token,
    number,
    parse_params,
    print_params,
    quote,
    shorten,
    single_line,
    split_list,
    unquote,
)

TOKENS = st.text(string.ascii_letters + string.digits + "-.!%*_+`'~", min_size=1, max_size=12)
TEXT = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), max_size=20).filter(
    lambda text: "\x7f" not in text
)


@given(TOKENS)
def test_token_is_a_token_until_a_separator_joins_it(text: str) -> None:
    assert is_token(text)
    assert not any(is_token(text + each) for each in '()<>@,;:\\"/[]?={} \t\x00\u00e9')


@given(st.integers(0, 2**33), st.integers(0, 5))
def test_number_reads_digits_up_to_its_top(value: int, zeros: int) -> None:
    expected = value if value < 2**32 else None

    assert number("0" * zeros + str(value)) == expected


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "1_0", "\u0661", "\u00b2", "1e3"])
def test_number_is_nothing_but_ascii_digits(text: str) -> None:
    assert number(text) is None


def test_number_of_a_million_digits_is_refused_at_once() -> None:
    """`int` itself raises beyond 4,300 digits."""
    assert number("9" * 1_000_000) is None
    assert number("0" * 1_000_000 + "7") == 7


@given(TEXT)
def test_quoting_is_undone_by_unquoting(text: str) -> None:
    assert unquote(quote(text)[1:-1]) == text


@given(
    st.lists(st.sampled_from(["a", '"x,y"', "<sip:a,b>", '"<" <sip:c>', '"\\"," d']), max_size=9)
)
def test_list_splits_only_at_commas_outside_quotes_and_brackets(items: list[str]) -> None:
    assert split_list(", ".join(items)) == items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", []),
        (" \t", []),
        (",", []),
        ("a,,b", ["a", "b"]),
        (" a\t, b ,", ["a", "b"]),
        ('a,"b', ['a,"b']),
        ("a,<b", ["a,<b"]),
        ('"b', ['"b']),
        ("," * (MAX_COMMAS + 1), ["," * (MAX_COMMAS + 1)]),
    ],
)
def test_list_drops_empty_elements_and_keeps_an_unbalanced_text_whole(
    text: str, items: list[str]
) -> None:
    assert split_list(text) == items


@given(st.dictionaries(TOKENS.map(str.lower), st.none() | TEXT, max_size=5))
def test_parameters_survive_a_round_trip(params: dict[str, str | None]) -> None:
    assert parse_params(print_params(params)) == params


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("", {}),
        ("  ", {}),
        (";lr", {"lr": None}),
        (" ; TAG = a ;\tb=", {"tag": "a", "b": ""}),
        (';s="a;b, \\"c\\""', {"s": 'a;b, "c"'}),
        (";received=2001:db8::9;x=[::1]", {"received": "2001:db8::9", "x": "[::1]"}),
        (";branch=z9hG4bKab==", {"branch": "z9hG4bKab=="}),
    ],
)
def test_parameters_read(text: str, params: dict[str, str | None]) -> None:
    assert parse_params(text) == params


@pytest.mark.parametrize(
    "text",
    [
        ";",
        ";;",
        ";a;;b",
        ";a=b c",
        "a=b",
        ';a="b',
        ';a="b"c',
        ";a;A",
        ";a=b,c",
        ";a=<b>",
        ";a=\x00",
    ],
)
def test_malformed_parameters_are_refused(text: str) -> None:
    with pytest.raises(SipSyntaxError):
        parse_params(text)


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\r\nEvil: yes"])
def test_line_break_in_what_we_send_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        single_line(text)

    assert single_line("a b") == "a b"


def test_error_text_of_untrusted_input_is_short_and_ascii() -> None:
    assert shorten("\u00e9" + "x" * 1000).isascii()
    assert len(shorten("x" * 1000)) < 70


def test_fault_without_a_request_cannot_be_answered() -> None:
    fault = SipSyntaxError("odd", 505)

    assert (str(fault), fault.response_code, fault.can_answer) == ("odd", 505, False)
