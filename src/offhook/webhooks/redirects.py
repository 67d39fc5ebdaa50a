"""Where a request really goes: its address as sent, and the one a redirect leads to.

The rules are those of webhooks.md 2.1: after 301, 302 and 303 go on with GET and no body, after 307
and 308 with the same; credentials stay with their server, and so does the seal, or a stranger could
have requests signed; userinfo in a URL serves as credentials
when none are configured, and is never sent as part of an address.
"""

import re
from dataclasses import replace
from urllib.parse import unquote

from yarl import URL

from offhook.hooks import Credentials
from offhook.webhooks.http import HttpRequest, HttpResponse

SEE_OTHER = (301, 302, 303)
SAME_AGAIN = (307, 308)
PRINTABLE = re.compile(r"[!-~]+")  # what can be sent as it is spelled


def prepared(request: HttpRequest) -> HttpRequest:
    """Return the request with an address fit to be sent; raises ValueError if there is none."""
    url = _read(request.url)
    credentials = request.credentials
    if url.raw_user is not None:
        inside = Credentials(unquote(url.raw_user), unquote(url.raw_password or ""))
        credentials = credentials or inside
    elif not url.raw_fragment and str(url) == request.url:
        return request
    address = str(url.with_user(None).with_fragment(None))
    return replace(request, url=address, credentials=credentials)


def redirected(request: HttpRequest, response: HttpResponse) -> HttpRequest | None:
    """Return the request to go on with; None if the response is the answer, or leads nowhere."""
    location = response.headers.get("location")
    if not location or response.status not in SEE_OTHER + SAME_AGAIN:
        return None
    here = _read(request.url)
    try:
        there = _read(str(here.join(_spelled(location))))
    except ValueError:
        return None
    if not _same_server(here, there):
        request = replace(request, credentials=None, seal=None)
    following = replace(request, url=str(there))
    if there.raw_user is not None:  # the newest word on credentials
        following = prepared(replace(following, credentials=None))
    if response.status in SEE_OTHER:
        kept = {k: v for k, v in request.headers.items() if not k.lower().startswith("content-")}
        following = replace(following, method="GET", headers=kept, body=b"")
    return prepared(following)


def _same_server(here: URL, there: URL) -> bool:
    """Whether credentials may go along: the same origin, or its encrypted twin."""
    upgraded = (here.scheme, there.scheme) == ("http", "https")
    both_default = here.is_default_port() and there.is_default_port()
    return here.host == there.host and (
        (here.scheme, here.port) == (there.scheme, there.port) or (upgraded and both_default)
    )


def _read(text: str) -> URL:
    """Read an address of ours to connect to; raises ValueError."""
    url = _spelled(text)
    if url.scheme not in ("http", "https") or not url.host or not url.port:
        raise ValueError(f"no http or https address: {text!r}")
    return url


def _spelled(text: str) -> URL:
    """Read a URL as it is spelled; only what could not be sent is encoded."""
    return URL(text, encoded=bool(PRINTABLE.fullmatch(text)))
