"""Static files: read once at the start, named with a digest of their content and so kept for good.

A page names them by `asset()`; without the digest they are there as well, checked by ETag.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    content_type: str
    etag: str


class Assets:
    """The files of the folder `static`."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._files = {path.name: _read(path) for path in STATIC.iterdir() if path.suffix in TYPES}

    def path(self, name: str) -> str:
        """Return where a file is; raises KeyError."""
        return f"{self._base}/static/{name}?v={self._files[name].etag}"

    def answer(self, request: Request) -> Response | None:
        """Return a file, or that the browser has it already; None if there is none."""
        found = self._files.get(request.path_params["name"])
        if found is None:
            return None
        quoted = f'"{found.etag}"'
        kept = FOR_GOOD if request.query_params.get("v") == found.etag else "no-cache"
        headers = {"ETag": quoted, "Cache-Control": kept}
        if quoted in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(found.body, headers=headers, media_type=found.content_type)


def _read(path: Path) -> _File:
    body = path.read_bytes()
    return _File(body, TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:16])
