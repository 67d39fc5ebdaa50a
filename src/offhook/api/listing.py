"""The queries of listCalls and listConferences, and their pages (rest.md 3.3, 4.4, 5)."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from offhook.api.described import DATE_TIME, Parameter
from offhook.api.validation import within
from offhook.clock import parse_timestamp
from offhook.errors import ApiError, fields
from offhook.requests import CallFilter, ConferenceFilter

PAGE_ITEMS = 1000
REFUSES = (fields.RANGE, fields.NOT_INTEGER, fields.PAGE_TOKEN, fields.NOT_A_TIME)
ABOUT = {  # query parameters of lists
    "to": "the called party",
    "from": "the calling party",
    "minStartTime": "started then or later",
    "maxStartTime": "started then or earlier",
    "disconnectCause": "why it ended",
    "name": "the conference's name",
    "minCreatedTime": "created then or later",
    "maxCreatedTime": "created then or earlier",
}

Position = tuple[float, str]  # creation time and id of an item


@dataclass(frozen=True, slots=True)
class Pages:
    """One kind of list: the parameters that filter it, and the longest page."""

    filters: tuple[str, ...]
    largest: int

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The query parameters."""
        size = {"type": "integer", "minimum": 1, "maximum": self.largest, "default": PAGE_ITEMS}
        return (
            *map(parameter, self.filters),
            Parameter("pageSize", "the most items of a page", size),
            Parameter("pageToken", "as the Link header has it"),
        )

    def size(self, query: Mapping[str, str]) -> int:
        """Return how many items are wanted; raises ApiError."""
        value = query.get("pageSize")
        if value is None:
            return PAGE_ITEMS
        if not re.fullmatch(r"[+-]?[0-9]{1,1000}", value, re.ASCII):
            raise ApiError(fields.NOT_INTEGER, field="pageSize")
        return int(within("pageSize", int(value), 1, self.largest, PAGE_ITEMS))

    def after(self, account_id: str, query: Mapping[str, str]) -> Position | None:
        """Return where the page before this one has ended; raises ApiError."""
        token = query.get("pageToken")
        if token is None:
            return None
        try:
            padded = token.encode("ascii") + b"=" * (-len(token) % 4)
            data = base64.b64decode(padded, altchars=b"-_", validate=True)
            created, name, digest = msgspec.json.decode(data, type=tuple[float, str, str])
        except ValueError as error:  # also what base64 and msgspec raise
            raise ApiError(fields.PAGE_TOKEN) from error
        if digest != self._digest(account_id, query):
            raise ApiError(fields.PAGE_TOKEN)
        return created, name

    def next(self, url: str, account_id: str, query: Mapping[str, str], last: Position) -> str:
        """Return the Link header that leads on after `last`: same filters, same page size."""
        kept = {name: query[name] for name in (*self.filters, "pageSize") if name in query}
        kept.setdefault("pageSize", str(PAGE_ITEMS))
        position_and_digest = msgspec.json.encode((*last, self._digest(account_id, query)))
        token = base64.urlsafe_b64encode(position_and_digest).decode().rstrip("=")
        return f'<{url}?{urlencode(kept | {"pageToken": token})}>; rel="next"'

    def _digest(self, account_id: str, query: Mapping[str, str]) -> str:
        """Bind a token to the list it was made for; no secret, for it opens nothing."""
        parts = [account_id, *(query.get(name) for name in self.filters)]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


def parameter(name: str) -> Parameter:
    """Return a query parameter that filters a list."""
    if name.endswith("Time"):
        return Parameter(name, ABOUT[name], DATE_TIME)
    return Parameter(name, ABOUT[name])


CALLS = Pages(("to", "from", "minStartTime", "maxStartTime", "disconnectCause"), 10_000)
CONFERENCES = Pages(("name", "minCreatedTime", "maxCreatedTime"), 1000)


def wanted(account_id: str, query: Mapping[str, str]) -> CallFilter:
    """Return the filter of a query; unknown parameters are ignored."""
    return CallFilter(
        to=party(query.get("to")),
        from_=party(query.get("from")),
        min_start=time("minStartTime", query.get("minStartTime")),
        max_start=time("maxStartTime", query.get("maxStartTime")),
        disconnect_cause=query.get("disconnectCause"),
        limit=CALLS.size(query),
        after=CALLS.after(account_id, query),
    )


def conferences(account_id: str, query: Mapping[str, str]) -> ConferenceFilter:
    """Return the filter of a query; unknown parameters are ignored."""
    return ConferenceFilter(
        name=query.get("name"),
        min_created=time("minCreatedTime", query.get("minCreatedTime")),
        max_created=time("maxCreatedTime", query.get("maxCreatedTime")),
        limit=CONFERENCES.size(query),
        after=CONFERENCES.after(account_id, query),
    )


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
