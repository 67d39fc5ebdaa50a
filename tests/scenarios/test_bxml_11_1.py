"""bxml.md 11.1, cases 1 to 22: what a document may look like, and how it is delivered."""

from uuid import UUID

import pytest
from tests.scenarios.cases import T1, about, arrivals, began, heard, kinds, sip_sent, times

from offhook.calls.limits import PLAY_OUT_S
from offhook.testing import sound
from offhook.testing.app import Reply, document
from offhook.testing.fixtures import ANSWER_URL, T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.voice import SPEECH_HZ
from offhook.testing.world import World

XML = {"Content-Type": "application/xml; charset=utf-8"}
LONGEST_BYTES = 65_536


def xml(body: str | bytes) -> Reply:
    return Reply(body, headers=XML)


def padded(size: int) -> bytes:
    """Return a document that plays t1, of so many bytes."""
    start, end = f"<Response>{T1}<!--".encode(), b"--></Response>"
    return start + b"x" * (size - len(start) - len(end)) + end


async def assert_greets(reply: Reply) -> None:
    """The reply says "hi", and the call ends by itself."""
    async with World() as world:
        talk = await world.answered(reply)
        event = await talk.disconnect()

    assert world.voice.spoken[0].text == "hi"
    assert heard(talk, SPEECH_HZ) == [about([0, 0.12])]
    assert times(talk, "disconnect") == [about(0.12 + PLAY_OUT_S)]
    assert event["cause"] == "hangup"
    assert "errorMessage" not in event
    assert "errorId" not in event
    assert talk.phone.end == "hung up by the far end"


async def assert_plays(reply: Reply) -> None:
    """The reply plays t1."""
    async with World() as world:
        talk = await world.answered(reply)
        event = await talk.disconnect()

    assert heard(talk, T1_HZ) == [about([0, 1])]
    assert event["cause"] == "hangup"


async def assert_refused_document(reply: Reply, reason: str = "") -> None:
    """Nothing in the reply runs, and the call ends with `invalid-bxml`."""
    async with World() as world:
        talk = await world.answered(reply)
        event = await talk.disconnect()
        state = await talk.state()

    expected = f"Invalid BXML received from {ANSWER_URL}: "
    assert event["cause"] == "invalid-bxml"
    assert event["errorMessage"].startswith(expected)
    assert reason in event["errorMessage"].removeprefix(expected)
    assert str(UUID(event["errorId"])) == event["errorId"]
    assert times(talk, "disconnect") == [about(0)]
    assert kinds(talk) == ["answer", "disconnect"]
    assert [request.path for request in world.app.received] == ["/v/answer", "/v/status"]
    assert sound.is_silent(talk.phone.heard)
    assert talk.phone.end == "hung up by the far end"
    assert state["disconnectCause"] == "invalid-bxml"
    assert (state["errorMessage"], state["errorId"]) == (event["errorMessage"], event["errorId"])


@virtual
async def test_case_001_a_document_speaks_and_the_call_ends() -> None:
    await assert_greets(xml("<Response><SpeakSentence>hi</SpeakSentence></Response>"))


@virtual
async def test_case_002_the_root_may_be_bxml() -> None:
    await assert_greets(xml("<Bxml><SpeakSentence>hi</SpeakSentence></Bxml>"))


@virtual
async def test_case_003_no_other_root_will_do() -> None:
    await assert_refused_document(xml(f"<Foo>{T1}</Foo>"), "root must be <Response> or <Bxml>")


@virtual
async def test_case_004_an_empty_document_hangs_up() -> None:
    async with World() as world:
        talk = await world.answered(xml("<Response/>"))
        event = await talk.disconnect()
        await talk.phone.wait("ended")

    assert event["cause"] == "hangup"
    assert "errorMessage" not in event
    assert times(talk, "disconnect") == [about(0)]
    assert talk.phone.end == "hung up by the far end"


@virtual
async def test_case_005_an_empty_document_refuses_a_caller() -> None:
    async with World() as world:
        talk = await world.calling(xml("<Response/>"))
        event = await talk.disconnect()

    assert sip_sent(world) == ["SIP/2.0 180 Ringing", "SIP/2.0 603 Decline"]
    assert talk.phone.end == "refused: 603 Decline"
    assert event["cause"] == "rejected"
    assert "answerTime" not in event
    assert "errorMessage" not in event
    assert "errorId" not in event


@virtual
async def test_case_006_a_document_must_be_well_formed() -> None:
    await assert_refused_document(xml("<Response><Pause></Response>"), "not well-formed")


@virtual
async def test_case_007_an_unknown_verb_spoils_the_whole_document() -> None:
    await assert_refused_document(xml(f"<Response>{T1}<Dance/></Response>"), "Dance")


@virtual
async def test_case_008_names_of_verbs_are_case_sensitive() -> None:
    reply = xml("<Response><playaudio>t1.wav</playaudio></Response>")
    await assert_refused_document(reply, "playaudio")


