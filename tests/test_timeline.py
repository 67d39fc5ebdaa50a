"""Events as lines for people."""

import pytest

from offhook.records import Event
from offhook.timeline import line


@pytest.mark.parametrize(
    ("expected", "kind", "data"),
    [
        (
            "   1.500  SIP    --> INVITE sip:+1@h",
            "sip.sent",
            {"message": "INVITE sip:+1@h SIP/2.0\nVia: x"},
        ),
        ("   1.500  SIP    <-- 180 Ringing", "sip.received", {"message": "SIP/2.0 180 Ringing\n"}),
        (
            "   1.500  HTTP   gather POST http://a.test/g (fallback): 200",
            "webhook.answered",
            {
                "eventType": "gather",
                "method": "POST",
                "url": "http://a.test/g",
                "fallback": True,
                "status": 200,
            },
        ),
        (
            "   1.500  call   REST created: +1",
            "call.created",
            {"request": {"to": "+1"}},
        ),
        ("   1.500  call   c-2 calls +1", "call.created", {"parent": "c-2", "to": "+1"}),
        ("   1.500  call   is answered", "call.state", {"state": "answered"}),
        ("   1.500  call   ended: busy Gone", "call.ended", {"cause": "busy", "message": "Gone"}),
        ("   1.500  call   ended: hangup", "call.ended", {"cause": "hangup", "message": None}),
        ("   1.500  media  key 5", "media.digit", {"digit": "5", "inband": False}),
        ("   1.500  room   c-9 joins", "conference.joined", {"call": "c-9", "to": "+1"}),
        (
            "   1.500  room   c-9: mute, coaches c-1, c-2",
            "conference.member",
            {"call": "c-9", "mute": True, "hold": False, "coached": ["c-1", "c-2"]},
        ),
        (
            "   1.500  room   c-9: talks and hears",
            "conference.member",
            {"call": "c-9", "mute": False, "hold": False, "coached": []},
        ),
        ("   1.500  custom a 1", "custom.thing", {"a": 1, "b": None}),
        ("   1.500  call   call.resumed", "call.resumed", {}),
    ],
)  # fmt: skip
def test_an_event_is_a_line(expected: str, kind: str, data: dict[str, object]) -> None:
    assert expected == line(Event("c-1", 1, 101.5, kind, data), 100.0)


def test_what_others_send_cannot_move_the_cursor() -> None:
    event = Event("c-1", 1, 0.0, "sip.received", {"message": "INVITE \x1b[2J\rsip:ä\u202e@x\r\n"})

    assert line(event, 0.0) == "   0.000  SIP    <-- INVITE \\x1b[2J\\rsip:ä\\u202e@x\\r"
