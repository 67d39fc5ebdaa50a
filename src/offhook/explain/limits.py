"""Limits that a call met after it was accepted (errors.md 8.2, rest.md 7)."""

from offhook.errors import calls
from offhook.explain.finding import Finding
from offhook.explain.story import Case


def reached(case: Case) -> Finding:
    """Say which limit, and its value at that moment."""
    value = f": {case.why}" if case.why else ""
    sentence = f"{case.entry.description}{value}."
    return Finding(sentence, case.entry.fix, case.entry.who, case.entry, (case.event,))


RULES = {entry.id: reached for entry in (calls.RATE_LIMIT, calls.SESSION_LIMIT, calls.NODE_FULL)}
