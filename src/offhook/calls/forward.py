"""`<Forward>`: give an unanswered caller to somebody else (bxml.md 4.4)."""

from dataclasses import replace

from offhook.calls import legs
from offhook.calls.bridge import undisturbed
from offhook.calls.legs import Parent
from offhook.calls.switchboard import Party
from offhook.errors import calls
from offhook.facts import PeerAnswered, PeerLeft, PeerReady, PeerSounds
from offhook.records import Direction
from offhook.verbs import End
from offhook.verbs.legs import Destination, Manner


async def forward(call: Party, to: Destination, manner: Manner) -> End:
    """Ring the other party, answer the caller with its answer, and return how it all ended."""
    if call.record.direction is Direction.OUTBOUND:
        raise calls.verb_failed("Forward", "the call is outbound")
    if call.record.answer_time is not None:
        raise calls.verb_failed("Forward", "the call is answered")
    await undisturbed(call.ties)
    return await _follow(call, _place(call, to, manner))


async def _follow(call: Party, peer: str) -> End:
    """Let the caller hear what the other party does, until it is over."""
    while True:
        match await call.ties.next():
            case PeerSounds():
                if await call.progress():
                    call.ties.join(peer)
            case PeerAnswered():
                await call.answer()
                call.ties.choose(peer)
            case PeerReady():
                call.ties.join(peer)
            case PeerLeft(cause=cause, message=message):
                return End(cause, message)


def _place(call: Party, to: Destination, manner: Manner) -> str:
    manner = replace(manner, caller=manner.caller or call.record.to)
    headers = legs.diversion(manner, call.diversions, call.record.to, call.plant.sip_host)
    record = legs.new_record(call.plant, call.record, to, manner, None)
    peer = call.board.place(record, Parent(call.ties.me, headers, forwarding=True))
    call.ties.tie(peer)
    call.ties.forwarding = True
    return peer.call_id
