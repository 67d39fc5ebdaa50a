"""`<Bridge>`: how two calls meet, seen from each of them (bxml.md 4.1).

The originator takes the target, waits until it is ready and joins the two. Whichever call leaves
first, by its end or because REST sends it elsewhere, lets go of its tie; the other one learns of it
and is the only one that says so.
"""

import asyncio
from typing import Any

from offhook.calls.endings import failed
from offhook.calls.switchboard import Party
from offhook.calls.ties import Ties
from offhook.errors import CallError, Cause, calls
from offhook.facts import PeerLeft, PeerReady, Taken
from offhook.hooks import Hook
from offhook.records import CallRecord, Direction
from offhook.verbs import End, Goto


async def originate(call: Party, target: str, target_complete: Hook | None) -> dict[str, Any]:
    """Talk to the target until it leaves; returns what `bridgeComplete` says of it."""
    await undisturbed(call.ties)
    try:
        peer = await call.board.take(call.record, target, Taken(call.ties.me, target_complete))
    except CallError as refusal:
        return failure(call, "bridge.refused", refusal, target=target)
    call.ties.engage(peer)
    while not isinstance(fact := await call.ties.next(), PeerLeft):
        if isinstance(fact, PeerReady):
            call.ties.join(peer.call_id)
    return {}


async def attend(call: Party, taken: Taken) -> End | Goto:
    """Talk to the call that has taken this one; returns what is next when that one has left."""
    try:
        await call.answer()
    except CallError as error:
        return failed(error)
    call.ties.ready(taken.peer.call_id)
    while not isinstance(await call.ties.next(), PeerLeft):
        pass
    return Goto(taken.hook, "bridgeTargetComplete") if taken.hook else End(Cause.HANGUP)


async def undisturbed(ties: Ties) -> None:
    """Go on only if nobody has taken this call; who has will stop the script in a moment."""
    if ties.engaged is not None:
        await asyncio.Event().wait()


def failure(call: Party, kind: str, error: CallError, **about: str) -> dict[str, Any]:
    """Log a failure that leaves the call alive; returns how a webhook tells it (errors.md 8.6)."""
    error_id = call.plant.ids.uuid()
    cause = str(error.cause)
    told = {"cause": cause, "message": error.message, "why": error.why or None, **about}
    call.journal.tell(call.record.account_id, error_id, kind, **told)
    return {"cause": cause, "errorMessage": error.message, "errorId": error_id}


def check(record: CallRecord, ties: Ties, *, announcing: bool) -> None:
    """Whether another call may bridge to this one; raises CallError (errors.md 8.6)."""
    if ties.forwarding:
        raise calls.bridge_forwarded(record.call_id)
    if record.answer_time is None and record.direction is Direction.OUTBOUND:
        raise calls.bridge_not_answered(record.call_id)
    if ties.engaged or announcing:
        raise calls.already_bridged(record.call_id)
