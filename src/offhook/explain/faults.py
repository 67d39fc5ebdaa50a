"""Faults of Offhook's own, and calls that a stopped server left behind."""

from offhook.errors import Who, calls
from offhook.explain.finding import Finding
from offhook.explain.story import Case


def unknown(case: Case) -> Finding:
    """A crash of the server, or a bug."""
    if lost := case.story.last("call.lost"):
        sentence = (
            "The server was stopped or died while the call was "
            f"{lost.data.get('state')}; it was closed when the server came back."
        )
        fix = "Look in the system's log for why it stopped (memory, a kill, power)."
        return Finding(sentence, fix, Who.OPERATOR, case.entry, (lost, case.event))
    where = f" ({case.why})" if case.why else ""
    sentence = f"Offhook failed by a fault of its own{where}."
    fix = f"Report it with errorId {case.event.data.get('error_id')} and the log around it."
    return Finding(sentence, fix, Who.OFFHOOK, case.entry, (case.event,))


RULES = {calls.UNKNOWN.id: unknown}
