"""Reading the request target: path segments and query parameters, decoded strictly.

RFC 3986 2.1: a malformed percent-encoding is an unreadable request (errors.md 3.1), and so are
control characters, raw or encoded, in path or query.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from offhook.errors import ApiError, http

_MALFORMED = re.compile(rb"%(?![0-9A-Fa-f]{2})|[\x00-\x20\x7f]|%[01][0-9A-Fa-f]|%7[Ff]")


def segments(scope: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the decoded path segments; one trailing slash makes no difference (rest.md 1)."""
    return tuple(_decode(part) for part in _parts(scope))


def raw_segments(scope: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the path segments of whatever was asked, decoded where that can be done."""
    return tuple(unquote(part.decode("latin-1")) for part in _parts(scope))


def _parts(scope: Mapping[str, Any]) -> list[bytes]:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0]
    return path.removeprefix(b"/").removesuffix(b"/").split(b"/")


def parameters(scope: Mapping[str, Any]) -> dict[str, str]:
    """Return the decoded query parameters; of a repeated one the first counts."""
    found: dict[str, str] = {}
    for pair in scope.get("query_string", b"").split(b"&"):
        if pair:
            name, _, value = pair.replace(b"+", b" ").partition(b"=")
            found.setdefault(_decode(name), _decode(value))
    return found


def _decode(raw: bytes) -> str:
    if _MALFORMED.search(raw.replace(b" ", b"")):
        why = "path or query have a malformed percent-encoding or a control character"
        raise ApiError(http.BAD_REQUEST, why=why)
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError as error:
        raise ApiError(http.BAD_REQUEST, why="path or query are not UTF-8") from error
