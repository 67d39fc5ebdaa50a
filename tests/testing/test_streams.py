"""A test that is the server of a stream."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from offhook.testing.callers import Missing
from offhook.testing.lab import Lab
from offhook.testing.sockets import Greeting
from offhook.testing.sound import tone

URL = "wss://elsewhere.test/bot"
VERBS = (
    f'<StartStream name="bot" mode="bidirectional" tracks="both" destination="{URL}"'
    ' streamEventUrl="/status"><StreamParam name="k" value="v"/></StartStream>'
    "<SpeakSentence>who is there</SpeakSentence>"
    '<StopStream name="bot" wait="true"/>'
)


def app(_: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/xml")])
    return [f"<Response>{VERBS}</Response>".encode()]


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    lab.app = app
    yield lab
    lab.close()


def test_words_go_both_ways_and_the_server_hangs_up(lab: Lab) -> None:
    call = lab.phone().dial()
    stream = call.stream("bot")
    stream.hears("who is there", track="outbound")
    call.phone.say("a caller\n")
    stream.hears("a caller")
    stream.say("hello caller")
    call.hears("hello caller")
    stream.close()
    call.sent("mediaStreamStopped", cause="closed")
    call.ended(cause="hangup")

    assert (stream.name, stream.params) == ("bot", {"k": "v"})
    assert stream.ended().code == 1000
    assert [each["eventType"] for each in stream.messages[:2]] == ["start", "media"]


def test_sounds_and_what_goes_wrong(lab: Lab) -> None:
    call = lab.phone().dial()
    with pytest.raises(Missing, match="has no stream named 'other' within 2 s"):
        call.stream("other", within=2)
    stream = call.stream()
    call.phone.say(tone(440, 0.5))
    stream.hears_tone(440)
    with pytest.raises(Missing, match=r"did not hear 'thanks' within 1 s: it heard no words"):
        stream.hears("thanks", within=1)
    stream.say(tone(900, 60))
    stream.clear()
    stream.send("nonsense")
    with pytest.raises(Missing, match="did not end"):
        stream.ended(within=1)
    stream.drop()
    call.sent("mediaStreamStopped", cause="connection-error")
    call.ended()


def test_a_server_that_refuses(lab: Lab) -> None:
    lab.sockets.on(URL, Greeting("HTTP 503"))
    call = lab.phone().dial()
    call.sent("mediaStreamRejected", cause="connection-error")
    call.ended()
    with pytest.raises(Missing, match="has no stream"):
        call.stream()
