"""Applications that did not answer."""

import pytest
from tests.explain.scene import error_id, kinds, play

from offhook.errors import Who
from offhook.explain.webhooks import MEANINGS, meaning
from offhook.testing.app import REFUSED, SILENCE, UNTRUSTED, Reply, document
from offhook.testing.fixtures import ANSWER_URL
from offhook.testing.world import World


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (REFUSED, "nothing took the connection"),
        (UNTRUSTED, "the server's certificate was not accepted"),
        (SILENCE, "the application took too long (timed out after 2 seconds)"),
        (Reply(status=404), "nothing at that path (HTTP 404)"),
        (Reply(status=401), "did not accept the credentials"),
        (Reply(status=418), "refused the request (HTTP 418)"),
        (Reply(status=503), "the application failed (HTTP 503)"),
        (Reply(failure="host not found"), "the host name in the URL does not exist"),
        (Reply(failure="something new"), "something new"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_failure_is_told_by_what_it_means(reply: Reply, words: str) -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, reply)
        return await error_id(world, callbackTimeout=2)

    told = play(scene)

    assert words in told.cause.sentence
    assert f"The answer webhook to {ANSWER_URL} failed" in told.cause.sentence
    assert told.cause.entry is not None
    assert told.cause.entry.id == "callback-failed"
    assert kinds(told) == ["webhook.failed", "call.ended"]
    assert told.also == ()


def test_an_address_that_is_forbidden_is_for_the_operator() -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, Reply(failure="host not allowed"))
        return await error_id(world)

    assert play(scene).cause.who is Who.OPERATOR


def test_a_fallback_that_fails_as_well() -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, REFUSED)
        world.app.on("http://app.test/v/other", Reply(status=500))
        return await error_id(world, answerFallbackUrl="http://app.test/v/other")

    told = play(scene)

    assert "to http://app.test/v/other failed" in told.cause.sentence
    assert "Its fallback failed as well" in told.cause.sentence
    assert kinds(told) == ["webhook.failed", "webhook.failed", "call.ended"]


def test_what_a_fallback_saved_is_told_beside() -> None:
    async def scene(world: World) -> str:
        world.app.on(ANSWER_URL, Reply(status=500))
        world.app.on("http://app.test/v/other", document("<Hangup/>").after(4.0))
        call_id = await world.create_call(answerFallbackUrl="http://app.test/v/other")
        await world.app.wait_event("disconnect", callId=call_id)
        return call_id

    told = play(scene)
    failed, slow = (each.sentence for each in told.also)

    assert told.cause.sentence == "The application hung up with <Hangup>."
    assert f"An attempt of the answer webhook to {ANSWER_URL} failed" in failed
    assert "took 4.0 s to answer the answer webhook" in slow


@pytest.mark.parametrize("reason", MEANINGS)
def test_the_most_particular_meaning_counts(reason: str) -> None:
    assert meaning(reason) == MEANINGS[reason]
    assert meaning(f"{reason} x") == MEANINGS[reason]
