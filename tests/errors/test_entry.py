"""Entries and the exception that carries them."""

import pytest

from offhook.errors import (
    CATALOGUE,
    ApiError,
    Entry,
    Envelope,
    additions,
    calls,
    endpoints,
    fields,
    http,
    outcomes,
    streams,
    tokens,
    transcriptions,
)


def test_an_error_says_its_text_with_the_values_filled_in() -> None:
    error = ApiError(fields.RANGE, field="callTimeout", min="1", max="300", value="301")

    assert error.description == "callTimeout must be within the range [1, 300], but was 301"
    assert str(error) == error.description


def test_values_are_not_read_as_patterns() -> None:
    assert ApiError(fields.NO_APPLICATION, applicationId="{x} %s").description.endswith(
        "Application id {x} %s not found"
    )


@pytest.mark.parametrize("values", [{}, {"callId": "c", "more": "x"}, {"call": "c"}])
def test_missing_or_spare_values_are_a_bug(values: dict[str, str]) -> None:
    with pytest.raises(AssertionError):
        http.CALL_STATE.text(**values)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.id)
def test_every_entry_tells_what_it_means_and_what_to_do(entry: Entry) -> None:
    for sentence in (entry.meaning, entry.fix):
        assert sentence.endswith((".", "`."))
        assert sentence[0].isupper() or sentence.startswith("+")
    assert entry.description.endswith(".") == (entry.envelope is Envelope.ENDPOINTS)


def test_slugs_are_unique() -> None:
    modules = (http, fields, additions, endpoints, tokens, calls, outcomes, streams, transcriptions)

    assert sum(len(module.ENTRIES) for module in modules) == len(CATALOGUE)
