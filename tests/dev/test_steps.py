"""Each step does what its row says, on a call to a real server in virtual time."""

import asyncio
from pathlib import Path

import pytest
from tests.dev.trials import VOICE_HZ, loaded, record, speak

from offhook.dev.own import read
from offhook.dev.personas import Persona, give
from offhook.dev.steps import KINDS, Phase, table
from offhook.testing import fixtures
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.sound import Pcm, sounds, tone, tones, wav
from offhook.testing.world import Talk, World

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "dev.md"
NUMBER = "+12025550150"


def persona(folder: Path, *steps: str) -> Persona:
    """Return a persona with these steps, from a file as one writes it."""
    lines = [f"personas:\n  - number: {NUMBER}\n    name: own\n    steps:"]
    (folder / "p.yaml").write_text("\n".join([*lines, *(f"      - {each}" for each in steps)]))
    (own,) = read(folder / "p.yaml", ())
    return own


async def answered(world: World, own: Persona, document: str) -> Talk:
    """Call it, and run a document once it has answered."""
    give(own, world.phone(NUMBER), speak)
    return await world.answered(document, to=NUMBER)


async def recorded(world: World, own: Persona, seconds: int) -> Pcm:
    """Return what the server hears of it."""
    talk = await answered(world, own, record(seconds))
    event = await talk.wait_event("recordingAvailable")
    (path,) = world.recordings.glob(f"{event['recordingId']}*")
    return loaded(str(path))


@virtual
async def test_it_rings_answers_talks_and_hangs_up(tmp_path: Path) -> None:
    (tmp_path / "t.wav").write_bytes(wav(tone(700.0, 0.5)))
    steps = ("ring: 2s", "answer", "wait: 1s", "say: Hello", "play: t.wav", "tone: 900 Hz", "beep")
    async with World() as world:
        began = world.now
        heard = await recorded(world, persona(tmp_path, *steps, "wait: 1s", "hang up"), 20)
        took = world.phone(NUMBER).call.when("answered")

    assert took is not None
    assert took - began == pytest.approx(2.0, abs=0.2)
    spans = [tones(heard, each)[0] for each in (VOICE_HZ, 700.0, 900.0, 1000.0)]
    assert [round(span.duration_s, 1) for span in spans] == [1.0, 0.5, 1.0, 0.5]
    assert spans[0].start_s == pytest.approx(1.0, abs=0.2)
    assert [span.start_s for span in spans] == sorted(span.start_s for span in spans)


@virtual
async def test_it_refuses_as_it_is_told(tmp_path: Path) -> None:
    async with World() as world:
        give(persona(tmp_path, "ring: 1s", "reject: 480"), world.phone(NUMBER), speak)
        call_id = await world.create_call(to=NUMBER)
        await world.app.wait_event("disconnect", callId=call_id)
        record_ = world.store.any_call(call_id)

    assert record_ is not None
    assert record_.sip_response_code == 480


@virtual
async def test_it_waits_for_what_is_played_and_presses_keys(tmp_path: Path) -> None:
    """T1 is a second of 550 Hz: the tone is known after 0.2 s, the silence after 1 + 1 s."""
    own = persona(tmp_path, "answer", "wait for sound", "wait for tone: 550 Hz", "press: '12'")
    menu = '<Gather gatherUrl="/g" maxDigits="2"><PlayAudio>t1.wav</PlayAudio></Gather>'
    async with World() as world:
        talk = await answered(world, own, menu)
        began = world.now
        event = await talk.wait_event("gather")
        took = world.now - began

    assert event["digits"] == "12"
    assert took < 2.0


@virtual
async def test_it_waits_for_silence(tmp_path: Path) -> None:
    own = persona(tmp_path, "answer", "wait for silence: 1s", "press: '9'")
    menu = (
        '<Gather gatherUrl="/g" maxDigits="1"><PlayAudio>t1.wav</PlayAudio>'
        "<PlayAudio>t3.wav</PlayAudio></Gather>"
    )
    async with World() as world:
        talk = await answered(world, own, menu)
        began = world.now
        await talk.wait_event("gather")
        took = world.now - began

    assert took == pytest.approx(1 + 3 + 1, abs=0.5)


