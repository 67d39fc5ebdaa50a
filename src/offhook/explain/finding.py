"""What an explanation says, as values."""

from dataclasses import dataclass
from typing import Any, TypedDict

from offhook.errors import Entry, Who
from offhook.records import Event
from offhook.timeline import line

REFERENCE = "docs/errors/{id}.md"


class FindingData(TypedDict):
    """A finding as JSON."""

    sentence: str
    fix: str | None
    who: Who | None
    error: str | None
    reference: str | None
    evidence: list[int]


class EventData(TypedDict):
    """An event as JSON."""

    number: int
    kind: str
    text: str
    data: dict[str, Any]


class ExplanationData(FindingData):
    """An explanation as JSON."""

    id: str
    subject: str
    callId: str | None
    also: list[FindingData]
    events: list[EventData]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, or the plain fact that there was none."""

    sentence: str  # what happened and why, in plain words
    fix: str = ""  # what to change
    who: Who | None = None  # who must act; None: nobody
    entry: Entry | None = None  # of the catalogue, if it is one of its failures
    evidence: tuple[Event, ...] = ()  # in the order in which they make the case

    def as_data(self) -> FindingData:
        """Return this as JSON."""
        return {
            "sentence": self.sentence,
            "fix": self.fix or None,
            "who": self.who,
            "error": self.entry.id if self.entry else None,
            "reference": REFERENCE.format(id=self.entry.id) if self.entry else None,
            "evidence": [event.number for event in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """The story behind an id."""

    id: str  # what was asked for
    subject: str  # what it names: a call, a request, an INVITE
    cause: Finding
    also: tuple[Finding, ...] = ()  # other things that were wrong, or went wrong on the way
    started: float = 0.0  # times of the evidence are told from here
    call_id: str | None = None

    def as_data(self) -> ExplanationData:
        """Return this as JSON: the cause first, the events that prove it in full."""
        findings = (self.cause, *self.also)
        events = {event.number: event for each in findings for event in each.evidence}
        return {
            "id": self.id,
            "subject": self.subject,
            "callId": self.call_id,
            **self.cause.as_data(),
            "also": [each.as_data() for each in self.also],
            "events": [
                {
                    "number": number,
                    "kind": event.kind,
                    "text": line(event, self.started).strip(),
                    "data": event.data,
                }
                for number, event in sorted(events.items())
            ],
        }

    def lines(self) -> list[str]:
        """Return this as text for a terminal."""
        found = [self.subject, "", self.cause.sentence]
        found += _advice(self.cause)
        for event in self.cause.evidence:
            found.append(f"  [{event.number}] {line(event, self.started).strip()}")
        for finding in self.also:
            found += ["", f"Also: {finding.sentence}", *_advice(finding)]
        return found


def _advice(finding: Finding) -> list[str]:
    told = []
    if finding.fix:
        told.append(f"  To do ({finding.who}): {finding.fix}" if finding.who else finding.fix)
    if finding.entry:
        told.append(f"  Reference: {REFERENCE.format(id=finding.entry.id)}")
    return told
