"""What telephones do and hear."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest

from offhook.testing.callers import Missing
from offhook.testing.lab import Lab
from offhook.testing.sound import mp3, silence, tone, wav
from offhook.testing.words import speak


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


def plays(url: str) -> Callable[..., Iterable[bytes]]:
    """Return an application that plays a file."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "application/xml")])
        return [f"<Response><PlayAudio>{url}</PlayAudio></Response>".encode()]

    return answer


FILE = "http://files.test/clip.wav"


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["PCM_16", "ULAW"])
def test_words_of_an_audio_file_on_another_host_are_heard(lab: Lab, coding: str) -> None:
    lab.app = plays(FILE)
    lab.file(FILE, wav(speak("we are closed today"), coding))
    call = lab.phone().dial()
    call.hears("we are closed")
    with pytest.raises(Missing, match=r"did not hear 'tomorrow'.*it heard 'today'"):
        call.hears("tomorrow", within=5)


def test_an_audio_file_that_nobody_serves_is_explained(lab: Lab) -> None:
    lab.app = plays(FILE)
    with pytest.raises(Missing, match=r"clip\.wav"):
        lab.phone().dial().ended(cause="hangup")


@pytest.mark.slow
def test_a_file_has_the_type_that_it_is_given(lab: Lab) -> None:
    lab.app = plays("http://files.test/clip.mp3")
    lab.file("http://files.test/clip.mp3", mp3(tone(440.0, 1.0)), "audio/mpeg")
    lab.phone().dial().hears_tone(440)


@pytest.mark.slow
def test_tones_are_looked_for_after_the_one_found_last(lab: Lab) -> None:
    lab.app = plays(FILE)
    both = np.concatenate([tone(440.0, 0.5), silence(0.3), tone(1000.0, 0.5), silence(0.3)])
    lab.file(FILE, wav(np.concatenate([both, tone(440.0, 0.1), silence(3.0)])))
    call = lab.phone().dial()
    call.hears_tone(440)
    call.hears_tone(1000)
    with pytest.raises(Missing, match="heard no tone of 440 Hz"):
        call.hears_tone(440, within=2)  # what follows is shorter than 0.2 s
