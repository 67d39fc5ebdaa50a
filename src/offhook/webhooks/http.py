"""The seam to other people's HTTP servers: one request, one response, two ways to fail.

The real client is `webhooks/client.py` (aiohttp with the SSRF guard); under virtual time a scripted
application takes its place. Redirects are followed here, by the rules of webhooks.md 2.1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from offhook.hooks import Credentials

Seal = Callable[[str, str, bytes], Mapping[str, str]]  # method, path with query, body -> headers


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; header names in any case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    credentials: Credentials | None = None
    first_byte_s: float | None = None  # for the head of each response, within the whole time
    seal: Seal | None = field(default=None, repr=False, compare=False)  # asked when it leaves

    def sealed(self, target: str) -> dict[str, str]:
        """Return the headers as they leave, for this path and query."""
        seal = self.seal(self.method, target, self.body) if self.seal else {}
        return {**self.headers, **seal}


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str  # the address that answered, after redirects


class HttpError(Exception):
    """No response: `reason` is one of the texts of errors.md 8.4 (`connection failed` …)."""

    def __init__(self, reason: str, *, connecting: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.connecting = connecting  # a connection exception (webhooks.md 4): may be retried


class HttpClient(Protocol):
    """Sends requests."""

    async def send(self, request: HttpRequest, *, timeout_s: float, limit: int) -> HttpResponse:
        """Return the response, body read up to `limit` bytes; raises HttpError."""
        ...
