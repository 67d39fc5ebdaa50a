"""How an event is written as a request (webhooks.md 2.1)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from offhook.hooks import Target
from offhook.webhooks.http import HttpRequest, Seal


def event_request(
    target: Target,
    event: Mapping[str, Any],
    headers: Mapping[str, str],
    seal: Seal | None = None,
) -> HttpRequest:
    """Return the request that carries `event` to the target; None values are left out."""
    present = {name: value for name, value in event.items() if value is not None}
    if target.method == "GET":
        url = with_query(target.url, present)
        return HttpRequest("GET", url, dict(headers), b"", target.credentials, seal=seal)
    headers = {"Content-Type": "application/json", **headers}
    body = msgspec.json.encode(present)
    return HttpRequest(target.method, target.url, headers, body, target.credentials, seal=seal)


def with_query(url: str, values: Mapping[str, Any]) -> str:
    """Return `url` with the values appended to its query, before any fragment."""
    parts = urlsplit(url)
    added = "&".join(f"{_quoted(name)}={_quoted(_spelled(v))}" for name, v in values.items())
    query = f"{parts.query}&{added}" if parts.query and added else parts.query or added
    return urlunsplit(parts._replace(query=query))


def _spelled(value: Any) -> str:
    """Strings as they are; numbers, booleans and nested values in compact JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _quoted(text: str) -> str:
    return quote(text, safe=":")  # percent-encoded UTF-8; `+` becomes %2B
