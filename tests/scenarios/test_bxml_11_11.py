"""BXML conformance, chapter 11.11: live transcription; and what the cases leave open."""

import asyncio
from typing import Any

import numpy as np
import pytest
from tests.scenarios.cases import assert_invalid, began, kinds

from offhook.clock import parse_timestamp
from offhook.errors import transcriptions
from offhook.media.messages import Close, Lost
from offhook.testing import fixtures
from offhook.testing.loop import EPOCH, virtual
from offhook.testing.sockets import REFUSED, Greeting, Link
from offhook.testing.sound import silence
from offhook.testing.words import ReadableVoice, speak
from offhook.testing.world import Talk, World

URL = "wss://ws.test/t"
WAIT = '<Pause duration="5"/>'


class Talking(World):
    """Its synthesizer is understood by its recogniser."""

    make_voice = ReadableVoice


class Deaf(World):
    make_recognizer = None


def start(
    name: str | None = "t", more: str = "", *, url: str | None = URL, told: str | None = "/te"
) -> str:
    """Return a StartTranscription."""
    named = f' name="{name}"' if name else ""
    where = f' destination="{url}"' if url else ""
    events = f' transcriptionEventUrl="{told}"' if told else ""
    return f"<StartTranscription{named}{where}{events} {more}/>"


def told(talk: Talk) -> list[str]:
    """Return what the application was told of transcriptions, with causes and statuses."""
    found = []
    for event in talk.events():
        if (kind := event["eventType"]).startswith("realTimeTranscription"):
            shown = event["realTimeTranscription"]
            parts = (kind.removeprefix("realTimeTranscription"), event.get("cause"))
            found.append(" ".join(filter(None, (*parts, shown.get("status")))))
    return found


async def texts(talk: Talk) -> list[dict[str, Any]]:
    """Return what REST has of the call's transcriptions that are over."""
    path = f"/calls/{talk.call_id}/transcriptions"
    listed = (await talk.world.rest.request("GET", path)).json()
    found = [
        await talk.world.rest.request("GET", f"{path}/{each['transcriptionId']}") for each in listed
    ]
    return [each.json() for each in found if each.status == 200]


def said(link: Link, track: str = "inbound", *, final: bool = True) -> list[str]:
    """Return what came over a WebSocket."""
    return [
        each["transcript"]
        for each in link.of("transcription")
        if each["track"] == track and each["isPartial"] is not final
    ]


@virtual
async def test_case_245_what_both_say_comes_as_it_is_said() -> None:
    param = '<CustomParam name="k" value="v"/></StartTranscription>'
    verb = start(more='tracks="both"').replace("/>", f">{param}")
    async with Talking() as world:
        talk = await world.answered(verb + "<SpeakSentence>how are you</SpeakSentence>" + WAIT)
        link = await world.app.sockets.wait_link()
        await asyncio.sleep(2.0)
        await talk.phone.say(speak("very well."))
        await talk.disconnect()
        available = await talk.wait_event("realTimeTranscriptionAvailable")
        await link.wait_end()
        (text,) = await texts(talk)

    first, *between, last = [each.json for each in link.messages]
    started = talk.events("realTimeTranscriptionStarted")[0]["realTimeTranscription"]
    assert (first["eventType"], first["customParams"]) == ("start", {"k": "v"})
    assert first["metadata"] == {
        "accountId": fixtures.ACCOUNT_ID,
        "callId": talk.call_id,
        "realTimeTranscriptionId": started["id"],
        "transcriptionName": "t",
        "tracks": [{"name": "inbound"}, {"name": "outbound"}],
        "stabilized": True,
    }
    assert (last["eventType"], last["metadata"]) == ("stop", first["metadata"])
    assert {each["eventType"] for each in between} == {"transcription"}
    assert (said(link), said(link, "outbound")) == (["very well."], ["how are you"])
    assert told(talk) == ["Started", "Stopped closed", "Available available"]
    assert started | {"id": ""} == {
        "id": "",
        "name": "t",
        "startTime": started["startTime"],
        "tracks": ["inbound", "outbound"],
        "destination": URL,
        "stabilized": "true",
    }
    shown = available["realTimeTranscription"]
    assert shown["url"].endswith(f"/calls/{talk.call_id}/transcriptions/{started['id']}")
    assert shown["completedTime"] >= shown["startTime"]
    assert [(each["track"], each["transcript"]) for each in text["tracks"]] == [
        ("inbound", "very well."),
        ("outbound", "how are you"),
    ]
    assert link.handshake.credentials is None


