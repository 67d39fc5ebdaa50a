"""Looking things up in a call's log."""

from offhook.explain.story import Story, header
from offhook.records import CallRecord, CallState, Direction, Event

RECORD = CallRecord("c-1", "1", "a", "t", "f", Direction.INBOUND, CallState.ANSWERED, 0.0)
BUSY = "SIP/2.0 486 Busy Here\nCSeq: 1 INVITE\nReason: SIP;cause=600"
LOG = (
    Event("c-1", 1, 0.0, "sip.sent", {"message": "INVITE sip:x SIP/2.0\nCSeq: 1 INVITE"}),
    Event("c-1", 2, 1.0, "sip.received", {"message": "SIP/2.0 200 OK\nCSeq: 2 BYE"}),
    Event("c-1", 3, 2.0, "sip.received", {"message": "nonsense"}),
    Event("c-1", 4, 3.0, "sip.received", {"message": BUSY}),
    Event("c-1", 5, 3.0, "verb.ended", {"verb": "Gather"}),
    Event("c-1", 6, 3.0, "verb.ended", {"verb": "Hangup"}),
)


def test_events_are_found_by_kind_and_data() -> None:
    story = Story(RECORD, LOG)

    assert story.last("verb.ended") == LOG[5]
    assert story.last("verb.ended", verb="Gather") == LOG[4]
    assert story.last("verb.started") is None
    assert story.all("verb.ended") == [LOG[4], LOG[5]]
    assert story.requests("sip.sent", "INVITE") == [LOG[0]]
    assert story.some(None, LOG[0], None) == (LOG[0],)
    assert not story.outbound


def test_responses_are_found_by_the_request_they_answer() -> None:
    (told,) = Story(RECORD, LOG).responses()

    assert (told.event, told.status, told.reason) == (LOG[3], 486, "Busy Here")
    assert header(told.message, "reason") == "SIP;cause=600"
    assert header(told.message, "Warning") == ""


def test_an_empty_log_has_no_beginning() -> None:
    assert Story(RECORD, ()).started == 0.0
