"""What it costs to explain a call whose log has a thousand events."""

import time
from typing import Any

from bench import Figure, Plan
from offhook.clock import Clock
from offhook.errors import calls
from offhook.explain.stories import tell
from offhook.records import (
    CallRecord,
    CallState,
    Direction,
    Event,
    Incident,
    IncidentKind,
)
from offhook.store import Store

EVENTS = 1000
DOCUMENT = "<Response>" + "<PlayAudio>x.wav</PlayAudio>" * 40 + "</Response>"
INVITE = "INVITE sip:+12025550143@h SIP/2.0\n" + "Via: SIP/2.0/UDP h\n" * 30 + "CSeq: 1 INVITE"


def run(plan: Plan) -> list[Figure]:
    """Explain the same call many times, read from the store each time."""
    store = Store.open("sqlite://", Clock(), threaded=False)
    for event in log():
        store.append(event)
    record = CallRecord(
        "c-1", "1", "a", "+1", "+2", Direction.OUTBOUND, CallState.DISCONNECTED, 0.0, start_time=1.0
    )
    store.put_call(record)
    store.put_incident(Incident("e-1", 1.0, IncidentKind.FAILURE, "1", "c-1", EVENTS))
    times = 20 if plan.quick else 200
    tell(store, "e-1")
    before = time.process_time()
    for _ in range(times):
        told = tell(store, "e-1")
    spent_s = (time.process_time() - before) / times
    assert told is not None
    assert "failed" in told.explanation.cause.sentence
    store.close()
    return [Figure(f"explain a call of {EVENTS} events: CPU", spent_s * 1000, "ms")]


def log() -> list[Event]:
    """Return a call that went round a menu until its application failed."""
    failure = calls.callback_failed("gather", "http://app.test/menu", "HTTP 500")
    ended = {"cause": str(failure.cause), "message": failure.message, "error_id": "e-1"}
    attempt = {"eventType": "gather", "method": "POST", "url": "http://app.test/menu"}
    answered = {**attempt, "status": 200, "reply": DOCUMENT, "durationMs": 12.0, "fallback": False}
    accepted = {"text": DOCUMENT, "origin": "http://app.test/menu", "warnings": []}
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("webhook.answered", answered),
        ("bxml.accepted", accepted),
        ("sip.received", {"message": INVITE, "peer": "udp:h:5060"}),
        ("verb.started", {"verb": "Gather", "line": 1}),
        ("verb.ended", {"verb": "Gather", "outcome": "goto"}),
    ]
    events = [Event("c-1", n + 1, float(n), *kinds[n % len(kinds)]) for n in range(EVENTS - 2)]
    failed = {**attempt, "failure": "HTTP 500", "fallback": False}
    return [
        *events,
        Event("c-1", EVENTS - 1, 1e3, "webhook.failed", failed),
        Event("c-1", EVENTS, 1e3, "call.ended", ended),
    ]