@virtual
async def test_words_have_their_times_and_marks_are_no_words() -> None:
    async with World() as world:
        talk = await world.answered(start() + WAIT)
        link = await world.app.sockets.wait_link()
        await asyncio.sleep(1.0)
        at = EPOCH + world.now
        await talk.phone.say(speak("yes, please"))
        message = await link.wait("transcription")
        await talk.disconnect()

    yes, comma, please = message["items"]
    assert [yes["content"], comma["content"], please["content"]] == ["yes", ",", "please"]
    assert [yes["type"], comma["type"]] == ["PRONUNCIATION", "PUNCTUATION"]
    assert (yes["stable"], yes["confidence"]) == (True, 0.9)
    assert parse_timestamp(yes["startTime"]) == pytest.approx(at, abs=0.15)
    assert parse_timestamp(please["startTime"]) == pytest.approx(at + 0.3, abs=0.15)
    assert (message["language"], message["transcript"]) == ("en-US", "yes, please")
    assert message["startTime"] <= yes["startTime"] <= message["endTime"]


@virtual
async def test_case_246_without_a_destination_there_is_only_the_text() -> None:
    async with World() as world:
        talk = await world.answered(start(url=None) + WAIT)
        await talk.phone.say(speak("hello"))
        await talk.disconnect()
        event = await talk.wait_event("realTimeTranscriptionAvailable")
        (text,) = await texts(talk)

    assert told(talk) == ["Available available"]
    assert {"destination", "stabilized"}.isdisjoint(event["realTimeTranscription"])
    assert text["tracks"][0]["transcript"] == "hello"


@virtual
async def test_case_247_without_a_url_nothing_is_told() -> None:
    async with World() as world:
        talk = await world.answered(start(told=None) + WAIT)
        link = await world.app.sockets.wait_link()
        await talk.phone.say(speak("hello"))
        await talk.disconnect()
        await link.wait_end()
        (text,) = await texts(talk)

    assert kinds(talk) == ["answer", "disconnect"]
    assert said(link) == ["hello"]
    assert text["tracks"][0]["transcript"] == "hello"


@virtual
@pytest.mark.parametrize("url", [URL, None])
async def test_case_248_a_name_is_taken_once(url: str | None) -> None:
    async with World() as world:
        talk = await world.answered(start(url=url) + start(url=url) + WAIT)
        event = await talk.wait_event("realTimeTranscriptionRejected")
        await talk.disconnect()
        await talk.wait_event("realTimeTranscriptionAvailable")

    assert event["cause"] == "duplicate"
    assert event["errorMessage"] == "A real-time transcription with the name t already exists"
    assert event["transcription"] == event["realTimeTranscription"]
    assert event["originalTranscription"]["name"] == "t"
    assert event["originalTranscription"]["id"] != event["transcription"]["id"]
    assert told(talk).count("Rejected duplicate") == 1
    assert told(talk)[-1] == "Available available"


@virtual
async def test_case_249_words_that_may_change_are_sent_if_wanted() -> None:
    words = "please send me a new card by mail thank you so much"
    async with World() as world:
        talk = await world.answered(start(more='stabilized="false"') + WAIT)
        link = await world.app.sockets.wait_link()
        await talk.phone.say(speak(words))
        await talk.disconnect()
        await link.wait_end()

    partial = [each for each in link.of("transcription") if each["isPartial"]]
    assert len(partial) >= 2
    assert all(not item["stable"] for each in partial for item in each["items"])
    assert said(link) == [words]
    assert link.of("start")[0]["metadata"]["stabilized"] is False
    shown = talk.events("realTimeTranscriptionStarted")[0]["realTimeTranscription"]
    assert shown["stabilized"] == "false"


@virtual
async def test_case_250_by_default_every_word_is_stable() -> None:
    async with World() as world:
        talk = await world.answered(start() + WAIT)
        link = await world.app.sockets.wait_link()
        await talk.phone.say(speak("please send me a new card by mail"))
        await talk.disconnect()
        await link.wait_end()

    (message,) = link.of("transcription")
    assert message["isPartial"] is False
    assert all(item["stable"] is True for item in message["items"])


@virtual
async def test_case_251_all_stop() -> None:
    await stopped("<StopTranscription/>", [])


@virtual
async def test_case_252_one_stops() -> None:
    await stopped('<StopTranscription name="t"/>', ["u"])


@virtual
async def test_case_253_an_unknown_name_stops_nothing() -> None:
    await stopped('<StopTranscription name="zz"/>', ["t", "u"])


async def stopped(stop: str, left: list[str]) -> None:
    """Begin t and u, stop, speak: those that are left have heard it."""
    async with World() as world:
        talk = await world.answered(start("t") + start("u") + '<Pause duration="2"/>' + stop + WAIT)
        await world.app.sockets.wait_link(count=2)
        await asyncio.sleep(3.0)
        await talk.phone.say(speak("hello"))
        await talk.disconnect()
        for link in world.app.sockets.links:
            await link.wait_end()

    names = [
        each.of("start")[0]["metadata"]["transcriptionName"] for each in world.app.sockets.links
    ]
    heard = [bool(said(each)) for each in world.app.sockets.links]
    assert [name for name, did in zip(names, heard, strict=True) if did] == left
    assert told(talk).count("Stopped closed") == 2


@virtual
async def test_case_254_a_call_has_four_tracks() -> None:
    both = 'tracks="both"'
    async with World() as world:
        talk = await world.answered(
            start("a", both) + start("b", both) + start("c", url=None) + WAIT
        )
        event = await talk.wait_event("realTimeTranscriptionRejected")
        await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == (
        "track-limit",
        "The maximum of 4 tracks has been reached",
    )
    assert "originalTranscription" not in event


