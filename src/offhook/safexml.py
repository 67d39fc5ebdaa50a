"""XML from strangers: one hardened parser for every document that Offhook reads.

No DOCTYPE, no entities but the predefined ones, no network, no huge trees (bxml.md 1.1). Comments
and processing instructions are dropped while parsing, so a tree holds elements and text only.
"""

import re

from lxml import etree

# libxml2 itself ends nesting deeper than 256 and expansion of entities beyond a small factor.
_PARSER = etree.XMLParser(
    encoding="utf-8",  # the caller has decoded: what the declaration says is no longer true
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)
# What libxml2 adds to its messages and we say better: the position, and how to weaken the parser.
_NOISE = re.compile(
    r"(, line \d+, column \d+)+( \(.*\))?\s*$|, (use|see) xml\w*( option)?", re.IGNORECASE
)


class XmlError(ValueError):
    """Not well-formed, or more than we accept; `line` and `column` count from 1."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column


class DoctypeError(XmlError):
    """A DOCTYPE, and with it perhaps entities."""

    def __init__(self) -> None:
        super().__init__("DOCTYPE is not allowed: remove it")


def read(text: str) -> etree._Element:
    """Return the root element of an XML text; raises XmlError."""
    try:
        data = text.encode()
    except UnicodeEncodeError as error:  # a lone surrogate: no XML character (XML 1.0 2.2)
        raise XmlError("holds a character that XML does not allow") from error
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = " ".join(_NOISE.sub("", error.msg or "Document is empty").split())
        raise XmlError(reason[:200], line or None, column or None) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DoctypeError
    return root


def name(element: etree._Element) -> str:
    """Return an element's name as written; a default namespace is ignored, a prefix is not."""
    tag = str(element.tag)
    if tag[0] != "{":
        return tag
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local


def shown(text: str, quote: str = '"') -> str:
    """Print a stranger's text for an error message: quoted, on one line and not long."""
    line = " ".join(text.split())
    return quote + (line if len(line) <= 40 else f"{line[:40]}…") + quote
