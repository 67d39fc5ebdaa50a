"""A description that does not know telephone events offers the same sound."""

from offhook.sip import offer
from offhook.testing.inband import without_telephone_events


def test_the_events_are_gone_and_the_codecs_are_not() -> None:
    sdp = offer.offer(offer.LocalMedia("192.0.2.1", 4000, 4001, 1, 1))
    bare = without_telephone_events(sdp)

    assert offer.accept(sdp).dtmf_payload_type == 101
    assert offer.accept(bare).dtmf_payload_type is None
    assert offer.accept(bare).codec == offer.accept(sdp).codec
    assert without_telephone_events(bare) == bare
