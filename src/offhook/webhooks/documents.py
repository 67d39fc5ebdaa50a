"""Documents of the server's own: those that the console's dialler has calls run.

A document is put here and gets a URL below the server's base URL, which a call may be told to ask.
The request never leaves the process: no port, proxy or guard is between, so nothing has to be
opened for it, and it works wherever the server listens. The name in the URL cannot be guessed;
all other names below that URL are answered with 404, and all other URLs go on to the client.

What nobody has asked for yet is kept for an hour, which is longer than a queue of calls takes; what
was asked for gives way when there is no room. They are in memory and end with the process.
"""

from dataclasses import dataclass

from offhook.clock import Clock
from offhook.ids import Ids
from offhook.webhooks.fetch import REPLY_LIMIT_BYTES
from offhook.webhooks.http import HttpClient, HttpRequest, HttpResponse

DOCUMENTS = 500
LONGEST_BYTES = REPLY_LIMIT_BYTES - 1
KEPT_S = 3600.0
NAME_BITS = 128
XML = {"content-type": "application/xml; charset=utf-8"}
PLAIN = {"content-type": "text/plain; charset=utf-8"}


class NoRoomError(Exception):
    """As many documents as there may be wait to be asked for."""


@dataclass(slots=True)
class _Document:
    body: bytes
    until: float  # of the clock
    asked: bool = False


class Documents:
    """Keeps documents and answers requests for them; an HttpClient in front of another."""

    def __init__(self, client: HttpClient, base_url: str, clock: Clock, ids: Ids) -> None:
        self._client = client
        self._below = f"{base_url}/console/documents/"
        self._clock = clock
        self._ids = ids
        self._documents: dict[str, _Document] = {}  # by URL, the oldest first

    def put(self, text: str) -> str:
        """Keep a document and return its URL; raises NoRoomError, ValueError if it is too long."""
        body = text.encode()
        if len(body) > LONGEST_BYTES:
            raise ValueError(f"a document has at most {LONGEST_BYTES} bytes")
        self._make_room()
        url = f"{self._below}{self._ids.token(NAME_BITS)}"
        self._documents[url] = _Document(body, self._clock.now() + KEPT_S)
        return url

    def drop(self, url: str) -> None:
        """Forget a document that no call is going to ask for, if there is one."""
        self._documents.pop(url, None)

    async def send(self, request: HttpRequest, *, timeout_s: float, limit: int) -> HttpResponse:
        """Answer a request for a document, or let the client send it."""
        if not request.url.startswith(self._below):
            return await self._client.send(request, timeout_s=timeout_s, limit=limit)
        found = self._documents.get(request.url.partition("?")[0])
        if found is None or found.until <= self._clock.now():
            gone = b"The document is not kept any more: place the call again from the dialler."
            return HttpResponse(404, PLAIN, gone, request.url)
        found.asked = True
        return HttpResponse(200, XML, found.body[:limit], request.url)

    def _make_room(self) -> None:
        now = self._clock.now()
        for url in [url for url, each in self._documents.items() if each.until <= now]:
            del self._documents[url]
        if len(self._documents) < DOCUMENTS:
            return
        spare = next((url for url, each in self._documents.items() if each.asked), None)
        if spare is None:
            raise NoRoomError(f"{DOCUMENTS} documents wait for their calls")
        del self._documents[spare]
