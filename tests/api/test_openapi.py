"""The description is that of the server, and says what it says well."""

import json
import re

import jsonschema_rs
import pytest
from tests.api import conforming
from tests.api.client import ACCOUNT, BASE, Stage, basic

from offhook import errors
from offhook.api.openapi import document, rows

OPENAPI = "/offhook/v1/openapi.json"
PROBLEM = b'{"type":"validation","description":"%b","id":null}'


def test_everybody_may_read_the_description_of_the_running_server() -> None:
    answer = Stage().ask("GET", OPENAPI)

    assert answer.status == 200
    assert answer.json() == document(conforming.TABLES, BASE)


def test_every_route_is_described_and_nothing_else() -> None:
    """A method that is described does not answer 405; the methods of Allow are described."""
    stage = Stage()
    for path, described in conforming.DOCUMENT["paths"].items():
        target = re.sub(r"{\w+}", "x", path.replace("{accountId}", ACCOUNT))
        refused = stage.ask("TRACE", target, None, basic())
        allowed = set((refused.header("allow") or "").split(", ")) - {"HEAD"}

        assert refused.status == 405
        assert allowed == {method.upper() for method in described}


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    titles = [row.operation.title for row in rows(conforming.TABLES)]

    assert len({name for name, _ in titles}) == len(titles)
    assert all(re.fullmatch("[a-z][A-Za-z]+", name) and about for name, about in titles)


def test_an_operation_with_a_json_body_says_which_members_it_takes() -> None:
    takers = [row.operation for row in rows(conforming.TABLES) if row.operation.takes]

    assert len(takers) == 11
    for each in takers:
        assert each.takes and (each.says.body is None) == ("application/xml" in each.takes.names)


def test_every_refusal_of_the_catalogue_is_one_of_some_operation() -> None:
    told = {entry.id for row in rows(conforming.TABLES) for entry in row.refuses}

    assert told == {each.id for each in errors.CATALOGUE.values() if each.status is not None}
    assert told == set(conforming.DOCUMENT["components"]["examples"])


def test_all_schemas_are_valid_and_all_references_lead_somewhere() -> None:
    text = json.dumps(conforming.DOCUMENT)
    for reference in set(re.findall(r'"#/components/([^"]+)"', text)):
        kind, name = reference.split("/")
        assert name in conforming.DOCUMENT["components"][kind]
    for schema in conforming.DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("calls/c-1", 418, b""),
        ("calls/c-1", 409, PROBLEM % b"Call [c-1] cannot be modified in its current state"),
        ("calls/c-1", 404, PROBLEM % b"Recording [r-1] not found"),
        ("calls/c-1", 404, PROBLEM.replace(b"null", b'""') % b"not found"),
        ("calls/c-1", 200, b'{"callId":"c-1"}'),
        ("calls", 200, b"{}"),
    ],
)
def test_an_answer_that_is_not_described_is_found_out(path: str, status: int, body: bytes) -> None:
    headers = [("X-Request-Id", "x"), ("Content-Type", "application/json")]
    with pytest.raises((AssertionError, jsonschema_rs.ValidationError)):
        conforming.check("GET", f"/api/v2/accounts/1/{path}", status, headers, body)
