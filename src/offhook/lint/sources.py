"""Where documents to check come from: files, the standard input, web servers."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offhook.verbs.encoding import charset_of, decode
from offhook.verbs.reader import LONGEST_BYTES

LIMIT_BYTES: Final = LONGEST_BYTES + 1  # so that excess shows
TIMEOUT_S: Final = 10.0
STDIN: Final = "-"
ACCEPT: Final = {"Accept": "application/xml, text/xml, */*"}


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
    """GET a document, as the server would: only hosts that its guard permits."""
    from offhook.webhooks.client import AiohttpClient
    from offhook.webhooks.guard import Guard
    from offhook.webhooks.http import HttpError, HttpRequest

    client = AiohttpClient(Guard())
    try:
        request = HttpRequest("GET", url, ACCEPT)
        response = await client.send(request, timeout_s=TIMEOUT_S, limit=LIMIT_BYTES)
    except HttpError as error:
        raise UnreadableError(f"{url}: {error.reason}") from error
    finally:
        await client.close()
    if not 200 <= response.status < 300:
        raise UnreadableError(f"{url}: HTTP {response.status}")
    return Source(url, response.body, charset_of(response.headers.get("content-type")))