@virtual
async def test_it_waits_for_a_key(tmp_path: Path) -> None:
    own = persona(tmp_path, "answer", "wait for key: '5'", "wait for key: '5'", "hang up")
    async with World() as world:
        talk = await answered(
            world, own, '<Pause duration="1"/><SendDtmf>1525</SendDtmf><Pause duration="60"/>'
        )
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert talk.phone.digits == "1525"


@virtual
async def test_it_repeats_for_a_while(tmp_path: Path) -> None:
    own = persona(tmp_path, "answer", "repeat: 5s", "beep")
    async with World() as world:
        talk = await answered(world, own, f"<PlayAudio>t1.wav</PlayAudio>{record(8)}")
        event = await talk.wait_event("recordingAvailable")
        (path,) = world.recordings.glob(f"{event['recordingId']}*")
        heard = loaded(str(path))

    (echo,), (beep,) = tones(heard, fixtures.T1_HZ), tones(heard, 1000.0)
    assert echo.duration_s == pytest.approx(1.0, abs=0.1)
    assert beep.start_s == pytest.approx(4.0, abs=0.5)


@virtual
@pytest.mark.parametrize(
    ("steps", "lost"),
    [
        (("loss: 20%", "answer", "tone: 500 Hz for 5s"), True),
        (("answer", "loss: 20%", "tone: 500 Hz for 5s"), True),
        (("loss: 20%", "answer", "loss: 0%", "tone: 500 Hz for 5s"), False),
    ],
)
async def test_its_line_is_bad_when_it_says_so(
    tmp_path: Path, steps: tuple[str, ...], lost: bool
) -> None:
    async with World() as world:
        talk = await answered(world, persona(tmp_path, *steps, "hang up"), '<Pause duration="30"/>')
        await talk.disconnect()
        await asyncio.sleep(1)
        (told,) = [e.data for e in world.store.events(talk.call_id) if e.kind == "media.closed"]

    assert (told["packets_lost"] > 15) == lost


@virtual
async def test_its_sound_comes_unevenly_when_it_says_so(tmp_path: Path) -> None:
    own = persona(tmp_path, "jitter: 80ms", "answer", "tone: 500 Hz for 5s", "hang up")
    async with World() as world:
        talk = await answered(world, own, '<Pause duration="30"/>')
        await talk.disconnect()
        await asyncio.sleep(1)
        (told,) = [e.data for e in world.store.events(talk.call_id) if e.kind == "media.closed"]

    assert told["jitter_ms"] > 5
    assert told["packets_lost"] <= 2


@virtual
async def test_it_calls_with_the_line_that_it_has(tmp_path: Path) -> None:
    """`offhook dial`: nothing rings here, but what holds at any time holds."""
    own = persona(tmp_path, "ring: 3s", "loss: 100%", "answer", "tone: 500 Hz for 3s", "hang up")
    assert own.talk is not None
    async with World() as world:
        world.app.on(fixtures.INITIATE_URL, record(20))
        call: Handset = await world.phone(NUMBER).dial(fixtures.NUMBER)
        await call.wait("answered")
        await own.talk(call, 150, speak)
        await call.wait("ended")
        event = await world.app.wait_event("recordingAvailable")
        (path,) = world.recordings.glob(f"{event['recordingId']}*")
        heard = loaded(str(path))

    assert sum(span.duration_s for span in sounds(heard)) < 0.2


def test_every_step_is_tried_here_and_on_the_page() -> None:
    text = Path(__file__).read_text()

    assert [word for word in KINDS if f'"{word}' not in text] == []
    assert table() in PAGE.read_text()
    assert {kind.phase for kind in KINDS.values()} == set(Phase)
