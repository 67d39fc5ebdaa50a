"""Whether an answer is one that the description of the API knows.

Every answer in the tests of the API is looked at, so each of them is a test of the description too.
"""

import functools
import json
import re
from collections.abc import Sequence
from typing import Any

import jsonschema_rs

from offhook.api.assembly import described
from offhook.api.openapi import Row, document, rows
from offhook.errors import Envelope
from offhook.errors.recognition import Recogniser

TABLES = described()
DOCUMENT = document(TABLES)
ROWS = {(row.path, row.method): row for row in rows(TABLES)}


def find(method: str, path: str) -> Row | None:
    """Return what is described for a request; None if there is no such operation."""
    path = re.sub("^/api(/v2/accounts/[^/]+/endpoints)", r"\1", path)  # the same, twice
    got = path.removesuffix("/").split("/")
    found = [row for row in ROWS.values() if _fits(row.path.split("/"), got)]
    wanted = "GET" if method == "HEAD" else method
    found.sort(key=lambda row: len(row.names))  # a path without variables is meant first
    return next((row for row in found if row.method == wanted), None)


def _fits(pattern: list[str], got: list[str]) -> bool:
    pairs = zip(pattern, got, strict=False)
    same = all(want == have or (want[:1] == "{" and have) for want, have in pairs)
    return len(pattern) == len(got) and same


def check(
    method: str, path: str, status: int, headers: Sequence[tuple[str, str]], body: bytes
) -> None:
    """Fail unless status, headers and body are as described."""
    row = find(method, path)
    if row is None:
        assert status in (400, 401, 403, 404, 405, 503), (method, path, status)
        return
    responses = DOCUMENT["paths"][row.path][row.method.lower()]["responses"]
    assert str(status) in responses, f"{method} {row.path} says nothing of {status}: {body!r}"
    told = responses[str(status)]
    names = {name.lower() for name, _ in headers}
    missing = [n for n, h in told["headers"].items() if h["required"] and n.lower() not in names]
    assert not missing, (method, path, status, missing)
    if method == "HEAD":
        return
    media = next((v.partition(";")[0] for n, v in headers if n.lower() == "content-type"), None)
    assert (media in told["content"]) if "content" in told else body == b"", (media, body)
    if media == "application/json":
        validator(row.path, row.method, status).validate(json.loads(body))
        if status >= 400:
            assert known(row, json.loads(body)), f"{row.method} {row.path} does not tell: {body!r}"


@functools.cache
def validator(path: str, method: str, status: int) -> Any:
    response = DOCUMENT["paths"][path][method.lower()]["responses"][str(status)]
    schema = response["content"]["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator(schema | {"components": DOCUMENT["components"]})


def known(row: Row, body: dict[str, Any]) -> bool:
    """Whether the operation says that it refuses so."""
    envelope, told = Envelope.VOICE, body
    if "error" in body:
        envelope = Envelope.OAUTH
        told = {"type": body["error"], "description": body["error_description"]}
    elif "errors" in body:
        envelope, (told,) = Envelope.ENDPOINTS, body["errors"]
    entries = [entry for entry in row.refuses if entry.envelope is envelope]
    return Recogniser(entries).recognise(told["type"], told["description"]) is not None
