"""Tokens of endpoints."""

import random

import jwt
import pytest

from offhook.calls import passes
from offhook.clock import Clock
from offhook.ids import Ids

CLOCK = Clock(lambda: 1000.5, lambda: 1000.5)


def test_clients_can_read_whose_it_is_and_when_it_ends() -> None:
    token = passes.issue("e-1", "9900000", 87_400.5, CLOCK, Ids(random.Random(1)))
    claims = jwt.decode(token, options={"verify_signature": False})

    assert claims.pop("jti")
    assert claims == {"sub": "e-1", "accountId": "9900000", "iat": 1000, "exp": 87_400}
    assert passes.endpoint_of(token) == "e-1"


def test_no_two_are_the_same() -> None:
    ids = Ids(random.Random(1))
    digests = {passes.digest(passes.issue("e", "1", 1.0, CLOCK, ids)) for _ in range(3)}

    assert len(digests) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a.b.c",
        "\N{SNOWMAN}.a.b",
        "x" * 5000,
        jwt.encode({"sub": "e"}, "k" * 32) + "x" * 5000,
    ],
)
def test_what_is_no_token_is_of_no_endpoint(text: str) -> None:
    assert passes.endpoint_of(text) is None


def test_a_token_without_a_subject_is_of_no_endpoint() -> None:
    assert passes.endpoint_of(jwt.encode({"x": 1}, "k" * 32)) is None
