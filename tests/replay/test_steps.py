"""Logs as steps."""

from typing import Any

from offhook.records import Event
from offhook.replay import steps
from offhook.replay.normal import Normal

QUESTION = {
    "eventType": "answer",
    "method": "POST",
    "url": "http://app.test/a",
    "headers": {"Accept": "application/xml"},
    "durationMs": 250.0,
    "fallback": False,
    "status": 200,
    "body": '{"eventType":"answer"}',
}
NOTICE = {**QUESTION, "eventType": "disconnect", "headers": {}}


def log(*kinds: tuple[str, dict[str, Any]]) -> list[Event]:
    return [Event("c-1", n, float(n), kind, data) for n, (kind, data) in enumerate(kinds, 1)]


def verb(name: str) -> tuple[str, dict[str, Any]]:
    return "verb.started", {"verb": name, "line": 1}


def test_questions_documents_and_verbs_are_the_script_and_the_outbox_is_beside_it() -> None:
    found = steps.of(
        log(
            ("call.created", {}),
            ("webhook.answered", QUESTION),
            ("bxml.accepted", {"text": "<Response/>", "origin": "x", "warnings": []}),
            verb("Pause"),
            ("media.digit", {"digit": "1"}),
            ("verb.ended", {"verb": "Pause", "outcome": "done"}),
            ("call.ended", {"cause": "error", "message": "why", "why": None}),
            ("webhook.failed", {**NOTICE, "failure": "HTTP 500"}),
            ("webhook.answered", {**NOTICE, "headers": {"Offhook-Redelivery": "1"}}),
            ("webhook.answered", {**NOTICE, "eventType": "transcriptionAvailable"}),
            ("webhook.answered", {**NOTICE, "eventType": "mediaStreamStarted"}),
        ),
        Normal(),
    )

    assert [each.title for each in found.script] == [
        "webhook answer POST /a: 200",
        "document",
        "verb Pause",
        "verb Pause ended: done",
        "call ended: error why",
    ]
    assert [each.title for each in found.notices] == ["webhook disconnect POST /a: HTTP 500"]
    assert found.cut is None


def test_what_others_have_a_part_in_is_not_followed() -> None:
    meeting = steps.of(log(verb("Pause"), verb("Conference"), verb("Hangup")), Normal())
    lost = steps.of(log(verb("Pause"), ("media.lost", {"reason": "x"}), verb("Hangup")), Normal())

    assert [each.title for each in meeting.script] == ["verb Pause", "verb Conference"]
    assert meeting.cut == "<Conference> depends on other calls"
    assert [each.title for each in lost.script] == ["verb Pause"]
    assert lost.cut == "the media worker has died"


def test_a_refused_document_says_why_and_a_fallback_that_it_is_one() -> None:
    found = steps.of(
        log(
            ("webhook.answered", {**QUESTION, "fallback": True}),
            ("bxml.refused", {"text": "<x/>", "reason": "1:1: no"}),
        ),
        Normal(),
    )

    assert [each.title for each in found.script] == [
        "webhook answer POST /a (fallback): 200",
        "document refused: 1:1: no",
    ]


def test_only_answers_to_questions_took_time() -> None:
    events = log(
        ("webhook.answered", QUESTION),
        ("webhook.answered", NOTICE),
        ("webhook.failed", {**QUESTION, "failure": "x"}),
    )

    assert list(steps.durations(events)) == [0.25, 0.0]
