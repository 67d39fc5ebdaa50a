"""Rules of refusal, one by one; through a stack they are in the checklist."""

import pytest
from tests.sip.peer import Peer
from tests.sip.wired import OFFER

from offhook.sip.refusals import Refusal, refusal

Headers = list[tuple[str, str]]


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        ("INVITE", [], OFFER),
        ("INVITE", [], b""),
        ("INVITE", [("Require", "timer")], OFFER),
        ("INVITE", [("Max-Forwards", "1")], OFFER),
        ("INVITE", [("Content-Type", "Application/SDP; charset=utf-8")], OFFER),
        ("INVITE", [("Content-Encoding", "identity")], OFFER),
        ("INVITE", [("Accept", "text/plain, application/*;q=0.1")], OFFER),
        ("INVITE", [("Session-Expires", "90")], OFFER),
        ("INVITE", [("Proxy-Require", "anything")], OFFER),  # for proxies, which we are not
        ("BYE", [("Max-Forwards", "0")], b""),
        ("BYE", [("Content-Type", "text/plain")], b"bye"),
        ("OPTIONS", [("Accept", "text/plain")], b""),
    ],
)
def test_what_we_can_serve_is_not_refused(method: str, headers: Headers, body: bytes) -> None:
    assert refusal(Peer().request(method, headers=headers, body=body)) is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Require", "TIMER, 100rel"), ("Max-Forwards", "0")], 483),
        ([("Require", "100rel"), ("Content-Type", "text/plain")], 420),
        ([("Content-Type", "multipart/mixed;boundary=x")], 415),
        ([("Accept", "text/plain")], 406),
        ([("Accept", "")], 406),
        ([("Session-Expires", "89")], 422),
    ],
)
def test_the_first_rule_that_holds_counts(headers: Headers, status: int) -> None:
    refused = refusal(Peer().request("INVITE", headers=headers, body=OFFER))

    assert refused is not None
    assert refused.status == status


def test_unsupported_names_what_is_not_understood_as_it_was_written() -> None:
    request = Peer().request("BYE", headers=[("Require", "Foo, timer"), ("Require", "bar")])

    assert refusal(request) == Refusal(420, (("Unsupported", "Foo, bar"),))
