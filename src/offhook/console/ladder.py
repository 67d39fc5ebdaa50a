"""The SIP ladder: who said what to whom, from top to bottom."""

from collections.abc import Iterable
from dataclasses import dataclass

from offhook.records import Event

LABEL_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Rung:
    """A message between Offhook and the far end."""

    number: int  # of its event
    offset_s: float
    sent: bool  # by us
    label: str  # method, or status and reason
    about: str  # the method that a response answers
    mood: str  # good, bad or nothing
    sdp: bool  # it carries a description of media


def ladder(events: Iterable[Event], started: float) -> list[Rung]:
    """Return the rungs of a call's ladder, in order."""
    return [_rung(event, started) for event in events if event.kind in ("sip.sent", "sip.received")]


def far_ends(events: Iterable[Event]) -> list[str]:
    """Return the addresses at the other side, in the order in which they come up."""
    found = (event.data.get("peer") for event in events if event.kind.startswith("sip."))
    return list(dict.fromkeys(str(peer) for peer in found if peer))


def _rung(event: Event, started: float) -> Rung:
    head, _, body = str(event.data.get("message", "")).partition("\n\n")
    first, _, headers = head.partition("\n")
    response = first.startswith("SIP/2.0 ")
    label = first.removeprefix("SIP/2.0 ") if response else first.partition(" ")[0]
    status = label[:1] if response else ""
    return Rung(
        event.number,
        event.at - started,
        event.kind == "sip.sent",
        label if len(label) <= LABEL_LENGTH else f"{label[:LABEL_LENGTH]}…",
        _asked(headers) if response else "",
        "good" if status == "2" else "bad" if status in ("4", "5", "6") else "",
        body.startswith("v=0"),
    )


def _asked(headers: str) -> str:
    """Return the method that CSeq names."""
    for line in headers.split("\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "cseq":
            return value.strip().rpartition(" ")[2][:20]
    return ""
