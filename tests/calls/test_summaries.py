"""What the event log and `initiate` say of requests and SIP messages."""

from offhook.calls.summaries import initiate_fields, request, sip_message
from offhook.hooks import Credentials, Hook, Target
from offhook.requests import OutboundRequest
from offhook.sip.calls import IncomingCall
from offhook.sip.transport import Address

PEER = Address("udp", "192.0.2.1", 5060)


def incoming(target: str, **headers: str) -> IncomingCall:
    """A call with headers."""
    lists = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    return IncomingCall(1, PEER, target, target, "sip:+12025550177@x", "Ann", "id", b"", lists)


def test_a_request_is_told_without_its_credentials() -> None:
    hook = Hook(Target("http://a.test/x", "POST", Credentials("u", "secret")))

    told = request(OutboundRequest("app", "+1", "+2", hook))

    assert told["to"] == "+1"
    assert "secret" not in str(told)


def test_credentials_in_sip_messages_are_redacted() -> None:
    data = b"INVITE sip:a SIP/2.0\r\nAuthorization: Digest response=abc\r\nTo: <sip:a>\r\n\r\n"

    told = sip_message(data, PEER)

    assert told["message"].startswith(
        "INVITE sip:a SIP/2.0\nAuthorization: [redacted]\nTo: <sip:a>"
    )
    assert told["peer"] == "udp:192.0.2.1:5060"


def test_credentials_on_folded_lines_are_redacted_too() -> None:
    data = (
        b"BYE sip:a SIP/2.0\r\nAuthorization: Digest\r\n response=abc\r\n\tqop=auth\r\nTo: <sip:a>"
    )

    assert sip_message(data, PEER)["message"] == (
        "BYE sip:a SIP/2.0\nAuthorization: [redacted]\nTo: <sip:a>"
    )


def test_a_call_to_a_number_tells_who_diverted_it_but_no_customer_headers() -> None:
    call = incoming(
        "sip:+12025550100@h", diversion="<sip:+12025550188@h>;reason=no-answer", x_a="1"
    )

    fields = initiate_fields(call)

    assert fields["diversion"] == {"origTo": "+12025550188", "reason": "no-answer"}
    assert fields["sipHeaders"] is None
    assert fields["callerDisplayName"] == "Ann"


def test_a_call_to_a_sip_user_tells_its_customer_headers() -> None:
    assert initiate_fields(incoming("sip:desk@h", x_queue="vip"))["sipHeaders"] == {
        "x-queue": "vip"
    }
