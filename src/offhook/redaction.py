"""What may be written down of an HTTP message: everything but its secrets.

A text is not parsed: it may be cut, or no JSON, BXML or form at all, and is shown just then.
"""

import re
from collections.abc import Mapping

SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})
SECRET_WORDS = ("password", "secret", "token")
MASK = "***"

# A member of JSON, an attribute of BXML or a field of a form; a quote that never ends ends there.
_SECRET = re.compile(
    r"""((?:password|secret|token)(?:"\s*:\s*(?=")|\s*=\s*))"""
    r"""(?:(["'])(?:\\.|(?!\2)[^\\])*\2?|[^&\s"<>]+)""",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"""(//[^\s/?#"'<>:@]*:)[^\s/?#"'<>@]*(?=@)""")  # it serves as credentials


def redacted(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers without the secrets in their values."""
    return {k: MASK if k.lower() in SECRET_HEADERS else text(v) for k, v in headers.items()}


def text(shown: str) -> str:
    """Return JSON, a form, a URL or a BXML document without the passwords in it."""
    lower = shown.lower()  # most texts have none, and this is told much sooner
    if any(word in lower for word in SECRET_WORDS):
        shown = _SECRET.sub(rf"\1\2{MASK}\2", shown)
    return _USERINFO.sub(rf"\1{MASK}", shown) if "@" in shown else shown


def body(raw: bytes, limit: int) -> str:
    """Return the beginning of a body as text, without the passwords in it."""
    return text(raw[:limit].decode(errors="replace"))
