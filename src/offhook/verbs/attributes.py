"""Attributes of verbs, declared once: a dataclass field knows its name on the wire and its limits.

A verb's fields are made by the functions below. `document.py` reads elements by these declarations
and `manual.py` prints them, so what is documented is what is checked. Fields without a declaration
belong to the verb itself. A document that leaves an attribute out gets the field's own default.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from offhook.hooks import Credentials, Hook, Target
from offhook.ssml import Segment
from offhook.verbs import values
from offhook.verbs.values import Bounds

if TYPE_CHECKING:
    from lxml import etree

    from offhook.verbs import Part

T = TypeVar("T")

ABSENT: Final = object()  # built value of a field that the document does not mention
NO_LIMIT: Final = float("inf")
LONGEST_CREDENTIAL: Final = 1024
LONGEST_TAG: Final = 256
METHODS: Final = ("GET", "POST")

# Slips of client libraries that are taken for the right name, unless that is there too
# (bxml.md 12); by the right name.
MISSPELT: Final[Mapping[str, str]] = {
    "bridgeTargetCompleteFallbackUrl": "bridgeTargetCompleteFallback_url",
    "callbackTimeout": "calbackTimeout",
    "destinationPassword": "destination_password",
    "destinationUsername": "destination_username",
    "recordCompleteFallbackMethod": "recordCompleteFallback_method",
    "recordCompleteFallbackUrl": "recordCompleteFallback_url",
}

Metadata = dict[str, Any]  # of a dataclass field
Present = Mapping[str, Any]  # wire name -> value, of the attributes the document has


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute on the wire; `type`, `default` and `about` are for the manual."""

    name: str
    type: str
    read: Callable[[str], object]  # raises ValueError with the fault
    about: str = ""
    default: str = ""
    required: bool = False
    exact: bool = False  # blanks at the ends count
    keeps_empty: bool = False  # `x=""` is a value, not an absence (bxml.md 1.2)
    options: tuple[str, ...] = ()  # when the value is one of a list


@dataclass(frozen=True, slots=True)
class Declaration:
    """How one field comes from the attributes of an element."""

    attributes: tuple[Attribute, ...]
    build: Callable[[Present], Any]  # ABSENT: leave the field's default


@dataclass(frozen=True, slots=True)
class TextContent:
    """The field is the element's text."""

    read: Callable[[str], object]
    type: str
    about: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class SpokenContent:
    """The field is the element's text and SSML."""

    about: str


@dataclass(frozen=True, slots=True)
class NestedContent:
    """The field is the verbs nested in the element."""

    names: tuple[str, ...]
    about: str


@dataclass(frozen=True, slots=True)
class PartsContent:
    """The field is the elements nested in the element that are no verbs."""

    kinds: "tuple[type[Part], ...]"
    about: str
    required: bool = True


Content = TextContent | SpokenContent | NestedContent | PartsContent


@cache
def declarations(verb: "type[Part]") -> Mapping[str, Declaration]:
    """Return the declarations of a verb by field name."""
    return {
        each.name: each.metadata["declare"](wire_name(each.name))
        for each in fields(verb)
        if "declare" in each.metadata
    }


@cache
def attributes(verb: "type[Part]") -> Mapping[str, Attribute]:
    """Return all attributes of a verb by wire name; families may share their credentials."""
    return {
        attribute.name: attribute
        for declaration in declarations(verb).values()
        for attribute in declaration.attributes
    }


@cache
def content(verb: "type[Part]") -> tuple[str, Content] | None:
    """Return the field that takes the element's content, if any, and what it takes."""
    for each in fields(verb):
        if "content" in each.metadata:
            return each.name, each.metadata["content"]
    return None


def spelling(element: "etree._Element", name: str) -> str:
    """Return how an element spells the name of an attribute."""
    slip = MISSPELT.get(name)
    return slip if slip and slip in element.attrib and name not in element.attrib else name


def wire_name(field_name: str) -> str:
    """`first_digit_timeout_s` -> `firstDigitTimeout`: units are ours, camel case is theirs."""
    first, *rest = re.sub(r"_m?s$", "", field_name).split("_")
    return first + "".join(word.capitalize() for word in rest)


def decimal(default: float, bounds: Bounds, about: str) -> float:
    """Declare a decimal number."""
    kind = f"decimal {values.interval(bounds)}"
    return _one(default, kind, lambda text: values.decimal(text, bounds), about=about)


def integer(default: int, bounds: Bounds, about: str) -> int:
    """Declare a whole number."""
    kind = f"integer {values.interval(bounds)}"
    return _one(default, kind, lambda text: values.integer(text, bounds), about=about)


def flag(default: bool, about: str) -> bool:
    """Declare a boolean."""
    return _one(default, "bool", values.flag, about=about)


def choice(
    default: str | None, options: Sequence[str], about: str, *, name: str | None = None
) -> Any:
    """Declare one of a list of words."""
    kind = ", ".join(f"`{option}`" for option in options)
    return _one(
        default,
        kind,
        lambda text: values.choice(text, options),
        about=about,
        name=name,
        options=tuple(options),
    )


