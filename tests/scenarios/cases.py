"""What the conformance cases (the contract's BXML chapter 11) have in common."""

from collections.abc import Sequence
from typing import Any

import pytest

from offhook.testing import fixtures, sound
from offhook.testing.app import Received
from offhook.testing.fixtures import T1_HZ, T3_HZ
from offhook.testing.sound import Pcm
from offhook.testing.world import Talk, World

T1 = "<PlayAudio>t1.wav</PlayAudio>"
T3 = "<PlayAudio>t3.wav</PlayAudio>"

NEAR_S = 0.065  # a tick at each end and the network between
LATER_S = 0.06  # two trips of 10 ms and the jitter buffer, from what is played to what is heard
HEARD_S = 0.1  # the same, and the jitter buffer of the telephone


def about(seconds: float | Sequence[float], within_s: float = NEAR_S) -> Any:
    """Return what equals times close to the expected ones."""
    return pytest.approx(seconds, abs=within_s)


def began(talk: Talk) -> float:
    """Return when the first document of the call was asked for."""
    return next(request.at for request in arrivals(talk, None))


def arrivals(talk: Talk, kind: str | None) -> list[Received]:
    """Return the requests with events of the call, of one kind or all."""
    wanted = {"callId": talk.call_id} | ({"eventType": kind} if kind else {})
    return [r for r in talk.world.app.received if wanted.items() <= r.event.items()]


def times(talk: Talk, kind: str) -> list[float]:
    """Return when events of a kind came, in seconds since the first document was asked for."""
    return [request.at - began(talk) for request in arrivals(talk, kind)]


def kinds(talk: Talk) -> list[str]:
    """Return the events of the call in the order of their arrival."""
    return [event["eventType"] for event in talk.events()]


def heard(talk: Talk, frequency_hz: float) -> list[list[float]]:
    """Return when the phone heard a tone: starts and ends in seconds since it answered.

    They are as the server plays them; of a sound that the call's end cuts off, LATER_S is missing.
    """
    found = sound.tones(talk.phone.heard, frequency_hz, gap_s=0.03)
    return [[span.start_s - LATER_S, span.end_s - LATER_S] for span in found]


def sip_sent(world: World, host: str = fixtures.SERVER) -> list[str]:
    """Return the first lines of the SIP messages of a host, oldest first, without 100 Trying."""
    sent = [each.data for each in world.network.messages if each.source.host == host]
    lines = [data.partition(b"\r\n")[0].decode() for data in sent]
    return [line for line in lines if not line.startswith("SIP/2.0 100 ")]


def clips(pcm: Pcm) -> list[str]:
    """Return which of t1 and t3 were heard, in order, as often as they were."""
    found = [(span.start_s, "t1") for span in sound.tones(pcm, T1_HZ, gap_s=0.03)]
    found += [(span.start_s, "t3") for span in sound.tones(pcm, T3_HZ, gap_s=0.03)]
    return [name for _, name in sorted(found)]


async def assert_invalid(world: World, verbs: str) -> None:
    """A document with these verbs does nothing and ends the call with `invalid-bxml`."""
    talk = await world.answered(verbs)
    event = await talk.disconnect()

    assert event["cause"] == "invalid-bxml", event
    assert event["errorMessage"].startswith("Invalid BXML received from http://app.test/v/answer:")
    assert event["errorId"]
    assert sound.is_silent(talk.phone.heard)
    assert kinds(talk) == ["answer", "disconnect"]
    assert (await talk.state())["disconnectCause"] == "invalid-bxml"
