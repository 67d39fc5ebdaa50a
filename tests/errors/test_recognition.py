"""Texts lead back to the entries they were made from."""

import pytest

from offhook.errors import CATALOGUE, Entry, calls
from offhook.errors.recognition import Recogniser

ALL = Recogniser(CATALOGUE.values())


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.id)
def test_every_text_is_recognised(entry: Entry) -> None:
    values = {name: f"some {name}" for name in entry.placeholders}
    found = ALL.recognise(entry.type, entry.text(**values))

    assert found is not None
    assert found.entry.description == entry.description
    assert found.values == values


def test_values_may_hold_anything() -> None:
    error = calls.callback_failed("answer", "http://a.test/x", "HTTP 500: to\n{y}: z")
    found = ALL.recognise(error.cause, error.message)

    assert found is not None
    assert found.entry is calls.CALLBACK
    assert found.values["url"] == "http://a.test/x"
    assert found.values["reason"] == "HTTP 500: to\n{y}: z"


def test_of_two_that_fit_the_more_literal_one_is_meant() -> None:
    wide = Entry("wide", None, "x", "{verb} failed: {reason}", calls.BUSY.who, "M.", "F.")
    narrow = Entry("narrow", None, "x", "Gather failed: {reason}", calls.BUSY.who, "M.", "F.")
    found = Recogniser([wide, narrow]).recognise("x", "Gather failed: no")

    assert found is not None
    assert found.entry is narrow


def test_strange_texts_are_nobodys() -> None:
    assert ALL.recognise("busy", "Callee is asleep") is None
    assert ALL.recognise("timeout", "Callee is busy") is None
