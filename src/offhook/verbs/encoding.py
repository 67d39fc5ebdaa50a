"""From the bytes of a document to its text (bxml.md 1.1).

A byte order mark wins, then the XML declaration, then the charset of the Content-Type, then UTF-8.
A declaration that says UTF-16 over plain ASCII bytes is a slip of some string writers: it cannot be
true, so it does not count.
"""

import codecs
import re
from email.message import Message
from typing import Final

from offhook.safexml import shown

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STARTS: Final = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))  # XML 1.0 appendix F.1
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_READABLE: Final = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
)


def charset_of(content_type: str | None) -> str | None:
    """Return the charset that a Content-Type names, if any."""
    if not content_type:
        return None
    message = Message()
    message["Content-Type"] = content_type
    return message.get_content_charset()


def decode(body: bytes, charset: str | None = None) -> str:
    """Return the text of a document; raises ValueError with the fault."""
    encoding, body = _find(body, charset)
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"is not valid {encoding} at byte {error.start}: send UTF-8 or declare the encoding"
        ) from None


def _find(body: bytes, charset: str | None) -> tuple[str, bytes]:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return encoding, body.removeprefix(mark)
    for start, encoding in _STARTS:
        if body.startswith(start):
            return encoding, body
    return _named(body, charset), body


def _named(body: bytes, charset: str | None) -> str:
    """Return the encoding by its name; the declaration can be read, so it is no UTF-16."""
    declared = _DECLARED.match(body)
    for name in (declared and declared[1].decode(), charset):
        if name:
            encoding = _codec(name)
            if not (declared and encoding.startswith("utf-16")):
                return encoding
    return "utf-8"


def _codec(name: str) -> str:
    try:
        encoding = codecs.lookup(name.strip(" \"'")).name
    except (LookupError, ValueError):
        encoding = ""
    if encoding not in _READABLE:
        raise ValueError(f"has the unknown encoding {shown(name)}: send UTF-8")
    return encoding
