"""Where documents to check come from: files, the standard input, web servers."""

import asyncio
import json
import sys
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from offhook.verbs.encoding import charset_of, decode
from offhook.verbs.reader import LONGEST_BYTES

LIMIT_BYTES: Final = LONGEST_BYTES + 1  # so that excess shows
TIMEOUT_S: Final = 10.0
STDIN: Final = "-"
ACCEPT: Final = {"Accept": "application/xml, text/xml, */*"}
JSON: Final = {**ACCEPT, "Content-Type": "application/json"}
SAMPLE: Final = {  # an event for an application that answers webhooks only (webhooks.md 5)
    "eventType": "gather",
    "eventTime": "2026-03-04T05:07:00.000Z",
    "accountId": "9900000",
    "applicationId": "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
    "from": "+12025550143",
    "to": "+12025550100",
    "direction": "inbound",
    "callId": "c-00000000-00000000-0000-4000-8000-000000000000",
    "callUrl": "http://127.0.0.1:8080/api/v2/accounts/9900000/calls/"
    "c-00000000-00000000-0000-4000-8000-000000000000",
    "startTime": "2026-03-04T05:06:00.000Z",
    "answerTime": "2026-03-04T05:06:01.000Z",
    "digits": "1",
    "terminatingDigit": "",
}


class UnreadableError(Exception):
    """There is no document; the text names the source and the reason."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it came."""

    name: str
    body: bytes
    charset: str | None = None

    @property
    def text(self) -> str:
        """What there is to see, even of bytes that are no text."""
        try:
            return decode(self.body, self.charset)
        except ValueError:
            return self.body.decode(errors="replace")


def read(name: str) -> Source:
    """Read one document; raises UnreadableError."""
    if name.lower().startswith(("http://", "https://")):
        return asyncio.run(_fetch(name))
    try:
        if name == STDIN:
            return Source("<stdin>", sys.stdin.buffer.read(LIMIT_BYTES))
        with Path(name).open("rb") as file:
            return Source(name, file.read(LIMIT_BYTES))
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        reason = (isinstance(error, OSError) and error.strerror) or error
        raise UnreadableError(f"{name}: {reason}") from error


async def _fetch(url: str) -> Source:
    """Ask for a document by GET, or by POST if that is all there is, at hosts the guard permits."""
    from offhook.webhooks.client import AiohttpClient
    from offhook.webhooks.guard import Guard
    from offhook.webhooks.http import HttpError, HttpRequest

    client = AiohttpClient(Guard())
    try:
        request = HttpRequest("GET", url, ACCEPT)
        response = await client.send(request, timeout_s=TIMEOUT_S, limit=LIMIT_BYTES)
        if response.status == HTTPStatus.METHOD_NOT_ALLOWED:
            request = HttpRequest("POST", url, JSON, json.dumps(SAMPLE).encode())
            response = await client.send(request, timeout_s=TIMEOUT_S, limit=LIMIT_BYTES)
    except HttpError as error:
        raise UnreadableError(f"{url}: {error.reason}") from error
    finally:
        await client.close()
    if not 200 <= response.status < 300:
        raise UnreadableError(f"{url}: HTTP {response.status}")
    return Source(url, response.body, charset_of(response.headers.get("content-type")))
