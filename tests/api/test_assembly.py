"""The assembled API, configured."""

import pytest
from tests.api.client import ACCOUNT, Stage, basic

PATH = f"/api/v2/accounts/{ACCOUNT}/calls"


def token(stage: Stage) -> dict[str, str]:
    headers = basic() | {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"grant_type=client_credentials"
    answer = stage.ask("POST", "/api/v1/oauth2/token", body, headers)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_tokens_of_one_secret_open_another_process() -> None:
    first, second = (Stage(token_secret=b"x" * 32) for _ in range(2))

    assert second.ask("GET", PATH, headers=token(first)).status == 200


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(AssertionError):
        Stage(token_secret=b"short")


def test_the_lifetime_of_tokens_is_configured() -> None:
    stage = Stage(token_lifetime_s=60)
    bearer = token(stage)
    stage.now += 61

    assert stage.ask("GET", PATH, headers=bearer).status == 401