def keys(default: str, about: str) -> str:
    """Declare a set of telephone keys; an empty value empties the set."""
    return _one(default, "keys", values.keys, about=about, keeps_empty=True)


def language(default: str, about: str) -> str:
    """Declare a language."""
    return _one(default, "language", values.language, about=about)


def phrases(about: str) -> tuple[str, ...]:
    """Declare a comma list of phrases."""
    return _one((), "comma list", values.phrases, about=about)


def words(about: str, longest: int) -> str | None:
    """Declare free text, absent unless given."""
    return _one(None, "text", lambda text: values.words(text, longest), about=about)


def special(
    default: Any, kind: str, read: Callable[[str], object], about: str, **options: Any
) -> Any:
    """Declare one attribute with a reader of its own; options are `name` and `required`."""
    return _one(default, kind, read, about=about, **options)


def tag() -> str | None:
    """Declare the `tag` attribute: absent leaves the call's tag, empty clears it (bxml.md 2.3)."""
    return _one(
        None,
        f"text of at most {LONGEST_TAG} characters",
        lambda text: values.words(text, LONGEST_TAG),
        about="sent in this and every later webhook of the call; empty clears it",
        exact=True,
        keeps_empty=True,
    )


def _one(default: T, kind: str, read: Callable[[str], object], **options: Any) -> T:
    """Declare a field that is one attribute."""
    name = options.pop("name", None)

    def declare(derived: str) -> Declaration:
        wire = name or derived
        attribute = Attribute(wire, kind, read, default=_printed(default), **options)
        return Declaration((attribute,), lambda present: present.get(wire, ABSENT))

    return field(default=default, metadata={"declare": declare})


def _printed(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default or "")


def basic_auth(about: str, username: str = "username", password: str = "password") -> Metadata:  # noqa: S107
    """Declare credentials: a `field(default=None, metadata=basic_auth(…))`."""
    family = _credentials(username, password, about)

    def build(present: Present) -> object:
        return _login(present, username, password) or ABSENT

    return {"declare": lambda _: Declaration(family, build)}


def webhook(
    event: str,
    *,
    url: str | None = None,
    required: bool = False,
    fallback: bool = True,
    credentials: bool = True,
) -> Metadata:
    """Declare a webhook's family (bxml.md 2.2) as the `metadata` of a field that holds its Hook.

    `url` names the URL attribute where it is not the event's name and `Url`. A method without its
    URL is ignored, and so is a fallback without a primary.
    """
    primary = _Asked(url or f"{event}Url", f"{event}Method", "username", "password")
    second = _Asked(
        f"{event}FallbackUrl", f"{event}FallbackMethod", "fallbackUsername", "fallbackPassword"
    )
    family = primary.family(f"where the {event} webhook goes", required=required)
    family = family if credentials else family[:2]
    if fallback:
        family += second.family("asked once when the first URL fails", required=False)

    def build(present: Present) -> object:
        first = primary.target(present)
        return Hook(first, second.target(present) if fallback else None) if first else ABSENT

    return {"declare": lambda _: Declaration(family, build)}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The names of the attributes that make one Target."""

    url: str
    method: str
    username: str
    password: str

    def family(self, about: str, *, required: bool) -> tuple[Attribute, ...]:
        return (
            Attribute(self.url, "url", values.url, about, required=required),
            Attribute(
                self.method, "`GET`, `POST`", _method, "HTTP method", "POST", options=METHODS
            ),
            *_credentials(self.username, self.password, "HTTP Basic credentials"),
        )

    def target(self, present: Present) -> Target | None:
        if self.url not in present:
            return None
        credentials = _login(present, self.username, self.password)
        return Target(present[self.url], present.get(self.method, "POST"), credentials)


def _method(text: str) -> str:
    return values.choice(text, METHODS)


def _credentials(username: str, password: str, about: str) -> tuple[Attribute, ...]:
    def read(text: str) -> str:
        return values.words(text, LONGEST_CREDENTIAL)

    return tuple(
        Attribute(name, f"text of at most {LONGEST_CREDENTIAL} characters", read, about, exact=True)
        for name in (username, password)
    )


def _login(present: Present, username: str, password: str) -> Credentials | None:
    if username not in present:
        return None
    return Credentials(present[username], present.get(password, ""))


def text(read: Callable[[str], object], kind: str, about: str, *, required: bool = True) -> Any:
    """Declare the field that is the element's text, trimmed."""
    return field(metadata={"content": TextContent(read, kind, about, required)})


def spoken(about: str) -> tuple[Segment, ...]:
    """Declare the field that is the element's text and SSML."""
    segments: tuple[Segment, ...] = field(metadata={"content": SpokenContent(about)})
    return segments


def nested(names: tuple[str, ...], about: str) -> Any:
    """Declare the field that holds nested verbs."""
    return field(default=(), metadata={"content": NestedContent(names, about)})


def parts(kinds: "tuple[type[Part], ...]", about: str, *, required: bool = True) -> Any:
    """Declare the field that holds nested elements which are no verbs."""
    return field(default=(), metadata={"content": PartsContent(kinds, about, required)})
