"""Paths and queries, decoded strictly."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.api.targets import parameters, segments
from offhook.errors import ApiError

PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


def path(raw: str) -> dict[str, Any]:
    return {"raw_path": raw.encode(), "path": raw}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("/", ("",)),
        ("/a/b", ("a", "b")),
        ("/a/b/", ("a", "b")),
        ("/a//", ("a", "")),
        ("/a%2Fb/%C3%A9", ("a/b", "é")),
        ("/a+b", ("a+b",)),
        ("/a?b", ("a",)),
    ],
)
def test_segments(raw: str, expected: tuple[str, ...]) -> None:
    assert segments(path(raw)) == expected


def test_a_server_without_raw_paths_does_too() -> None:
    assert segments({"path": "/a/é"}) == ("a", "é")


@given(st.lists(PRINTABLE.filter(bool), min_size=1))
def test_encoded_segments_come_back(names: list[str]) -> None:
    assert segments(path("/" + "/".join(quote(name, safe="") for name in names))) == tuple(names)


@given(st.dictionaries(PRINTABLE, PRINTABLE))
def test_encoded_parameters_come_back(query: dict[str, str]) -> None:
    assert parameters({"query_string": urlencode(query).encode()}) == query


def test_the_first_of_repeated_parameters_counts() -> None:
    assert parameters({"query_string": b"a=1&a=2&&b&=c"}) == {"a": "1", "b": "", "": "c"}


@pytest.mark.parametrize(
    "raw", [b"%", b"%4", b"%g0", b"%00", b"%1F", b"%7f", b"%ff", b"\x00", b"\x7f"]
)
def test_malformed_encodings_and_control_characters_are_unreadable(raw: bytes) -> None:
    with pytest.raises(ApiError, match="Bad Request"):
        parameters({"query_string": b"a=" + raw})
    with pytest.raises(ApiError, match="Bad Request"):
        segments({"path": "/", "raw_path": b"/" + raw})
