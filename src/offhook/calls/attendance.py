"""`<Conference>`: how a call is in a conference, seen from the call (bxml.md 4.2).

The conference is tied to the call as another call would be: whichever lets go tells the other. So
whatever ends the document (a hang-up, REST, a Bridge to this call) takes the call out of it.
"""

from offhook.calls.bridge import undisturbed
from offhook.calls.journal import Journal
from offhook.calls.switchboard import Party
from offhook.errors import CallError
from offhook.facts import PeerLeft
from offhook.verbs import Admission


async def attend(call: Party, journal: Journal, admission: Admission) -> None:
    """Be in a conference until it ends; raises CallError if it is not to be had, or breaks."""
    await undisturbed(call.ties)
    conference = call.board.rooms.enter(call.record, call.ties.me, admission)
    call.ties.tie(conference)
    journal.log("conference.entered", conference=conference.call_id, name=admission.name)
    while True:
        match await call.ties.next():
            case PeerLeft(call_id=left) as end if left == conference.call_id:
                break
    if end.failure is not None:
        raise CallError(end.failure)
