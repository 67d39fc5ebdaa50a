"""What libxml2 says about a text that is no XML: in plain words, with its place and a cure.

The parser stops somewhere behind what it complains about, and tells the place where it stopped.
"""

from typing import Final, NamedTuple

from offhook.safexml import DoctypeError, XmlError
from offhook.verbs.places import Place, Places

DOCTYPE: Final = "<!DOCTYPE"


class Told(NamedTuple):
    """A message, where it belongs, and what to do; no cure: the rule has one."""

    message: str
    place: Place | None
    cure: str = ""


class _Saying(NamedTuple):
    """A piece of a message of libxml2, and what to tell people about it."""

    sign: str
    cure: str
    anchor: str = ""  # the fault begins where this stands last; none: where the parser stopped
    plain: str = ""  # said instead of the message


_SAYINGS: Final = (
    _Saying("EntityRef", "write & as &amp;", "&", "a bare & begins no reference"),
    _Saying("CharRef", "write & as &amp;, or the number of a character XML allows", "&"),
    _Saying("Entity '", "write & as &amp;, or use a number such as &#160;", "&"),
    _Saying("tag mismatch", "close each element before the one it stands in", "</"),
    _Saying("Premature end", "close every element"),
    _Saying("Extra content", "put everything into one root element"),
    _Saying("AttValue:", "put the value into quotes", plain="a value must stand in quotes"),
    _Saying("Unescaped '<'", "write < as &lt;, or close the quotes of the value before it"),
    _Saying("redefined", "keep one of the two"),
    _Saying("mandates value", 'give the attribute a value: name="…"'),
    _Saying("attributes construct", "put blanks between attributes and quotes around values"),
    _Saying("invalid element name", "write < as &lt;", "<", "a bare < begins no element"),
    _Saying("Start tag expected", "begin with <Response>"),
    _Saying("Excessive depth", "nest less deeply"),
    _Saying("Namespace prefix", "leave out the prefix, or declare it with xmlns"),
    _Saying("XML declaration allowed", "remove what stands before <?xml", "<?xml"),
)


def told(text: str, error: XmlError) -> Told:
    """Return what to tell the author of a text."""
    places = Places(text)
    if isinstance(error, DoctypeError):
        return Told(str(error), places.at(max(text.find(DOCTYPE), 0), len(DOCTYPE)))
    if not error.line:
        return Told(str(error), None)
    message = str(error)
    end = places.offset(error.line, error.column or 1)
    saying = next((each for each in _SAYINGS if each.sign in message), _Saying("", ""))
    if saying.sign == "redefined":
        return Told(message, places.repeated(message.split()[1], end), saying.cure)
    begin = text.rfind(saying.anchor, 0, end) if saying.anchor else -1
    place = places.at(begin, end - begin) if begin >= 0 else places.at(end)
    return Told(saying.plain or message, place, saying.cure)
