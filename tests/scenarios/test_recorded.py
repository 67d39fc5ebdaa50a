"""What is recorded is what was said: durations to within a tick, each channel's own sounds."""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import soundfile
from tests.scenarios.cases import T1, T3

from offhook.media.messages import Close, Lost
from offhook.testing import sound
from offhook.testing.fixtures import T3_HZ
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.sound import Pcm
from offhook.testing.world import Talk, World

pytestmark = pytest.mark.slow

TICK_S = 0.02
PARTY_HZ, PEER_HZ = 700.0, 1500.0  # no clip has them
PEER = "+12025550144"

Act = Callable[[World, Talk], Awaitable[None]]


async def heard_of(world: World, event: dict[str, Any]) -> list[Pcm]:
    """Download what an event tells of; check that file, event and REST tell the same length."""
    answer = await world.rest.download(event)
    assert answer.status == 200, answer
    pcm, rate_hz = soundfile.read(io.BytesIO(answer.body), dtype="int16", always_2d=True)
    (shown,) = [
        each
        for each in await world.rest.recordings(event["callId"])
        if each["recordingId"] == event["recordingId"]
    ]
    assert (rate_hz, pcm.shape[1]) == (8000, event["channels"])
    assert shown["duration"] == event["duration"]
    # an MP3 file is filled up to whole frames of 576 samples, one more on either side
    padding_s = 0.0 if event["fileFormat"] == "wav" else 3 * 576 / 8000
    assert 0 <= len(pcm) / 8000 - seconds(event) <= padding_s
    return list(pcm.T)


def seconds(event: dict[str, Any]) -> float:
    found = re.fullmatch(r"PT([\d.]+)S", event["duration"])
    assert found, event["duration"]
    return float(found[1])


def length_s(pcm: Pcm, frequency_hz: float) -> float:
    """How long a tone is in a channel."""
    return sum(span.duration_s for span in sound.tones(pcm, frequency_hz))


def tick(seconds: float) -> Any:
    return pytest.approx(seconds, abs=TICK_S + 1e-9)


@virtual
@pytest.mark.parametrize("form", ["wav", "mp3"])
@pytest.mark.parametrize("length_s_", [1.0, 1.013, 2.5])
async def test_a_record_is_as_long_as_it_may_be(form: str, length_s_: float) -> None:
    async with World() as world:
        talk = await world.answered(
            f'<Record maxDuration="{length_s_}" fileFormat="{form}" recordingAvailableUrl="/ra"/>'
        )
        await talk.phone.say(sound.tone(PARTY_HZ, length_s_ - 0.2))
        made = await talk.wait_event("recordingAvailable")
        (pcm,) = await heard_of(world, made)

    assert seconds(made) == tick(length_s_)
    assert length_s(pcm, PARTY_HZ) == pytest.approx(length_s_ - 0.2, abs=0.06)


@virtual
@pytest.mark.parametrize("form", ["wav", "mp3"])
@pytest.mark.parametrize("multi", ["false", "true"])
async def test_a_recording_in_the_background_is_as_long_as_it_ran(form: str, multi: str) -> None:
    """The party speaks from the beginning, a clip is played after a second."""
    async with World() as world:
        talk = await world.answered(
            f'<StartRecording fileFormat="{form}" multiChannel="{multi}" '
            f'recordingAvailableUrl="/ra"/><Pause duration="1"/>{T3}<Pause duration="0.5"/>'
            "<StopRecording/>"
        )
        await talk.phone.say(sound.tone(PARTY_HZ, 2.0))
        made = await talk.wait_event("recordingAvailable")
        channels = await heard_of(world, made)

    assert seconds(made) == tick(4.5)
    assert length_s(channels[0], PARTY_HZ) == pytest.approx(2.0, abs=0.06)
    assert length_s(channels[-1], T3_HZ) == pytest.approx(3.0, abs=0.06)
    if multi == "true":
        assert (length_s(channels[0], T3_HZ), length_s(channels[1], PARTY_HZ)) == (0, 0)


@virtual
@pytest.mark.parametrize("pauses", [[(0.5, 0.5)], [(0.3, 1.0), (0.7, 0.1), (0.1, 2.0)]])
async def test_pauses_are_missing_to_the_tick(pauses: list[tuple[float, float]]) -> None:
    verbs = "".join(
        f'<Pause duration="{run_s}"/><PauseRecording/>'
        f'<Pause duration="{away_s}"/><ResumeRecording/>'
        for run_s, away_s in pauses
    )
    async with World() as world:
        talk = await world.answered(
            f'<StartRecording recordingAvailableUrl="/ra"/>{verbs}<StopRecording/>'
        )
        made = await talk.wait_event("recordingAvailable")
        await heard_of(world, made)

    assert seconds(made) == pytest.approx(
        sum(run_s for run_s, _ in pauses), abs=TICK_S * len(pauses) + 1e-9
    )