@virtual
async def test_case_255_a_transcription_has_twelve_params() -> None:
    params = '<CustomParam name="k" value="v"/>' * 13
    async with World() as world:
        await assert_invalid(world, f"<StartTranscription>{params}</StartTranscription>")


@virtual
@pytest.mark.parametrize("name", ["a b!", "x" * 256, "ä"])
async def test_case_256_a_name_has_its_letters_and_length(name: str) -> None:
    async with World() as world:
        await assert_invalid(world, f'<StartTranscription name="{name}"/>')


@virtual
async def test_case_257_credentials_need_https() -> None:
    async with World() as world:
        await assert_invalid(
            world, '<StartTranscription transcriptionEventUrl="http://pub.test/x" username="u"/>'
        )


@virtual
@pytest.mark.parametrize(
    ("greeting", "message"),
    [(REFUSED, "Could not connect to wss://ws.test/t"), (Greeting("HTTP 404"), "Could not")],
)
async def test_a_server_that_is_not_there(greeting: Greeting, message: str) -> None:
    async with World() as world:
        world.app.sockets.on(URL, greeting)
        talk = await world.answered(start() + WAIT)
        event = await talk.wait_event("realTimeTranscriptionRejected")
        await talk.disconnect()
        listed = await texts(talk)

    assert event["cause"] == "connection-error"
    assert event["errorMessage"].startswith(message)
    assert (told(talk), listed) == (["Rejected connection-error"], [])


@virtual
@pytest.mark.parametrize("url", [URL, None])
async def test_without_a_recogniser_it_is_rejected(url: str | None) -> None:
    async with Deaf() as world:
        talk = await world.answered(start(url=url) + WAIT)
        event = await talk.wait_event("realTimeTranscriptionRejected")
        await talk.disconnect()

    assert event["cause"] == "error"
    assert event["errorMessage"] == transcriptions.UNAVAILABLE.text(
        reason="no speech recogniser is installed"
    )
    assert world.app.sockets.links == []


@virtual
@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ('preferredLanguages="es-US,fr-FR"', "Rejected error"),
        ('preferredLanguages="es-US,en-GB"', "Started"),
        ('preferredLanguages="es-US" detectLanguage="true"', "Started"),
    ],
)
async def test_a_language_must_be_understood(more: str, kind: str) -> None:
    async with World() as world:
        talk = await world.answered(start(more=more) + '<Pause duration="1"/>')
        await talk.disconnect()

    assert told(talk)[0] == kind


@virtual
@pytest.mark.parametrize(
    ("ending", "cause"),
    [
        (lambda link: link.close(), "closed"),
        (lambda link: link.drop(), "connection-error"),
        (lambda link: link.close(1011, "no model"), "connection-error"),
    ],
)
async def test_a_server_that_leaves_ends_it_and_the_text_stays(ending: Any, cause: str) -> None:
    async with World() as world:
        talk = await world.answered(start() + WAIT)
        link = await world.app.sockets.wait_link()
        await talk.phone.say(np.concatenate([speak("hello"), silence(1.0)]))
        ending(link)
        event = await talk.wait_event("realTimeTranscriptionStopped")
        await talk.wait_event("realTimeTranscriptionAvailable")
        (text,) = await texts(talk)
        await talk.disconnect()

    assert (event["cause"], "errorMessage" in event) == (cause, cause != "closed")
    assert event["transcription"] == event["realTimeTranscription"]
    assert event["transcription"]["duration"].startswith("PT")
    assert text["tracks"][0]["transcript"] == "hello"
    assert told(talk) == ["Started", f"Stopped {cause}", "Available available"]


@virtual
async def test_what_is_said_last_comes_before_the_stop() -> None:
    async with World() as world:
        talk = await world.answered(start() + WAIT)
        link = await world.app.sockets.wait_link()
        await talk.phone.say(np.concatenate([speak("good bye"), silence(0.1)]))
        talk.phone.hang_up()
        await talk.disconnect()
        await link.wait_end()

    assert [each.json["eventType"] for each in link.messages] == ["start", "transcription", "stop"]
    assert said(link) == ["good bye"]
    assert kinds(talk).index("realTimeTranscriptionStopped") < kinds(talk).index("disconnect")
    assert began(talk) >= 0


@virtual
async def test_a_media_worker_that_dies_breaks_it() -> None:
    async with World() as world:
        talk = await world.answered(start() + WAIT)
        await world.app.sockets.wait_link()
        await asyncio.sleep(1.0)
        world.node.media.send(Close(talk.call_id))  # nothing is left of it
        world.node.exchange.on_report(Lost(talk.call_id, "signal 9"))
        event = await talk.wait_event("realTimeTranscriptionStopped")
        await talk.disconnect()

    assert (event["cause"], event["errorMessage"]) == (
        "error",
        "An unknown internal error occurred",
    )
