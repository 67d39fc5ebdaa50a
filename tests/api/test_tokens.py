"""Bearer tokens: what they carry, and when they stop to work."""

import random
from dataclasses import replace

import jwt
import pytest
from tests.api.client import ACCOUNT, DIRECTORY, Stage

from offhook.api.tokens import Tokens
from offhook.clock import Clock
from offhook.directory import User
from offhook.ids import Ids

SECRET = b"s" * 32
ALICE = DIRECTORY.users["alice"]
USERS = DIRECTORY.users


class Issuer(Tokens):
    """Tokens under a clock that can be set."""

    def __init__(self, **static: str) -> None:
        self.now = 1000.0
        clock = Clock(lambda: self.now, lambda: self.now)
        super().__init__(SECRET, 3600, clock, Ids(random.Random(1)), static)


def test_a_token_carries_what_clients_read() -> None:
    token = Issuer().issue(ALICE)
    options = jwt.types.Options(verify_exp=False, verify_iat=False)
    claims = jwt.decode(token.text, SECRET, ["HS256"], options=options)

    assert ACCOUNT in claims["accounts"]
    assert claims["roles"] == ["voice"]
    assert (claims["sub"], claims["exp"], claims["jti"]) == ("alice", 4600, token.id)


def test_a_token_is_good_until_it_expires() -> None:
    issuer = Issuer()
    token = issuer.issue(ALICE).text
    issuer.now = 4599.9

    assert issuer.user_of(token, USERS) == ALICE

    issuer.now = 4600.0

    assert issuer.user_of(token, USERS) is None


@pytest.mark.parametrize(
    "users",
    [{}, {"alice": replace(ALICE, password_hash="changed")}],
    ids=["user removed", "password changed"],
)
def test_a_token_dies_with_its_user_or_the_password(users: dict[str, User]) -> None:
    issuer = Issuer()

    assert issuer.user_of(issuer.issue(ALICE).text, users) is None


def forged(claims: dict[str, object], secret: bytes = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode({"sub": "alice", "exp": 9999} | claims, secret, algorithm)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "\u00e9",
        forged({}),
        forged({"key": 5}),
        forged({"exp": "soon"}),
        forged({"sub": "nobody"}),
        forged({}, b"t" * 32),
        jwt.encode({"sub": "alice", "exp": 9999}, "", "none"),
        forged({}, algorithm="HS512", secret=b"s" * 64),
    ],
)
def test_what_we_did_not_issue_is_nobodys(token: str) -> None:
    assert Issuer().user_of(token, USERS) is None


def test_a_static_token_speaks_for_its_user() -> None:
    issuer = Issuer(forever="alice", orphan="nobody")

    assert issuer.user_of("forever", USERS) == ALICE
    assert issuer.user_of("orphan", USERS) is None


def test_a_disabled_user_has_no_use_for_a_token() -> None:
    stage = Stage(static_tokens={"t1": "gone", "t2": "alice"})
    path = f"/api/v2/accounts/{ACCOUNT}/calls"

    assert stage.ask("GET", path, headers={"Authorization": "Bearer t1"}).status == 401
    assert stage.ask("GET", path, headers={"Authorization": "bearer t2"}).status == 200
