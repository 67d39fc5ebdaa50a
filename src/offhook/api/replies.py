"""Answers as values, and how a refusal reads on the wire (errors.md 1)."""

from dataclasses import dataclass
from typing import Any, TypedDict

import msgspec
from starlette.responses import Response

from offhook.api.media import Media, MediaResponse
from offhook.errors import ApiError, tokens

JSON = "application/json;charset=UTF-8"
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


def problem(error: ApiError) -> Reply:
    """Return the answer for a refusal: `type`, `description`, `id`, in this order.

    The token endpoint has a form of its own (errors.md 7.2).
    """
    entry = error.entry
    assert entry.status is not None, f"{entry.id} is no HTTP answer"
    headers = error.headers
    if entry in tokens.ENTRIES:
        oauth: TokenProblem = {"error": entry.type, "error_description": error.description}
        return Reply(entry.status, oauth, (NO_STORE, *headers), content_type="application/json")
    if entry.status in (429, 503) and not any(name == "Retry-After" for name, _ in headers):
        headers += (("Retry-After", str(RETRY_AFTER_S)),)
    body: Problem = {
        "type": entry.type,
        "description": error.description,
        "id": entry.wire_id,
    }
    return Reply(entry.status, body, headers)


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
