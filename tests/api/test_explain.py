"""Stories over HTTP: who may see which."""

from typing import Any

import pytest
from tests.api.client import ACCOUNT, FENCED, SUSPENDED, Answer, Stage, basic

from offhook.records import CallRecord, CallState, Direction, Event, Incident, IncidentKind

ERROR_ID = "6c0f3f0e-2b0b-4f6e-9a51-0a4f9a3f9d11"


@pytest.fixture
def stage() -> Stage:
    return Stage()


def ask(stage: Stage, name: Any, user: str = "alice") -> Answer:
    return stage.ask("GET", f"/offhook/v1/explain/{name}", headers=basic(user))


def ended(stage: Stage, account_id: str = ACCOUNT) -> None:
    """Let there be a call that was busy, and its errorId."""
    stage.stories.call = CallRecord(
        "c-1",
        account_id,
        "a",
        "+12025550143",
        "+12025550100",
        Direction.OUTBOUND,
        CallState.DISCONNECTED,
        0.0,
    )
    busy = {"cause": "busy", "message": "Callee is busy", "error_id": ERROR_ID}
    stage.stories.log = [
        Event("c-1", 1, 10.0, "call.created", {"parent": "x", "to": "y"}),
        Event("c-1", 2, 11.0, "call.ended", busy),
    ]
    failure = Incident(ERROR_ID, 11.0, IncidentKind.FAILURE, account_id, "c-1", 2)
    stage.refused.append(failure)


def test_a_refusal_is_explained_by_its_request_id(stage: Stage) -> None:
    refused = stage.calls("GET", "/c-unknown")
    story = ask(stage, refused.header("x-request-id")).json()

    assert story["subject"] == f"GET /api/v2/accounts/{ACCOUNT}/calls/c-unknown"
    assert story["sentence"] == (
        "The request was refused with 404 not found: the account has no call 'c-unknown'."
    )
    assert (story["error"], story["who"]) == ("not-found", "app")
    assert story["reference"] == "docs/errors/not-found.md"


def test_an_error_id_leads_to_its_call_and_the_events_that_prove_it(stage: Stage) -> None:
    ended(stage)
    story = ask(stage, ERROR_ID).json()

    assert story["callId"] == "c-1"
    assert story["sentence"] == "+12025550143 was busy."
    assert story["evidence"] == [2]
    assert story["events"][0]["kind"] == "call.ended"
    assert ask(stage, "c-1").json()["sentence"] == story["sentence"]


@pytest.mark.parametrize("name", [ERROR_ID, "c-1"])
def test_what_belongs_to_others_is_not_found(stage: Stage, name: str) -> None:
    ended(stage, "9900001")

    assert ask(stage, name).status == 404
    assert "9900001" in stage.refused[-1].data["why"]


@pytest.mark.parametrize("account_id", [SUSPENDED, FENCED])
def test_an_account_that_is_closed_to_who_asks_keeps_its_stories(
    stage: Stage, account_id: str
) -> None:
    ended(stage, account_id)

    assert ask(stage, "c-1").status == 404
    assert account_id in stage.refused[-1].data["why"]


@pytest.mark.parametrize("name", ["c-2", ERROR_ID, "x"])
def test_what_is_not_known_is_not_found(stage: Stage, name: str) -> None:
    assert ask(stage, name).json()["description"] == "not found"


def test_what_nobody_was_let_in_for_any_user_may_see(stage: Stage) -> None:
    refused = stage.ask("GET", f"/api/v2/accounts/{ACCOUNT}/calls", headers=basic("alice", "no"))
    story = ask(stage, refused.header("x-request-id"), "clerk").json()

    assert story["error"] == "invalid-credentials"


@pytest.mark.parametrize("name", ["alice", "alise"])
def test_nobody_else_is_told_which_users_there_are(stage: Stage, name: str) -> None:
    refused = stage.ask("GET", f"/api/v2/accounts/{ACCOUNT}/calls", headers=basic(name, "no"))
    told = [ask(stage, refused.header("x-request-id"), user) for user in ("alice", "clerk")]
    mine, theirs = (each.json()["sentence"] for each in told)

    assert ("user 'alice': the password is wrong" in mine) is (name == "alice")
    assert "user 'alice'" not in theirs
    assert "there is no user" not in theirs
    assert "did you mean" not in mine + theirs


def test_strangers_learn_nothing(stage: Stage) -> None:
    ended(stage)
    answer = stage.ask("GET", f"/offhook/v1/explain/{ERROR_ID}")

    assert answer.status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/offhook/v1/nothing", 404), ("POST", "/offhook/v1/explain/x", 405)],
)
def test_own_resources_have_routes_and_methods_like_all(
    stage: Stage, method: str, path: str, status: int
) -> None:
    assert stage.ask(method, path, headers=basic()).status == status
