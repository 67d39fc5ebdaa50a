"""bxml.md 11.1, cases 23 to 35: where webhooks go, and what REST does to a running document."""

import asyncio

import pytest
from tests.scenarios.cases import T1, T3, about, arrivals, clips, heard, kinds, times

from offhook.calls.limits import PLAY_OUT_S
from offhook.hooks import Credentials
from offhook.testing.app import document
from offhook.testing.fixtures import T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.world import Talk, World

JSON = {"Content-Type": "application/json"}
PAUSED = '<Pause duration="3"/>' + T1  # shorter than the table's 30 s, so that its end is seen too


def bxml(verbs: str) -> str:
    return f"<Response>{verbs}</Response>"


async def paused(world: World) -> Talk:
    """Return a call that has been in a long Pause for two seconds."""
    talk = await world.answered('<Pause duration="30"/>' + T3)
    await talk.wait_event("answer")
    await asyncio.sleep(2)
    return talk


async def assert_pause_went_on(talk: Talk) -> None:
    """The call of PAUSED takes its course."""
    event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert heard(talk, T1_HZ) == [about([3, 4])]
    assert kinds(talk) == ["answer", "disconnect"]


@virtual
async def test_case_023_a_relative_redirect_goes_beside_the_document() -> None:
    async with World() as world:
        talk = await world.answered('<Redirect redirectUrl="next?a=1&amp;b=2"/>')
        await talk.disconnect()

    (request,) = arrivals(talk, "redirect")
    assert request.method == "POST"
    assert request.url == "http://app.test/v/next?a=1&b=2"


@virtual
async def test_case_024_each_document_has_its_own_base() -> None:
    async with World() as world:
        world.app.on("/g", '<Redirect redirectUrl="h"/>')
        talk = await world.answered('<Gather gatherUrl="/g" firstDigitTimeout="0"/>')
        await talk.disconnect()

    assert [request.url for request in arrivals(talk, "gather")] == ["http://app.test/g"]
    assert [request.url for request in arrivals(talk, "redirect")] == ["http://app.test/h"]


@virtual
async def test_case_025_get_carries_the_event_in_the_query() -> None:
    async with World() as world:
        talk = await world.answered('<Redirect redirectUrl="/r" redirectMethod="GET" tag="t"/>')
        await talk.disconnect()

    (request,) = world.app.requests("/r")
    assert request.method == "GET"
    assert request.body == b""
    assert request.event["eventType"] == "redirect"
    assert request.event["callId"] == talk.call_id
    assert request.event["tag"] == "t"
    assert "from=%2B12025550100&" in request.url


@virtual
async def test_case_026_a_redirect_may_have_credentials() -> None:
    async with World() as world:
        talk = await world.answered('<Redirect redirectUrl="/r" username="u" password="p"/>')
        await talk.disconnect()

    (request,) = world.app.requests("/r")
    assert request.credentials == Credentials("u", "p")


@virtual
async def test_case_027_a_document_from_rest_takes_over_at_once() -> None:
    async with World() as world:
        talk = await paused(world)
        answer = await world.rest.update_bxml(
            talk.call_id, bxml("<PlayAudio>http://m.test/t1.wav</PlayAudio>")
        )
        event = await talk.disconnect()

    assert (answer.status, answer.body) == (204, b"")
    assert heard(talk, T1_HZ) == [about([2, 3])]
    assert clips(talk.phone.heard) == ["t1"]
    assert times(talk, "disconnect") == [about(3 + PLAY_OUT_S)]
    assert event["cause"] == "hangup"
    assert kinds(talk) == ["answer", "disconnect"]


@virtual
async def test_case_028_a_bad_document_from_rest_changes_nothing() -> None:
    async with World() as world:
        talk = await world.answered(PAUSED)
        await asyncio.sleep(0.5)
        malformed = await world.rest.update_bxml(talk.call_id, "<Response><Pause></Response>")
        empty = await world.rest.update_bxml(talk.call_id, "")
        unknown = await world.rest.update_bxml(talk.call_id, bxml("<Dance/>"))
        await assert_pause_went_on(talk)

    for answer in malformed, empty, unknown:
        assert answer.status == 400
        assert sorted(answer.json()) == ["description", "id", "type"]
        assert answer.json()["type"] == "validation"
    assert malformed.json()["description"].startswith("Invalid BXML: ")
    assert unknown.json()["description"].startswith("Invalid BXML: ")


