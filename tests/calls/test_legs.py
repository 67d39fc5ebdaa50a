"""What a leg inherits, and the Diversion headers it brings along."""

import pytest

from offhook.calls.legs import Headers, diversion
from offhook.hooks import Hook, Target
from offhook.records import CallState, Direction, Origin
from offhook.testing.loop import virtual
from offhook.testing.world import World
from offhook.verbs.legs import Manner, PhoneNumber

RECEIVED = ("<sip:+1999@a.test>;reason=away",)
OWN = ("Diversion", "<sip:+12025550100@10.0.0.1>;reason=no-answer")


@pytest.mark.parametrize(
    ("treatment", "headers"),
    [
        ("none", ()),
        ("propagate", (("Diversion", RECEIVED[0]),)),
        ("stack", (OWN, ("Diversion", RECEIVED[0]))),
    ],
)
def test_diversions_are_dropped_copied_or_stacked(treatment: str, headers: Headers) -> None:
    manner = Manner(None, None, False, 30.0, treatment, "no-answer")

    assert diversion(manner, RECEIVED, "+12025550100", "10.0.0.1") == headers


def test_a_caller_who_was_not_diverted_has_nothing_to_propagate() -> None:
    manner = Manner(None, None, False, 30.0, "propagate", "unknown")

    assert diversion(manner, (), "+12025550100", "10.0.0.1") == ()


@virtual
@pytest.mark.parametrize(("tag", "expected"), [(None, "a"), ("b", "b"), ("", None)])
async def test_a_leg_is_a_call_of_its_own_with_its_parent_s_story(
    tag: str | None, expected: str | None
) -> None:
    from offhook.calls.legs import new_record

    async with World() as world:
        talk = await world.answered('<Pause duration="1"/>', tag="a")
        parent = world.node.exchange.calls[talk.call_id]
        to = PhoneNumber(to="+12025550111", answer=Hook(Target("ta")), tag=tag)
        manner = Manner("+12025550109", "Ann", True, 9.0, "none", "unknown")
        leg = new_record(parent.plant, parent.record, to, manner, "http://app.test/v/answer")

    assert leg.parent_call_id == talk.call_id != leg.call_id
    assert (leg.to, leg.from_, leg.tag) == ("+12025550111", "+12025550109", expected)
    assert (leg.direction, leg.state) == (Direction.OUTBOUND, CallState.INITIATED)
    record = parent.record
    assert leg.origin == Origin(record.from_, record.to, record.enqueued_time)
    assert leg.hook == Hook(Target("http://app.test/v/ta"))
    assert (leg.status, leg.call_timeout_s, leg.privacy) == (None, 9.0, True)
