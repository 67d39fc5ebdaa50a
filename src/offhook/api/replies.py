"""Answers as values, and how a refusal reads on the wire (errors.md 1)."""

from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import msgspec
from starlette.responses import Response

from offhook.errors import ApiError, Entry, Envelope
from offhook.partial import Media, MediaResponse

JSON = "application/json;charset=UTF-8"
PLAIN_JSON = "application/json"
RETRY_AFTER_S = 1  # what 429 and 503 say when nobody knows better (errors.md 1.1)
NO_STORE = ("Cache-Control", "no-store")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What an operation answers; `body` is JSON data, Media, or None for an empty body."""

    status: int
    body: Any = None
    headers: Headers = ()
    content_type: str = JSON


class Problem(TypedDict):
    """The body of a refusal."""

    type: str
    description: str
    id: str | None


class TokenProblem(TypedDict):
    """The body of a refusal of the token endpoint (RFC 6749 5.2)."""

    error: str
    error_description: str


class EndpointFault(TypedDict):
    """One fault of a request; where the account has too many endpoints, only what it is."""

    id: NotRequired[str]
    type: str
    description: str
    code: NotRequired[str]
    source: NotRequired[dict[str, str]]


class EndpointProblem(TypedDict):
    """The body of a refusal of the Endpoints API (errors.md 7.1)."""

    links: list[str]
    data: None
    errors: list[EndpointFault]


Refusal = Problem | TokenProblem | EndpointProblem


def problem(error: ApiError, request_id: str) -> Reply:
    """Return the answer for a refusal, in the form that its family has."""
    entry = error.entry
    assert entry.status is not None, f"{entry.id} is no HTTP answer"
    headers = error.headers
    if entry.status in (429, 503) and not any(name == "Retry-After" for name, _ in headers):
        headers += (("Retry-After", str(RETRY_AFTER_S)),)
    told = refusal(entry, error.description, request_id, error.source)
    if entry.envelope is Envelope.VOICE:
        return Reply(entry.status, told, headers)
    if entry.envelope is Envelope.OAUTH:
        headers = (NO_STORE, *headers)
    return Reply(entry.status, told, headers, content_type=PLAIN_JSON)


def refusal(
    entry: Entry, description: str, request_id: str, source: tuple[str, str] | None = None
) -> Refusal:
    """Return the body of a refusal, its members in the order of the contract."""
    match entry.envelope:
        case Envelope.VOICE:
            return {"type": entry.type, "description": description, "id": entry.wire_id}
        case Envelope.OAUTH:
            return {"error": entry.type, "error_description": description}
        case Envelope.ENDPOINTS:
            fault: EndpointFault = {"type": entry.type, "description": description}
            if entry.status != 429:
                fault = {"id": request_id, **fault, "code": str(entry.status)}
            if source is not None:
                name, culprit = source
                fault["source"] = {name: culprit}
            return {"links": [], "data": None, "errors": [fault]}


def render(reply: Reply, extra: Headers = ()) -> Response:
    """Return the HTTP response; empty answers carry no Content-Type."""
    response = _response(reply)
    for name, value in (*reply.headers, *extra):
        response.headers.append(name, value)
    return response


def _response(reply: Reply) -> Response:
    if isinstance(reply.body, Media):
        return MediaResponse(reply.body, reply.status, reply.content_type)
    if reply.body is None:
        return Response(b"", reply.status)
    response = Response(msgspec.json.encode(reply.body), reply.status)
    response.headers["Content-Type"] = reply.content_type
    return response
