"""webhooks.md 12: the acceptance checklist, as far as calls of one party go."""

import asyncio
import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.scenarios.cases import T1, about, arrivals, heard, sip_sent, times

from offhook.hooks import Credentials
from offhook.testing import fixtures
from offhook.testing.app import REFUSED, SILENCE, UNTRUSTED, Reply, document
from offhook.testing.fixtures import ANSWER_URL, STATUS_URL, T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.world import Talk, World

FALLBACK = "http://m.test/fallback/answer"
SECURE = "https://app.test/v/answer"
CALL_FIELDS = {
    "eventType",
    "eventTime",
    "accountId",
    "applicationId",
    "from",
    "to",
    "direction",
    "callId",
    "callUrl",
    "startTime",
}


async def ended(world: World, reply: Reply | str, **fields: object) -> Talk:
    """Place a call whose answer URL gives this reply, and wait for its end."""
    talk = await world.answered(reply, **fields)
    await talk.disconnect()
    return talk


def cause(talk: Talk) -> str:
    (event,) = talk.events("disconnect")
    assert ("errorMessage" in event) is ("errorId" in event)
    return f"{event['cause']}: {event.get('errorMessage')}"


@virtual
async def test_an_answer_url_that_fails_without_fallback_ends_the_call() -> None:
    async with World() as world:
        talk = await ended(world, Reply(status=500))

    assert cause(talk) == (
        "callback-error: Could not deliver answer webhook to http://app.test/v/answer: HTTP 500"
    )


@virtual
async def test_the_fallback_goes_on_and_is_the_base_of_what_follows() -> None:
    async with World() as world:
        world.app.on(FALLBACK, '<Redirect redirectUrl="next"/>')
        world.app.on("http://m.test/fallback/next", '<Gather gatherUrl="../g" maxDigits="1"/>')
        talk = await world.answered(Reply(status=500), answerFallbackUrl=FALLBACK)
        await talk.wait_event("redirect")
        await asyncio.sleep(0.5)
        await talk.phone.press("1")
        await talk.disconnect()

    primary, fallback = arrivals(talk, "answer")
    assert (primary.url, fallback.url) == (ANSWER_URL, FALLBACK)
    assert json.loads(fallback.body) == json.loads(primary.body)  # the same eventTime, too
    assert [each.url for each in arrivals(talk, "gather")] == ["http://m.test/g"]
    assert cause(talk) == "hangup: None"


@virtual
async def test_a_slow_answer_url_gives_way_to_its_fallback() -> None:
    async with World() as world:
        world.app.on(FALLBACK, T1)
        talk = await ended(world, SILENCE, answerFallbackUrl=FALLBACK, callbackTimeout=2)

    first, second = arrivals(talk, "answer")
    assert second.at - first.at == about(2)
    assert heard(talk, T1_HZ) == [about([2, 3])]
    assert cause(talk) == "hangup: None"


@virtual
async def test_a_slow_answer_url_without_fallback_ends_the_call() -> None:
    async with World() as world:
        talk = await ended(world, SILENCE, callbackTimeout=2.5)

    assert times(talk, "disconnect") == [about(2.5)]
    assert cause(talk).startswith("callback-error: ")
    assert cause(talk).endswith(": timed out after 2.5 seconds")


@virtual
async def test_each_attempt_has_the_whole_timeout() -> None:
    async with World() as world:
        world.app.on(FALLBACK, SILENCE)
        talk = await ended(world, SILENCE, answerFallbackUrl=FALLBACK, callbackTimeout=2)

    assert times(talk, "disconnect") == [about(4)]
    assert cause(talk) == (
        f"callback-error: Could not deliver answer webhook to {FALLBACK}: timed out after 2 seconds"
    )


@virtual
async def test_an_invalid_document_is_not_tried_elsewhere() -> None:
    async with World() as world:
        world.app.on(FALLBACK, T1)
        talk = await ended(world, Reply("{}"), answerFallbackUrl=FALLBACK)

    assert len(arrivals(talk, "answer")) == 1
    assert cause(talk).startswith(f"invalid-bxml: Invalid BXML received from {ANSWER_URL}: ")


@pytest.mark.parametrize(
    "reply",
    [
        document(""),
        Reply("<Response/>"),
        Reply(status=204),
        Reply(),
        Reply(" \n"),
        Reply(status=202),
    ],
)
def test_an_empty_reply_hangs_up(reply: Reply) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            talk = await ended(world, reply)

        assert cause(talk) == "hangup: None"
        assert times(talk, "disconnect") == [about(0)]

    story()


