"""The OpenAPI description of everything that can be asked, made of what requests are answered from.

Paths, methods and bodies come from the tables of routes, members from the types that bodies are
decoded as and answers are made of, refusals from the catalogue; nothing is written down twice.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec

from offhook import __version__
from offhook.api.app import ANYTIME
from offhook.api.auth import AUTHENTICATION, AUTHORIZATION
from offhook.api.described import (
    BYTES,
    OF_STATUS,
    REQUEST_ID,
    TEXT,
    Described,
    Header,
    Success,
)
from offhook.api.mediatypes import FORM, JSON, REFUSES, Takes
from offhook.api.replies import EndpointProblem, Problem, Reply, TokenProblem, refusal
from offhook.api.routes import Operation, Route, Tables, Visit
from offhook.api.schemas import Schemas
from offhook.errors import Entry, Envelope, endpoints, http

Json = dict[str, Any]

EXAMPLE_ID = "6c0f3f0e-2b0b-4f6e-9a51-0a4f9a3f9d11"  # an X-Request-Id
FORMS = {
    Envelope.VOICE: Problem,
    Envelope.OAUTH: TokenProblem,
    Envelope.ENDPOINTS: EndpointProblem,
}
ABOUT = (
    "A voice server compatible with the Bandwidth Voice API v2. HEAD is taken wherever GET is. "
    "Whatever is refused names its cause, and its X-Request-Id opens the story behind it. What is "
    "below /v2 is below /api/v2 too, for clients that know one base URL only."
)
ENDPOINTS = "Endpoints"  # the tag of operations that have words of their own
GET = Described((Success(200, dict[str, Any]),))


class Description:
    """Shows the description to everybody: it says nothing that is not in the documentation."""

    def __init__(self, tables: Callable[[], Tables]) -> None:
        self._tables = tables

    def routes(self) -> tuple[Route[Visit], ...]:
        """Return the row for the table of what is open to everybody."""
        return (Route("offhook/v1/openapi.json", {"GET": Operation(self.get, GET)}),)

    async def get(self, visit: Visit) -> Reply:
        """openapi: this description."""
        return Reply(200, document(self._tables(), visit.base_url))


@dataclass(frozen=True, slots=True)
class Row:
    """An operation and where it is."""

    path: str
    method: str
    operation: Operation[Any]
    tag: str
    gate: tuple[Entry, ...]  # what is refused before the operation is looked for

    @property
    def names(self) -> list[str]:
        """The variable segments of the path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def refuses(self) -> tuple[Entry, ...]:
        """Everything that can be answered instead of a success, each once."""
        lost = (http.NO_ROUTE,) if self.names else ()  # an empty name is none
        body = REFUSES if self.operation.takes and self.gate else ()
        found = (*ANYTIME, *self.gate, *lost, *body, *self.operation.says.refuses)
        own_words = endpoints.twin if self.tag == ENDPOINTS else lambda entry: entry
        return tuple(dict.fromkeys(map(own_words, found)))


def rows(tables: Tables) -> Iterator[Row]:
    """Return all operations in the order of the tables."""
    account = (*AUTHENTICATION, *AUTHORIZATION)
    places: tuple[tuple[str, str, Sequence[Route[Any]], tuple[Entry, ...]], ...] = (
        ("/api/v2/accounts/{accountId}/", "Voice", tables.operations, account),
        ("/v2/accounts/{accountId}/", ENDPOINTS, tables.endpoints, account),
        ("/offhook/v1/accounts/{accountId}/", "Offhook", tables.beyond, account),
        ("/offhook/v1/", "Offhook", tables.own, AUTHENTICATION),
        ("/", "Open", tables.open, ()),
    )
    for prefix, tag, routes, gate in places:
        for route in routes:
            for method, operation in route.operations.items():
                yield Row(prefix + route.path, method, operation, tag, gate)


