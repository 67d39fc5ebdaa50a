"""Recordings of this server that are played: their `mediaUrl` needs no credentials (bxml.md 4.9).

They are read where they are kept, without a request to ourselves. The host of the URL does not
matter: ids are unique, and clients know us by other names than our own.
"""

import asyncio
import contextlib
import re
from typing import Final
from urllib.parse import unquote, urlsplit

from offhook.calls.archive import Archive
from offhook.store import StoreError
from offhook.webhooks.downloads import FIRST_BYTE_S, LIMIT_BYTES, Download, DownloadError

_MEDIA: Final = re.compile(
    r".*/accounts/([^/]+)/(?:calls|conferences)/([^/]+)/recordings/([^/]+)/media"
)
CONTENT_TYPES: Final = {"wav": "audio/wav", "mp3": "audio/mpeg"}


async def find(archive: Archive, account_id: str, url: str) -> Download | None:
    """Return the media of a recording of the account; None if the URL leads to none.

    One that has just ended is waited for: the reply to `recordComplete` may ask for it. Raises
    DownloadError where a download would have failed.
    """
    named = _MEDIA.fullmatch(unquote(urlsplit(url).path))
    if named is None or named[1] != account_id:
        return None
    try:
        return await _media(archive, named, url)
    except StoreError:
        raise DownloadError("HTTP 503") from None  # as a client is told; the log says more
    except FileNotFoundError:  # removed between two steps
        raise DownloadError("HTTP 404") from None


async def _media(archive: Archive, named: re.Match[str], url: str) -> Download | None:
    account_id, call_id, recording_id = named.groups()
    if await archive.get(account_id, call_id, recording_id) is None:
        return None
    with contextlib.suppress(TimeoutError):  # then it is as if it did not exist
        async with asyncio.timeout(FIRST_BYTE_S):
            await archive.takes.over(recording_id)
    recording = await archive.get(account_id, call_id, recording_id)
    size = await archive.size(recording) if recording else None
    if recording is None or size is None:
        raise DownloadError("HTTP 404")
    if size > LIMIT_BYTES:
        raise DownloadError(f"larger than {LIMIT_BYTES} bytes")
    body = await archive.read(recording, 0, size)
    return Download(body, CONTENT_TYPES[recording.file_format], url)
