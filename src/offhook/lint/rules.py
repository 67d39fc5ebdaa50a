"""Warnings: what runs, but surely not as it was meant. Facts about verbs are asked of the verbs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from offhook.hooks import Credentials, Hook, Target, is_loopback
from offhook.nearest import nearest
from offhook.safexml import shown
from offhook.speech import UnknownVoiceError, voices
from offhook.ssml import Text
from offhook.verbs import Part, attributes
from offhook.verbs.attributes import SpokenContent, TextContent
from offhook.verbs.contexts import Context
from offhook.verbs.faults import Rule, Severity
from offhook.verbs.reader import Reader, Spot, after, attribute, element, value, words
from offhook.verbs.speak_sentence import SpeakSentence


def _warning(name: str, about: str, fix: str) -> Rule:
    return Rule(name, about, fix, Severity.WARNING)


UNREACHABLE: Final = _warning(
    "unreachable-verb",
    "A verb stands after one that always ends the call or fetches the next document.",
    "remove it, or move it before the verb that leaves the document",
)
NO_EFFECT: Final = _warning(
    "attribute-without-effect",
    "An attribute says something about another one that is missing (a method without its URL).",
    "add the attribute it belongs to, or remove it",
)
IGNORED_TEXT: Final = _warning(
    "ignored-text",
    "Text stands in an element that takes none: the server ignores it.",
    "put it into a <SpeakSentence>, or remove it",
)
CLEAR: Final = _warning(
    "credentials-in-clear",
    "Credentials go over plain http to a host that is not this machine.",
    "use an https URL",
)
TOO_LATE: Final = _warning(
    "already-answered",
    "A verb that needs an unanswered call stands where the call has been answered.",
    "make it the first verb of the reply to `initiate` (`--context unanswered`)",
)
AT_ONCE: Final = _warning(
    "ends-at-once",
    "The last verb only starts something in the background, so the call is hung up at once.",
    "add a verb that takes time, or one that fetches the next document",
)
RELATIVE: Final = _warning(
    "relative-url",
    "A relative URL in a document that has no URL of its own (`--no-base`).",
    "write the whole URL",
)
VOICE: Final = _warning(
    "unknown-voice",
    "There is no such voice, or none for the locale: the call ends when the verb runs.",
    "name a voice of the voice list",
)
MARKUP: Final = _warning(
    "spoken-markup",
    "Escaped markup that is no SSML is read out, character by character.",
    "use the elements of SSML, or leave out the markup",
)
_TAG: Final = re.compile(r"</?[A-Za-z]")


def apply(reader: Reader, *, based: bool) -> None:
    """Report the warnings about what has been read."""
    _already_answered(reader)
    if not _unreachable(reader):
        _ends_at_once(reader)
    for where, part in reader.parts:
        _without_effect(reader, where, part)
        _ignored_text(reader, where, part)
        _in_clear(reader, where, part)
        if not based:
            _relative(reader, where, part)
        if isinstance(part, SpeakSentence):
            _voice(reader, where, part)
            _markup(reader, where, part)


def _unreachable(reader: Reader) -> bool:
    """Report once for all verbs that never run; tell whether there are any."""
    for number, (_, verb) in enumerate(reader.verbs, 1):
        rest = reader.verbs[number:]
        if verb is not None and verb.leaves and rest:
            where, _ = rest[0]
            never = f"and {len(rest) - 1} more never run" if len(rest) > 1 else "never runs"
            fault = f"<{_name(where)}> {never}: <{verb.name}> leaves the document"
            reader.report(UNREACHABLE, fault, element(where))
            return True
    return False


def _already_answered(reader: Reader) -> None:
    """An answered call, or one that a verb before has answered (bxml.md 1.8)."""
    by = "" if reader.context is Context.UNANSWERED else "it may have been answered already"
    for where, verb in reader.verbs:
        if verb is None:
            continue
        if verb.unanswered and by:
            fault = f"<{verb.name}> needs an unanswered inbound call, but {by}"
            reader.report(TOO_LATE, fault, element(where))
        if verb.answers:
            by = f"<{verb.name}> answers it"


def _ends_at_once(reader: Reader) -> None:
    """Only documents of calls hang up at their end (bxml.md 1.4)."""
    if not reader.verbs or reader.context not in (Context.CALL, Context.UNANSWERED):
        return
    where, verb = reader.verbs[-1]
    if verb is not None and verb.background:
        fault = f"<{verb.name}> is the last verb: the call ends as soon as it has begun"
        reader.report(AT_ONCE, fault, element(where))


def _without_effect(reader: Reader, where: etree._Element, part: Part) -> None:
    """Report attributes without which the element would say the same."""
    declared = attributes.attributes(type(part))
    present = {name: each.read(text) for name, each, text in _given(where, declared)}
    for name, each, text in _given(where, declared):
        if text == each.default or _matters(type(part), name, present):
            continue
        fault = f"<{part.name}> attribute {name} has no effect without the one it belongs to"
        reader.report(NO_EFFECT, fault, attribute(where, name))


def _matters(kind: type[Part], name: str, present: Mapping[str, Any]) -> bool:
    without = {each: result for each, result in present.items() if each != name}
    return any(
        declaration.build(present) != declaration.build(without)
        for declaration in attributes.declarations(kind).values()
        if any(each.name == name for each in declaration.attributes)
    )


def _given(
    where: etree._Element, declared: Mapping[str, attributes.Attribute]
) -> Iterator[tuple[str, attributes.Attribute, str]]:
    """Yield the attributes that an element has, as the reader reads them."""
    for name, each in declared.items():
        text = where.get(attributes.spelling(where, name))
        if text is not None:
            text = text if each.exact else text.strip()
            if text or each.keeps_empty:
                yield name, each, text


def _ignored_text(reader: Reader, where: etree._Element, part: Part) -> None:
    _, content = attributes.content(type(part)) or ("", None)
    if isinstance(content, TextContent | SpokenContent):
        return
    pieces: list[tuple[str | None, Spot]] = [(where.text, words(where))]
    pieces += [(child.tail, after(child)) for child in where]
    for text, spot in pieces:
        if text and text.strip():
            fault = f"text {shown(text)} in <{part.name}> is ignored: it takes none"
            reader.report(IGNORED_TEXT, fault, spot)


def _in_clear(reader: Reader, where: etree._Element, part: Part) -> None:
    secret = {target.url for target in _targets(part) if target.credentials}
    if any(isinstance(getattr(part, each.name), Credentials) for each in fields(part)):
        secret |= {url for url, _ in _urls(where, part)}  # they are for whatever it fetches
    for url, spot in _urls(where, part):
        parts = urlsplit(url)
        if url in secret and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            fault = f"<{part.name}> sends credentials in the clear to {shown(url)}"
            reader.report(CLEAR, fault, spot)


def _targets(part: Part) -> Iterator[Target]:
    for each in fields(part):
        hook = getattr(part, each.name)
        if isinstance(hook, Hook):
            yield hook.primary
            if hook.fallback:
                yield hook.fallback


def _urls(where: etree._Element, part: Part) -> Iterator[tuple[str, Spot]]:
    """Yield the URLs of an element and where they stand."""
    for name, each, text in _given(where, attributes.attributes(type(part))):
        if each.type == "url":
            yield text, value(where, name)
    _, content = attributes.content(type(part)) or ("", None)
    if isinstance(content, TextContent) and content.type == "url":
        yield (where.text or "").strip(), words(where)


def _relative(reader: Reader, where: etree._Element, part: Part) -> None:
    for url, spot in _urls(where, part):
        if not urlsplit(url).scheme:
            fault = f"<{part.name}> has the relative URL {shown(url)} without a base"
            reader.report(RELATIVE, fault, spot)


def _voice(reader: Reader, where: etree._Element, part: SpeakSentence) -> None:
    try:
        voices.choose(part.voice, part.gender, part.locale)
    except UnknownVoiceError as error:
        name, asked, known = "locale", part.locale or "", {each.locale for each in voices.VOICES}
        if part.voice:
            name, asked, known = "voice", part.voice, {each.name for each in voices.VOICES}
        guess = nearest(asked, sorted(known))
        hint = f": did you mean {guess}?" if guess else ""
        fault = f"<{part.name}> attribute {name}: {error}{hint}"
        fix = f"write {guess}" if guess else ""
        reader.report(VOICE, fault, value(where, name), fix=fix, suggestion=guess)


def _markup(reader: Reader, where: etree._Element, part: SpeakSentence) -> None:
    spoken = " ".join(each.text for each in part.segments if isinstance(each, Text))
    if _TAG.search(spoken):
        fault = f"<{part.name}> reads the markup in its text aloud: {shown(spoken)}"
        reader.report(MARKUP, fault, words(where))


def _name(where: etree._Element) -> str:
    return shown(str(where.tag), quote="")
