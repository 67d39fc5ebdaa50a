"""The parts of a telephone call that need no other party."""

import pytest

from offhook.facts import Abandoned, FarEndHungUp, Refused, Ringing, SipFact, Unreachable
from offhook.sip import offer
from offhook.testing.handset import ending, without_telephone_events

HERE = offer.LocalMedia("10.0.0.1", 10_000, 10_001, 1, 1)


def test_a_description_without_telephone_events_is_a_good_one() -> None:
    before = offer.accept(offer.offer(HERE))
    after = offer.accept(without_telephone_events(offer.offer(HERE)))

    assert before.dtmf_payload_type is not None
    assert after.dtmf_payload_type is None
    assert (after.codec, after.host, after.rtp_port) == ("PCMU", "10.0.0.1", 10_000)
    assert b"telephone-event" not in without_telephone_events(offer.offer(HERE))


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (Refused(486, "Busy Here"), "refused: 486 Busy Here"),
        (Unreachable("timed out"), "unreachable: timed out"),
        (Abandoned(), "cancelled by the caller"),
        (FarEndHungUp(), "hung up by the far end"),
    ],
)
def test_every_ending_has_its_words(fact: SipFact, text: str) -> None:
    assert ending(fact) == text


def test_what_is_no_ending_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        ending(Ringing(180))
