"""From bytes to verbs: a whole document is checked before anything in it runs (bxml.md 1.1-1.2).

The rules of each verb are its own declarations (`attributes.py`); `reader.py` has the rules of
documents. A fault names the element and the attribute, says what is wrong and what would be right.
"""

from dataclasses import dataclass

from offhook.verbs import Verb
from offhook.verbs.contexts import Context
from offhook.verbs.faults import InvalidBxml
from offhook.verbs.reader import LONGEST_BYTES, MOST_WARNINGS, Reader

__all__ = ["LONGEST_BYTES", "MOST_WARNINGS", "Document", "InvalidBxml", "parse"]


@dataclass(frozen=True, slots=True)
class Document:
    """The verbs of a document, and what is odd about it but harmless."""

    verbs: tuple[Verb, ...]
    warnings: tuple[str, ...] = ()


def parse(
    body: bytes,
    *,
    charset: str | None = None,
    context: Context = Context.CALL,
    base: str | None = None,
    https: bool = True,
) -> Document:
    """Read a document; `charset` is that of its Content-Type. Raises InvalidBxml.

    `https`: where the language says so, credentials go over https alone; relative URLs are looked
    at as `base` makes them.
    """
    reader = Reader(context, base=base, https=https)
    reader.read(body, charset)
    warnings = (f"{each.message} (line {each.line})" for each in reader.findings)
    return Document(tuple(verb for _, verb in reader.verbs if verb), tuple(warnings))