async def hangs_up(_: World, talk: Talk) -> None:
    talk.phone.hang_up()


async def completes(world: World, talk: Talk) -> None:
    await world.rest.update_call(talk.call_id, state="completed")


async def redirects(world: World, talk: Talk) -> None:
    world.app.on("/n", "<StopRecording/>" + T1)
    await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")


async def shuts_down(world: World, _: Talk) -> None:
    await world.node.drain()


@virtual
@pytest.mark.parametrize("act", [hangs_up, completes, redirects, shuts_down])
@pytest.mark.parametrize("verb", ["Record", "StartRecording"])
async def test_whatever_ends_it_all_that_was_said_is_there(verb: str, act: Act) -> None:
    async with World() as world:
        talk = await world.answered(f'<{verb} recordingAvailableUrl="/ra"/><Pause duration="60"/>')
        began = world.now
        await talk.phone.say(sound.tone(PARTY_HZ, 1.5))
        await act(world, talk)
        ended = world.now
        made = await talk.wait_event("recordingAvailable")
        (pcm,) = await heard_of(world, made)

    assert made["status"] == "complete"
    # a goodbye travels for a tick or two, and what the jitter buffer holds was not heard
    assert seconds(made) == pytest.approx(ended - began, abs=4 * TICK_S)
    assert length_s(pcm, PARTY_HZ) == pytest.approx(1.5, abs=4 * TICK_S)


@virtual
@pytest.mark.parametrize("form", ["wav", "mp3"])
async def test_a_lost_worker_leaves_all_but_the_last_second(form: str) -> None:
    async with World() as world:
        talk = await world.answered(
            f'<StartRecording fileFormat="{form}" multiChannel="true" '
            'recordingAvailableUrl="/ra"/><Pause duration="60"/>'
        )
        await talk.phone.say(sound.tone(PARTY_HZ, 2.6))
        world.node.exchange.on_report(Lost(talk.call_id, "signal 9"))
        made = await talk.wait_event("recordingAvailable")
        party, other = await heard_of(world, made)
        world.node.media.send(Close(talk.call_id))  # it was not dead in truth

    assert (made["status"], seconds(made)) == ("partial", tick(2.0))
    assert length_s(party, PARTY_HZ) == pytest.approx(2.0, abs=0.1)
    assert length_s(other, PARTY_HZ) == 0


async def both_talk(talk: Talk, far: Handset) -> None:
    """The party for two seconds, the peer for one of them."""
    await asyncio.gather(
        talk.phone.say(sound.tone(PARTY_HZ, 2.0)), far.say(sound.tone(PEER_HZ, 1.0))
    )


def assert_both(channels: list[Pcm]) -> None:
    """Each is in its own channel, or both in the one."""
    assert length_s(channels[0], PARTY_HZ) == pytest.approx(2.0, abs=0.1)
    assert length_s(channels[-1], PEER_HZ) == pytest.approx(1.0, abs=0.1)
    if len(channels) == 2:
        assert (length_s(channels[0], PEER_HZ), length_s(channels[1], PARTY_HZ)) == (0, 0)


@virtual
@pytest.mark.parametrize("form", ["wav", "mp3"])
@pytest.mark.parametrize("multi", ["false", "true"])
async def test_case_150_a_transfer_has_the_peer_on_the_other_channel(form: str, multi: str) -> None:
    async with World() as world:
        far = world.phone(PEER)
        talk = await world.answered(
            f'<StartRecording fileFormat="{form}" multiChannel="{multi}" '
            f'recordingAvailableUrl="/ra"/><Transfer><PhoneNumber>{PEER}</PhoneNumber></Transfer>'
        )
        call = await far.wait_call()
        await call.wait("answered")
        await asyncio.sleep(0.5)
        await both_talk(talk, call)
        talk.phone.hang_up()
        made = await talk.wait_event("recordingAvailable")
        channels = await heard_of(world, made)

    assert_both(channels)


@virtual
async def test_a_bridge_has_the_other_call_on_the_other_channel() -> None:
    async with World() as world:
        target = await world.answered('<Pause duration="60"/>', to=PEER)
        await asyncio.sleep(0.1)  # it has its own document
        talk = await world.answered(
            '<StartRecording multiChannel="true" recordingAvailableUrl="/ra"/>'
            f"<Bridge>{target.call_id}</Bridge>"
        )
        await asyncio.sleep(0.5)
        await both_talk(talk, target.phone)
        talk.phone.hang_up()
        made = await talk.wait_event("recordingAvailable")
        channels = await heard_of(world, made)

    assert_both(channels)
