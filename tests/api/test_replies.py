"""Errors on the wire: one object, three members, in order."""

from typing import Any

import pytest

from offhook.api.replies import Reply, problem, render
from offhook.errors import CATALOGUE, ApiError, Entry, Envelope, endpoints, tokens

ID = "6c0f3f0e-2b0b-4f6e-9a51-0a4f9a3f9d11"
HTTP = [entry for entry in CATALOGUE.values() if entry.status]
LIMITED = [entry for entry in HTTP if entry.envelope is not Envelope.OAUTH]
ANSWERS = [entry for entry in HTTP if entry.envelope is Envelope.VOICE]


@pytest.mark.parametrize("entry", ANSWERS, ids=lambda entry: entry.id)
def test_every_entry_renders_byte_for_byte(entry: Entry) -> None:
    values: dict[str, Any] = dict.fromkeys(entry.placeholders, "v")
    response = render(problem(ApiError(entry, **values), ID))
    wire_id = '""' if entry.status in (409, 429) else "null"
    description = entry.text(**values)

    assert response.body == (
        f'{{"type":"{entry.type}","description":"{description}","id":{wire_id}}}'.encode()
    )
    assert response.status_code == entry.status
    assert response.headers["content-type"] == "application/json;charset=UTF-8"


@pytest.mark.parametrize("entry", tokens.ENTRIES, ids=lambda entry: entry.id)
def test_the_token_endpoint_has_a_form_of_its_own(entry: Entry) -> None:
    response = render(problem(ApiError(entry), ID))
    said = f'{{"error":"{entry.type}","error_description":"{entry.description}"}}'

    assert response.body == said.encode()
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("entry", endpoints.ENTRIES, ids=lambda entry: entry.id)
def test_the_endpoints_have_an_envelope_of_their_own(entry: Entry) -> None:
    values: dict[str, Any] = dict.fromkeys(entry.placeholders, "v")
    response = render(problem(ApiError(entry, source=("field", "tag"), **values), ID))
    said = f'"type":"{entry.type}","description":"{entry.text(**values)}"'
    source = '"source":{"field":"tag"}'
    if entry.status == 429:
        fault = f"{{{said},{source}}}"
    else:
        fault = f'{{"id":"{ID}",{said},"code":"{entry.status}",{source}}}'

    assert response.body == f'{{"links":[],"data":null,"errors":[{fault}]}}'.encode()
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("entry", LIMITED, ids=lambda entry: entry.id)
def test_429_and_503_always_say_when_to_come_back(entry: Entry) -> None:
    values: dict[str, Any] = dict.fromkeys(entry.placeholders, "v")
    default = problem(ApiError(entry, **values), ID).headers
    told = problem(ApiError(entry, headers=(("Retry-After", "9"),), **values), ID).headers

    assert default == ((("Retry-After", "1"),) if entry.status in (429, 503) else ())
    assert told == (("Retry-After", "9"),)


def test_an_empty_answer_has_no_content_type() -> None:
    response = render(Reply(204), (("X-Request-Id", "1"),))

    assert (response.body, "content-type" in response.headers) == (b"", False)
    assert response.headers["x-request-id"] == "1"


def test_headers_may_repeat() -> None:
    response = render(Reply(200, {}, (("WWW-Authenticate", "a"), ("WWW-Authenticate", "b"))))

    assert response.headers.getlist("www-authenticate") == ["a", "b"]
