"""What is true of every call once it is over, whatever happened to it.

Each rule reads what a World has kept of one call (its record, its event log, its webhooks, its SIP
messages) and says in words how it is broken. Nothing here knows what a story expected.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from offhook.errors import Cause
from offhook.records import CallRecord, CallState, Delivery, Direction, Event
from offhook.testing.app import Received
from offhook.testing.loop import EPOCH
from offhook.testing.network import Sent

ASKED = {
    "initiate",
    "answer",
    "gather",
    "redirect",
    "recordComplete",
    "bridgeComplete",
    "bridgeTargetComplete",
    "transferAnswer",
    "transferComplete",
    "referComplete",  # unless it tells of a success
}  # synchronous events (bxml.md 9)
GOODBYES = {"disconnect", "transferDisconnect"}  # of a call, and of a leg that a call has placed
LATER = {  # may come after a goodbye
    "recordingAvailable",
    "transcriptionAvailable",
    "realTimeTranscriptionAvailable",
}
EVENT_ID, SEQUENCE = "offhook-event-id", "offhook-sequence"
REDELIVERY = "offhook-redelivery"
_INVITE_ANSWERED = re.compile(rb"SIP/2.0 \d{3} [\s\S]*\r\nCSeq: *\d+ INVITE\r\n")
ORDER = list(CallState)  # a call goes through them in this order and never back


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is kept of one call."""

    record: CallRecord
    log: Sequence[Event]
    deliveries: Sequence[Delivery]
    requests: Sequence[Received]  # webhooks in the order they were sent, undelivered ones too
    messages: Sequence[Sent]  # of its SIP dialogue, by both sides
    host: str  # the server's address
    killed: bool = False  # the server's process was, at some time


def faults(evidence: Evidence) -> list[str]:
    """Return the rules that are broken."""
    return [
        *record_faults(evidence.record),
        *log_faults(evidence.log),
        *bug_faults(evidence.record, evidence.log),
        *outbox_faults(evidence.record, evidence.deliveries),
        *stream_faults(evidence.deliveries),
        *webhook_faults(evidence.requests, killed=evidence.killed),
        *([] if evidence.killed else sip_faults(evidence)),
    ]


def record_faults(record: CallRecord) -> Iterator[str]:
    """One final state, a cause, and times that follow each other."""
    if record.state is not CallState.DISCONNECTED:
        yield f"its last state is {record.state}"
    if record.end_time is None or record.disconnect_cause is None:
        yield "it has no end time or no cause"
    if (record.error_id is None) != (record.error_message is None):
        yield "only one of errorId and errorMessage is there"
    times = (record.enqueued_time, record.start_time, record.answer_time, record.end_time)
    known = [time for time in times if time is not None]
    if known != sorted(known):
        yield f"its times do not follow each other: {known}"
    if record.answer_time is not None and record.start_time is None:
        yield "it was answered but never started"


def log_faults(log: Sequence[Event]) -> Iterator[str]:
    """Numbers without gaps, one end, states in their order, verbs one after the other."""
    yield from log_order_faults(log)
    kinds = [event.kind for event in log]
    if (ends := kinds.count("call.ended")) != 1:
        yield f"call.ended was logged {ends} times"
    states = [ORDER.index(e.data["state"]) for e in log if e.kind == "call.state"]
    if any(earlier >= later for earlier, later in pairwise(states)):
        yield f"its states were {[str(ORDER[state]) for state in states]}"


