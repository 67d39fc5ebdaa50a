"""The document checker: what the server would refuse, and what surely was not meant.

Errors come from the reader that the server itself uses (`verbs/reader.py`), so they are found
exactly where a call would fail; the warnings of `rules.py` are about documents that run.
"""

from offhook.lint import rules
from offhook.verbs.contexts import Context
from offhook.verbs.faults import Finding, Severity
from offhook.verbs.reader import Reader

__all__ = ["Context", "Finding", "Severity", "check"]


def check(
    text: str | bytes,
    context: Context | str = Context.CALL,
    *,
    charset: str | None = None,
    based: bool = True,
) -> list[Finding]:
    """Return all that is wrong with a document, in the order of its text; never raises for it.

    `charset` is that of the Content-Type bytes came with; `based` tells whether there will be a
    URL that relative ones can be resolved against.
    """
    reader = Reader(Context(context), thorough=True)
    reader.read(text, charset)
    rules.apply(reader, based=based)
    return sorted(reader.findings, key=lambda each: (each.line or 0, each.column or 0))
