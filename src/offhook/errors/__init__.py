"""Errors are data: the catalogue of every failure a client can see (errors.md).

`http` and `fields` hold what the Voice API answers, `additions` what it answers about our own
headers, `endpoints` what the Endpoints API answers, `tokens` what the token endpoint answers,
`calls` what ends a call, `outcomes` and `streams` what is told of one that goes on. An answer is
made by raising `ApiError` with an entry; there is no other way to make one.
"""

from offhook.errors import (
    additions,
    calls,
    endpoints,
    fields,
    http,
    outcomes,
    streams,
    tokens,
    transcriptions,
)
from offhook.errors.calls import CallError, Cause
from offhook.errors.entry import ApiError, Entry, Envelope, Kind, Who

CATALOGUE: dict[str, Entry] = {
    entry.id: entry
    for module in (
        http,
        fields,
        additions,
        endpoints,
        tokens,
        calls,
        outcomes,
        streams,
        transcriptions,
    )
    for entry in module.ENTRIES
}

__all__ = [
    "CATALOGUE",
    "ApiError",
    "CallError",
    "Cause",
    "Entry",
    "Envelope",
    "Kind",
    "Who",
    "additions",
    "calls",
    "endpoints",
    "fields",
    "http",
    "outcomes",
    "streams",
    "tokens",
    "transcriptions",
]
