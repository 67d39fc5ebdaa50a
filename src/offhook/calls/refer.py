"""`<Refer>`: send a caller to another SIP URI and let go of it (bxml.md 4.12)."""

from offhook.calls.bridge import undisturbed
from offhook.calls.journal import Journal
from offhook.calls.leg import Leg
from offhook.calls.switchboard import Party
from offhook.facts import Referred
from offhook.records import CallRecord, Direction


async def refer(call: Party, leg: Leg, journal: Journal, to: str) -> Referred:
    """Send the caller there; until the outcome is known nobody can change the call.

    One that got through stays out of reach: all that is left to do is to hang up.
    """
    if not came_by_sip_uri(call.record):
        journal.log("refer.impossible", reason="the call did not come in by SIP URI")
        return Referred(None, None)
    await undisturbed(call.ties)
    call.ties.forwarding = True
    outcome = None
    try:
        outcome = await leg.refer(to)
    finally:
        call.ties.forwarding = outcome is not None and outcome.success
    journal.log("refer.ended", answered=outcome.answered, notified=outcome.notified)
    return outcome


def came_by_sip_uri(record: CallRecord) -> bool:
    """Whether the caller dialled a SIP user and no telephone number."""
    return record.direction is Direction.INBOUND and not record.to.startswith("+")
