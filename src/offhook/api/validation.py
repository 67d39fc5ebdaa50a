"""Checks of single fields, each with its text (errors.md 4.1 and 4.2).

A check returns what the value means, or raises the 400 that names the field. Absent and null are
the same (errors.md 3.1) and pass, except where a check says otherwise.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import Meta

from offhook.errors import ApiError, fields, http
from offhook.hooks import is_loopback
from offhook.sip.grammar import SipSyntaxError
from offhook.sip.uri import Uri

Number = int | float

URL_CHARACTERS = 2048
CREDENTIAL_CHARACTERS = 1024
TAG_CHARACTERS = 4096
METHODS = ("POST", "GET")


def told(**schema: Any) -> Meta:
    """Return what a type does not say of a member, for its description only."""
    return Meta(extra_json_schema=schema)


TARGETS = (  # what is refused of a URL, its method and its credentials
    fields.URL_SCHEME,
    fields.URL_SHAPE,
    fields.TOO_LONG,
    fields.METHOD,
    fields.COLON,
)
Text = str | None
Url = Annotated[Text, told(format="uri", maxLength=URL_CHARACTERS)]
Method = Annotated[Text, told(enum=[*METHODS, None])]
Credential = Annotated[Text, told(maxLength=CREDENTIAL_CHARACTERS)]
Tag = Annotated[Text, told(maxLength=TAG_CHARACTERS)]

_E164 = re.compile(r"\+(?:1[0-9]{10}|[2-9][0-9]{6,14})")  # +1 has exactly ten digits after it
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNSAFE_IN_URL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


def required(names: Sequence[str], values: Sequence[str | None]) -> None:
    """Check that all are present, not null and not blank; the text names all of them (F2)."""
    if not all(value and value.strip() for value in values):
        raise ApiError(fields.REQUIRED, fields=", ".join(names))


def e164(field: str, value: str) -> None:
    """Check a telephone number."""
    if not _E164.fullmatch(value):
        raise ApiError(fields.NOT_E164, field=field)


def destination(field: str, value: str) -> None:
    """Check a telephone number or SIP URI."""
    if not value.lower().startswith(("sip:", "sips:")):
        e164(field, value)
        return
    try:
        uri = Uri.parse(value)
    except SipSyntaxError as error:
        raise ApiError(fields.NOT_SIP_URI, field=field) from error
    if uri.headers or "method" in uri.params or len(value) > URL_CHARACTERS:
        raise ApiError(http.REFUSED)  # no Request-URI (RFC 3261 19.1.1, table 1)


def text(field: str, value: str | None, limit: int) -> None:
    """Check the length in code points."""
    if value is not None and len(value) > limit:
        raise ApiError(fields.TOO_LONG, field=field, max=limit)


def no_control_characters(field: str, value: str | None) -> None:
    """Check that a value fits into a header."""
    if value is not None and _CONTROL.search(value):
        raise ApiError(fields.CONTROL_CHARACTERS, field=field)


def one_of(field: str, value: str | None, choices: Sequence[str]) -> None:
    """Check a closed set; null is outside."""
    if value not in choices:
        raise ApiError(fields.NOT_ONE_OF, field=field, choices=", ".join(choices))


def url(field: str, value: str | None) -> None:
    """Check an absolute http or https URL: scheme, shape, length."""
    if value is None:
        return
    if not re.match(r"https?:", value, re.IGNORECASE):
        raise ApiError(fields.URL_SCHEME, field=field)
    if not _has_host(value) or _UNSAFE_IN_URL.search(value):
        raise ApiError(fields.URL_SHAPE, field=field)
    text(field, value, URL_CHARACTERS)


def https(
    field: str, value: str | None, names: tuple[str, str], pair: tuple[str | None, str | None]
) -> None:
    """Check that user name and password travel encrypted, or not beyond this machine."""
    if value is None or None in pair:
        return
    parts = urlsplit(value)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        username, password = names
        raise ApiError(fields.HTTPS_NEEDED, field=field, username=username, password=password)


def method(url_field: str, value: str | None) -> str:
    """Return the method of a webhook; the text names the URL's field (F5)."""
    if value is not None and value not in METHODS:
        raise ApiError(fields.METHOD, field=url_field)
    return value or "POST"


def credentials(prefix: str, names: Sequence[str], values: Sequence[str | None]) -> None:
    """Check user name and password: length, and no colon in the user name (RFC 7617 2)."""
    for name, value in zip(names, values, strict=True):
        text(prefix + name, value, CREDENTIAL_CHARACTERS)
        if name.lower().endswith("username") and ":" in (value or ""):
            raise ApiError(fields.COLON, field=prefix + name)


def within(field: str, value: Number | None, low: Number, high: Number, default: Number) -> Number:
    """Return the number, or the default; it must be within the bounds (F3)."""
    if value is None:
        return default
    if not low <= value <= high:
        low_text, high_text, text = printed(low), printed(high), printed(value)
        raise ApiError(fields.RANGE, field=field, min=low_text, max=high_text, value=text)
    return value


def whole(field: str, value: Number | None, low: int, high: int, default: int) -> int:
    """Return the integer, or the default."""
    if isinstance(value, float) and not value.is_integer():
        raise ApiError(fields.NOT_INTEGER, field=field)
    return int(within(field, value, low, high, default))


def tag(operation: str, value: str | None) -> None:
    """Check the length of a tag."""
    if value is not None and len(value) > TAG_CHARACTERS:
        raise ApiError(fields.TAG_TOO_LONG, operation=operation, max=TAG_CHARACTERS)


def printed(value: Number) -> str:
    """Print a number in its shortest form, without trailing zeros (errors.md 4.1)."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)


def _has_host(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.port != 0  # reading the port checks it
    except ValueError:
        return False
