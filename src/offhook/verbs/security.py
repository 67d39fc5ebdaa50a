"""Credentials do not go in the clear where the language demands https (bxml.md 1.2)."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from offhook.errors.calls import bare_url
from offhook.hooks import Hook, Target, is_loopback


def insecure(hooks: Iterable[Hook | None], base: str | None) -> str | None:
    """Return a URL that would get credentials over plain http, as `base` makes it; None: none.

    Relative URLs without a base are not known yet; loopback keeps what it hears to itself.
    """
    for hook in filter(None, hooks):
        for target in filter(None, (hook.primary, hook.fallback)):
            if target.credentials and _is_open(target.resolve(base)):
                return bare_url(target.resolve(base).url)
    return None


def _is_open(target: Target) -> bool:
    url = urlsplit(target.url)
    return url.scheme == "http" and not is_loopback(url.hostname or "")
