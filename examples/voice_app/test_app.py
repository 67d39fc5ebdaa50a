"""The tests of the example: the fixture `offhook` comes with Offhook's pytest plugin."""

import pytest
from app import app

from offhook.testing.lab import Lab


@pytest.fixture(autouse=True)
def served(offhook: Lab) -> None:
    """Let our app answer the webhooks."""
    offhook.app = app


def test_a_caller_hears_the_opening_hours(offhook: Lab) -> None:
    caller = offhook.phone("+12025550143")
    call = caller.dial()
    call.hears("welcome to acme")
    caller.press("1")
    call.sent("gather", digits="1")
    call.hears("we are open from nine to five")
    call.ended(cause="hangup")


def test_a_caller_who_presses_nothing_is_put_on_hold(offhook: Lab) -> None:
    call = offhook.phone().dial()
    call.hears("please hold")
    call.hears("sorry, try later", within=40)
    assert offhook.now > 30
    call.ended()


def test_a_party_who_is_busy(offhook: Lab) -> None:
    call = offhook.call(to="+12025550177")
    call.phone.refuse(486)
    call.ended(cause="busy")


def test_a_party_who_answers(offhook: Lab) -> None:
    call = offhook.call(to="+12025550177")
    call.phone.answer()
    call.hears("your parcel has arrived")
    call.ended(cause="hangup")
