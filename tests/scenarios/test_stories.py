"""Whole calls, told from outside: an application, a telephone, and exact seconds."""

import asyncio

import pytest

from offhook.testing import sound
from offhook.testing.fixtures import PARTY, T1_HZ, T3_HZ
from offhook.testing.loop import virtual
from offhook.testing.phone import answers, busy, only_rings
from offhook.testing.world import World


@virtual
async def test_a_clip_is_played_and_the_call_ends() -> None:
    async with World() as world:
        talk = await world.answered("<PlayAudio>t1.wav</PlayAudio>")
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    (span,) = sound.tones(talk.phone.heard, T1_HZ)
    assert span.about(0, 1)
    assert talk.phone.end == "hung up by the far end"


@virtual
async def test_clips_follow_each_other_without_a_gap() -> None:
    """bxml.md case 52."""
    async with World() as world:
        talk = await world.answered("<PlayAudio>t1.wav</PlayAudio><PlayAudio>t3.wav</PlayAudio>")
        await talk.disconnect()

    (first,) = sound.tones(talk.phone.heard, T1_HZ)
    (second,) = sound.tones(talk.phone.heard, T3_HZ)
    assert first.duration_s == pytest.approx(1, abs=0.06)
    assert second.duration_s == pytest.approx(3, abs=0.06)
    assert second.start_s - first.end_s < 0.1


@virtual
async def test_digits_are_gathered() -> None:
    """bxml.md case 84."""
    async with World() as world:
        talk = await world.answered('<Gather gatherUrl="/g" terminatingDigits="#"/>')
        await asyncio.sleep(1)
        await talk.phone.press("123#")
        event = await talk.wait_event("gather")
        await talk.disconnect()

    assert event["digits"] == "123"
    assert event["terminatingDigit"] == "#"


@virtual
async def test_a_prompt_is_cut_by_the_first_key() -> None:
    """bxml.md case 92."""
    async with World() as world:
        talk = await world.answered(
            '<Gather gatherUrl="/g"><PlayAudio>t3.wav</PlayAudio>'
            "<PlayAudio>t1.wav</PlayAudio></Gather>"
        )
        await asyncio.sleep(1)
        await talk.phone.press("9")
        await talk.disconnect()

    (span,) = sound.tones(talk.phone.heard, T3_HZ)
    assert span.about(0, 1)
    assert sound.tones(talk.phone.heard, T1_HZ) == []


@virtual
async def test_a_caller_hears_ringing_until_the_document_answers() -> None:
    """bxml.md case 39."""
    async with World() as world:
        talk = await world.calling(
            '<Ring duration="2" answerCall="false"/><PlayAudio>t1.wav</PlayAudio>'
        )
        rang = await talk.phone.wait("ringing")
        answered = await talk.phone.wait("answered")
        event = await talk.disconnect()

    assert answered - rang == pytest.approx(2, abs=0.3)
    (span,) = sound.tones(talk.phone.heard, T1_HZ)
    assert span.about(0, 1)
    assert event["cause"] == "hangup"


@virtual
async def test_an_empty_document_refuses_a_caller() -> None:
    """bxml.md case 5."""
    async with World() as world:
        talk = await world.calling("")
        event = await talk.disconnect()

    assert event["cause"] == "rejected"
    assert "answerTime" not in event
    assert talk.phone.when("answered") is None
    assert talk.phone.end is not None
    assert talk.phone.end.startswith("refused")


@virtual
async def test_a_caller_who_gives_up_is_a_cancelled_call() -> None:
    """bxml.md case 48."""
    async with World() as world:
        talk = await world.calling('<Ring duration="20" answerCall="false"/>')
        await asyncio.sleep(2)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "cancel"
    assert "answerTime" not in event


@virtual
async def test_a_busy_party_and_one_that_does_not_answer() -> None:
    async with World() as world:
        world.phone().behaviour = busy
        first = await world.create_call()
        assert (await world.app.wait_event("disconnect", callId=first))["cause"] == "busy"

        world.phone().behaviour = only_rings
        second = await world.create_call(callTimeout=5)
        rang = await (await world.phone().wait_call(2)).wait("ringing")
        event = await world.app.wait_event("disconnect", callId=second)

        assert event["cause"] == "timeout"
        assert world.now - rang == pytest.approx(5, abs=0.3)


@virtual
async def test_speech_is_heard_and_the_party_may_hang_up() -> None:
    async with World() as world:
        world.phone().behaviour = answers(after_s=3)
        talk = await world.answered(
            "<SpeakSentence>hello there</SpeakSentence><Pause duration='60'/>"
        )
        await asyncio.sleep(5)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert world.voice.spoken[0].text == "hello there"
    assert sound.sounds(talk.phone.heard)[0].about(0, 0.66)
    assert event["cause"] == "hangup"
    assert world.phone(PARTY).call is talk.phone


@virtual
async def test_a_document_is_replaced_by_rest() -> None:
    """bxml.md case 27."""
    async with World() as world:
        talk = await world.answered('<Pause duration="30"/>')
        await asyncio.sleep(2)
        answer = await world.rest.update_bxml(
            talk.call_id,
            "<Response><PlayAudio>http://m.test/t1.wav</PlayAudio></Response>",
        )
        await talk.disconnect()

    assert answer.status == 204
    (span,) = sound.tones(talk.phone.heard, T1_HZ)
    assert span.about(2, 3)
    assert talk.events("redirect") == []