@virtual
async def test_case_029_a_document_from_rest_must_be_xml() -> None:
    async with World() as world:
        talk = await world.answered(PAUSED)
        await asyncio.sleep(0.5)
        answer = await world.rest.request(
            "PUT", f"/calls/{talk.call_id}/bxml", headers=JSON, body=bxml(T3).encode()
        )
        await assert_pause_went_on(talk)

    assert answer.status == 415
    assert answer.json()["description"] == "Content type 'application/json' not supported"


@virtual
async def test_case_030_a_document_for_an_ended_call_is_refused() -> None:
    async with World() as world:
        talk = await world.answered("")
        await talk.disconnect()
        soon = await world.rest.update_bxml(talk.call_id, bxml(T1))
        await asyncio.sleep(59)
        still = await world.rest.update_bxml(talk.call_id, bxml(T1))
        await asyncio.sleep(2)
        later = await world.rest.update_bxml(talk.call_id, bxml(T1))

    assert (soon.status, still.status, later.status) == (409, 409, 404)
    assert soon.json() == {
        "type": "validation",
        "description": f"Call [{talk.call_id}] cannot be modified in its current state",
        "id": "",
    }
    assert later.json()["description"] == "not found"


@virtual
async def test_case_031_a_document_from_rest_has_the_base_of_the_one_before() -> None:
    async with World() as world:
        talk = await paused(world)
        relative = bxml("<PlayAudio>rel/t1.wav</PlayAudio>")
        await world.rest.update_bxml(talk.call_id, relative)
        await talk.disconnect()

    assert len(world.app.requests("http://app.test/v/rel/t1.wav")) == 1
    assert heard(talk, T1_HZ) == [about([2, 3])]


@virtual
async def test_case_032_rest_redirects_a_call() -> None:
    async with World() as world:
        world.app.on("/n", "<PlayAudio>/t1.wav</PlayAudio>")
        talk = await paused(world)
        answer = await world.rest.update_call(
            talk.call_id, state="active", redirectUrl="http://app.test/n"
        )
        event = await talk.disconnect()

    assert answer.status == 200
    assert times(talk, "redirect") == [about(2)]
    assert [request.url for request in arrivals(talk, "redirect")] == ["http://app.test/n"]
    assert clips(talk.phone.heard) == ["t1"]
    assert heard(talk, T1_HZ) == [about([2, 3])]
    assert event["cause"] == "hangup"


@virtual
async def test_case_033_rest_hangs_up() -> None:
    async with World() as world:
        talk = await paused(world)
        answer = await world.rest.update_call(talk.call_id, state="completed")
        event = await talk.disconnect()

    assert answer.status == 200
    assert times(talk, "disconnect") == [about(2)]
    assert event["cause"] == "hangup"
    assert "errorMessage" not in event
    assert talk.phone.end == "hung up by the far end"


@pytest.mark.slow
@virtual
async def test_case_034_a_redirect_beats_a_reply_that_is_late() -> None:
    async with World() as world:
        world.app.on("/g", document(T3).after(10))
        world.app.on("/n", '<Pause duration="12"/>' + "<PlayAudio>/t1.wav</PlayAudio>")
        talk = await world.answered('<Gather gatherUrl="/g" firstDigitTimeout="0"/>')
        await talk.wait_event("gather")
        await asyncio.sleep(1)
        answer = await world.rest.update_call(talk.call_id, redirectUrl="http://app.test/n")
        event = await talk.disconnect()

    assert answer.status == 200
    assert times(talk, "redirect") == [about(1)]
    assert kinds(talk) == ["answer", "gather", "redirect", "disconnect"]
    assert clips(talk.phone.heard) == ["t1"]
    assert heard(talk, T1_HZ) == [about([13, 14])]
    assert event["cause"] == "hangup"


@virtual
async def test_case_035_a_party_that_hangs_up_does_not_wait_for_a_reply() -> None:
    async with World() as world:
        world.app.on("/g", document(T3).after(5))
        talk = await world.answered('<Gather gatherUrl="/g" firstDigitTimeout="0"/>')
        await talk.wait_event("gather")
        await asyncio.sleep(1)
        talk.phone.hang_up()
        event = await talk.disconnect()
        await asyncio.sleep(6)

    assert times(talk, "disconnect") == [about(1)]
    assert event["cause"] == "hangup"
    assert "errorMessage" not in event
    assert kinds(talk) == ["answer", "gather", "disconnect"]
    assert world.app.requests("/v/t3.wav") == []
