"""Reads the elements of a document by the declarations of their verbs (bxml.md 1.1-1.2).

The server stops at the first error; who wants them all (`offhook lint`) reads on, past each fault
to the next attribute, element and verb. So there is one grammar, and both find the same faults.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

from lxml import etree

from offhook import safexml, ssml
from offhook.nearest import nearest
from offhook.safexml import DoctypeError, XmlError, shown
from offhook.verbs import Part, Verb, attributes, faults, registry, syntax
from offhook.verbs.attributes import (
    ABSENT,
    Attribute,
    NestedContent,
    PartsContent,
    SpokenContent,
    TextContent,
)
from offhook.verbs.contexts import Context, refusal
from offhook.verbs.encoding import decode
from offhook.verbs.faults import Finding, InvalidBxml, Rule, Severity
from offhook.verbs.places import Place, Places
from offhook.verbs.security import insecure

LONGEST_BYTES: Final = 65_536
MOST_WARNINGS: Final = 50  # guessing what was meant takes time
MOST_ERRORS: Final = 100
ROOTS: Final = ("Response", "Bxml")
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"

_SLIPS: Final = {slip: name for name, slip in attributes.MISSPELT.items()}

Kind = TypeVar("Kind", bound=Part)
Spot = tuple[Callable[[Places, int], Place], etree._Element]  # what of which element


class _EnoughError(Exception):
    """More errors than anyone reads."""


class Reader:
    """Reads one document; then `verbs`, `parts` and `findings` tell what is in it."""

    def __init__(
        self,
        context: Context = Context.CALL,
        *,
        thorough: bool = False,
        base: str | None = None,
        https: bool = True,
    ) -> None:
        self.context = context
        self.base = base  # of relative URLs
        self.https = https  # is demanded for credentials, where the language says so
        self.thorough = thorough  # collect errors instead of raising the first
        self.findings: list[Finding] = []
        self.verbs: list[tuple[etree._Element, Verb | None]] = []  # None: faulty
        self.parts: list[tuple[etree._Element, Part]] = []  # those without a fault, inner ones too
        self.text = ""
        self._errors = 0
        self._numbers: dict[etree._Element, int] = {}

    def read(self, body: bytes | str, charset: str | None = None) -> None:
        """Read a document; raises InvalidBxml unless thorough."""
        root = self._root(body, charset)
        if root is None:
            return
        try:
            if self._is_root(root):
                self._stray_text(root)
                self._warn_unknown(root, ())
                self.verbs.extend((child, self._top(child)) for child in root)
        except _EnoughError:
            return

    def report(
        self,
        rule: Rule,
        message: str,
        spot: Spot | Place | None,
        *,
        fix: str = "",
        suggestion: str | None = None,
    ) -> None:
        """Note a fault; raises InvalidBxml for an error unless thorough."""
        place = spot if spot is None or isinstance(spot, Place) else self._place(*spot)
        finding = Finding(rule, message, place, fix or rule.fix, suggestion)
        if rule.severity is Severity.ERROR:
            if not self.thorough:
                raise InvalidBxml(finding)
            self._errors += 1
        self.findings.append(finding)
        if self._errors == MOST_ERRORS:
            raise _EnoughError

    def _place(self, what: Callable[[Places, int], Place], element: etree._Element) -> Place | None:
        if not self._numbers:
            everything = element.getroottree().getroot().iter()
            self._numbers = {each: number for number, each in enumerate(everything)}
            self._places = Places(self.text)
        number = self._numbers.get(element)
        return None if number is None else what(self._places, number)

    def _root(self, body: bytes | str, charset: str | None) -> etree._Element | None:
        """Read the XML."""
        size = len(body if isinstance(body, bytes) else body.encode(errors="surrogatepass"))
        if size > LONGEST_BYTES:
            self.report(faults.SIZE, "must not exceed 64 KB", None)
        elif not body.strip():
            self.report(faults.EMPTY, "document is empty: send at least <Response/>", None)
        else:
            try:
                self.text = body if isinstance(body, str) else decode(body, charset)
                return safexml.read(self.text)
            except XmlError as error:
                self._not_well_formed(error)
            except ValueError as error:
                self.report(faults.ENCODING, f"document {error}", None)
        return None

    def _not_well_formed(self, error: XmlError) -> None:
        rule = faults.DOCTYPE if isinstance(error, DoctypeError) else faults.SYNTAX
        told = syntax.told(self.text, error)
        self.report(rule, f"not well-formed: {told.message}", told.place, fix=told.cure)

    def _is_root(self, root: etree._Element) -> bool:
        """Tell whether the children of this root are to be read as verbs."""
        name = safexml.name(root)
        if name in ROOTS:
            return True
        guess = nearest(name, ROOTS)
        message = f"root must be <Response> or <Bxml>, but was <{_short(name)}>"
        self.report(faults.ROOT, message, element(root), **_tag(guess))
        return guess is not None

    def _stray_text(self, root: etree._Element) -> None:
        pieces = [(root.text, words(root)), *((each.tail, after(each)) for each in root)]
        for text, spot in pieces:
            if text and text.strip():
                where = f"directly in <{safexml.name(root)}>"
                fault = f"text {shown(text)} is not allowed {where}: put it into a verb"
                self.report(faults.STRAY_TEXT, fault, spot)

    def _top(self, child: etree._Element) -> Verb | None:
        """Read a verb of the document itself."""
        kind = registry.verbs().get(safexml.name(child))
        if kind is not None and (reason := refusal(kind, self.context)):
            self.report(faults.CONTEXT, reason, element(child))
        return self._verb(child)

    def _verb(self, child: etree._Element) -> Verb | None:
        """Read one verb with all that is in it."""
        kind = registry.verbs().get(safexml.name(child))
        if kind is None:
            self._unknown_verb(child)
            return None
        return self._part(child, kind)

    def _part(self, child: etree._Element, kind: type[Kind]) -> Kind | None:
        """Read an element whose kind is known."""
        before = self._errors
        self._warn_unknown(child, attributes.attributes(kind))
        values = self._fields(child, kind) | self._content(child, kind)
        if self._errors > before:  # what goes together cannot be told of what is not there
            return None
        try:
            place = self._place(*element(child))
            made = kind(line_number=place.line if place else 0, **values)
        except ValueError as error:
            self.report(faults.TOGETHER, _named(child, str(error)), element(child))
            return None
        if self.https and isinstance(made, Verb) and (url := insecure(made.guarded, self.base)):
            fault = f"needs https URLs where there is a username, but has {url}"
            self.report(faults.INSECURE, _named(child, fault), element(child))
            return None
        self.parts.append((child, made))
        return made

    def _warn_unknown(self, child: etree._Element, known: Collection[str]) -> None:
        """Note the attributes that nobody reads (bxml.md 1.2)."""
        for name in map(str, child.attrib):
            if name in known or name.startswith((_XSI, _XML)) or _SLIPS.get(name) in known:
                continue
            if len(self.findings) - self._errors >= MOST_WARNINGS:
                return
            guess = nearest(name, known)
            hint = f": did you mean {guess}?" if guess else ""
            fault = f"attribute {_short(name)} is unknown and was ignored{hint}"
            place = attribute(child, etree.QName(name).localname)
            fix = f"write {guess}" if guess else ""
            self.report(
                faults.UNKNOWN_ATTRIBUTE, _named(child, fault), place, fix=fix, suggestion=guess
            )

    def _fields(self, child: etree._Element, kind: type[Part]) -> dict[str, Any]:
        """Read the attributes of an element into the fields of its verb."""
        present = {
            name: result
            for name, each in attributes.attributes(kind).items()
            if (result := self._attribute(child, each)) is not ABSENT
        }
        built = {
            field: declaration.build(present)
            for field, declaration in attributes.declarations(kind).items()
        }
        return {field: result for field, result in built.items() if result is not ABSENT}

    def _attribute(self, child: etree._Element, declared: Attribute) -> object:
        """Read one attribute; ABSENT when it is missing, blank or wrong."""
        name = declared.name
        spelt = attributes.spelling(child, name)
        text = child.get(spelt)
        if text is not None and not declared.exact:
            text = text.strip()
        if text is None or not (text or declared.keeps_empty):
            if declared.required:
                fault = _named(child, f"needs the attribute {name} ({declared.about})")
                fix = f'add {name}="…": {declared.type}'
                self.report(faults.MISSING, fault, element(child), fix=fix)
            return ABSENT
        try:
            return declared.read(text)
        except ValueError as error:
            rule = faults.URL if declared.type == "url" else faults.VALUE
            guess = nearest(text, declared.options)
            fix = f"write {guess}" if guess else f"{name} takes: {declared.type}"
            if rule is faults.URL:
                fix = rule.fix
            fault = _named(child, f"attribute {name} {error}")
            self.report(rule, fault, value(child, spelt), fix=fix, suggestion=guess)
            return ABSENT

    def _content(self, child: etree._Element, kind: type[Part]) -> dict[str, Any]:
        """Read what stands between the tags."""
        field, content = attributes.content(kind) or ("", None)
        match content:
            case SpokenContent():
                return {field: self._spoken(child)}
            case NestedContent(names=names):
                known = dict.fromkeys(names, self._verb)
                return {field: self._inside(child, known)}
            case PartsContent(kinds=kinds):
                readers = {each.name: self._reader_of(each) for each in kinds}
                return {field: self._inside(child, readers)}
        for each in child:
            self._misplaced(each, kind.name, ())
        return {field: self._words(child, content)} if content else {}

    def _reader_of(self, kind: type[Part]) -> Callable[[etree._Element], Part | None]:
        return lambda child: self._part(child, kind)

    def _inside(
        self,
        parent: etree._Element,
        readers: Mapping[str, Callable[[etree._Element], Part | None]],
    ) -> tuple[Part, ...]:
        """Read the elements nested in one, by their names."""
        found = []
        for child in parent:
            read = readers.get(safexml.name(child))
            if read is None:
                self._misplaced(child, safexml.name(parent), tuple(readers))
            elif (part := read(child)) is not None:
                found.append(part)
        return tuple(found)

    def _words(self, child: etree._Element, content: TextContent) -> object:
        text = (child.text or "").strip()
        if not text and content.required:
            fault = _named(child, f"needs text: {content.about}")
            self.report(faults.MISSING_TEXT, fault, element(child))
            return ABSENT
        try:
            return content.read(text)
        except ValueError as error:
            rule = faults.URL if content.type == "url" else faults.TEXT
            fix = "" if rule is faults.URL else f"the text is: {content.type}"
            self.report(rule, _named(child, f"text {error}"), words(child), fix=fix)
            return ABSENT

    def _spoken(self, child: etree._Element) -> tuple[ssml.Segment, ...]:
        for inner in child.iterdescendants():
            if (known := ssml.ATTRIBUTES.get(safexml.name(inner))) is not None:
                self._warn_unknown(inner, known)
        try:
            return ssml.parse(child)
        except ssml.SsmlError as error:
            for inner, fault in error.faults:
                # Escaped SSML has a tree of its own: then the sentence is the place.
                spot = element(inner if child in inner.iterancestors() else child)
                self.report(faults.SSML, _named(child, fault), spot)
        except ValueError as error:
            self.report(faults.MISSING_TEXT, _named(child, str(error)), element(child))
        return ()

    def _unknown_verb(self, child: etree._Element) -> None:
        name = safexml.name(child)
        home = registry.home(name)
        if name in registry.NOT_YET:
            fault = _named(child, "is not supported by this version")
            self.report(faults.UNSUPPORTED, fault, element(child))
        elif home:
            fault = _named(child, f"is not a verb: it belongs in {home}")
            self.report(faults.INNER, fault, element(child), fix=f"move it into {home}")
        else:
            guess = nearest(name, (*registry.verbs(), *registry.NOT_YET))
            rule = faults.UNKNOWN_VERB
            if guess and guess.lower() == name.lower():
                rule = faults.VERB_CASE
            hint = f": did you mean <{guess}>?" if guess else ""
            fault = f"<{_short(name)}> is not a verb{hint}"
            self.report(rule, fault, element(child), **_tag(guess))

    def _misplaced(self, child: etree._Element, parent: str, allowed: tuple[str, ...]) -> None:
        cure = f"only {' and '.join(allowed)} are" if allowed else "it takes no elements"
        name = _short(safexml.name(child))
        fault = f"<{name}> is not allowed inside <{parent}>: {cure}"
        self.report(faults.MISPLACED, fault, element(child), **_tag(nearest(name, allowed)))


def element(child: etree._Element) -> Spot:
    """Point at an element."""
    return Places.element, child


def words(child: etree._Element) -> Spot:
    """Point at the text in an element."""
    return Places.text, child


def after(child: etree._Element) -> Spot:
    """Point at the text after an element."""
    return Places.after, child


def attribute(child: etree._Element, name: str) -> Spot:
    """Point at the name of an attribute."""
    return lambda places, number: places.attribute(number, name), child


def value(child: etree._Element, name: str) -> Spot:
    """Point at the value of an attribute."""
    return lambda places, number: places.value(number, name), child


def _tag(guess: str | None) -> dict[str, Any]:
    """Say what to write instead of a tag."""
    return {"fix": f"write <{guess}>", "suggestion": guess} if guess else {}


def _named(child: etree._Element, fault: str) -> str:
    return f"<{safexml.name(child)}> {fault}"


def _short(name: str) -> str:
    return shown(name, quote="")
