"""Request bodies: read up to a limit, and JSON decoded without forgiveness (errors.md 3.1)."""

import functools
import json
import math
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from offhook.errors import ApiError, http
from offhook.nearest import nearest

T = TypeVar("T")

STRANGERS = 5  # unknown members that are told of
STRANGER_CHARACTERS = 40  # of each


async def read(receive: Receive, limit: int) -> bytes | None:
    """Return the body, or None when it has more than `limit` bytes."""
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def decode(body: bytes, shape: type[T]) -> T:
    """Return the body as `shape`; anything unreadable or of a wrong JSON type is Bad Request."""
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_float,
        )
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()  # refuses escapes of lone surrogates
        return msgspec.convert(value, shape)
    except (ValueError, RecursionError) as error:  # msgspec.ValidationError is a ValueError
        raise ApiError(http.BAD_REQUEST, why=_fault(error)) from error


def strange(body: bytes, shape: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the members of a body that was decoded which mean nothing, with what was meant.

    They are ignored (rest.md 3), which is hard to see for who has mistyped one.
    """
    known = _members(shape)
    unknown = [name for name in msgspec.json.decode(body) if name not in known]
    return tuple(_meant(name, known) for name in unknown[:STRANGERS])


@functools.cache
def _members(shape: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(shape))


def _meant(name: str, known: Sequence[str]) -> str:
    meant = nearest(name, known)
    shown = name[:STRANGER_CHARACTERS]
    return f"{shown!r} (did you mean {meant!r}?)" if meant else repr(shown)


def _fault(error: Exception) -> str:
    """Say what cannot be read, and where."""
    match error:
        case json.JSONDecodeError():
            return f"the body is not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        case UnicodeDecodeError() | UnicodeEncodeError():
            return f"the body is not UTF-8: {error.reason} at byte {error.start}"
        case RecursionError():
            return "the body is nested too deeply"
    return f"the body is not as documented: {error}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in an object")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _float(text: str) -> float:
    """Numbers beyond a double are kept as the biggest one: they are out of any range (F3)."""
    value = float(text)
    return value if math.isfinite(value) else math.copysign(1.7976931348623157e308, value)
