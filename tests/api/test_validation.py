"""Single fields: numbers as they print, and properties of what is accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.api import validation as check
from offhook.errors import ApiError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (301, "301"),
        (301.0, "301"),
        (0.5, "0.5"),
        (-0.10, "-0.1"),
        (1e-7, "1e-07"),
        (1e300, "1e+300"),
    ],
)
def test_numbers_print_in_their_shortest_form(value: float, text: str) -> None:
    assert check.printed(value) == text


@given(st.floats() | st.integers())
def test_a_number_passes_exactly_when_it_is_within_the_bounds(value: float) -> None:
    """NaN included, although JSON cannot carry it."""
    inside = 1 <= value <= 300
    try:
        passed = check.within("x", value, 1, 300, 30) == value
    except ApiError as error:
        passed = False
        assert error.description.startswith("x must be within the range [1, 300], but was ")

    assert passed == inside


@given(st.integers(10**6, 10**14).map(str))
def test_digits_without_a_plus_are_no_telephone_number(digits: str) -> None:
    with pytest.raises(ApiError):
        check.e164("to", digits)


@given(
    st.from_regex(
        r"\+[2-9][0-9]{6,14}|\+1[0-9]{10}", fullmatch=True, alphabet=st.characters(codec="ascii")
    )
)
def test_every_e164_number_passes(number: str) -> None:
    check.destination("to", number)


@given(st.text())
def test_any_text_is_either_a_url_or_a_validation_error(text: str) -> None:
    for value in (text, f"https://{text}", f"http://host/{text}"):
        try:
            check.url("answerUrl", value)
        except ApiError as error:
            assert error.entry.status == 400


@given(st.text())
def test_any_destination_is_either_valid_or_a_validation_error(text: str) -> None:
    for value in (text, f"sip:{text}", f"sip:alice@{text}"):
        try:
            check.destination("to", value)
        except ApiError as error:
            assert error.entry.status == 400


@pytest.mark.parametrize(
    "url", ["http://localhost", "http://api.localhost:1/", "http://127.1.2.3", "http://[::1]"]
)
def test_loopback_needs_no_https(url: str) -> None:
    check.https("answerUrl", url, ("username", "password"), ("u", "p"))


@pytest.mark.parametrize("url", ["http://localhost.example.test", "http://10.0.0.1", "HTTP://x"])
def test_anything_else_does(url: str) -> None:
    with pytest.raises(ApiError, match="https is required when username and password"):
        check.https("answerUrl", url, ("username", "password"), ("u", "p"))


def test_nothing_to_protect_needs_no_https() -> None:
    check.https("answerUrl", "http://x", ("username", "password"), ("u", None))
    check.https("answerUrl", None, ("username", "password"), ("u", "p"))


def test_absent_values_have_defaults() -> None:
    assert check.method("answerUrl", None) == "POST"
    assert check.within("callTimeout", None, 1, 300, 30.0) == 30.0
    assert check.whole("priority", None, 1, 5, 5) == 5
    check.url("answerUrl", None)
    check.text("displayName", None, 1)
    check.tag("create call", None)


def test_null_is_in_no_closed_set() -> None:
    with pytest.raises(ApiError, match=r"must be one of \[a, b\]"):
        check.one_of("x", None, ("a", "b"))
