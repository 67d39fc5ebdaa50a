"""Calls that could not be brought together (errors.md 8.5, 8.6)."""

from offhook.errors import calls
from offhook.explain.finding import Finding
from offhook.explain.story import Case


def refused(case: Case) -> Finding:
    """Say why a `<Bridge>` did not come about."""
    started = case.story.last("verb.started", verb="Bridge")
    where = f" in line {started.data['line']}" if started and started.data.get("line") else ""
    sentence = f"The <Bridge>{where} did not come about: {_lower(case.event.data['message'])}."
    evidence = case.story.some(started, case.event)
    return Finding(sentence, case.entry.fix, case.entry.who, case.entry, evidence)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


RULES = {
    entry.id: refused
    for entry in (
        calls.ALREADY_BRIDGED,
        calls.BRIDGE_NOT_ANSWERED,
        calls.BRIDGE_FORWARDED,
        calls.BRIDGE_ENDED,
        calls.BRIDGE_NOT_FOUND,
    )
}
