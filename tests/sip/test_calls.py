"""An INVITE as the layer above sees it."""

from tests.sip.peer import PEER, Peer
from tests.sip.wired import OFFER

from offhook.sip.calls import incoming_call


def test_invite_is_described_with_all_its_headers_by_lower_case_name() -> None:
    headers = [("X-Tenant", "one"), ("x-tenant", "two"), ("Diversion", "<sip:a@b.test>")]
    call = incoming_call(7, Peer().invite(headers=headers), PEER)

    assert call.session == 7
    assert call.source == PEER
    assert call.target == "sip:+12025550100@192.0.2.1"
    assert call.to_uri == "sip:+12025550100@192.0.2.1"
    assert call.from_uri == "sip:+12025550177@192.0.2.9"
    assert call.from_display == "Pat"
    assert call.sdp == OFFER
    assert call.headers["x-tenant"] == ("one", "two")
    assert call.headers["diversion"] == ("<sip:a@b.test>",)
