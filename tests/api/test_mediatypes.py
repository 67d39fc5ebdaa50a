"""Content types: parsed, printed back, taken or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.api.mediatypes import BXML, JSON, MediaType
from offhook.errors import ApiError


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("text/plain; charset=utf-8", "text/plain;charset=UTF-8"),
        ("Text/PLAIN", "text/plain"),
        ("application/x;A=b ;  c=D", "application/x;a=b;c=D"),
        ('text/plain;charset="utf-8";', "text/plain;charset=UTF-8"),
        ('a/b;c="d\\"e"', 'a/b;c=d"e'),
        ("text/plain;charset=Latin1", "text/plain;charset=Latin1"),
        ("application/vnd.x+json", "application/vnd.x+json"),
    ],
)
def test_a_media_type_prints_as_the_contract_says(text: str, printed: str) -> None:
    assert str(MediaType.parse(text)) == printed


@pytest.mark.parametrize(
    "text", ["", " ", "json", "a/", "/b", "a/b c", "a/b;c", "a/b;c=", "a/b,c/d"]
)
def test_what_is_no_media_type_is_none(text: str) -> None:
    assert MediaType.parse(text) is None


@given(st.text())
def test_any_text_is_a_media_type_or_none(text: str) -> None:
    found = MediaType.parse(f"a/b;{text}")

    assert found is None or found.name == "a/b"


@pytest.mark.parametrize(
    "text",
    [
        "application/json",
        "APPLICATION/JSON; charset=utf-8",
        "application/json;charset=US-ASCII;x=y",
    ],
)
def test_json_is_taken_with_any_parameters(text: str) -> None:
    assert JSON.check(text) is not None


@pytest.mark.parametrize("text", ["application/json;charset=utf-16", "text/json", "*/*"])
def test_other_types_and_charsets_are_refused_by_name(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        JSON.check(text)

    assert caught.value.description == f"Content type '{text}' not supported"
    assert caught.value.headers == (("Accept", "application/json"),)


@pytest.mark.parametrize("text", ["application/xml", "text/xml;charset=iso-8859-1"])
def test_bxml_comes_in_any_charset(text: str) -> None:
    assert BXML.check(text) is not None


@pytest.mark.parametrize("text", [None, "", "nonsense"])
def test_an_unreadable_type_is_left_to_whether_there_is_a_body(text: str | None) -> None:
    assert JSON.check(text) is None
    assert JSON.unnamed().description == "Unsupported Media Type"
