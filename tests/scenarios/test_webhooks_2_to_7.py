"""webhooks.md 2 to 4 and 7: requests, replies, failures, and what events say."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from tests.scenarios.cases import T1, about, arrivals, heard, kinds, times

from offhook.directory import Directory
from offhook.hooks import Credentials, Target
from offhook.testing import fixtures
from offhook.testing.app import REFUSED, SILENCE, UNTRUSTED, Reply
from offhook.testing.fixtures import ANSWER_URL, STATUS_URL, T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.world import Talk, World

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


# 2: the request


@virtual
async def test_events_say_what_the_contract_lists_and_nothing_else() -> None:
    async with World() as world:
        world.app.on("/g", '<Redirect redirectUrl="/r"/>')
        talk = await ended(world, '<Gather gatherUrl="/g" firstDigitTimeout="0"/>', tag="t")
        state = await talk.state()

    queued = CALL_FIELDS | {"enqueuedTime"}
    fields = {event["eventType"]: event.keys() for event in talk.events()}
    assert fields == {
        "answer": queued | {"answerTime", "tag", "sipCallId"},
        "gather": queued | {"answerTime", "tag", "digits", "terminatingDigit"},
        "redirect": queued | {"answerTime", "tag"},
        "disconnect": queued | {"answerTime", "tag", "sipCallId", "endTime", "cause"},
    }
    for event in talk.events():
        assert event["direction"] == "outbound"
        assert (event["from"], event["to"]) == (fixtures.NUMBER, fixtures.PARTY)
        assert event["callUrl"].endswith(f"/accounts/{fixtures.ACCOUNT_ID}/calls/{talk.call_id}")
        assert event["startTime"] == state["startTime"]
        stamps = [value for name, value in event.items() if name.endswith("Time")]
        assert max(stamps) == event["eventTime"]


@virtual
async def test_an_inbound_call_says_so() -> None:
    async with World() as world:
        talk = await world.calling('<Gather gatherUrl="/g" firstDigitTimeout="0"/>')
        await talk.disconnect()

    fields = {event["eventType"]: event.keys() for event in talk.events()}
    assert fields == {
        "initiate": CALL_FIELDS | {"sipCallId"},
        "gather": CALL_FIELDS | {"answerTime", "digits", "terminatingDigit"},
        "disconnect": CALL_FIELDS | {"answerTime", "sipCallId", "endTime", "cause"},
    }
    for event in talk.events():
        assert event["direction"] == "inbound"
        assert (event["from"], event["to"]) == (fixtures.PARTY, fixtures.NUMBER)


@virtual
async def test_a_synchronous_request_asks_for_xml() -> None:
    async with World() as world:
        talk = await ended(world, "<Hangup/>")

    (request,) = arrivals(talk, "answer")
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/xml, text/xml, */*"


@virtual
async def test_userinfo_in_a_url_is_sent_as_credentials_and_stays_there() -> None:
    async with World() as world:
        world.app.on(ANSWER_URL, '<Redirect redirectUrl="next"/>')
        url = ANSWER_URL.replace("http://", "http://u:p@")
        talk = await world.answered(answerUrl=url)
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert [each.url for each in arrivals(talk, "answer")] == [ANSWER_URL]
    assert arrivals(talk, "answer")[0].credentials == Credentials("u", "p")
    assert [each.url for each in arrivals(talk, "redirect")] == ["http://app.test/v/next"]
    assert arrivals(talk, "redirect")[0].credentials is None


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_redirect_replies_are_followed_and_move_the_base(status: int, method: str) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            there = "http://m.test/moved/answer"
            world.app.on(there, T1)
            talk = await ended(world, Reply(status=status, headers={"Location": there}))

        (moved,) = world.app.requests(there)
        assert moved.method == method
        assert (moved.body != b"") is (method == "POST")
        assert len(world.app.requests("http://m.test/moved/t1.wav")) == 1
        assert cause(talk) == "hangup: None"

    story()


@virtual
async def test_redirect_replies_do_not_go_on_for_ever() -> None:
    async with World() as world:
        places = [ANSWER_URL, *(f"{ANSWER_URL}/{n}" for n in range(10))]
        for place, following in pairwise(places):
            world.app.on(place, Reply(status=307, headers={"Location": following}))
        talk = await world.answered()
        event = await talk.disconnect()

    assert event["cause"] == "callback-error"
    assert [len(world.app.requests(place)) for place in places[:7]] == [1] * 6 + [0]  # five hops


# 3 and 4: replies and failures


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=404), "HTTP 404"),
        (Reply(status=503), "HTTP 503"),
        (Reply("<Response/>", status=400), "HTTP 400"),
        (REFUSED, "connection failed"),
        (UNTRUSTED, "TLS handshake failed"),
    ],
)
def test_a_failure_of_a_later_webhook_ends_the_call_with_its_reason(
    reply: Reply, reason: str
) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.on("/g", reply)
            talk = await ended(world, '<Gather gatherUrl="/g?secret=1" firstDigitTimeout="0"/>')

        assert cause(talk) == (
            f"callback-error: Could not deliver gather webhook to http://app.test/g: {reason}"
        )

    story()


@virtual
async def test_a_host_that_does_not_exist_is_named() -> None:
    async with World() as world:
        talk = await ended(world, '<Redirect redirectUrl="http://nowhere.test/r"/>')

    assert cause(talk).endswith("redirect webhook to http://nowhere.test/r: host not found")


@virtual
async def test_a_synchronous_webhook_is_not_tried_again() -> None:
    async with World() as world:
        world.app.on("/r", REFUSED)
        talk = await ended(world, '<Redirect redirectUrl="/r"/>')

    assert len(world.app.refused) == 1
    assert cause(talk).endswith(": connection failed")


@pytest.mark.parametrize("status", [200, 201, 202, 203])
def test_any_good_status_with_a_body_is_a_document(status: int) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            reply = Reply(f"<Response>{T1}</Response>", status=status)
            talk = await ended(world, reply)

        assert heard(talk, T1_HZ) == [about([0, 1])]

    story()


@virtual
async def test_the_callback_timeout_holds_for_every_webhook_of_the_call() -> None:
    async with World() as world:
        world.app.on("/r", SILENCE)
        world.app.on(STATUS_URL, SILENCE)
        talk = await world.answered('<Redirect redirectUrl="/r"/>', callbackTimeout=1)
        await talk.disconnect()
        await asyncio.sleep(0.9)
        before = world.node.outbox.open_lanes
        await asyncio.sleep(0.2)
        after = world.node.outbox.open_lanes

    assert (before, after) == (1, 0)  # `disconnect` has been given up
    assert times(talk, "disconnect") == [about(1)]
    assert cause(talk).endswith("timed out after 1 seconds")


@virtual
async def test_the_disconnect_of_a_caller_has_a_fallback() -> None:
    async with World() as world:
        old = world.directory
        (application,) = old.applications.values()
        spare = Target("http://m.test/spare", credentials=Credentials("f", "q"))
        world.directory = Directory(
            old.accounts.values(),
            old.users.values(),
            [replace(application, status_fallback=spare)],
            old.numbers.values(),
            old.trunks.values(),
        )
        world.app.on(STATUS_URL, Reply(status=500))
        talk = await world.calling("<Hangup/>")
        await talk.disconnect()
        await asyncio.sleep(1)

    primary, fallback = arrivals(talk, "disconnect")
    assert (primary.url, fallback.url) == (STATUS_URL, "http://m.test/spare")
    assert fallback.credentials == Credentials("f", "q")
    assert fallback.event == primary.event


@virtual
async def test_without_a_disconnect_url_nothing_is_sent() -> None:
    async with World() as world:
        talk = await world.answered("<Hangup/>", disconnectUrl=None)
        await talk.phone.wait("ended")
        await asyncio.sleep(1)

    assert kinds(talk) == ["answer"]


@virtual
async def test_no_webhook_but_disconnect_follows_the_end_of_a_call() -> None:
    async with World() as world:
        talk = await world.answered('<Gather gatherUrl="/g" firstDigitTimeout="1"/>')
        await asyncio.sleep(0.5)
        talk.phone.hang_up()
        await talk.disconnect()
        await asyncio.sleep(20)

    assert kinds(talk) == ["answer", "disconnect"]