@virtual
async def test_an_empty_reply_refuses_a_caller() -> None:
    async with World() as world:
        talk = await world.calling(Reply("<Response/>"))
        await talk.disconnect()

    assert sip_sent(world)[-1] == "SIP/2.0 603 Decline"
    assert cause(talk) == "rejected: None"


@pytest.mark.parametrize("failure", [REFUSED, UNTRUSTED])
def test_a_disconnect_url_that_refuses_the_connection_is_tried_twice(failure: Reply) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.on(STATUS_URL, failure)
            talk = await world.answered("<Hangup/>")
            await asyncio.sleep(60)

        tried = [request.event for request in world.app.refused]
        assert [event["eventType"] for event in tried] == ["disconnect", "disconnect"]
        assert tried[0] == tried[1]
        assert talk.events("disconnect") == []

    story()


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(status=404), SILENCE])
def test_a_disconnect_url_that_answers_badly_or_not_is_tried_once(reply: Reply) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.on(STATUS_URL, reply)
            talk = await ended(world, "<Hangup/>")
            await asyncio.sleep(60)

        assert len(arrivals(talk, "disconnect")) == 1

    story()


@pytest.mark.parametrize("reply", [Reply(status=200), Reply(status=201), Reply(status=204), T1])
def test_a_disconnect_url_may_answer_anything_good(reply: Reply | str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.on(STATUS_URL, reply)
            talk = await ended(world, "<Hangup/>")
            await asyncio.sleep(1)

        assert len(arrivals(talk, "disconnect")) == 1
        assert [request.path for request in world.app.received] == ["/v/answer", "/v/status"]

    story()


@virtual
async def test_get_puts_the_event_into_the_query() -> None:
    async with World() as world:
        url = f"{ANSWER_URL}?app=7"
        world.app.on(ANSWER_URL, "<Hangup/>")
        talk = await world.answered(answerUrl=url, answerMethod="GET", disconnectMethod="GET")
        await talk.disconnect()

    answer, goodbye = arrivals(talk, "answer")[0], arrivals(talk, "disconnect")[0]
    assert (answer.method, goodbye.method) == ("GET", "GET")
    assert (answer.body, goodbye.body) == (b"", b"")
    assert "content-type" not in answer.headers
    assert answer.url.startswith(f"{url}&eventType=answer&")
    assert "&from=%2B12025550100&to=%2B12025550143&" in answer.url
    query = dict(parse_qsl(urlsplit(answer.url).query))
    assert query.keys() >= CALL_FIELDS | {"answerTime", "enqueuedTime", "app"}
    assert "tag" not in query  # absent fields are left out


@virtual
async def test_credentials_go_to_the_urls_of_their_request_only() -> None:
    mine, spare = Credentials("u", "p"), Credentials("f", "q")
    async with World() as world:
        world.app.on(SECURE, Reply(status=500))
        world.app.on("https://app.test/v/spare", '<Gather gatherUrl="/g" firstDigitTimeout="0"/>')
        talk = await world.answered(
            answerUrl=SECURE,
            answerFallbackUrl="https://app.test/v/spare",
            username=mine.username,
            password=mine.password,
            fallbackUsername=spare.username,
            fallbackPassword=spare.password,
        )
        await talk.disconnect()

    primary, fallback = arrivals(talk, "answer")
    assert (primary.credentials, fallback.credentials) == (mine, spare)
    assert arrivals(talk, "gather")[0].credentials is None
    assert arrivals(talk, "disconnect")[0].credentials == mine


@virtual
async def test_a_tag_is_cleared_by_a_blank_one() -> None:
    async with World() as world:
        world.app.on("/r", '<Tag/><Redirect redirectUrl="/s"/>')
        talk = await ended(world, '<Redirect redirectUrl="/r"/>', tag="menu")

    assert [event["tag"] for event in talk.events("answer")] == ["menu"]
    assert [event.get("tag") for event in talk.events("redirect")] == ["menu", None]
    assert all("tag" not in event for event in talk.events("redirect")[1:])
    assert "tag" not in talk.events("disconnect")[0]


@virtual
async def test_a_caller_over_the_session_limit_causes_no_webhook() -> None:
    async with World() as world:
        world.change_account(sessions=0)
        call = await world.phone().dial(fixtures.NUMBER)
        await call.wait("ended")
        await asyncio.sleep(5)

    assert call.end == "refused: 503 Service Unavailable"
    assert world.app.received == []
