"""Whom Transfer and Forward ring, and how."""

import pytest

from offhook.hooks import Hook, Target
from offhook.verbs import attributes
from offhook.verbs.legs import PhoneNumber, SipUri, check_privacy


def test_a_party_reports_its_end_to_its_own_url() -> None:
    target = Target("/td")

    assert PhoneNumber(to="+12025550111", disconnect=Hook(target)).reported_to == target
    assert SipUri(to="sip:a@b").reported_to is None


def test_a_number_takes_longer_user_to_user_values_than_an_address() -> None:
    value = "a" * 300 + ";encoding=hex"

    assert attributes.attributes(PhoneNumber)["uui"].read(value) == value
    with pytest.raises(ValueError, match="at most 256 characters"):
        attributes.attributes(SipUri)["uui"].read(value)


def test_privacy_goes_with_the_four_words_only() -> None:
    check_privacy(True, None, "x")
    check_privacy(True, "Restricted", "x")
    check_privacy(False, "Ann", "x")
    with pytest.raises(ValueError, match="attribute x with privacy"):
        check_privacy(True, "Ann", "x")
