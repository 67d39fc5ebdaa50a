"""The steps of a test in virtual time."""

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


def test_numbers_have_paths_of_their_own(lab: Lab) -> None:
    lab.add_number("+12025550101", initiate="/support")
    first = lab.phone().dial()
    first.hears("this is initiate")
    first.ended(cause="hangup")
    second = lab.phone().dial("+12025550101")
    second.hears("this is support")
    second.ended()


def test_time_passes_only_in_steps(lab: Lab) -> None:
    before = lab.now
    lab.wait(60)

    assert lab.now == before + 60


def test_a_refused_request_tells_its_answer(lab: Lab) -> None:
    with pytest.raises(Missing, match="createCall was refused: 400"):
        lab.call(to="nobody")


def test_without_an_application_that_is_said() -> None:
    lab = Lab()
    with pytest.raises(Missing, match="HTTP 503"):
        lab.phone().dial().ended(cause="hangup")
    lab.close()


def test_what_a_telephone_says_is_understood(lab: Lab) -> None:
    def ask(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "application/xml")])
        asks = b'<Gather input="speech" gatherUrl="/colour"/>'
        verbs = asks if environ["PATH_INFO"] == "/initiate" else b""
        return [b"<Response>" + verbs + b"</Response>"]

    lab.app = ask
    phone = lab.phone()
    call = phone.dial()
    phone.say("blue")

    assert call.sent("gather", text="blue")["digits"] == ""
    call.ended()
