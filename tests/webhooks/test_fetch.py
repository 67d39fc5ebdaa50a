"""Asking for BXML: one attempt, one fallback, the texts of errors.md 8.4."""

import json

import pytest
from tests.store.samples import delivery
from tests.webhooks.scripted import REFUSED, SLOW, Scripted, reply

from offhook.clock import Clock
from offhook.directory import Directory, SigningSecret
from offhook.errors import CallError, Cause
from offhook.hooks import Credentials, Target
from offhook.testing.loop import virtual
from offhook.webhooks.fetch import REPLY_LIMIT_BYTES, Attempt, Courier, Reply
from offhook.webhooks.http import HttpError, HttpRequest, HttpResponse
from offhook.webhooks.signing import Signed, mac

PRIMARY = Target("https://u:p@app.test/answer?key=1", "POST", Credentials("u", "p"))
FALLBACK = Target("https://spare.test/answer", "GET", Credentials("v", "q"))
APPLICATION = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
EVENT = {
    "eventType": "answer",
    "eventTime": "2026-03-04T05:06:12.345Z",
    "callId": "c-1",
    "applicationId": APPLICATION,
}


async def asked(
    http: Scripted, fallback: Target | None = None, attempts: list[Attempt] | None = None
) -> Reply:
    noted = [] if attempts is None else attempts
    question = delivery(
        event_type="answer",
        payload=EVENT,
        target=PRIMARY,
        fallback=fallback,
        timeout_s=2.5,
        sync=True,
    )
    return await courier(http).ask(question, noted.append)


def courier(http: Scripted, *secrets: SigningSecret) -> Courier:
    return Courier(http, lambda: Directory(secrets=secrets), Clock(lambda: 0.0, lambda: 1000.9))


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
    http = Scripted([reply(500, b'no\xff password="p"', {"set-cookie": "s=1"})], delay_s=0.25)
    attempts: list[Attempt] = []
    with pytest.raises(CallError):
        await asked(http, None, attempts)

    data = attempts[0].as_data()

    assert data["url"] == "https://app.test/answer"
    assert data["durationMs"] == 250.0
    assert data["status"] == 500
    assert data["failure"] == "HTTP 500"
    assert data["reply"] == 'no\N{REPLACEMENT CHARACTER} password="***"'
    assert data["replyHeaders"] == {"set-cookie": "***"}
    assert data["username"] == "u"
    assert '"p"' not in json.dumps(data)
    assert isinstance(attempts[0].request, HttpRequest)


@virtual
async def test_primary_and_fallback_are_the_same_event_with_the_same_number() -> None:
    http = Scripted([reply(500), reply(200)])
    await asked(http, FALLBACK)

    ids = [(r.headers["Offhook-Event-Id"], r.headers["Offhook-Sequence"]) for r in http.requests]
    assert ids == [("c-1/1", "1")] * 2
    assert all("Offhook-Redelivery" not in r.headers for r in http.requests)


@virtual
async def test_a_webhook_sent_again_says_for_the_how_manieth_time() -> None:
    http = Scripted([reply(204)])
    again = delivery(redeliveries=2)
    attempt = await courier(http).carry(again, again.target)

    assert attempt.failure is None
    assert http.requests[0].headers["Offhook-Redelivery"] == "2"
    assert "Accept" not in http.requests[0].headers


@virtual
async def test_what_leaves_is_signed_with_every_secret_in_use() -> None:
    secrets = [
        SigningSecret("k-1", APPLICATION.upper(), "old", created=1.0, expires=1001.0),
        SigningSecret("k-2", APPLICATION, "new", created=2.0),
        SigningSecret("k-3", APPLICATION, "gone", created=3.0, expires=1000.9),
        SigningSecret("k-4", "of-another", "foreign", created=4.0),
    ]
    http = Scripted([reply(204)])
    event = delivery(payload=EVENT, target=PRIMARY)
    await courier(http, *secrets).carry(event, PRIMARY)
    request = http.requests[0]
    headers = request.sealed("/answer?key=1")

    signed = Signed("c-1/1", "1", "POST", "/answer?key=1", request.body)
    assert headers["Offhook-Signature"] == (
        f"t=1000,v1={mac('new', signed.content(1000))},v1={mac('old', signed.content(1000))}"
    )
    assert "Offhook-Signature" not in request.headers  # and so not in any log
    assert "old" not in repr(request) + repr(secrets)


@virtual
async def test_without_secrets_there_is_no_signature() -> None:
    http = Scripted([reply(204)])
    event = delivery(payload=EVENT, target=PRIMARY)
    await courier(http).carry(event, PRIMARY)

    assert http.requests[0].sealed("/") == dict(http.requests[0].headers)
