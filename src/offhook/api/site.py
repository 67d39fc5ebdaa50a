"""The public address of this server: `callUrl`, `Location` and `Link` begin with it (rest.md 1)."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Site:
    """The configured public URL, if any."""

    public_url: str | None = None  # scheme, host, port, optional prefix

    def base_url(self, scope: Any) -> str:
        """Return the base URL, without a final slash.

        Only without a configured one is it taken from the Host header: a client can forge that.
        """
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        host = Headers(scope=scope).get("host", "")
        if not _HOST.fullmatch(host):
            name, port = scope.get("server") or ("localhost", None)
            host = f"{name}:{port}" if port else name
        return f"{scope['scheme']}://{host}"

    def below(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Return the path below the public URL's prefix, whether or not a proxy cut it off."""
        prefix = tuple(filter(None, urlsplit(self.public_url or "").path.split("/")))
        return path[len(prefix) :] if prefix and path[: len(prefix)] == prefix else path
