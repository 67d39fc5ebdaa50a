"""What can be wrong with a document: rules with stable names, findings, and the refusal.

The rules here are those of the reader (`reader.py`), which the server obeys. `offhook.lint` adds
rules about documents that run, but surely not as they were meant.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from offhook.verbs.places import Place


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"  # the server refuses the document
    WARNING = "warning"  # it runs, but surely not as meant


@dataclass(frozen=True, slots=True)
class Rule:
    """Something a document must not do; the id never changes."""

    id: str
    about: str
    fix: str  # the usual cure; a finding may know a better one
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in one document."""

    rule: Rule
    message: str  # for an error: what follows "Invalid BXML: ", without the place
    place: Place | None = None  # None: the document as a whole
    fix: str = ""
    suggestion: str | None = None  # the name or value that was probably meant

    @property
    def severity(self) -> Severity:
        """That of its rule."""
        return self.rule.severity

    @property
    def line(self) -> int | None:
        """Counted from 1."""
        return self.place.line if self.place else None

    @property
    def column(self) -> int | None:
        """In characters, counted from 1."""
        return self.place.column if self.place else None


SIZE: Final = Rule(
    "document-size",
    "The document has more than 65 536 bytes.",
    "split it, and go from one to the next with <Redirect>",
)
EMPTY: Final = Rule("document-empty", "There is nothing but blanks.", "send at least <Response/>")
ENCODING: Final = Rule(
    "encoding",
    "The bytes are not what the declared encoding says, or the encoding is unknown.",
    "send UTF-8, or declare the encoding in the XML declaration",
)
SYNTAX: Final = Rule(
    "xml-syntax",
    "The text is not well-formed XML, or its elements are nested deeper than 256.",
    "make it well-formed XML; what follows has not been looked at",
)
DOCTYPE: Final = Rule(
    "xml-doctype", "There is a DOCTYPE (entities of your own included).", "remove it"
)
ROOT: Final = Rule(
    "root-element",
    "The root element is neither `<Response>` nor `<Bxml>`.",
    "put the verbs into <Response>",
)
STRAY_TEXT: Final = Rule(
    "stray-text",
    "Text stands directly in the root element.",
    "put it into <SpeakSentence>, or remove it",
)
UNKNOWN_VERB: Final = Rule(
    "unknown-verb",
    "An element where a verb should be is none.",
    "use one of the verbs in docs/verbs",
)
VERB_CASE: Final = Rule(
    "verb-case", "A verb is written in other letter case.", "names are case-sensitive"
)
UNSUPPORTED: Final = Rule(
    "verb-unsupported",
    "The verb belongs to the language, but this version does not run it.",
    "leave it out until this version runs it",
)
INNER: Final = Rule(
    "inner-element",
    "An element that only exists inside another stands where a verb should be.",
    "move it into the element it belongs in",
)
MISPLACED: Final = Rule(
    "misplaced-element",
    "An element is nested in one that does not take it.",
    "move it out, behind the element it stands in",
)
CONTEXT: Final = Rule(
    "verb-context",
    "The verb must not be used in a document of this context (`--context`).",
    "use it in a document of the call itself",
)
MISSING: Final = Rule(
    "missing-attribute", "A required attribute is missing or blank.", "add the attribute"
)
MISSING_TEXT: Final = Rule(
    "missing-text", "An element that needs text has none.", "put the text between the tags"
)
VALUE: Final = Rule(
    "bad-value",
    "The value of an attribute is out of range, not in the list, too long or no such thing.",
    "see the page of the verb in docs/verbs",
)
URL: Final = Rule(
    "bad-url",
    "A URL is none, has no host, or has a scheme that is neither http nor https.",
    "give an absolute http(s) URL, or one relative to the document",
)
TEXT: Final = Rule(
    "bad-text",
    "The text of an element is too long or not of its kind.",
    "see the page of the verb in docs/verbs",
)
TOGETHER: Final = Rule(
    "bad-combination",
    "Attributes and content of an element do not go together (such as too many prompts).",
    "see the page of the verb in docs/verbs",
)
INSECURE: Final = Rule(
    "insecure-credentials",
    "Credentials would go over plain http, beyond this machine, where https is demanded.",
    "use an https URL, or remove the credentials",
)
SSML: Final = Rule(
    "bad-ssml",
    "The SSML in a sentence has an unknown element, or a missing or wrong attribute.",
    "see docs/verbs/SpeakSentence.md",
)
UNKNOWN_ATTRIBUTE: Final = Rule(
    "unknown-attribute",
    "Nobody reads this attribute: the server ignores it.",
    "remove it",
    Severity.WARNING,
)


class InvalidBxml(ValueError):  # noqa: N818  # the name the contract gives this failure
    """A document that must not run; `str()` is what follows "Invalid BXML: "."""

    def __init__(self, finding: Finding) -> None:
        line, column = finding.line, finding.column
        # What is wrong with XML itself has no name to look for: there the column says more.
        place = f", column {column}" if finding.rule is SYNTAX else ""
        super().__init__(f"{finding.message} (line {line}{place})" if line else finding.message)
        self.finding = finding
        self.reason = finding.message
        self.line = line
        self.column = column
