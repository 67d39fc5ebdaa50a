"""Fetch audio, and keep what the server says may be kept (bxml.md 6.3, RFC 9111).

Kept: a 200 with `max-age` or `Expires`, for so long and never longer. Several calls that want the
same file at the same time wait for one request, unless the file is known not to be kept: then each
asks for itself, as it does when that one request fails.
"""

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from offhook.clock import Clock
from offhook.hooks import Credentials
from offhook.webhooks.http import HttpClient, HttpError, HttpRequest, HttpResponse

FIRST_BYTE_S = 15.0  # bxml.md 6.3
WHOLE_S = 120.0
LIMIT_BYTES = 64 * 2**20  # one file; more than an hour of telephone audio
CACHE_BYTES = 64 * 2**20
ENTRY_BYTES = 1024  # what an entry costs besides its body
NOT_KEPT = ("no-store", "private", "no-cache")

Key = tuple[str, Credentials | None]


@dataclass(frozen=True, slots=True)
class Download:
    """A file; `url` is the address that served it."""

    body: bytes
    content_type: str | None
    url: str


class DownloadError(Exception):
    """The file cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class _Entry:
    download: Download | None  # None: this address is not to be kept
    expires: float  # on the monotonic clock

    @property
    def size(self) -> int:
        return ENTRY_BYTES + (len(self.download.body) if self.download else 0)


class Downloads:
    """Fetches files through a cache bounded in bytes, the least recently used leave first."""

    def __init__(
        self,
        http: HttpClient,
        clock: Clock,
        *,
        limit_bytes: int = LIMIT_BYTES,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._http = http
        self._clock = clock
        self._limit = limit_bytes
        self._capacity = cache_bytes
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._bytes = 0
        self._flights: dict[Key, asyncio.Event] = {}

    async def get(self, url: str, credentials: Credentials | None) -> Download:
        """Return the file; raises DownloadError."""
        key = (url, credentials)
        if kept := self._kept(key):
            return kept
        if self._known_not_kept(key):
            return await self._fetch(key)
        if flight := self._flights.get(key):
            await flight.wait()
            return self._kept(key) or await self._fetch(key)
        self._flights[key] = asyncio.Event()
        try:
            return await self._fetch(key)
        finally:
            self._flights.pop(key).set()

    def _kept(self, key: Key) -> Download | None:
        entry = self._entries.get(key)
        if entry is None or entry.expires <= self._clock.now():
            return None
        self._entries.move_to_end(key)
        return entry.download

    def _known_not_kept(self, key: Key) -> bool:
        entry = self._entries.get(key)
        return entry is not None and entry.download is None

    async def _fetch(self, key: Key) -> Download:
        url, credentials = key
        asked = self._clock.now()
        request = HttpRequest("GET", url, credentials=credentials, first_byte_s=FIRST_BYTE_S)
        try:
            response = await self._http.send(request, timeout_s=WHOLE_S, limit=self._limit + 1)
        except HttpError as error:
            raise DownloadError(error.reason) from error
        if not 200 <= response.status < 300:
            raise DownloadError(f"HTTP {response.status}")
        if len(response.body) > self._limit:
            raise DownloadError(f"larger than {self._limit} bytes")
        download = Download(response.body, response.headers.get("content-type"), response.url)
        lifetime = lifetime_s(response, self._clock.wall())
        if lifetime > 0:
            self._keep(key, _Entry(download, asked + lifetime))
        else:
            self._keep(key, _Entry(None, 0.0))
        return download

    def _keep(self, key: Key, entry: _Entry) -> None:
        if former := self._entries.pop(key, None):
            self._bytes -= former.size
        if entry.size > self._capacity:
            return
        self._entries[key] = entry
        self._bytes += entry.size
        while self._bytes > self._capacity:
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= oldest.size


def lifetime_s(response: HttpResponse, wall: float) -> float:
    """Return for how many seconds a response may be kept; 0 for not at all."""
    headers = response.headers
    control = [part.strip().lower() for part in headers.get("cache-control", "").split(",")]
    forbidden = any(part.partition("=")[0] in NOT_KEPT for part in control)
    if response.status != 200 or forbidden or headers.get("vary", "").strip() == "*":
        return 0.0
    age = _seconds(headers.get("age", "")) or 0.0
    for part in control:
        if part.startswith("max-age="):
            return max(0.0, (_seconds(part[8:].strip('"')) or 0.0) - age)
    return max(0.0, _moment(headers.get("expires", "")) - wall)


def _seconds(text: str) -> float | None:
    return float(min(int(text), 2**31)) if re.fullmatch(r"[0-9]{1,20}", text.strip()) else None


def _moment(text: str) -> float:
    """Read an HTTP date; what cannot be read, such as `0`, is long past (RFC 9111 5.3)."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0
