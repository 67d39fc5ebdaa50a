"""Event ids, sequence numbers and signatures of all webhooks of a call (docs/signatures.md)."""

import asyncio

import pytest
from tests.scenarios.keyed import create

from offhook.directory import Directory, SigningSecret
from offhook.testing.app import REFUSED, Reply, document
from offhook.testing.fixtures import ANSWER_URL, APPLICATION_ID, STATUS_URL
from offhook.testing.loop import virtual
from offhook.testing.mains import Mains
from offhook.testing.world import World
from offhook.webhooks import Reason, SignatureError, Verifier

SECRET = "ohs_a-secret-of-the-application-itself"
KEYS = document('<StartGather dtmfUrl="/dtmf"/><Pause duration="2"/><Redirect redirectUrl="/on"/>')


def with_secret(world: World, secret: str = SECRET) -> None:
    old = world.directory
    world.directory = Directory(
        old.accounts.values(),
        old.users.values(),
        old.applications.values(),
        old.numbers.values(),
        old.trunks.values(),
        [SigningSecret("k-1", APPLICATION_ID, secret)],
    )


def numbers(world: World, call_id: str) -> list[tuple[str, int, str]]:
    """Type, number and id of the call's webhooks, in the order in which they came."""
    return [
        (
            request.event["eventType"],
            int(request.headers["offhook-sequence"]),
            request.headers["offhook-event-id"],
        )
        for request in world.app.refused + world.app.received
        if request.event.get("callId") == call_id
    ]


@virtual
async def test_synchronous_and_other_webhooks_are_counted_together() -> None:
    async with World() as world:
        world.app.on("/on", "")
        talk = await world.answered(KEYS)
        await talk.wait_event("answer")
        await asyncio.sleep(0.5)
        await talk.phone.press("42")
        await talk.disconnect()
        found = sorted(numbers(world, talk.call_id), key=lambda each: each[1])

    assert [(kind, number) for kind, number, _ in found] == [
        ("answer", 1),
        ("dtmf", 2),
        ("dtmf", 3),
        ("redirect", 4),
        ("disconnect", 5),
    ]
    assert len({event_id for _, _, event_id in found}) == 5


@virtual
async def test_an_event_is_the_same_at_every_attempt_and_at_the_fallback() -> None:
    async with World() as world:
        world.app.on(ANSWER_URL, Reply(status=500))
        world.app.on("/spare", "")
        world.app.on(STATUS_URL, REFUSED, Reply(status=204))
        call_id = await world.create_call(
            answerFallbackUrl="http://app.test/spare", answerFallbackMethod="GET"
        )
        world.phone()
        await world.app.wait_event("disconnect", callId=call_id)
        found = numbers(world, call_id)

    answers = [each for each in found if each[0] == "answer"]
    goodbyes = [each for each in found if each[0] == "disconnect"]
    assert len(answers) == len(goodbyes) == 2
    assert len(set(answers)) == len(set(goodbyes)) == 1


@virtual
async def test_every_webhook_is_signed_for_where_it_goes() -> None:
    """POST and GET, synchronous or not, to the fallback and after a redirect."""
    async with World() as world:
        with_secret(world)
        world.app.on(ANSWER_URL, Reply(status=500))
        world.app.on("/spare", Reply(status=307, headers={"Location": "/moved?to=here%20"}))
        world.app.on(
            "/moved", document('<Redirect redirectUrl="/next?a=%2B1" redirectMethod="GET"/>')
        )
        world.app.on("/next", Reply(status=303, headers={"Location": "/last"}))
        world.app.on("/last", "")
        world.phone()
        call_id = await world.create_call(answerFallbackUrl="http://app.test/spare")
        await world.app.wait_event("disconnect", callId=call_id)
        verifier = Verifier(SECRET, clock=world.clock)
        verified = [
            verifier.verify(request.headers, request.body, url=request.url, method=request.method)
            for request in world.app.received
        ]

    assert [(r.method, r.path) for r in world.app.received] == [
        ("POST", "/v/answer"),
        ("POST", "/spare"),
        ("POST", "/moved"),
        ("GET", "/next"),
        ("GET", "/last"),
        ("POST", "/v/status"),
    ]
    assert [each.sequence for each in verified] == [1, 1, 1, 2, 2, 3]


@virtual
async def test_a_redirect_to_another_server_is_not_signed() -> None:
    """Or whoever is redirected to could have requests signed of his choice."""
    async with World() as world:
        with_secret(world)
        away = Reply(status=307, headers={"Location": "http://m.test/elsewhere"})
        world.app.on(ANSWER_URL, away)
        world.phone()
        call_id = await world.create_call()
        await world.app.wait_event("disconnect", callId=call_id)
        here, there = (r for r in world.app.received if r.event["eventType"] == "answer")

    assert "offhook-signature" in here.headers
    assert "offhook-signature" not in there.headers
    assert here.headers["offhook-event-id"] == there.headers["offhook-event-id"]


@virtual
async def test_a_secret_that_changes_during_a_call_is_the_next_webhooks() -> None:
    async with World() as world:
        with_secret(world, "the-first-of-two-secrets")
        talk = await world.answered('<Pause duration="5"/>')
        await talk.wait_event("answer")
        with_secret(world)
        await talk.disconnect()
        goodbye = world.app.requests(STATUS_URL)[0]
        asked = (goodbye.headers, goodbye.body)

    assert Verifier(SECRET, clock=world.clock).verify(*asked, url=goodbye.url).sequence == 2
    with pytest.raises(SignatureError) as caught:
        Verifier("the-first-of-two-secrets", clock=world.clock).verify(*asked, url=goodbye.url)
    assert caught.value.reason is Reason.MISMATCH


@virtual
async def test_secrets_are_in_no_log() -> None:
    async with World() as world:
        with_secret(world)
        talk = await world.answered("")
        await talk.disconnect()
        story = repr(world.store.events(talk.call_id)) + repr(world.store.deliveries(talk.call_id))

    assert "offhook-event-id" in story.lower()
    assert SECRET not in story
    assert "v1=" not in story


@virtual
async def test_numbers_go_on_after_a_crash(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/offhook.db"
    async with World(mains=Mains(), store_url=url) as world:
        world.app.on(ANSWER_URL, document("").after(9))
        phone = world.phone()
        call_id = (await create(world)).json()["callId"]
        await world.app.wait_event("answer")
        await world.restart()
        phone.call.hang_up()
        await world.app.wait_event("disconnect", callId=call_id)
        await asyncio.sleep(1)
        asked, goodbye = world.store.deliveries(call_id)

    assert (asked.sequence, asked.failed) == (1, "the server ended before the reply came")
    assert (goodbye.sequence, goodbye.failed) == (2, None)


@virtual
async def test_a_question_whose_reply_is_no_longer_wanted_is_settled() -> None:
    async with World() as world:
        world.app.on(ANSWER_URL, document("").after(9))
        world.phone()
        call_id = await world.create_call()
        await world.app.wait_event("answer")
        world.phone().call.hang_up()
        await world.app.wait_event("disconnect", callId=call_id)
        await asyncio.sleep(1)
        asked, goodbye = world.store.deliveries(call_id)

    assert (asked.sync, asked.failed) == (True, "the call went on without its reply")
    assert goodbye.delivered
