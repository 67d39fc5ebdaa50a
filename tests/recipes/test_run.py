"""A run that did not go as documented is noticed."""

import json
from typing import Any, cast

import pytest

from offhook.errors import calls, endpoints, fields, http, outcomes, tokens
from offhook.recipes import RECIPES, Exchange, Told
from offhook.recipes.place import Place
from offhook.recipes.run import Outcome, shared
from offhook.testing.app import Received
from offhook.testing.rest import Answer, Question

NOWHERE = cast(Place, None)  # faults are found without it


def response(entry_id: str, status: int, body: object, who: str, **values: object) -> Outcome:
    answer = Answer(status, [("X-Request-Id", "r-1")], json.dumps(body).encode())
    told = Told(Exchange(Question("GET", "/", {}, None), answer), values)
    assert told.id == "r-1"
    return Outcome(RECIPES[entry_id], NOWHERE, told, {"error": entry_id, "who": who})


def webhook(entry_id: str, event: dict[str, Any], who: str) -> Outcome:
    received = Received(0.0, "POST", "http://app.test/", {}, b"", None, event)
    explanation = {"error": None, "also": [{"error": entry_id, "who": who}]}
    return Outcome(RECIPES[entry_id], NOWHERE, Told(received), explanation)


def problem(**changes: object) -> dict[str, object]:
    return {"type": "validation", "description": "not found", "id": None, **changes}


def enveloped(request_id: str) -> dict[str, object]:
    text = "The requested resource was not found."
    fault = {"id": request_id, "type": "resource_not_found", "description": text, "code": "404"}
    return {"links": [], "data": None, "errors": [fault]}


TOKEN = {"error": "invalid_scope", "error_description": "The scope is malformed"}
ENDED = {"cause": "busy", "errorMessage": "Callee is busy", "errorId": "e-1"}
TEXT = {"eventType": "transcriptionAvailable", "transcription": {"status": "error"}}


@pytest.mark.parametrize(
    "outcome",
    [
        response(http.NOT_FOUND.id, 404, problem(), "app"),
        response(
            fields.URL_SHAPE.id,
            400,
            problem(description="Invalid a: must be a valid URL"),
            "app",
            field="a",
        ),
        response(tokens.INVALID_SCOPE.id, 400, TOKEN, "app"),
        response(endpoints.NOT_FOUND.id, 404, enveloped("r-1"), "app"),
        webhook(calls.BUSY.id, ENDED, "caller"),
        webhook(outcomes.TRANSCRIPTION_ERROR.id, TEXT, "operator"),
    ],
)
def test_what_came_as_documented_has_no_faults(outcome: Outcome) -> None:
    assert outcome.faults() == []


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (response(http.NOT_FOUND.id, 400, problem(), "app"), "status"),
        (response(http.NOT_FOUND.id, 404, problem(id=""), "app"), "body"),
        (response(http.NOT_FOUND.id, 404, problem(more=1), "app"), "body"),
        (response(http.NOT_FOUND.id, 404, problem(), "operator"), "who"),
        (response(tokens.INVALID_SCOPE.id, 400, problem(), "app"), "body"),
        (response(endpoints.NOT_FOUND.id, 404, enveloped("r-2"), "app"), "body"),
        (webhook(calls.BUSY.id, ENDED | {"cause": "error"}, "caller"), "cause"),
        (webhook(calls.BUSY.id, ENDED | {"errorMessage": "No"}, "caller"), "errorMessage"),
        (webhook(outcomes.TRANSCRIPTION_ERROR.id, {"eventType": "x"}, "operator"), "eventType"),
        (webhook(outcomes.TRANSCRIPTION_TOO_LONG.id, TEXT, "app"), "transcription.status"),
    ],
)
def test_what_came_otherwise_is_told(outcome: Outcome, word: str) -> None:
    assert any(fault.startswith(word) for fault in outcome.faults())


def test_recipes_share_servers_and_the_slow_ones_begin() -> None:
    groups = shared(RECIPES.values())
    patient = [each.patient for each in groups[""]]

    assert set(groups) == {"", "tight", "deaf"}
    assert patient == sorted(patient, reverse=True)
    assert any(patient)
    assert sum(map(len, groups.values())) == len(RECIPES)
