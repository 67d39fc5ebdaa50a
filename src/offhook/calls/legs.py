"""Legs that a call places for itself, with Transfer and Forward: calls without an application."""

from dataclasses import dataclass

from offhook.calls.devices import DeviceLine
from offhook.calls.pages import Page
from offhook.calls.plant import Plant
from offhook.facts import Peer
from offhook.records import CallRecord, CallState, Direction, Origin
from offhook.sip.trunks import identity
from offhook.verbs.legs import Destination, Manner

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Parent:
    """Who has placed a leg, and what came along for it."""

    peer: Peer
    headers: Headers = ()  # of the INVITE
    base: str | None = None  # URL of the document that asked for it
    forwarding: bool = False  # limits do not keep it from being placed, and REST cannot change it
    device: DeviceLine | None = None  # whom it calls; None: by telephone


@dataclass(frozen=True, slots=True)
class Errand:
    """A document that REST has run for a device: in a call to it that nobody else is in."""

    device: DeviceLine
    page: Page


def new_record(
    plant: Plant, origin: CallRecord, to: Destination, manner: Manner, base: str | None
) -> CallRecord:
    """Return the first state of a leg; its webhooks go on showing the call that has placed it."""
    now = plant.clock.wall()
    return CallRecord(
        call_id=plant.ids.call(),
        account_id=origin.account_id,
        application_id=origin.application_id,
        to=to.to,
        from_=manner.caller or "Anonymous",
        direction=Direction.OUTBOUND,
        state=CallState.INITIATED,
        last_update=now,
        parent_call_id=origin.call_id,
        origin=Origin(origin.from_, origin.to, origin.enqueued_time),
        start_time=now,
        tag=origin.tag if to.tag is None else to.tag.strip() or None,
        hook=to.answer and to.answer.resolve(base),
        status=to.reported_to and to.reported_to.resolve(base),
        call_timeout_s=manner.call_timeout_s,
        callback_timeout_s=origin.callback_timeout_s,
        display_name=manner.display_name,
        privacy=manner.privacy,
        uui=to.uui,
    )


def diversion(manner: Manner, received: tuple[str, ...], called: str, host: str) -> Headers:
    """Return the Diversion headers of a leg, the latest diversion first (RFC 5806 4.2)."""
    if manner.diversion == "none":
        return ()
    copied = tuple(("Diversion", value) for value in received)
    if manner.diversion == "propagate":
        return copied
    return (("Diversion", f"<{identity(called, host)}>;reason={manner.diversion_reason}"), *copied)
