"""bxml.md 11.3, cases 52 to 69: clips, Pause and Ring."""

import pytest
from tests.scenarios.cases import T1, T3, about, assert_invalid, heard, kinds, times

from offhook.hooks import Credentials
from offhook.testing import sound
from offhook.testing.app import Reply
from offhook.testing.fixtures import LEFT_HZ, RIGHT_HZ, T1_HZ, T3_HZ, sound_files
from offhook.testing.loop import virtual
from offhook.testing.world import World

RING_HZ = 480.0
T1_FILE = "http://app.test/v/t1.wav"


def play(url: str) -> str:
    return f"<PlayAudio>{url}</PlayAudio>"


async def assert_heard_at(verbs: str, start_s: float) -> None:
    """The verbs end with t1, which begins at this second; nothing else is heard before."""
    async with World() as world:
        talk = await world.answered(verbs)
        event = await talk.disconnect()

    assert heard(talk, T1_HZ) == [about([start_s, start_s + 1])]
    assert sound.is_silent(talk.phone.heard[: round(start_s * sound.RATE_HZ)])
    assert event["cause"] == "hangup"


async def assert_application_error(verbs: str, *reasons: str) -> None:
    """The first verb asks for something impossible; nothing is heard or said."""
    async with World() as world:
        talk = await world.answered(verbs)
        event = await talk.disconnect()
        state = await talk.state()

    assert event["cause"] == "application-error"
    assert event["errorMessage"].startswith("PlayAudio failed: ")
    assert all(reason in event["errorMessage"] for reason in reasons)
    assert event["errorId"]
    assert state["disconnectCause"] == "application-error"
    assert sound.is_silent(talk.phone.heard)
    assert world.voice.spoken == []
    assert times(talk, "disconnect") == [about(0)]
    assert talk.phone.end == "hung up by the far end"


@virtual
async def test_case_052_clips_follow_each_other() -> None:
    async with World() as world:
        talk = await world.answered(T1 + T3)
        await talk.disconnect()

    assert heard(talk, T1_HZ) == [about([0, 1])]
    assert heard(talk, T3_HZ) == [about([1, 4])]
    (first,), (second,) = heard(talk, T1_HZ), heard(talk, T3_HZ)
    assert second[0] - first[1] < 0.1


@virtual
async def test_case_053_a_clip_may_be_relative_to_the_document() -> None:
    async with World() as world:
        talk = await world.answered(play("../m/t1.wav"))
        await talk.disconnect()

    (request,) = world.app.requests("http://app.test/m/t1.wav")
    assert request.method == "GET"
    assert heard(talk, T1_HZ) == [about([0, 1])]


@virtual
async def test_case_054_a_clip_may_need_credentials() -> None:
    async with World() as world:
        talk = await world.answered('<PlayAudio username="u" password="p">t1.wav</PlayAudio>')
        await talk.disconnect()

    (request,) = world.app.requests(T1_FILE)
    assert request.credentials == Credentials("u", "p")
    assert heard(talk, T1_HZ) == [about([0, 1])]


