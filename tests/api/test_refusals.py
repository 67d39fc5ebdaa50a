"""Requests that were refused leave a story behind, without secrets and within bounds."""

import base64
from typing import Any

import pytest
from tests.api.client import ACCOUNT, APPLICATION, FENCED, OTHER, SILENT, SUSPENDED, Stage, basic

from offhook.api.refusals import BODY_BYTES, BURST, PER_S, Refusals
from offhook.clock import Clock
from offhook.errors import ApiError, http
from offhook.records import Incident, IncidentKind

CALLS = f"/api/v2/accounts/{ACCOUNT}/calls"
NEARLY = APPLICATION[:-1] + "b"
CALL = {
    "from": "+12025550100",
    "to": "+12025550143",
    "applicationId": NEARLY,
    "answerUrl": "https://app.example.test/answer",
}


@pytest.fixture
def stage() -> Stage:
    return Stage()


def raw(credentials: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}


@pytest.mark.parametrize(
    ("path", "headers", "why"),
    [
        (CALLS, {}, "the request has no Authorization header"),
        (CALLS, {"Authorization": "Basic"}, "the Authorization header says 'Basic' and nothing"),
        (CALLS, {"Authorization": "Digest x"}, "the scheme is Digest; Basic and Bearer are taken"),
        (CALLS, {"Authorization": "hunter2 x"}, "the scheme is another one; Basic and Bearer"),
        (CALLS, basic("alise"), "there is no user 'alise'; did you mean 'alice'?"),
        (CALLS, basic("alice", "wrong"), "user 'alice': the password is wrong"),
        (CALLS, basic("gone"), "user 'gone': the user is disabled"),
        (CALLS, {"Authorization": "Bearer x"}, "the token is unknown, expired"),
        (CALLS, raw("nocolon"), "the decoded text has no colon"),
        (CALLS, {"Authorization": "Basic abc"}, "its length is no multiple of four"),
        (CALLS, {"Authorization": "Basic !!!!"}, "what follows `Basic` is not base64"),
        (f"/api/v2/accounts/{OTHER}/calls", basic(), "user 'alice' is no member of account"),
        (f"/api/v2/accounts/{SUSPENDED}/calls", basic(), "is suspended"),
        (f"/api/v2/accounts/{SILENT}/calls", basic(), "Voice is off"),
        (f"/api/v2/accounts/{FENCED}/calls", basic(), "allowed_networks: 10.0.0.0/8"),
        (CALLS, basic("clerk"), "user 'clerk' has no voice role"),
        ("/api/v2/accounts/99000000/calls", basic(), "did you mean 9900000, which 'alice'"),
        (CALLS + "/c-1/bmxl", basic(), "'bmxl' should be 'bxml'"),
        ("/v1/calls", basic(), "the paths of the API begin with /api/v2/accounts/"),
        (CALLS + "/c-1", basic(), "the account has no call 'c-1'"),
        (CALLS + "/%zz", basic(), "a malformed percent-encoding"),
    ],
)
def test_what_was_wrong_is_told_in_full(
    stage: Stage, path: str, headers: dict[str, str], why: str
) -> None:
    answer = stage.ask("GET", path, headers=headers)
    (incident,) = stage.refused

    assert why in incident.data["why"]
    assert why not in answer.body.decode()
    assert incident.id == answer.header("x-request-id")
    assert incident.kind is IncidentKind.REQUEST
    assert incident.data["description"] == answer.json()["description"]
    assert incident.data["status"] == answer.status


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"to": ', "the body is not JSON: line 1, column 8"),
        (b'{"to": 5}', "the body is not as documented: Expected"),
        (b'{"to": "a", "to": "b"}', "the key 'to' stands twice"),
        (b"\xff", "the body is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (CALL, f"the nearest of the account's applications is {APPLICATION}"),
        ({**CALL, "applicationId": "x"}, "the account's 1 applications have other ids"),
        (
            {"from": "+12025550100", "to": "+12025550143", "answerURL": "https://a.test", "x": 1},
            "members that mean nothing: 'answerURL' (did you mean 'answerUrl'?), 'x'",
        ),
    ],
)
def test_what_was_wrong_with_a_body(stage: Stage, body: Any, why: str) -> None:
    stage.calls("POST", body=body)
    (incident,) = stage.refused

    assert why in incident.data["why"]
    assert incident.account_id == ACCOUNT


def test_secrets_are_not_written_down(stage: Stage) -> None:
    stage.calls("POST", body={**CALL, "username": "u", "password": "hush-hush"})
    (incident,) = stage.refused

    assert incident.data["headers"]["authorization"] == "***"
    assert '"username": "u", "password": "***"' in incident.data["body"]
    assert "hush-hush" not in str(incident)


def test_of_a_long_body_the_beginning_is_kept(stage: Stage) -> None:
    stage.calls("POST", body=b'{"to": "' + b"x" * 500_000)

    assert len(stage.refused[0].data["body"]) == BODY_BYTES


def test_who_was_not_let_in_has_no_account(stage: Stage) -> None:
    stage.ask("GET", CALLS, headers=basic("alice", "wrong"))

    assert stage.refused[0].account_id is None


def test_a_good_request_leaves_nothing(stage: Stage) -> None:
    stage.calls("POST", body={**CALL, "applicationId": APPLICATION})
    stage.calls("GET")

    assert stage.refused == []


def test_a_flood_is_written_down_in_part() -> None:
    now = 0.0
    kept: list[Incident] = []
    refusals = Refusals(kept.append, Clock(lambda: now, lambda: now))
    for _ in range(BURST + 5):
        refusals.note("id", ApiError(http.BAD_REQUEST), None)

    assert len(kept) == BURST
    now = 1.0
    for _ in range(50):
        refusals.note("id", ApiError(http.BAD_REQUEST), None)

    assert len(kept) == BURST + PER_S
