"""Events as entries of the time line."""

import pytest

from offhook.console.entries import (
    PLAIN,
    Document,
    Exchange,
    Facts,
    Message,
    entries,
    entry,
    pretty,
    title,
)
from offhook.records import Event

BXML = "<Response>\n  <Gather maxDigits='1000'/>\n</Response>"
EXCHANGE = {
    "eventType": "answer",
    "method": "POST",
    "url": "http://app.test/a",
    "headers": {"Offhook-Event-Id": "1"},
    "durationMs": 2.5,
    "fallback": False,
    "body": '{"eventType":"answer"}',
    "status": 200,
    "replyHeaders": {"content-type": "application/xml"},
    "reply": BXML,
}


def event(kind: str, **data: object) -> Event:
    return Event("c-1", 7, 1010.5, kind, data)


def test_a_refused_document_has_its_line_marked() -> None:
    made = entry(
        event("bxml.refused", text=BXML, line=2, reason="too many", origin="http://app.test/"), 1010
    )

    assert isinstance(made.detail, Document)
    assert [line.fault for line in made.detail.lines] == [None, "too many", None]
    assert (made.mood, made.part, made.offset_s) == ("bad", "bxml", 0.5)


def test_a_document_without_a_line_for_its_fault_is_shown_whole() -> None:
    detail = entry(event("bxml.refused", text=BXML, line=None, reason="empty"), 0).detail

    assert isinstance(detail, Document)
    assert not any(line.fault for line in detail.lines)


def test_an_exchange_has_both_bodies() -> None:
    made = entry(event("webhook.answered", **EXCHANGE), 1010)

    assert made.title == "answer POST http://app.test/a: 200"
    detail = made.detail
    assert isinstance(detail, Exchange)
    assert detail.body == '{\n  "eventType": "answer"\n}'
    assert (detail.answer, detail.answer_body) == ("HTTP 200", BXML)
    assert detail.headers == (("Offhook-Event-Id", "1"),)


def test_an_exchange_without_an_answer_says_why() -> None:
    data = {k: v for k, v in EXCHANGE.items() if k not in ("status", "replyHeaders", "reply")}
    made = entry(event("webhook.failed", failure="refused", **data), 1010)

    assert isinstance(made.detail, Exchange)
    assert (made.detail.answer, made.detail.failure, made.mood) == (None, "refused", "bad")


@pytest.mark.parametrize(
    ("kind", "message", "text", "mood"),
    [
        ("sip.sent", "INVITE sip:a@b SIP/2.0\nVia: x\n\n", "INVITE sip:a@b", ""),
        ("sip.received", "SIP/2.0 486 Busy Here\n\n", "486 Busy Here", "bad"),
        ("sip.received", "SIP/2.0 200 OK\n\n", "200 OK", ""),
        ("sip.received", "BYE sip:a@b SIP/2.0\n\n", "BYE sip:a@b", ""),
    ],
)
def test_a_sip_message_is_named_by_its_first_line(
    kind: str, message: str, text: str, mood: str
) -> None:
    made = entry(event(kind, message=message, peer="udp:192.0.2.1:5060"), 0)

    assert (made.title, made.mood) == (text, mood)
    assert isinstance(made.detail, Message)


@pytest.mark.parametrize("kind", PLAIN)
def test_what_is_said_in_a_line_has_nothing_to_open(kind: str) -> None:
    assert entry(event(kind, verb="Tag", line=1, outcome="done", state="x"), 0).detail is None


def test_other_data_are_names_and_values() -> None:
    detail = entry(
        event("call.created", request={"to": "+1", "x": None}, n=[1, 2], f=1.5), 0
    ).detail

    assert detail == Facts((("request.to", "+1"), ("n", "1, 2"), ("f", "1.500")))
    assert entry(event("call.resumed"), 0).detail is None


def test_an_event_of_another_version_does_not_break_the_page() -> None:
    assert title(event("webhook.answered")) == "webhook.answered"
    for kind in ("webhook.answered", "bxml.refused", "sip.received", "media.closed", "new.kind"):
        assert entry(event(kind), 0).title


def test_the_order_of_the_log_is_kept() -> None:
    log = [Event("c-1", number, 1.0, "call.state", {"state": "x"}) for number in (1, 2, 3)]

    assert [each.number for each in entries(log, 1.0)] == [1, 2, 3]


def test_only_json_is_made_pretty() -> None:
    assert pretty("{broken") == "{broken"
    assert pretty("plain") == "plain"
    assert pretty("[1]") == "[\n  1\n]"
