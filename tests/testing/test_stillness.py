"""What is passed over is exactly what would have happened: every story twice, with and without."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from offhook.testing import fixtures
from offhook.testing.lab import Lab
from offhook.testing.loop import run
from offhook.testing.paths import Quality
from offhook.testing.sound import tones
from offhook.testing.stillness import collect, same
from offhook.testing.world import World

pytestmark = pytest.mark.slow

Story = Callable[[World], Awaitable[None]]
LOOSE = {"jitter_ms", "remote_jitter_ms"}  # the estimate rounds


def outcome(story: Story, *, passing: bool, **wishes: Any) -> tuple[list[Any], float]:
    """Return all that a story leaves behind, and how many seconds were passed over."""

    async def main() -> tuple[list[Any], float]:
        async with World(**wishes) as world:
            world.house.open = passing
            await story(world)
            left: list[Any] = []
            for evidence in world.evidence():
                left.append([(e.at, e.kind, stripped(e.data)) for e in evidence.log])
                left.append([(each.at, each.event) for each in evidence.requests])
            left.append([(each.at, each.data) for each in world.network.messages])
            for phone in world.phones._phones.values():
                left += [(call.events, call.heard.tobytes()) for call in phone.calls]
            return left, world.house.passed_s

    return run(main(), seed=3)


def stripped(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in LOOSE}


def told_the_same(story: Story, at_least_s: float, **wishes: Any) -> None:
    """Compare the story with and without; something must have been passed over."""
    plain, none = outcome(story, passing=False, **wishes)
    quick, passed = outcome(story, passing=True, **wishes)

    assert none == 0
    assert passed > at_least_s
    assert quick == plain


async def a_pause(world: World) -> None:
    talk = await world.answered('<Pause duration="30"/><PlayAudio>t1.wav</PlayAudio><Hangup/>')
    await talk.disconnect()
    (span,) = tones(talk.phone.heard, fixtures.T1_HZ)
    assert span.duration_s == pytest.approx(1.0, abs=0.05)


async def a_bridge_of_silent_people(world: World) -> None:
    """Two calls that the server joins: what is passed over goes both ways through it."""
    talk = await world.answered(
        "<Transfer><PhoneNumber>+12025550188</PhoneNumber></Transfer><Hangup/>"
    )
    other = await world.phone("+12025550188").wait_call()
    await other.wait("confirmed")
    await asyncio.sleep(15)
    await talk.phone.press("1")
    await other.wait("digit")
    talk.phone.hang_up()
    await talk.disconnect()


async def a_hold(world: World) -> None:
    """The far end holds the call and takes it back: one way is silent, and then sounds again."""
    talk = await world.answered('<Pause duration="27"/><PlayAudio>t1.wav</PlayAudio><Hangup/>')
    await talk.phone.hold()
    await asyncio.sleep(25)
    await talk.phone.resume()
    await talk.disconnect()


async def a_phone_that_sends_nothing(world: World) -> None:
    world.phone().talks = False
    talk = await world.answered('<Pause duration="30"/><Hangup/>')
    await talk.disconnect()


@pytest.mark.parametrize(
    ("story", "at_least_s"),
    [
        (a_pause, 20.0),
        (a_bridge_of_silent_people, 5.0),
        (a_hold, 15.0),
        (a_phone_that_sends_nothing, 15.0),
    ],
)
def test_nothing_is_different_but_the_work(story: Story, at_least_s: float) -> None:
    told_the_same(story, at_least_s)


@pytest.mark.parametrize("quality", [Quality(loss=0.01), Quality(jitter_s=0.01)])
def test_on_a_bad_network_every_tick_is_taken(quality: Quality) -> None:
    _, passed = outcome(a_pause, passing=True, quality=quality)

    assert passed == 0


async def sound_all_the_time(world: World) -> None:
    talk = await world.answered("<PlayAudio>t3.wav</PlayAudio>" * 4 + "<Hangup/>")
    await talk.disconnect()


def test_while_there_is_sound_every_tick_is_taken() -> None:
    _, passed = outcome(sound_all_the_time, passing=True)

    assert passed < 0.5


async def a_recording(world: World) -> None:
    talk = await world.answered(
        '<Record maxDuration="20" silenceTimeout="0" recordingAvailableUrl="/ra"/>'
    )
    await talk.wait_event("recordingAvailable")


def test_while_the_server_records_every_tick_is_taken() -> None:
    _, passed = outcome(a_recording, passing=True)

    assert passed < 5


def test_a_state_that_the_rule_does_not_foresee_is_another() -> None:
    class Thing:
        __module__ = "offhook.media.thing"

        def __init__(self) -> None:
            self.numbers = np.arange(3)
            self.view = self.numbers[1:]
            self.times = np.zeros(2)
            self.count = 5
            self.held = {"a": 1}

    one, other = Thing(), Thing()
    assert set(collect(one)) == {"numbers", "times", "count", "held"}
    assert same(collect(one), collect(other))
    other.times[0] = 1e-9
    assert same(collect(one), collect(other))
    for change in ("numbers", "times"):
        other = Thing()
        getattr(other, change)[1] = 7
        assert not same(collect(one), collect(other))
    other = Thing()
    other.held["b"] = 2
    assert not same(collect(one), collect(other))


def test_an_hour_in_a_test_of_an_app_is_an_hour_to_the_app() -> None:
    """The plugin's own steps: waiting for the end of a call does not keep time from passing."""
    lab = Lab()
    lab.app = quiet
    call = lab.phone().dial()
    before = lab.now
    record = call.ended(cause="hangup", within=4000)
    took, passed = lab.now - before, lab.world.house.passed_s
    lab.close()

    assert took == pytest.approx(600.0, abs=3)
    assert record.end_time is not None
    assert passed > 500


def quiet(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/xml")])
    return [b'<Response><SpeakSentence>Hi</SpeakSentence><Pause duration="600"/></Response>']