@virtual
async def test_case_009_an_unknown_attribute_is_ignored() -> None:
    async with World() as world:
        talk = await world.answered(f'<Pause duration="1" colour="red"/>{T1}')
        event = await talk.disconnect()

    assert heard(talk, T1_HZ) == [about([1, 2])]
    assert sound.sounds(talk.phone.heard)[0].start_s >= 1
    assert event["cause"] == "hangup"


@virtual
async def test_case_010_a_document_of_64_kib_runs() -> None:
    body = padded(LONGEST_BYTES)
    assert len(body) == 65_536
    await assert_plays(xml(body))


@virtual
async def test_case_011_a_document_of_one_byte_more_is_refused() -> None:
    body = padded(LONGEST_BYTES + 1)
    assert len(body) == 65_537
    await assert_refused_document(xml(body), "must not exceed 64 KB")


@virtual
async def test_case_012_entities_are_refused_and_never_fetched() -> None:
    body = (
        '<!DOCTYPE Response [<!ENTITY e SYSTEM "http://app.test/entity">]>'
        "<Response><SpeakSentence>&e;</SpeakSentence></Response>"
    )
    await assert_refused_document(xml(body))  # it asserts what was requested, too


@virtual
async def test_case_013_xml_in_its_sunday_best_is_read() -> None:
    body = (
        "\N{BYTE ORDER MARK}<?xml version='1.0' encoding='utf-8' standalone='yes'?>"
        "<!-- hello --><Response><Tag><![CDATA[a <b> & c]]></Tag><Pause duration='1'/></Response>"
    )
    async with World() as world:
        talk = await world.answered(xml(body))
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert event["tag"] == "a <b> & c"
    assert times(talk, "disconnect") == [about(1)]


@virtual
async def test_case_014_letters_beyond_ascii_arrive() -> None:
    async with World() as world:
        talk = await world.answered('<Tag>Grüße</Tag><Redirect redirectUrl="/r"/>')
        event = await talk.disconnect()

    assert talk.events("redirect")[0]["tag"] == "Grüße"
    assert event["tag"] == "Grüße"


@virtual
async def test_case_015_a_document_may_be_text_xml() -> None:
    body = f"<Response>{T1}</Response>"
    await assert_plays(Reply(body, headers={"Content-Type": "text/xml"}))


@virtual
async def test_case_016_a_document_may_be_called_plain_text() -> None:
    body = f"<Response>{T1}</Response>"
    await assert_plays(Reply(body, headers={"Content-Type": "text/plain"}))


@virtual
async def test_case_017_json_is_no_document() -> None:
    await assert_refused_document(Reply("{}", headers={"Content-Type": "application/json"}))


@virtual
async def test_case_018_204_hangs_up() -> None:
    async with World() as world:
        talk = await world.answered(Reply(status=204))
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert "errorMessage" not in event
    assert times(talk, "disconnect") == [about(0)]


@virtual
async def test_case_019_an_answer_url_that_fails_ends_the_call() -> None:
    async with World() as world:
        talk = await world.answered(Reply(status=500))
        event = await talk.disconnect()
        state = await talk.state()

    assert event["cause"] == "callback-error"
    assert event["errorMessage"] == (
        "Could not deliver answer webhook to http://app.test/v/answer: HTTP 500"
    )
    assert str(UUID(event["errorId"])) == event["errorId"]
    assert kinds(talk) == ["answer", "disconnect"]
    assert state["errorMessage"] == event["errorMessage"]


@virtual
async def test_case_020_the_fallback_url_takes_over_and_is_the_base() -> None:
    async with World() as world:
        world.app.on("http://m.test/fallback/answer", T1)
        talk = await world.answered(
            Reply(status=500), answerFallbackUrl="http://m.test/fallback/answer"
        )
        event = await talk.disconnect()

    primary, fallback = arrivals(talk, "answer")
    assert fallback.url == "http://m.test/fallback/answer"
    assert fallback.event == primary.event
    assert len(world.app.requests("http://m.test/fallback/t1.wav")) == 1
    assert world.app.requests("/v/t1.wav") == []
    assert heard(talk, T1_HZ) == [about([0, 1])]
    assert event["cause"] == "hangup"


@pytest.mark.slow
@virtual
async def test_case_021_an_answer_url_has_15_seconds() -> None:
    async with World() as world:
        world.phone().listens = False
        talk = await world.answered(document(T1).after(16))
        event = await talk.disconnect()

    assert world.now - began(talk) > 15
    assert times(talk, "disconnect") == [about(15)]
    assert event["cause"] == "callback-error"
    assert event["errorMessage"].endswith("/v/answer: timed out after 15 seconds")


@virtual
async def test_case_022_callback_timeout_is_obeyed() -> None:
    async with World() as world:
        talk = await world.answered(document(T1).after(3), callbackTimeout=1.5)
        event = await talk.disconnect()

    assert times(talk, "disconnect") == [about(1.5)]
    assert event["cause"] == "callback-error"
    assert event["errorMessage"].endswith("/v/answer: timed out after 1.5 seconds")
    assert world.app.requests("/v/t1.wav") == []
