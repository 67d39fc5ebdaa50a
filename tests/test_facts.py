"""Facts are values: equal when they say the same, and never changed."""

import dataclasses

import pytest

from offhook import facts


def test_facts_with_equal_contents_are_equal() -> None:
    assert facts.DigitHeard("5") == facts.DigitHeard("5")
    assert facts.DigitHeard("5") != facts.DigitHeard("6")


def test_a_fact_cannot_be_changed() -> None:
    fact = facts.Ringing(180)

    with pytest.raises(dataclasses.FrozenInstanceError):
        fact.code = 183  # type: ignore[misc]  # the point of the test
