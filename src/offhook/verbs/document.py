"""From bytes to verbs: a whole document is checked before anything in it runs (bxml.md 1.1-1.2).

The rules of each verb are its own declarations (`attributes.py`); here are the rules of documents.
A fault names the element and the attribute, says what is wrong and what would be right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from lxml import etree

from offhook import safexml, ssml
from offhook.safexml import XmlError, shown
from offhook.verbs import Part, Verb, attributes, registry
from offhook.verbs.attributes import (
    ABSENT,
    Attribute,
    NestedContent,
    PartsContent,
    SpokenContent,
    TextContent,
)
from offhook.verbs.encoding import decode

LONGEST_BYTES: Final = 65_536
MOST_WARNINGS: Final = 50  # guessing what was meant takes time
ROOTS: Final = ("Response", "Bxml")
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"


Kind = TypeVar("Kind", bound=Part)


class InvalidBxml(ValueError):  # noqa: N818  # the name the contract gives this failure
    """A document that must not run; `str()` is what follows "Invalid BXML: "."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        place = f", column {column}" if column else ""
        super().__init__(f"{reason} (line {line}{place})" if line else reason)
        self.reason = reason
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Document:
    """The verbs of a document, and what is odd about it but harmless."""

    verbs: tuple[Verb, ...]
    warnings: tuple[str, ...] = ()


def parse(body: bytes, *, charset: str | None = None) -> Document:
    """Read a document; `charset` is that of its Content-Type. Raises InvalidBxml."""
    root = _root(body, charset)
    name = safexml.name(root)
    if name not in ROOTS:
        raise InvalidBxml(f"root must be <Response> or <Bxml>, but was <{_short(name)}>", 1)
    for text, place in [(root.text, root), *((child.tail, child) for child in root)]:
        if text and text.strip():
            fault = f"text {shown(text)} is not allowed directly in <{name}>: put it into a verb"
            raise InvalidBxml(fault, safexml.line(place))
    reader = _Reader()
    reader.warn_unknown(root, {})
    return Document(tuple(reader.verb(child) for child in root), tuple(reader.warnings))


def _root(body: bytes, charset: str | None) -> etree._Element:
    if len(body) > LONGEST_BYTES:
        raise InvalidBxml("must not exceed 64 KB")
    if not body.strip():
        raise InvalidBxml("document is empty: send at least <Response/>")
    try:
        return safexml.read(decode(body, charset))
    except XmlError as error:
        raise InvalidBxml(f"not well-formed: {error}", error.line, error.column) from None
    except ValueError as error:
        raise InvalidBxml(f"document {error}") from None


class _Reader:
    """Reads elements by the declarations of their verbs."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def verb(self, element: etree._Element, parent: str | None = None) -> Verb:
        """Read one verb with all that is in it."""
        kind = registry.verbs().get(safexml.name(element))
        if kind is None:
            raise _unknown_verb(element, parent)
        return self._read(element, kind)

    def _read(self, element: etree._Element, kind: type[Kind]) -> Kind:
        """Read an element whose kind is known."""
        self.warn_unknown(element, attributes.attributes(kind))
        fields = _fields(element, kind) | self._content(element, kind)
        try:
            return kind(line_number=safexml.line(element), **fields)
        except ValueError as error:
            raise _fault(element, str(error)) from None

    def warn_unknown(self, element: etree._Element, known: Mapping[str, Attribute]) -> None:
        """Note the attributes that nobody reads (bxml.md 1.2)."""
        for attribute in map(str, element.attrib):
            if attribute in known or attribute.startswith((_XSI, _XML)):
                continue
            if len(self.warnings) == MOST_WARNINGS:
                return
            guess = registry.nearest(attribute, known)
            hint = f": did you mean {guess}?" if guess else ""
            self.warnings.append(
                f"<{safexml.name(element)}> attribute {_short(attribute)} is unknown and was"
                f" ignored{hint} (line {safexml.line(element)})"
            )

    def _content(self, element: etree._Element, kind: type[Part]) -> dict[str, Any]:
        """Read what stands between the tags."""
        field, content = attributes.content(kind) or ("", None)
        match content:
            case SpokenContent():
                return {field: _spoken(element)}
            case NestedContent():
                return {field: tuple(self._nested(child, content) for child in element)}
            case PartsContent():
                return {field: tuple(self._part(child, content) for child in element)}
            case _ if len(element):
                raise _misplaced(element[0], kind.name, ())
            case TextContent():
                return {field: _text(element, content)}
            case None:
                return {}

    def _nested(self, element: etree._Element, content: NestedContent) -> Verb:
        parent = element.getparent()
        assert parent is not None
        if safexml.name(element) not in content.names:
            raise _misplaced(element, safexml.name(parent), content.names)
        return self.verb(element, safexml.name(parent))

    def _part(self, element: etree._Element, content: PartsContent) -> Part:
        kinds = {kind.name: kind for kind in content.kinds}
        kind = kinds.get(safexml.name(element))
        if kind is None:
            parent = element.getparent()
            assert parent is not None
            raise _misplaced(element, safexml.name(parent), tuple(kinds))
        return self._read(element, kind)


def _fields(element: etree._Element, kind: type[Part]) -> dict[str, Any]:
    """Read the attributes of an element into the fields of its verb."""
    present = {}
    for name, attribute in attributes.attributes(kind).items():
        text = element.get(name)
        if text is not None and not attribute.exact:
            text = text.strip()
        if text is None or not (text or attribute.keeps_empty):
            if attribute.required:
                raise _fault(element, f"needs the attribute {name} ({attribute.about})")
            continue
        try:
            present[name] = attribute.read(text)
        except ValueError as error:
            raise _fault(element, f"attribute {name} {error}") from None
    built = {
        field: declaration.build(present)
        for field, declaration in attributes.declarations(kind).items()
    }
    return {field: value for field, value in built.items() if value is not ABSENT}


def _text(element: etree._Element, content: TextContent) -> object:
    text = (element.text or "").strip()
    if not text and content.required:
        raise _fault(element, f"needs text: {content.about}")
    try:
        return content.read(text)
    except ValueError as error:
        raise _fault(element, f"text {error}") from None


def _spoken(element: etree._Element) -> tuple[ssml.Segment, ...]:
    try:
        return ssml.parse(element)
    except ValueError as error:
        raise _fault(element, str(error)) from None


def _fault(element: etree._Element, fault: str) -> InvalidBxml:
    return InvalidBxml(f"<{safexml.name(element)}> {fault}", safexml.line(element))


def _unknown_verb(element: etree._Element, parent: str | None) -> InvalidBxml:
    name = safexml.name(element)
    if name in registry.NOT_YET:
        return _fault(element, "is not supported by this version")
    if name in registry.INNER:
        return _fault(element, f"is not a verb: it belongs in {registry.INNER[name]}")
    if name in ssml.ELEMENTS:
        return _fault(element, "is not a verb: it belongs in <SpeakSentence>")
    known = dict.fromkeys((*registry.verbs(), *registry.NOT_YET))
    guess = registry.nearest(name, known)
    hint = f": did you mean <{guess}>?" if guess else ""
    return InvalidBxml(f"<{_short(name)}> is not a verb{hint}", safexml.line(element))


def _misplaced(element: etree._Element, parent: str, allowed: tuple[str, ...]) -> InvalidBxml:
    cure = f"only {' and '.join(allowed)} are" if allowed else "it takes no elements"
    name = _short(safexml.name(element))
    return InvalidBxml(f"<{name}> is not allowed inside <{parent}>: {cure}", safexml.line(element))


def _short(name: str) -> str:
    return shown(name, quote="")
