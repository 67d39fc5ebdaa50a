"""Every number of the table does what the table says, to a real server in virtual time."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from offhook.dev.dial import placed, told
from offhook.dev.personas import GREETING, PAUSE_S, PERSONAS, WELCOME, find, give, number, table
from offhook.ssml import Sentence, Text
from offhook.testing import fixtures
from offhook.testing.fixtures import T1_HZ
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.sound import Pcm, is_silent, sounds, tones
from offhook.testing.voice import ToneVoice, speech_duration_s
from offhook.testing.world import Talk, World

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "dev.md"
PROMPT = "Please press a key now, any key will do."


def speak(text: str) -> Pcm:
    return ToneVoice().synthesize(Sentence((Text(text),)))


def persona_at(world: World, line: int) -> str:
    """Have the persona of a number in the world; returns the number."""
    wanted = number(line)
    persona = find(wanted)
    assert persona is not None
    give(persona, world.phone(wanted), speak)
    return wanted


async def calling(world: World, line: int, document: str) -> Talk:
    """Call a persona and wait until it has answered."""
    return await world.answered(document, to=persona_at(world, line))


async def ending(world: World, line: int, **fields: object) -> tuple[str, Handset]:
    """Call a persona that does not answer; returns cause and call."""
    wanted = persona_at(world, line)
    call_id = await world.create_call(to=wanted, **fields)
    event = await world.app.wait_event("disconnect", callId=call_id)
    return event["cause"], world.phone(wanted).call


RECORD = (
    '<Record recordCompleteUrl="/rc" recordingAvailableUrl="/ra" maxDuration="12" '
    'silenceTimeout="0"/>'
)


async def recorded(world: World, line: int) -> Pcm:
    """Return what the server hears of a persona in the first 12 seconds."""
    talk = await calling(world, line, RECORD)
    event = await talk.wait_event("recordingAvailable")
    path = next(world.recordings.glob(f"{event['recordingId']}*"))
    sound, rate = soundfile.read(path, dtype="int16")
    assert rate == 8000
    return np.asarray(sound, np.int16)


@virtual
async def test_one_speaks_after_a_breath() -> None:
    async with World() as world:
        heard = await recorded(world, 101)

    spoken = sounds(heard, gap_s=0.3)
    assert [span.duration_s for span in spoken] == [
        pytest.approx(speech_duration_s(GREETING), abs=0.1)
    ]


@virtual
@pytest.mark.parametrize("line", [102, 107])
async def test_two_are_not_heard(line: int) -> None:
    async with World() as world:
        heard = await recorded(world, line)

    assert is_silent(heard)


@virtual
async def test_only_one_of_them_sends_nothing_at_all() -> None:
    counts = {}
    async with World() as world:
        for line in (102, 107):
            talk = await calling(world, line, '<Pause duration="3"/>')
            await talk.disconnect()
            events = world.store.events(talk.call_id)
            (told,) = [e.data for e in events if "packets_received" in e.data]
            counts[line] = told["packets_received"], told["packets_sent"] > 140

    assert counts[102][0] > 140
    assert counts[107] == (0, True)


@virtual
async def test_what_is_said_is_repeated_after_a_pause() -> None:
    """One clip of a second; the server plays, and then records what comes back."""
    async with World() as world:
        talk = await calling(world, 103, f"<PlayAudio>t1.wav</PlayAudio>{RECORD}")
        event = await talk.wait_event("recordingAvailable")
        path = next(world.recordings.glob(f"{event['recordingId']}*"))
        heard: Pcm = np.asarray(soundfile.read(path, dtype="int16")[0], np.int16)

    (span,) = tones(heard, T1_HZ)
    assert span.duration_s == pytest.approx(1.0, abs=0.1)
    assert span.start_s == pytest.approx(PAUSE_S, abs=0.3)


@virtual
async def test_one_is_slow_to_answer() -> None:
    async with World() as world:
        began = world.now
        talk = await calling(world, 104, '<Pause duration="1"/>')
        answered = talk.phone.when("answered")

    assert answered is not None
    assert answered - began == pytest.approx(10.0, abs=0.5)


@virtual
async def test_one_hangs_up_in_the_middle() -> None:
    async with World() as world:
        talk = await calling(world, 105, '<Pause duration="60"/>')
        began = world.now
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert talk.phone.end == "hung up here"
    assert talk.phone.events[-1].at - began == pytest.approx(3.0, abs=0.2)


@virtual
async def test_a_machine_greets_and_beeps_and_is_silent() -> None:
    async with World() as world:
        heard = await recorded(world, 106)

    (beep,) = [span for span in tones(heard, 1000.0) if span.duration_s > 0.3]
    words = sounds(heard[: round(beep.start_s * 8000)])
    assert beep.duration_s == pytest.approx(0.5, abs=0.06)
    assert beep.start_s == pytest.approx(0.5 + speech_duration_s(WELCOME), abs=0.4)
    assert words
    assert is_silent(heard[round((beep.end_s + 0.1) * 8000) :])


@virtual
@pytest.mark.parametrize("key", [0, 5, 9])
async def test_a_key_is_pressed_once_something_was_said(key: int) -> None:
    menu = f'<Gather gatherUrl="/g" maxDigits="1"><SpeakSentence>{PROMPT}</SpeakSentence></Gather>'
    async with World() as world:
        talk = await calling(world, 120 + key, menu)
        began = world.now
        event = await talk.wait_event("gather")
        took = world.now - began

    assert event["digits"] == str(key)
    assert 1.0 < took < 3.0


@virtual
async def test_a_key_is_pressed_though_nothing_is_said() -> None:
    async with World() as world:
        talk = await calling(world, 127, '<Gather gatherUrl="/g" maxDigits="1"/>')
        event = await talk.wait_event("gather")

    assert event["digits"] == "7"


@virtual
@pytest.mark.parametrize(("line", "cause"), [(110, "busy"), (111, "rejected")])
async def test_some_refuse(line: int, cause: str) -> None:
    async with World() as world:
        found, _ = await ending(world, line)

    assert found == cause


@virtual
@pytest.mark.parametrize(("line", "rings", "after_s"), [(112, True, 20), (113, False, 30)])
async def test_some_never_answer(line: int, rings: bool, after_s: float) -> None:
    """Whoever does not even ring is given up after 30 seconds, whatever callTimeout says."""
    async with World() as world:
        began = world.now
        cause, call = await ending(world, line, callTimeout=20)
        took = world.now - began

    assert cause == "timeout"
    assert (call.when("ringing") is not None) == rings
    assert took == pytest.approx(after_s, abs=1)
    assert call.end == "cancelled by the caller"


@virtual
@pytest.mark.parametrize("code", [400, 401, 404, 407, 422, 480, 486, 487, 491, 500, 503, 603, 699])
async def test_the_status_is_that_of_the_number(code: int) -> None:
    async with World() as world:
        wanted = persona_at(world, code)
        call_id = await world.create_call(to=wanted)
        await world.app.wait_event("disconnect", callId=call_id)
        record = world.store.any_call(call_id)

    assert record is not None
    assert record.sip_response_code == code
    assert world.phone(wanted).call.end == f"refused with {code}"


@virtual
async def test_what_was_heard_is_let_go_when_the_call_is_over() -> None:
    async with World() as world:
        talk = await calling(world, 103, "<PlayAudio>t1.wav</PlayAudio>")
        await asyncio.sleep(0.9)
        during = len(talk.phone.heard)
        await talk.disconnect()
        await asyncio.sleep(1)

        assert during > 4000
        assert len(talk.phone.heard) == 0


@virtual
async def test_a_persona_that_calls_behaves_the_same() -> None:
    """`offhook dial`: the second half of a persona, on a call of its own."""
    persona = find(number(128))
    assert persona is not None
    said: list[str] = []
    async with World() as world:
        menu = '<Gather gatherUrl="/g" maxDigits="1"/>'
        world.app.on(fixtures.INITIATE_URL, menu)
        call = await placed(world.phones, persona, number(128), fixtures.NUMBER)
        answered = await told(call, persona, speak, said.append)
        (event,) = world.app.events("gather")

    assert answered
    assert event["digits"] == "8"
    assert said == ["presses calls", "answered", "hung up by the far end"]


def test_no_two_have_the_same_number() -> None:
    numbers = [each for persona in PERSONAS for each in persona.numbers]

    assert len(set(numbers)) == len(numbers)
    assert fixtures.NUMBER not in numbers
    assert find("+12025550199") is None


def test_the_page_shows_the_table() -> None:
    assert table() in PAGE.read_text()