def log_order_faults(log: Sequence[Event]) -> Iterator[str]:
    """Numbers without gaps, no way back in time, verbs one after the other."""
    numbers = [event.number for event in log]
    if numbers != list(range(1, len(log) + 1)):
        yield f"its events are numbered {numbers}"
    if any(earlier.at > later.at for earlier, later in pairwise(log)):
        yield "its log goes back in time"
    verbs = [e.kind for e in log if e.kind in ("verb.started", "verb.ended")]
    if any(e.kind.endswith(".lost") for e in log) and verbs[-1:] == ["verb.started"]:
        verbs.pop()  # by a crash, which nobody could log
    if verbs != ["verb.started", "verb.ended"] * (len(verbs) // 2):
        yield "a verb began before the one before it had ended, or never ended"


def bug_faults(record: CallRecord, log: Sequence[Event]) -> Iterator[str]:
    """Only a crash of the whole process may end a call for no reason that the catalogue knows."""
    crashed = any(event.kind == "call.lost" for event in log)
    if record.disconnect_cause is Cause.UNKNOWN and not crashed:
        yield "it ended by a fault of Offhook"


def outbox_faults(record: CallRecord, deliveries: Sequence[Delivery]) -> Iterator[str]:
    """One goodbye, the last of all, if anybody wants it; nothing left undecided."""
    if [each.sequence for each in deliveries] != list(range(1, len(deliveries) + 1)):
        yield f"its webhooks are numbered {[each.sequence for each in deliveries]}"
    sent = [each for each in deliveries if not each.sync]
    kinds = [each.event_type for each in sent if each.event_type not in LATER]
    goodbye = "transferDisconnect" if record.parent_call_id else "disconnect"
    found = [kind for kind in kinds if kind in GOODBYES]
    wanted = [goodbye] if record.status is not None else []
    if found != wanted or kinds[len(kinds) - len(wanted) :] != wanted:
        yield f"its asynchronous webhooks are {kinds}"
    if any(each.delivered is None and each.failed is None for each in deliveries):
        yield "a webhook is neither delivered nor given up"


def stream_faults(deliveries: Sequence[Delivery]) -> Iterator[str]:
    """Each stream is refused, or it begins and then ends, before the call does."""
    told: defaultdict[str, list[str]] = defaultdict(list)
    for each in deliveries:
        if each.event_type.startswith("mediaStream"):
            told[each.payload["mediaStream"]["id"]].append(each.event_type)
    for stream, kinds in told.items():
        if kinds not in (["mediaStreamRejected"], ["mediaStreamStarted", "mediaStreamStopped"]):
            yield f"stream {stream} was told of by {kinds}"


def webhook_faults(requests: Sequence[Received], *, killed: bool = False) -> Iterator[str]:
    """In the order of their events, nothing after `disconnect`, and nothing that is null."""
    for is_asked in (True, False):  # two lanes, and neither waits for the other
        lane = [request.event for request in requests]
        times = [e["eventTime"] for e in lane if _is_asked(e) is is_asked]
        if times != sorted(times):
            yield f"its webhooks have the times {times}"
    kinds = [request.event["eventType"] for request in requests]
    first = next((place for place, kind in enumerate(kinds) if kind in GOODBYES), len(kinds))
    if len(set(kinds[first:]) - LATER) > 1:
        yield f"a webhook follows disconnect: {kinds}"
    goodbyes = [request.event for request in requests if request.event["eventType"] in GOODBYES]
    if any(event != goodbyes[0] for event in goodbyes):
        yield "an attempt of disconnect differs from the one before"
    named = {(r.headers.get(EVENT_ID), r.headers.get(SEQUENCE)) for r in requests}
    if len({name for name, _ in named}) != len({number for _, number in named}):
        yield f"webhooks and their numbers do not belong together: {sorted(named, key=str)}"
    yield from [] if killed else repetitions(requests)
    yield from nulls(requests)


def repetitions(requests: Sequence[Received]) -> Iterator[str]:
    """What has come in is not sent again, unless somebody wants it."""
    ids = [
        (r.headers.get(EVENT_ID), r.url, r.headers.get(REDELIVERY)) for r in requests if r.connected
    ]
    if twice := [each for each in set(ids) if each[0] and ids.count(each) > 1]:
        yield f"a webhook was sent again though it had come in: {twice}"


def nulls(requests: Sequence[Received]) -> Iterator[str]:
    """What is not there is left out."""
    names = {name for request in requests for name in _nulls(request.event)}
    if names:
        yield f"null in a webhook: {sorted(names)}"


def _is_asked(event: dict[str, Any]) -> bool:
    """Whether an event waits for a document."""
    return event["eventType"] in ASKED and event.get("referCallStatus") != "success"


def _nulls(value: Any, name: str = "") -> Iterator[str]:
    if value is None:
        yield name
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _nulls(inner, key)


def sip_faults(evidence: Evidence) -> Iterator[str]:
    """The server says goodbye once and in one way, and somebody did if the call was answered."""
    record, messages, host = evidence.record, evidence.messages, evidence.host
    ours = [message for message in messages if message.source.host == host]
    byes = _sequence_numbers(messages, b"BYE")
    our_byes, cancels = _sequence_numbers(ours, b"BYE"), _sequence_numbers(ours, b"CANCEL")
    finals = _finals(messages, host) if record.direction is Direction.INBOUND else set()
    if len(our_byes) > 1 or len(cancels) > 1 or len(finals) > 1:
        yield f"too many goodbyes: BYE {our_byes}, CANCEL {cancels}, final responses {finals}"
    if our_byes and any(status >= 300 for status in finals):
        yield "it was refused and hung up"
    if record.answer_time is not None and not byes and messages:
        yield "it was answered and nobody said BYE"
    if (
        record.direction is Direction.OUTBOUND
        and not cancels
        and _was_left_ringing(record, messages, host)
    ):
        yield "it was given up without a CANCEL"


def _sequence_numbers(messages: Iterable[Sent], method: bytes) -> set[int]:
    """Return the CSeq numbers of a request; a repetition has the same."""
    return {_cseq(each.data) for each in messages if each.data.startswith(method + b" ")}


def _finals(messages: Sequence[Sent], host: str) -> set[int]:
    """Return the final statuses that a caller's first INVITE got from the server.

    One that was only challenged for credentials is none (RFC 3261 22.3).
    """
    challenged = {_cseq(each.data) for each in messages if each.data.startswith(b"SIP/2.0 407")}
    invites = [
        _cseq(each.data)
        for each in messages
        if each.source.host != host
        and each.data.startswith(b"INVITE ")
        and _cseq(each.data) not in challenged
    ]
    return {
        int(each.data[8:11])
        for each in messages
        if invites
        and each.source.host == host
        and re.match(rb"SIP/2.0 [2-6]", each.data)
        and re.search(rb"\r\nCSeq: *%d INVITE\r\n" % min(invites), each.data)
    }


def _was_left_ringing(record: CallRecord, messages: Iterable[Sent], host: str) -> bool:
    """Whether a far end was still trying when its call ended here."""
    assert record.end_time is not None
    statuses = [
        int(each.data[8:11])
        for each in messages
        if each.source.host != host
        and not each.lost
        and each.at < record.end_time - EPOCH
        and re.match(_INVITE_ANSWERED, each.data)
    ]
    return bool(statuses) and max(statuses) < 200


def _cseq(data: bytes) -> int:
    found = re.search(rb"\r\nCSeq: *(\d+)", data)
    return int(found[1]) if found else -1


def dialogues(messages: Iterable[Sent]) -> dict[str, list[Sent]]:
    """Sort SIP messages by their Call-ID."""
    found: dict[str, list[Sent]] = defaultdict(list)
    for message in messages:
        if name := re.search(rb"\r\nCall-ID: *(\S+)", message.data):
            found[name[1].decode()].append(message)
    return found
