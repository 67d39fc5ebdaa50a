"""What came from outside, as the log has it."""

import asyncio

from tests.replay.recorded import PAGES, pressed, recorded

from offhook.replay import inputs
from offhook.replay.inputs import Answer, Complete, HangUp, Key, Refuse, Ring, Speak
from offhook.replay.steps import is_point
from offhook.replay.tape import Tape
from offhook.testing import sound
from offhook.testing.phone import refuses
from offhook.testing.world import World


def speech(seconds: float) -> sound.Pcm:
    return sound.tone((210.0, 430.0), seconds, 0.2)


def acts(tape: Tape) -> list[inputs.Act]:
    return [each.act for each in inputs.of(tape)]


def test_an_answered_call_with_a_key() -> None:
    tape = recorded(pressed)
    found = inputs.of(tape)

    assert acts(tape) == [Ring(180, early=False), Answer(), Key("5")]
    key = found[-1]
    points = [event for event in tape.events if is_point(event)]
    assert points[key.points - 1].kind == "verb.started"
    assert 0 < key.after_s < 2


def test_a_refused_call() -> None:
    async def story(world: World) -> None:
        world.phone().behaviour = refuses(486)
        call_id = await world.create_call()
        await world.app.wait_event("disconnect", callId=call_id)

    assert acts(recorded(story)) == [Refuse(486)]


def test_speech_has_its_length_and_a_hang_up_ends_it() -> None:
    async def story(world: World) -> None:
        talk = await world.answered('<Pause duration="30"/>')
        await asyncio.sleep(1)
        await talk.phone.say(speech(2.0))
        await asyncio.sleep(1)
        talk.phone.hang_up()
        await talk.disconnect()

    found = acts(recorded(story))
    (spoken,) = [each for each in found if isinstance(each, Speak)]

    assert abs(spoken.duration_s - 2.0) < 0.2
    assert isinstance(found[-1], HangUp)


def test_a_caller_and_rest() -> None:
    async def story(world: World) -> None:
        talk = await world.calling()
        await asyncio.sleep(1)
        await world.rest.update_call(talk.call_id, state="completed")
        await talk.disconnect()

    assert acts(recorded(story, {**PAGES, "/v/init": '<Pause duration="30"/>'})) == [Complete()]


def test_a_challenge_that_was_answered_is_no_refusal() -> None:
    tape = recorded(pressed)
    challenge = "SIP/2.0 407 Proxy Authentication Required\nCSeq: 1 INVITE\n"
    at = next(i for i, e in enumerate(tape.events) if e.kind == "sip.sent")
    invite = tape.events[at]
    asked = type(invite)(invite.call_id, 0, invite.at, "sip.received", {"message": challenge})
    events = [*tape.events[: at + 1], asked, invite, *tape.events[at + 1 :]]

    assert acts(Tape(tape.call, events)) == acts(tape)
