"""What is true of every conference once it is over (`invariants` has the same for calls)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from offhook.records import ConferenceRecord, Delivery, Event
from offhook.testing.app import Received
from offhook.testing.invariants import log_order_faults, nulls, repetitions

LATER = {"conferenceRecordingAvailable"}  # may come after the end
BESIDE = {"conferenceRedirect", *LATER}  # have URLs of their own


@dataclass(frozen=True, slots=True)
class RoomEvidence:
    """All that is kept of one conference."""

    record: ConferenceRecord
    log: Sequence[Event]
    deliveries: Sequence[Delivery]
    requests: Sequence[Received]  # webhooks in the order they were sent, undelivered ones too
    killed: bool = False  # the server was, meanwhile: what it had sent may come again


def faults(evidence: RoomEvidence) -> list[str]:
    """Return the rules that are broken."""
    return [
        *record_faults(evidence.record),
        *log_faults(evidence.log),
        *outbox_faults(evidence.record, evidence.deliveries),
        *webhook_faults(evidence.requests, killed=evidence.killed),
    ]


def record_faults(record: ConferenceRecord) -> Iterator[str]:
    """It has ended, and not before it began."""
    if record.completed is None:
        yield "it has not ended"
    elif record.completed < record.created:
        yield "it ended before it began"


def log_faults(log: Sequence[Event]) -> Iterator[str]:
    """It begins and ends once, and who came in has gone out, once and before the end."""
    yield from log_order_faults(log)
    kinds = [event.kind for event in log]
    for kind in ("conference.created", "conference.ended"):
        if kinds.count(kind) != 1:
            yield f"{kind} was logged {kinds.count(kind)} times"
    yield from _member_faults(log)


def _member_faults(log: Sequence[Event]) -> Iterator[str]:
    inside: set[str] = set()
    for event in log:
        match event.kind:
            case "conference.joined":
                if event.data["call"] in inside:
                    yield f"{event.data['call']} came in twice"
                inside.add(event.data["call"])
            case "conference.left":
                if event.data["call"] not in inside:
                    yield f"{event.data['call']} left and was not there"
                inside.discard(event.data["call"])
            case "conference.ended" if inside:
                yield f"it ended with members: {sorted(inside)}"


def outbox_faults(record: ConferenceRecord, deliveries: Sequence[Delivery]) -> Iterator[str]:
    """It tells of its beginning first and of its end last, and of members one by one."""
    kinds = [each.event_type for each in deliveries if each.event_type not in BESIDE]
    if record.hook is None:
        if kinds:
            yield f"nobody asked for {kinds}"
    elif kinds[:2] != ["conferenceCreated", "conferenceMemberJoin"]:
        yield f"its first events are {kinds[:2]}"
    elif kinds.index("conferenceCompleted") != len(kinds) - 1:
        yield f"its last events are {kinds[-2:]}"
    elif kinds.count("conferenceMemberJoin") != kinds.count("conferenceMemberExit"):
        yield f"its members did not all leave: {kinds}"
    if any(each.delivered is None and each.failed is None for each in deliveries):
        yield "a webhook is neither delivered nor given up"
    if any(earlier.sequence + 1 != later.sequence for earlier, later in pairwise(deliveries)):
        yield "its webhooks are not numbered one by one"


def webhook_faults(requests: Sequence[Received], *, killed: bool = False) -> Iterator[str]:
    """One lane, in the order of its events, each sent once, and nothing that is null."""
    times = [request.event["eventTime"] for request in requests]
    if times != sorted(times):
        yield f"its webhooks have the times {times}"
    yield from [] if killed else repetitions(requests)
    yield from nulls(requests)