@pytest.mark.parametrize("name", ["ulaw.wav", "alaw.wav", "t1.mp3"])
def test_case_055_files_of_all_formats_sound_right(name: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            talk = await world.answered(play(name))
            event = await talk.disconnect()

        (span,) = heard(talk, T1_HZ)
        assert span == about([0, 1], within_s=0.1)  # MP3 pads to whole frames
        middle = talk.phone.heard[2000:6000]
        assert sound.pitch(middle) == pytest.approx(T1_HZ, abs=3)
        assert event["cause"] == "hangup"

    story()


@virtual
async def test_case_056_both_channels_of_a_stereo_file_are_heard() -> None:
    async with World() as world:
        talk = await world.answered(play("st.wav"))
        await talk.disconnect()

    left, right = sound.tones(talk.phone.heard, LEFT_HZ), sound.tones(talk.phone.heard, RIGHT_HZ)
    assert left == right
    assert heard(talk, LEFT_HZ) == [about([0, 1])]


async def assert_plays_t1(url: str, reply: Reply) -> None:
    async with World() as world:
        world.app.on(f"/v/{url}", reply)
        talk = await world.answered(play(url))
        event = await talk.disconnect()

    assert heard(talk, T1_HZ) == [about([0, 1], within_s=0.1)]
    assert event["cause"] == "hangup"


@virtual
async def test_case_057_a_file_without_name_or_type_is_tried_as_wav() -> None:
    await assert_plays_t1("clip", Reply(sound_files()["t1.wav"][0]))


@virtual
async def test_case_058_the_extension_tells_when_the_type_does_not() -> None:
    headers = {"Content-Type": "application/octet-stream"}
    await assert_plays_t1("t1.mp3", Reply(sound_files()["t1.mp3"][0], headers=headers))


@virtual
async def test_case_059_ogg_is_not_played() -> None:
    await assert_application_error(
        play("x.ogg") + "<SpeakSentence>no</SpeakSentence>", "http://app.test/v/x.ogg"
    )


@virtual
async def test_case_060_a_clip_that_is_not_there_ends_the_call() -> None:
    await assert_application_error(
        play("404.wav") + "<SpeakSentence>no</SpeakSentence>", "http://app.test/v/404.wav", "404"
    )


async def requests_for_twice(cache_control: str | None, between: str = "") -> list[float]:
    """Play t1 twice and return the moments, after the document's, when it was asked for."""
    async with World() as world:
        headers = {"Content-Type": "audio/wav"}
        if cache_control:
            headers["Cache-Control"] = cache_control
        world.app.on(T1_FILE, Reply(sound_files()["t1.wav"][0], headers=headers))
        talk = await world.answered(T1 + between + T1)
        event = await talk.disconnect()

    assert sum(end - start for start, end in heard(talk, T1_HZ)) == about(2)
    assert event["cause"] == "hangup"
    first = world.app.requests("/v/answer")[0].at
    return [request.at - first for request in world.app.requests(T1_FILE)]


@virtual
async def test_case_061_a_clip_may_be_kept() -> None:
    assert await requests_for_twice("max-age=60") == about([0])


@virtual
async def test_case_062_a_clip_is_not_kept_without_permission() -> None:
    assert await requests_for_twice(None) == about([0, 1])


@virtual
async def test_case_063_a_clip_is_not_kept_for_too_long() -> None:
    assert await requests_for_twice("max-age=1", '<Pause duration="3"/>') == about([0, 4])


@virtual
async def test_case_064_a_clip_needs_an_address() -> None:
    async with World() as world:
        await assert_invalid(world, T3 + "<PlayAudio/>")
        await assert_invalid(world, T3 + "<PlayAudio> </PlayAudio>")


@virtual
async def test_case_065_a_pause_takes_one_second() -> None:
    await assert_heard_at("<Pause/>" + T1, 1)


@virtual
async def test_case_066_a_pause_has_bounds() -> None:
    await assert_heard_at('<Pause duration="0.1"/>' + T1, 0.1)
    async with World() as world:
        await assert_invalid(world, T1 + '<Pause duration="0.05"/>')
        await assert_invalid(world, T1 + '<Pause duration="86401"/>')


@virtual
async def test_case_067_a_pause_may_be_written_as_a_decimal() -> None:
    await assert_heard_at('<Pause duration="2.0"/>' + T1, 2)


async def assert_rings(verbs: str, tones: list[list[float]], clip_at: float) -> None:
    async with World() as world:
        talk = await world.answered(verbs + T1)
        event = await talk.disconnect()

    assert [about(tone) for tone in tones] == heard(talk, RING_HZ)
    assert heard(talk, T1_HZ) == [about([clip_at, clip_at + 1])]
    assert kinds(talk) == ["answer", "disconnect"]
    assert event["cause"] == "hangup"


@virtual
async def test_case_068_ring_takes_five_seconds() -> None:
    await assert_rings("<Ring/>", [[0, 2]], clip_at=5)  # 2 s of tone, 4 s of silence


@virtual
async def test_case_069_an_answered_party_hears_ringing_whatever_answer_call_says() -> None:
    await assert_rings('<Ring duration="2" answerCall="false"/>', [[0, 2]], clip_at=2)


@virtual
async def test_the_ring_tone_comes_every_six_seconds() -> None:
    """The US cadence of bxml.md 4.13, longer than any case."""
    await assert_rings('<Ring duration="7"/>', [[0, 2], [6, 7]], clip_at=7)
