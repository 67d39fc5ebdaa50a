"""What differs from call to call, made equal: ids, times, tokens, our own addresses.

Ids keep their order: the second call that a log names is `<call 2>` then and now.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from offhook import safexml

MASKED: Final = {"sipCallId": "<sip call id>"}  # members whose values have no form of their own
KINDS: Final = {"c": "call", "r": "recording", "t": "transcription", "conf": "conference"}
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_OWN_ID = re.compile(rf"\b(c|r|t|conf)-[0-9a-f]{{8}}-{_UUID}", re.IGNORECASE)
_PLAIN = (
    (re.compile(rf"\b{_UUID}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\bPT(\d+H)?(\d+M)?(\d+(\.\d+)?S)?(?![\w.])"), "<duration>"),
    (re.compile(r"""(sips?:[^@\s"'<>]+)@[^\s"'<>;,?]+""", re.IGNORECASE), r"\1@<host>"),
)


class Normal:
    """Of one log; `moved` are addresses that stand for another one: (now, then)."""

    def __init__(self, moved: tuple[tuple[str, str], ...] = ()) -> None:
        self._moved = moved
        self._names: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def text(self, text: str) -> str:
        """Return a text without what differs."""
        for now, then in self._moved:
            text = text.replace(now, then)
        text = _OWN_ID.sub(self._named, text)
        for pattern, instead in _PLAIN:
            text = pattern.sub(instead, text)
        return text

    def body(self, text: str) -> str:
        """Return JSON with its members in order, one to a line; what is no JSON, as it is."""
        try:
            data = json.loads(text)
        except ValueError:
            return self.text(text)
        return json.dumps(_mapped(data, self.text), indent=1, sort_keys=True, ensure_ascii=False)

    def document(self, text: str) -> str:
        """Return BXML with an element to a line, its attributes in order; else the text."""
        try:
            root = safexml.read(text)
        except safexml.XmlError:
            return self.text(text.strip())
        for element in root.iter():
            element.text = (element.text or "").strip() or None
            element.tail = (element.tail or "").strip() or None
        tree = etree.fromstring(etree.canonicalize(root))  # attributes in order
        etree.indent(tree, " ")
        return self.text(etree.tostring(tree, encoding="unicode"))

    def _named(self, found: "re.Match[str]") -> str:
        kind = KINDS[found[1].lower()]
        names = self._names[kind]
        return f"<{kind} {names.setdefault(found[0].lower(), len(names) + 1)}>"


def _mapped(data: Any, change: Callable[[str], str]) -> Any:
    match data:
        case dict():
            return {
                name: MASKED[name] if name in MASKED else _mapped(value, change)
                for name, value in data.items()
            }
        case list():
            return [_mapped(each, change) for each in data]
        case str():
            return change(data)
        case _:
            return data
