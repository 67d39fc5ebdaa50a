"""Media on its way to a client: read and sent a piece at a time, whole or in part (RFC 9110 14)."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PIECE_BYTES: Final = 1 << 18
_RANGE = re.compile(r"bytes *= *(\d*) *- *(\d*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Media:
    """A stretch of bytes and where to read it."""

    start: int
    length: int
    read: Callable[[int, int], Awaitable[bytes]]  # from, how many


class MediaResponse(Response):
    """Sends media; the client waits for no more than a piece, and so does memory."""

    def __init__(self, media: Media, status: int, content_type: str) -> None:
        super().__init__(status_code=status, media_type=content_type)
        self.headers["Content-Length"] = str(media.length)
        self._media = media

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send head and body; to HEAD only the head."""
        head = {"type": "http.response.start", "status": self.status_code}
        await send({**head, "headers": self.raw_headers})
        at, end = self._media.start, self._media.start + self._media.length
        while at < end and scope["method"] != "HEAD":
            piece = await self._media.read(at, min(PIECE_BYTES, end - at))
            if not piece:
                raise OSError("the file is shorter than it was")
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            at += len(piece)
        await send({"type": "http.response.body", "body": b""})


def span(header: str | None, size: int) -> tuple[int, int] | None:
    """Return first and last byte of the one range that is asked for.

    None means everything: no range, several of them, or one that makes no sense; a server may
    ignore a Range header (RFC 9110 14.2).
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or not size:
        return None
    first, last = found[1], found[2]
    if first:
        bounds = int(first), min(int(last), size - 1) if last else size - 1
    elif last and int(last):
        bounds = max(0, size - int(last)), size - 1
    else:
        return None
    return bounds if bounds[0] <= bounds[1] else None
