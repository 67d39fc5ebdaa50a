"""After a crash: all that lived on the node ends once, with its webhooks (design.md 4)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from offhook.calls import endings, notices
from offhook.calls.journal import Journal
from offhook.calls.limits import QUEUED_AGE_S
from offhook.calls.mail import Mail
from offhook.calls.plant import Plant
from offhook.calls.state import Step, advance
from offhook.errors import Cause, calls, streams
from offhook.records import (
    CallRecord,
    CallState,
    ConferenceRecord,
    Delivery,
    Event,
    Member,
)


def may_resume(record: CallRecord, now: float) -> bool:
    """Whether a call was still waiting in the queue, and not for too long (rest.md 7)."""
    queued = record.state is CallState.QUEUED and record.enqueued_time is not None
    return queued and now - (record.enqueued_time or 0.0) < QUEUED_AGE_S


def close(plant: Plant, record: CallRecord, events: int, sent: Sequence[Delivery]) -> None:
    """End a call that no process runs any more: `cancel` if it never left the queue.

    `sent` are the webhooks that the process before has written down.
    """
    now = plant.clock.wall()
    lost = record.state is not CallState.QUEUED
    ended = advance(
        record,
        Step.END,
        now,
        disconnect_cause=Cause.UNKNOWN if lost else Cause.CANCEL,
        error_message=calls.unknown_failure().message if lost else None,
        error_id=plant.ids.uuid() if lost else None,
    )
    with plant.store.batch():
        plant.store.put_call(ended)
        journal = Journal(plant.store, plant.clock, record.call_id, events)
        journal.log("call.lost", state=str(record.state))
        endings.log(journal, ended, "the server stopped during the call" if lost else "")
        mail = Mail(plant, max((each.sequence for each in sent), default=0))
        for started in _streaming(sent):
            fields = {
                "mediaStream": started.payload["mediaStream"],
                "cause": streams.BROKEN.type,
                "errorMessage": streams.BROKEN.text(),
            }
            journal.log("stream.lost", stream=started.payload["mediaStream"]["name"])
            told = ("mediaStreamStopped", fields, (started.target, None))
            mail.write(notices.notice(plant, record, mail.next, *told))
        mail.write(notices.disconnect(plant, ended, mail.next))


def _streaming(sent: Sequence[Delivery]) -> list[Delivery]:
    """Return the webhooks of streams that have begun and, as far as anybody was told, go on."""
    live: dict[str, Delivery] = {}
    for each in sent:
        if each.event_type == "mediaStreamStarted":
            live[each.payload["mediaStream"]["id"]] = each
        elif each.event_type == "mediaStreamStopped":
            live.pop(each.payload["mediaStream"]["id"], None)
    return list(live.values())


def close_conference(
    plant: Plant, record: ConferenceRecord, log: Iterable[Event], notified: int
) -> None:
    """End a conference that no process runs any more: each member has left it, and it is over."""
    members: dict[str, Member] = {}
    number = 0
    for event in log:
        number = event.number
        if event.kind == "conference.joined":
            data = event.data
            members[data["call"]] = Member(data["call"], data["from_"], data["to"])
        elif event.kind == "conference.left":
            members.pop(event.data["call"], None)
    with plant.store.batch():
        ended = replace(record, completed=plant.clock.wall(), version=record.version + 1)
        plant.store.put_conference(ended)
        journal = Journal(plant.store, plant.clock, record.conference_id, number)
        journal.log("conference.lost")
        mail = Mail(plant, notified)
        for member in members.values():
            journal.log("conference.left", call=member.call_id)
            told = ("conferenceMemberExit", member, record.hook)
            mail.write(notices.conference(plant, record, mail.next, *told))
        journal.log("conference.ended", reason="the server was killed")
        mail.write(notices.completed(plant, ended, mail.next))
