"""GET /statistics (rest.md 7) over a fake service."""

import pytest
from tests.api.client import ACCOUNT, OTHER, STRICT, Stage, basic

from offhook.records import CallState


def path(account: str = ACCOUNT) -> str:
    return f"/api/v2/accounts/{account}/statistics"


CALL = {
    "from": "+12025550100",
    "to": "+12025550143",
    "applicationId": "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
    "answerUrl": "http://app.example.test/answer",
}


def test_the_queue_is_told_in_integers() -> None:
    stage = Stage()
    first = stage.calls("POST", body=CALL).json()["callId"]
    stage.calls("POST", body=CALL)
    stage.service.advance(first, CallState.INITIATED)
    answer = stage.ask("GET", path(), headers=basic())

    assert answer.status == 200
    assert answer.header("content-type") == "application/json;charset=UTF-8"
    assert answer.json() == {"currentCallQueueSize": 1, "maxCallQueueSize": 1500}
    assert b"." not in answer.body


def test_without_a_queue_there_is_no_room_in_it() -> None:
    answer = Stage().ask("GET", path(STRICT), headers=basic())

    assert answer.json() == {"currentCallQueueSize": 0, "maxCallQueueSize": 0}


def test_head_has_no_body() -> None:
    answer = Stage().ask("HEAD", path(), headers=basic())

    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("account", "headers", "status", "description"),
    [
        (ACCOUNT, {}, 401, "Unauthorized"),
        (ACCOUNT, basic(password="wrong"), 401, "The credentials provided were invalid"),
        (OTHER, basic(), 401, "Unauthorized"),
        ("123", basic(), 403, "Access is denied"),
        (ACCOUNT, basic("clerk"), 403, "Access is denied"),
    ],
)
def test_it_is_the_account_s_own_business(
    account: str, headers: dict[str, str], status: int, description: str
) -> None:
    answer = Stage().ask("GET", path(account), headers=headers)

    assert (answer.status, answer.json()["description"]) == (status, description)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_there_is_nothing_to_change(method: str) -> None:
    answer = Stage().ask(method, path(), b"{}", basic() | {"Content-Type": "application/json"})

    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD")


def test_there_is_nothing_below() -> None:
    assert Stage().ask("GET", path() + "/calls", headers=basic()).status == 404
