"""What telephones do and hear."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from offhook.testing.callers import Missing
from offhook.testing.lab import Lab


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/xml")])
    words = environ["PATH_INFO"].strip("/")
    return [f"<Response><SpeakSentence>this is {words}</SpeakSentence></Response>".encode()]


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    lab.app = app
    yield lab
    lab.close()


@pytest.mark.slow
def test_words_are_looked_for_after_those_found_last(lab: Lab) -> None:
    call = lab.phone().dial()
    call.hears("this")
    call.hears("Initiate!")
    with pytest.raises(Missing, match=r"did not hear 'this'.*it heard no words"):
        call.hears("this", within=3)


@pytest.mark.slow
def test_a_phone_that_is_called_answers_and_a_key_after_the_end_is_a_failure(lab: Lab) -> None:
    call = lab.call(to="+12025550177", answer="/parcel")
    call.phone.answer()
    call.hears("this is parcel")
    call.sent("answer", to="+12025550177")
    assert call.ended().disconnect_cause == "hangup"
    with pytest.raises(Missing, match="the call is over"):
        call.phone.press("1")


def test_a_busy_phone_and_a_webhook_that_does_not_come(lab: Lab) -> None:
    call = lab.call()
    call.phone.refuse(486)
    call.ended(cause="busy")
    with pytest.raises(Missing, match=r"no gather webhook with digits='1'.*it got disconnect"):
        call.sent("gather", digits="1", within=1)


def test_a_phone_that_does_not_ring(lab: Lab) -> None:
    with pytest.raises(Missing, match=r"the phone \+12025550143 did not ring"):
        lab.phone().answer(within=1)
