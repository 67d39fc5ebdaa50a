"""BXML conformance, chapter 11.5: SendDtmf and Tag; StartGather has a file of its own."""

import asyncio

import pytest
from tests.scenarios.cases import HEARD_S, T3, about, arrivals, assert_invalid, kinds

from offhook.testing import sound
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.world import World

TICK_S = 0.02  # RTP events begin with a packet


def starts(call: Handset) -> list[float]:
    """When the keys that a telephone heard began, in seconds since the first."""
    times = [event.at for event in call.events if event.what == "digit"]
    return [at - times[0] for at in times]


@virtual
async def test_case_118_keys_and_pauses_are_sent_as_events() -> None:
    async with World() as world:
        talk = await world.answered("<SendDtmf>1w2</SendDtmf>")
        await talk.phone.wait("ended")

    assert talk.phone.digits == "12"
    assert starts(talk.phone) == about([0, 0.7], TICK_S)


@virtual
async def test_case_118_keys_and_pauses_are_sent_as_sound() -> None:
    """A telephone that does not know RFC 4733 hears the tones, 200 ms each."""
    async with World() as world:
        world.phone().telephone_events = False
        talk = await world.answered("<SendDtmf>1w2</SendDtmf>")
        await talk.phone.wait("ended")

    first, second = sound.sounds(talk.phone.heard)
    assert talk.phone.digits == "12"
    assert second.start_s - first.start_s == about(0.7, TICK_S)
    assert [first.duration_s, second.duration_s] == about([0.2, 0.2], TICK_S)
    assert first.start_s < HEARD_S


@virtual
async def test_case_118_the_verb_ends_with_the_interval_after_the_last_key() -> None:
    async with World() as world:
        talk = await world.answered("<SendDtmf>1w2</SendDtmf>" + T3)
        await talk.phone.wait("ended")

    (clip,) = sound.tones(talk.phone.heard, 1050)
    assert clip.start_s == about(1.3, HEARD_S)


@virtual
async def test_case_119_durations_and_intervals_are_as_wanted() -> None:
    verb = '<SendDtmf toneDuration="100" toneInterval="100">12</SendDtmf>'
    async with World() as world:
        talk = await world.answered(verb)
        await talk.phone.wait("ended")
        world.phone().telephone_events = False
        inband = await world.answered(verb)
        await inband.phone.wait("ended")

    assert talk.phone.digits == inband.phone.digits == "12"
    assert starts(talk.phone) == about([0, 0.2], TICK_S)
    first, second = sound.sounds(inband.phone.heard, gap_s=0.05)
    assert second.start_s - first.start_s == about(0.2, TICK_S)
    assert [first.duration_s, second.duration_s] == about([0.1, 0.1], TICK_S)


@virtual
async def test_case_120_every_key_can_be_sent() -> None:
    async with World() as world:
        talk = await world.answered("<SendDtmf>*#aD0</SendDtmf>")
        await talk.phone.wait("ended")
        world.phone().telephone_events = False
        inband = await world.answered("<SendDtmf>*#aD0</SendDtmf>")
        await inband.phone.wait("ended")

    assert talk.phone.digits == "*#AD0"
    assert inband.phone.digits == "*#AD0"


@pytest.mark.parametrize(
    "verb",
    [
        f"<SendDtmf>{'1' * 51}</SendDtmf>",
        "<SendDtmf>12x</SendDtmf>",
        "<SendDtmf> </SendDtmf>",
        '<SendDtmf toneDuration="49">1</SendDtmf>',
    ],
)
def test_case_121_what_cannot_be_sent_is_invalid(verb: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            await assert_invalid(world, verb)

    story()


@virtual
async def test_case_122_a_tag_is_trimmed() -> None:
    async with World() as world:
        talk = await world.answered('<Tag> a b </Tag><Redirect redirectUrl="/r"/>')
        event = await talk.wait_event("redirect")

    assert event["tag"] == "a b"


@virtual
async def test_case_123_an_empty_tag_clears_it() -> None:
    async with World() as world:
        talk = await world.answered('<Tag/><Redirect redirectUrl="/r"/>', tag="t0")
        await talk.disconnect()

    answer, redirect, disconnect = talk.events()
    assert answer["tag"] == "t0"
    assert "tag" not in redirect
    assert "tag" not in disconnect


@virtual
async def test_case_124_a_tag_stays_until_it_is_changed() -> None:
    async with World() as world:
        world.app.on("/r", '<Gather gatherUrl="/g" firstDigitTimeout="0"/>')
        talk = await world.answered('<Redirect redirectUrl="/r" tag="x"/>')
        event = await talk.wait_event("gather")
        await talk.disconnect()

    assert event["tag"] == "x"
    assert [event.get("tag") for event in talk.events()] == [None, "x", "x", "x"]


@virtual
async def test_case_125_an_empty_tag_attribute_clears_it() -> None:
    async with World() as world:
        talk = await world.answered('<Tag>x</Tag><Redirect redirectUrl="/r" tag=""/>')
        await talk.disconnect()

    assert kinds(talk) == ["answer", "redirect", "disconnect"]
    assert not any("tag" in event for event in talk.events())


@virtual
async def test_case_126_a_tag_has_a_length() -> None:
    async with World() as world:
        await assert_invalid(world, f"<Tag>{'t' * 257}</Tag>")
        longest = await world.answered(f"<Tag>{'t' * 256}</Tag>")

        assert (await longest.disconnect())["tag"] == "t" * 256


@virtual
async def test_case_127_a_tag_is_set_when_its_verb_starts() -> None:
    async with World() as world:
        talk = await world.answered(f"<Tag>p</Tag>{T3}<Tag>q</Tag>")
        await asyncio.sleep(1)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert (event["cause"], event["tag"]) == ("hangup", "p")
    assert len(arrivals(talk, "disconnect")) == 1
