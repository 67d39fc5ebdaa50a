"""The parts of a telephone call that need no other party."""

import pytest

from offhook.facts import Abandoned, FarEndHungUp, Refused, Ringing, SipFact, Unreachable
from offhook.sip import offer
from offhook.testing.handset import ending

HERE = offer.LocalMedia("10.0.0.1", 10_000, 10_001, 1, 1)


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
