"""Diversion, STIR/SHAKEN, User-to-User and customers' headers."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.sip.annotations import customer_headers, diversion, stir_shaken, user_to_user


def passport(claims: object) -> str:
    parts = [json.dumps(each).encode() for each in ({"alg": "ES256"}, claims)]
    encoded = [base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in parts]
    return f"{'.'.join(encoded)}.c2ln;info=<https://cert.test/a.pem>;alg=ES256"


def test_most_recent_diversion_is_told() -> None:
    headers = {
        "diversion": (
            '"Al, B" <sip:12025550188@a.test>;reason=no-answer;Privacy=off;counter=2',
            "<sip:+12025550199@a.test>;reason=unconditional",
        )
    }

    assert diversion(headers) == {
        "origTo": "+12025550188",
        "reason": "no-answer",
        "privacy": "off",
        "counter": "2",
    }


@pytest.mark.parametrize("value", ["", "<sip:", "x y z", '"'])
def test_malformed_diversion_is_left_out(value: str) -> None:
    assert diversion({"diversion": (value,)}) is None
    assert diversion({}) is None


def test_diversion_of_a_sip_user_keeps_the_user() -> None:
    assert diversion({"diversion": ("<sip:desk@a.test>",)}) == {"origTo": "desk"}


@pytest.mark.parametrize(
    "identity",
    [
        "<sip:+12025550177;verstat=TN-Validation-Passed@carrier.test;user=phone>",
        "<sip:+12025550177@carrier.test;verstat=TN-Validation-Passed>",
        "<tel:+12025550177;verstat=TN-Validation-Passed>",
    ],
)
def test_verdict_of_the_trunk_and_claims_of_the_caller(identity: str) -> None:
    headers = {
        "p-asserted-identity": (identity,),
        "identity": (passport({"attest": "A", "origid": "de305d54"}),),
    }

    assert stir_shaken(headers) == {
        "verstat": "TN-Validation-Passed",
        "attestationIndicator": "A",
        "originatingId": "de305d54",
    }


def test_verdict_may_stand_in_the_from() -> None:
    headers = {"from": ("<sip:+12025550177;verstat=TN-Validation-Failed@carrier.test>;tag=1",)}

    assert stir_shaken(headers) == {"verstat": "TN-Validation-Failed"}


@pytest.mark.parametrize(
    "claims", [[], "x", {"attest": 5}, None, {"attest": "\ud800"}, {"origid": "a\0b"}]
)
def test_claims_of_another_shape_are_left_out(claims: object) -> None:
    assert stir_shaken({"identity": (passport(claims),)}) is None


@given(st.text())
def test_no_identity_is_too_strange(text: str) -> None:
    stir_shaken({"identity": (text,), "from": (text,)})
    stir_shaken({"identity": (f"a.{text}.c",)})


def test_user_to_user_values_are_joined_as_received() -> None:
    headers = {"user-to-user": ("aGk=;encoding=base64", "ff;encoding=hex")}

    assert user_to_user(headers) == "aGk=;encoding=base64,ff;encoding=hex"
    assert user_to_user({}) is None


def test_last_of_a_customers_headers_wins() -> None:
    headers = {"x-tenant": ("one", "two"), "x-id": ("7",), "subject": ("no",)}

    assert customer_headers(headers) == {"x-tenant": "two", "x-id": "7"}
