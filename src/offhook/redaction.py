"""What may be written down of an HTTP message: everything but its secrets."""

import re
from collections.abc import Mapping

SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})
MASK = "***"

# A member of a JSON text or a field of a form, whether or not the whole of it can be parsed.
_MEMBER = re.compile(r'("\w*(?:password|secret|token)"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE)
_FIELD = re.compile(r"((?:^|&)\w*(?:password|secret|token)=)[^&]*", re.IGNORECASE)


def redacted(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with the values of those that carry secrets replaced."""
    return {k: MASK if k.lower() in SECRET_HEADERS else v for k, v in headers.items()}


def text(body: bytes, limit: int) -> str:
    """Return a body as text of at most `limit` bytes, without the passwords in it."""
    shown = body[:limit].decode(errors="replace")
    return _FIELD.sub(rf"\1{MASK}", _MEMBER.sub(rf'\1"{MASK}"', shown))
