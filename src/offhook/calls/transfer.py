"""`<Transfer>`: ring several parties and talk to the first (bxml.md 4.21, 10.10).

Every party is a call of its own, told what to do through its inbox. If this call ends or is sent
elsewhere, the coroutine below is cancelled and the call lets go of all its legs.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from offhook.calls import legs
from offhook.calls.bridge import failure, undisturbed
from offhook.calls.legs import Parent
from offhook.calls.switchboard import Party
from offhook.errors import CallError
from offhook.facts import PeerAnswered, PeerLeft, PeerReady
from offhook.records import Direction
from offhook.scopes import background
from offhook.verbs.legs import Destination, Manner

Outcome = dict[str, Any]  # what `transferComplete` says beside the common fields
Ring = Callable[[], Awaitable[None]]  # lets the caller hear ringing until it is cancelled


async def transfer(
    call: Party, destinations: Sequence[Destination], manner: Manner, base: str | None, ring: Ring
) -> Outcome:
    """Ring them all, talk to the first; returns how the leg ended that all this came down to."""
    await undisturbed(call.ties)
    manner = replace(manner, caller=manner.caller or _other_party(call))
    ringing, last = _place(call, destinations, manner, base)
    if not ringing:
        return last
    async with background(_forever(ring)):
        while ringing:
            match await call.ties.next():
                case PeerAnswered(call_id=call_id) if call_id in ringing:
                    call.ties.choose(call_id)
                    ringing = {call_id: ringing[call_id]}
                case PeerReady():
                    break
                case PeerLeft(call_id=call_id) as left if call_id in ringing:
                    last = _outcome(ringing.pop(call_id), left)
    return await _talk(call, *ringing.items()) if ringing else last


async def _forever(ring: Ring) -> None:
    await ring()


async def _talk(call: Party, leg: tuple[str, Outcome]) -> Outcome:
    """Let the parties talk until the leg is gone."""
    call_id, told = leg
    call.ties.join(call_id)
    while True:
        match await call.ties.next():
            case PeerLeft(call_id=gone) as left if gone == call_id:
                return _outcome(told, left)


def _place(
    call: Party, destinations: Sequence[Destination], manner: Manner, base: str | None
) -> tuple[dict[str, Outcome], Outcome]:
    """Place the legs; returns what is told of each, and the last one that a limit forbade."""
    inbound = call.record.direction is Direction.INBOUND
    headers: legs.Headers = ()
    if inbound:
        host = call.plant.sip_host
        headers = legs.diversion(manner, call.diversions, call.record.to, host)
    placed: dict[str, Outcome] = {}
    refused: Outcome = {}
    for to in destinations:
        told = {"transferCallerId": manner.caller, "transferTo": to.to}
        record = legs.new_record(call.plant, call.record, to, manner, base)
        try:
            peer = call.board.place(record, Parent(call.ties.me, headers, base))
        except CallError as refusal:
            refused = told | failure(call, "transfer.refused", refusal, to=to.to)
        else:
            call.ties.tie(peer)
            placed[peer.call_id] = told
    return placed, refused


def _outcome(told: Outcome, left: PeerLeft) -> Outcome:
    return told | {
        "cause": str(left.cause),
        "errorMessage": left.message,
        "errorId": left.error_id,
    }


def _other_party(call: Party) -> str:
    """Return the number of the call's other party, which a leg shows if nothing else was said."""
    record = call.record
    return record.from_ if record.direction is Direction.INBOUND else record.to
