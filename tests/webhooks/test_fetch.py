"""Asking for BXML: one attempt, one fallback, the texts of errors.md 8.4."""

import json

import pytest
from tests.webhooks.scripted import REFUSED, SLOW, Scripted, reply

from offhook.errors import CallError, Cause
from offhook.hooks import Credentials, Hook, Target
from offhook.testing.loop import virtual
from offhook.webhooks.fetch import REPLY_LIMIT_BYTES, Attempt, Reply, ask
from offhook.webhooks.http import HttpError, HttpRequest, HttpResponse

PRIMARY = Target("https://u:p@app.test/answer?key=1", "POST", Credentials("u", "p"))
FALLBACK = Target("https://spare.test/answer", "GET", Credentials("v", "q"))
EVENT = {"eventType": "answer", "eventTime": "2026-03-04T05:06:12.345Z", "callId": "c-1"}


async def asked(
    http: Scripted, fallback: Target | None = None, attempts: list[Attempt] | None = None
) -> Reply:
    noted = [] if attempts is None else attempts
    hook = Hook(PRIMARY, fallback)
    return await ask(http, hook, EVENT, timeout_s=2.5, on_attempt=noted.append)


@virtual
async def test_a_reply_has_the_body_the_type_and_the_address_that_answered() -> None:
    headers = {"content-type": "text/html"}
    http = Scripted([reply(201, b"<Response/>", headers, url="https://app.test/moved")])

    found = await asked(http)

    assert found == Reply(b"<Response/>", "text/html", "https://app.test/moved", 201)
    assert http.requests[0].headers["Accept"] == "application/xml, text/xml, */*"
    assert http.timeouts == [2.5]


@pytest.mark.parametrize("failure", [reply(500), reply(404), reply(302), REFUSED, SLOW])
def test_any_failure_goes_to_the_fallback_with_the_same_event(
    failure: HttpResponse | HttpError,
) -> None:
    @virtual
    async def story() -> None:
        http = Scripted([failure, reply(200, b"<Response/>")])
        attempts: list[Attempt] = []

        found = await asked(http, FALLBACK, attempts)

        first, second = http.requests
        assert found.url == second.url
        assert (second.method, second.credentials) == ("GET", Credentials("v", "q"))
        assert json.loads(first.body) == EVENT
        assert "callId=c-1" in second.url
        assert "eventTime=2026-03-04T05:06:12.345Z" in second.url
        assert [a.fallback for a in attempts] == [False, True]

    story()


@virtual
async def test_a_call_whose_webhook_nobody_answers_ends_with_the_last_url_and_reason() -> None:
    http = Scripted([SLOW, reply(503)])

    with pytest.raises(CallError) as caught:
        await asked(http, FALLBACK)

    assert caught.value.cause is Cause.CALLBACK_ERROR
    assert caught.value.message == (
        "Could not deliver answer webhook to https://spare.test/answer: HTTP 503"
    )


@virtual
async def test_without_a_fallback_there_is_one_attempt_and_no_secret_in_the_message() -> None:
    http = Scripted([REFUSED])

    with pytest.raises(CallError) as caught:
        await asked(http)

    assert len(http.requests) == 1
    assert caught.value.message == (
        "Could not deliver answer webhook to https://app.test/answer: connection failed"
    )


@virtual
async def test_a_reply_may_be_one_byte_larger_than_a_document_and_no_more() -> None:
    found = await asked(Scripted([reply(200, b"x" * 100_000)]))

    assert len(found.body) == REPLY_LIMIT_BYTES == 65_537


@virtual
async def test_an_attempt_is_logged_with_its_duration_and_without_secrets() -> None:
    http = Scripted([reply(500, b"no\xff", {"set-cookie": "s=1"})], delay_s=0.25)
    attempts: list[Attempt] = []
    with pytest.raises(CallError):
        await asked(http, None, attempts)

    data = attempts[0].as_data()

    assert data["url"] == "https://app.test/answer"
    assert data["durationMs"] == 250.0
    assert data["status"] == 500
    assert data["failure"] == "HTTP 500"
    assert data["reply"] == "no\N{REPLACEMENT CHARACTER}"
    assert data["replyHeaders"] == {"set-cookie": "***"}
    assert data["username"] == "u"
    assert '"p"' not in json.dumps(data)
    assert isinstance(attempts[0].request, HttpRequest)
