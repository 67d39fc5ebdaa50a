"""The headers that all answers of the console carry: nothing foreign runs, frames or reads it."""

from collections.abc import Mapping

from starlette.types import Message, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OVER_HTTPS = {"Cross-Origin-Opener-Policy": "same-origin"}  # browsers complain of it elsewhere


def headers(secure: bool) -> Mapping[str, str]:
    """Return the headers; `secure` tells that browsers come by https."""
    return HEADERS | OVER_HTTPS if secure else HEADERS


class HardSend:
    """A `send` that adds headers, and remembers the status."""

    def __init__(self, send: Send, extra: Mapping[str, str]) -> None:
        self._send = send
        self._extra = extra
        self.status = 0

    async def __call__(self, message: Message) -> None:
        """Send a message; what says nothing of caches is not to be kept."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            found = list(message["headers"])
            found += [(name.lower().encode(), text.encode()) for name, text in self._extra.items()]
            if not any(name.lower() == b"cache-control" for name, _ in found):
                found.append((b"cache-control", b"no-store"))
            message = {**message, "headers": found}
        await self._send(message)
