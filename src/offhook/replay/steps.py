"""Event logs as steps that can be compared: what the app was asked, what it said, what was done.

There are two lines: the script (questions, documents, verbs, the end), which waits for the app at
each step, and the notices, which the outbox delivers beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from offhook.records import Event
from offhook.replay.normal import Normal
from offhook.webhooks.signing import REDELIVERY

ATTEMPTS: Final = ("webhook.answered", "webhook.failed")
SCRIPT: Final = frozenset(
    {"bxml.accepted", "bxml.refused", "verb.started", "verb.ended", "call.ended"}
)
POINTS: Final = SCRIPT | {"call.created", "call.received", "call.state"}
MEETINGS: Final = frozenset({"Bridge", "Conference", "Connect"})  # with what others have placed
PLACING: Final = frozenset({"Forward", "Transfer"})  # verbs that place calls themselves
OF_SOUND: Final = (  # events that tell of what is heard, or of other connections
    "mediaStream",
    "partialgather",
    "transcription",
    "machineDetection",
)
LOSSES: Final = {  # after these what happened was not the app's doing
    "call.lost": "the server was killed",
    "media.lost": "the media worker has died",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be the same or another then and now."""

    title: str  # without what differs from call to call
    text: str = ""  # in full: a body, a document
    at: float = field(default=0.0, compare=False)
    number: int = field(default=0, compare=False)  # of the event


@dataclass(frozen=True, slots=True)
class Steps:
    """A log's two lines; `cut` says why the script is not followed to its end, if it is not."""

    script: list[Step]
    notices: list[Step]
    cut: str | None = None


def is_question(event: Event) -> bool:
    """Whether an event is an attempt to ask the app something that its call waited for."""
    return event.kind in ATTEMPTS and "Accept" in event.data.get("headers", {})


def is_point(event: Event) -> bool:
    """Whether it is one of those that what the far end does is tied to."""
    return event.kind in POINTS or is_question(event)


def of(events: Sequence[Event], normal: Normal, *, legs: bool = False) -> Steps:
    """Return the steps of a log; `legs` tells whether the calls that it has placed are known."""
    cutting = MEETINGS if legs else MEETINGS | PLACING
    script: list[Step] = []
    notices: list[Step] = []
    for event in events:
        if event.kind in LOSSES:
            return Steps(script, notices, LOSSES[event.kind])
        if event.kind in SCRIPT or is_question(event):
            script.append(_step(event, normal))
            if event.kind == "verb.started" and event.data["verb"] in cutting:
                return Steps(script, notices, f"<{event.data['verb']}> depends on other calls")
        elif event.kind in ATTEMPTS and _counts(event):
            notices.append(_step(event, normal))
    return Steps(script, notices)


def _counts(event: Event) -> bool:
    """Whether a notice would come again: nobody sends it by hand, and sound has no part in it."""
    told = str(event.data.get("eventType"))
    return REDELIVERY not in event.data.get("headers", {}) and not told.startswith(OF_SOUND)


def durations(events: Iterable[Event]) -> Iterator[float]:
    """Yield how long the app took for each question, in seconds; 0 where it gave no answer."""
    for event in events:
        if is_question(event):
            yield event.data["durationMs"] / 1000 if event.kind == "webhook.answered" else 0.0


def _step(event: Event, normal: Normal) -> Step:
    data, text = event.data, ""
    match event.kind:
        case "webhook.answered" | "webhook.failed":
            came = data.get("failure") or data.get("status")
            again = " (fallback)" if data.get("fallback") else ""
            place = urlsplit(normal.text(data["url"]))
            title = f"webhook {data['eventType']} {data['method']} {place.path}{again}: {came}"
            text = normal.body(data.get("body", ""))
        case "bxml.accepted":
            title, text = "document", normal.document(data["text"])
        case "bxml.refused":
            title = f"document refused: {normal.text(data['reason'])}"
            text = normal.document(data["text"])
        case "verb.started":
            title = f"verb {data['verb']}"
        case "verb.ended":
            title = f"verb {data['verb']} ended: {normal.text(str(data['outcome']))}"
        case _:
            title = " ".join(filter(None, ["call ended:", data["cause"], data["message"]]))
            title = normal.text(title)
    return Step(title, text, event.at, event.number)
