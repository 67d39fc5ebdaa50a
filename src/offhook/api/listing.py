"""listCalls' query and its pages (rest.md 3.3 and 4.4)."""

import base64
import hashlib
import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from offhook.api.validation import within
from offhook.clock import parse_timestamp
from offhook.errors import ApiError, fields
from offhook.records import CallRecord
from offhook.requests import CallFilter, position

PAGE_ITEMS = 1000
PAGE_MAX = 10_000
FILTERS = ("to", "from", "minStartTime", "maxStartTime", "disconnectCause")


def wanted(account_id: str, query: Mapping[str, str]) -> CallFilter:
    """Return the filter of a query; unknown parameters are ignored."""
    return CallFilter(
        to=party(query.get("to")),
        from_=party(query.get("from")),
        min_start=time("minStartTime", query.get("minStartTime")),
        max_start=time("maxStartTime", query.get("maxStartTime")),
        disconnect_cause=query.get("disconnectCause"),
        limit=_page_size(query.get("pageSize")),
        after=_position(account_id, query),
    )


def next_page(url: str, account_id: str, query: Mapping[str, str], last: CallRecord) -> str:
    """Return the Link header that leads on after `last`: same filters, same page size."""
    kept = {name: query[name] for name in (*FILTERS, "pageSize") if name in query}
    kept.setdefault("pageSize", str(PAGE_ITEMS))
    position_and_digest = msgspec.json.encode((*position(last), _digest(account_id, query)))
    token = base64.urlsafe_b64encode(position_and_digest).decode().rstrip("=")
    return f'<{url}?{urlencode(kept | {"pageToken": token})}>; rel="next"'


def party(value: str | None) -> str | None:
    """Return a number to look for.

    A raw `+` decodes to a space: read it as the plus it was meant to be (errors.md 4.3).
    """
    return value and re.sub(r"^ (?=\d)", "+", value)


def time(name: str, value: str | None) -> float | None:
    """Return a moment; raises ApiError for what is no date and time."""
    if value is None:
        return None
    if "T" not in (moment := value.upper()):  # a date alone is no date and time
        raise ApiError(fields.NOT_A_TIME, field=name)
    try:
        return parse_timestamp(moment)
    except (ValueError, OverflowError) as error:
        raise ApiError(fields.NOT_A_TIME, field=name) from error


def _page_size(value: str | None) -> int:
    if value is None:
        return PAGE_ITEMS
    if not re.fullmatch(r"[+-]?[0-9]{1,1000}", value, re.ASCII):
        raise ApiError(fields.NOT_INTEGER, field="pageSize")
    return int(within("pageSize", int(value), 1, PAGE_MAX, PAGE_ITEMS))


def _position(account_id: str, query: Mapping[str, str]) -> tuple[float, str] | None:
    token = query.get("pageToken")
    if token is None:
        return None
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        data = base64.b64decode(padded, altchars=b"-_", validate=True)
        created, call_id, digest = msgspec.json.decode(data, type=tuple[float, str, str])
    except ValueError as error:  # also what base64 and msgspec raise
        raise ApiError(fields.PAGE_TOKEN) from error
    if digest != _digest(account_id, query):
        raise ApiError(fields.PAGE_TOKEN)
    return created, call_id


def _digest(account_id: str, query: Mapping[str, str]) -> str:
    """Bind a token to the list it was made for; no secret, for it opens nothing."""
    parts = [account_id, *(query.get(name) for name in FILTERS)]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]
