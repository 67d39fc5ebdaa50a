"""Errors are data: the catalogue of every failure a client can see (errors.md).

`http` and `fields` hold what the Voice API answers, `additions` what it answers about our own
headers, `tokens` what the token endpoint answers and `calls` what ends a call. An answer is made by
raising `ApiError` with an entry; there is no other way to make one.
"""

from offhook.errors import additions, calls, fields, http, tokens
from offhook.errors.calls import CallError, Cause
from offhook.errors.entry import ApiError, Entry, Who

CATALOGUE: dict[str, Entry] = {
    entry.id: entry
    for module in (http, fields, additions, tokens, calls)
    for entry in module.ENTRIES
}

__all__ = [
    "CATALOGUE",
    "ApiError",
    "CallError",
    "Cause",
    "Entry",
    "Who",
    "additions",
    "calls",
    "fields",
    "http",
    "tokens",
]
