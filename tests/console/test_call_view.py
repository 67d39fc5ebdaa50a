"""What a call's page is made of."""

import pytest
from msgspec.structs import replace
from tests.store.samples import FULL, call, delivery

from offhook.console.call_view import CallView
from offhook.records import Event
from offhook.webhooks.signing import EVENT_ID

MAIL = delivery()


def attempt(number: int, **data: object) -> Event:
    headers = {EVENT_ID: MAIL.id}
    kind = "webhook.failed" if "failure" in data else "webhook.answered"
    return Event("c-1", number, 1000.0 + number, kind, {"headers": headers, **data})


def test_attempts_are_found_by_the_id_of_their_event() -> None:
    other = Event("c-1", 3, 1003.0, "webhook.answered", {"headers": {EVENT_ID: "another"}})
    events = (attempt(1, failure="HTTP 500", status=500), other, attempt(4, status=204))
    view = CallView(call(), events, (MAIL,), (), 0.0)

    (mail,) = view.mail
    assert [(each.number, each.outcome, each.bad) for each in mail.attempts] == [
        (1, "HTTP 500", True),
        (4, "HTTP 204", False),
    ]


@pytest.mark.parametrize(
    ("changes", "resendable"),
    [
        ({"failed": "HTTP 500"}, True),
        ({"delivered": 1.0}, True),
        ({}, False),
        ({"delivered": 1.0, "sync": True}, False),
        ({"failed": "HTTP 500", "asks": True}, False),
    ],
)
def test_only_what_nobody_waits_for_is_sent_again(
    changes: dict[str, object], resendable: bool
) -> None:
    mail = CallView(call(), (), (replace(MAIL, **changes),), (), 0.0).mail

    assert [each.resendable for each in mail] == [resendable]


def test_a_call_without_a_log_can_be_shown() -> None:
    view = CallView(FULL, (), (), (), 0.0)

    assert (view.last, view.entries(), view.rungs, view.sound) == (0, [], [], None)
    assert view.explanation is None