def document(tables: Tables, base_url: str = "/") -> Json:
    """Return the description as JSON data."""
    found = list(rows(tables))
    types: list[Any] = list(FORMS.values())
    for row in found:
        says = row.operation.says
        types += [kind for kind in (says.body, *(a.body for a in says.answers)) if kind]
    schemas = Schemas(
        types, {row.operation.says.body: row.operation.says.required for row in found}
    )
    paths: defaultdict[str, Json] = defaultdict(dict)
    for row in found:
        paths[row.path][row.method.lower()] = _operation(row, schemas)
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Offhook",
            "version": __version__,
            "summary": "A programmable voice server that you run yourself",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "security": [{"basic": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "examples": {each.id: _example(each) for row in found for each in row.refuses},
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }
    plain: Json = json.loads(msgspec.json.encode(whole))
    return plain


def _operation(row: Row, schemas: Schemas) -> Json:
    says = row.operation.says
    name, about = row.operation.title
    told: Json = {"operationId": name, "summary": about, "tags": [row.tag]}
    if not row.gate:
        told["security"] = []
    parameters = [
        {"name": each, "in": "path", "required": True, "schema": TEXT | {"minLength": 1}}
        for each in row.names
    ]
    parameters += [
        {"name": each.name, "in": each.place, "description": each.about, "schema": each.schema}
        for each in says.parameters
    ]
    if parameters:
        told["parameters"] = parameters
    if row.operation.takes:
        told["requestBody"] = _body(row.operation.takes, says, schemas)
    told["responses"] = {str(each.status): _success(each, schemas) for each in says.answers}
    by_status: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in row.refuses:
        by_status[entry.status or 0].append(entry)
    for status, entries in sorted(by_status.items()):
        told["responses"][str(status)] = _refusal(status, entries, schemas)
    return told


def _body(takes: Takes, says: Described, schemas: Schemas) -> Json:
    schema = schemas.of(says.body) if takes in (JSON, FORM) else TEXT
    content = {"schema": schema} | ({"example": says.example} if says.example else {})
    about = f"at most {takes.limit} bytes"
    return {"required": True, "description": about, "content": dict.fromkeys(takes.names, content)}


def _success(answer: Success, schemas: Schemas) -> Json:
    told = _answer(answer.status, answer.headers)
    if answer.body:
        told["content"] = {"application/json": {"schema": schemas.of(answer.body)}}
    elif answer.media:
        told["content"] = {name: {"schema": BYTES} for name in answer.media}
    return told


def _refusal(status: int, entries: Sequence[Entry], schemas: Schemas) -> Json:
    told = _answer(status, OF_STATUS.get(status, ()))
    shapes = []
    for envelope, form in FORMS.items():
        if found := [entry for entry in entries if entry.envelope is envelope]:
            exact = {"properties": _exact(found)} if envelope is Envelope.VOICE else {}
            shapes.append(schemas.of(form) | exact)
    schema = shapes[0] if len(shapes) == 1 else {"oneOf": shapes}
    examples = {entry.id: {"$ref": f"#/components/examples/{entry.id}"} for entry in entries}
    told["content"] = {"application/json": {"schema": schema, "examples": examples}}
    return told


def _example(entry: Entry) -> Json:
    """Return the body of a refusal, its placeholders as they are, what it means, and a cure."""
    body = refusal(entry, entry.description, EXAMPLE_ID)
    return {"summary": entry.meaning, "description": entry.fix, "value": body}


def _exact(entries: Sequence[Entry]) -> Json:
    return {
        "type": {"enum": sorted({entry.type for entry in entries})},
        "id": {"enum": list({entry.wire_id: None for entry in entries})},
    }


def _answer(status: int, headers: tuple[Header, ...]) -> Json:
    told = {
        each.name: {"description": each.about, "required": each.always, "schema": each.schema}
        for each in (*headers, REQUEST_ID)
    }
    return {"description": HTTPStatus(status).phrase, "headers": told}
