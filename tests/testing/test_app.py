"""The scripted application answers as a web server would, and forgets nothing."""

import asyncio
import json
from dataclasses import replace

import pytest

from offhook.hooks import Credentials
from offhook.testing.app import (
    NOT_FOUND,
    REFUSED,
    SILENCE,
    UNTRUSTED,
    App,
    Received,
    Reply,
    document,
)
from offhook.testing.loop import virtual
from offhook.webhooks.http import HttpClient, HttpError, HttpRequest, HttpResponse

ANSWER = HttpRequest(
    "POST",
    "http://app.test/v/answer",
    {"Content-Type": "application/json"},
    json.dumps({"eventType": "answer", "callId": "c-1"}).encode(),
)


async def ask(app: App, request: HttpRequest = ANSWER, timeout_s: float = 15) -> HttpResponse:
    client: HttpClient = app
    return await client.send(request, timeout_s=timeout_s, limit=1000)


@virtual
async def test_a_document_is_answered_and_the_event_kept_with_its_time() -> None:
    app = App()
    app.on("/v/answer", "<Pause/>")
    await asyncio.sleep(2)
    response = await ask(app)

    assert response.status == 200
    assert response.headers["content-type"] == "application/xml"
    assert b"<Response><Pause/></Response>" in response.body
    assert response.url == "http://app.test/v/answer"
    assert app.events("answer") == [{"eventType": "answer", "callId": "c-1"}]
    assert [r.at for r in app.requests("/v/answer")] == [2]


@virtual
async def test_answers_come_in_turn_and_the_last_stays() -> None:
    app = App()
    app.on("/v/answer", Reply(status=500), "<Hangup/>")

    assert [(await ask(app)).status for _ in range(3)] == [500, 200, 200]


@virtual
async def test_a_function_may_answer() -> None:
    app = App()

    def echo(received: Received) -> Reply:
        return Reply(received.event["callId"])

    app.on("/v/answer", echo)

    assert (await ask(app)).body == b"c-1"


@virtual
async def test_a_get_request_carries_its_event_in_the_query() -> None:
    app = App()
    url = "http://app.test/r?x=1&eventType=redirect&from=%2B12025550100"
    await ask(app, HttpRequest("GET", url))

    assert app.events("redirect")[0]["from"] == "+12025550100"
    assert app.requests("/r")[0].method == "GET"


@virtual
async def test_what_is_not_scripted_hangs_up_or_is_not_found() -> None:
    app = App()

    assert b"<Hangup/>" in (await ask(app)).body
    assert (await ask(app, HttpRequest("GET", "http://m.test/none.wav"))).status == 404


@virtual
async def test_files_are_served_under_every_path_that_ends_in_their_name() -> None:
    app = App()
    app.file("t1.wav", b"RIFF", Content_Type="audio/wav", Cache_Control="max-age=60")
    response = await ask(app, HttpRequest("GET", "http://m.test/a/b/t1.wav?x=1"))

    assert response.body == b"RIFF"
    assert response.headers == {"content-type": "audio/wav", "cache-control": "max-age=60"}


@virtual
async def test_a_slow_answer_comes_late_and_a_too_slow_one_times_out_exactly() -> None:
    app = App()
    loop = asyncio.get_running_loop()
    app.on("/v/answer", document("<Pause/>").after(3))
    await ask(app, timeout_s=4)
    assert loop.time() == 3

    with pytest.raises(HttpError, match=r"^timed out after 1\.5 seconds$") as raised:
        await ask(app, timeout_s=1.5)
    assert not raised.value.connecting
    assert loop.time() == 4.5

    app.on("/v/answer", SILENCE)
    with pytest.raises(HttpError, match=r"^timed out after 15 seconds$"):
        await ask(app)
    assert loop.time() == 19.5
    assert len(app.received) == 3


@virtual
async def test_connections_that_do_not_come_about_say_so() -> None:
    app = App()
    app.on("/v/answer", REFUSED, UNTRUSTED)
    strange = replace(ANSWER, url="http://nowhere.test/")
    for request, reason in (
        (ANSWER, "connection failed"),
        (ANSWER, "TLS handshake failed"),
        (strange, "host not found"),
    ):
        with pytest.raises(HttpError, match=reason) as raised:
            await ask(app, request)
        assert raised.value.connecting

    assert app.received == []
    assert len(app.refused) == 2


@virtual
async def test_credentials_are_shown_however_they_were_sent() -> None:
    app = App()
    await ask(app, replace(ANSWER, credentials=Credentials("u", "p")))
    await ask(app, replace(ANSWER, headers={"Authorization": "Basic dTpwOnE="}))
    await ask(app)

    assert [r.credentials for r in app.received] == [
        Credentials("u", "p"),
        Credentials("u", "p:q"),
        None,
    ]


@virtual
async def test_redirects_are_followed_by_the_rules() -> None:
    app = App()
    secret = replace(ANSWER, credentials=Credentials("u", "p"))
    app.on("/v/answer", Reply(status=307, headers={"Location": "next"}))
    app.on("/v/next", Reply(status=303, headers={"Location": "http://m.test/last"}))
    app.on("http://m.test/last", "<Pause/>")
    response = await ask(app, secret)
    first, second, third = app.received

    assert response.url == "http://m.test/last"
    assert (second.method, second.event, second.credentials) == (
        "POST",
        first.event,
        Credentials("u", "p"),
    )
    assert (third.method, third.body, third.credentials) == ("GET", b"", None)


@virtual
async def test_the_sixth_redirect_is_not_followed() -> None:
    app = App()
    app.on("/v/answer", Reply(status=302, headers={"Location": "/v/answer"}))
    response = await ask(app)

    assert response.status == 302
    assert len(app.received) == 6


@virtual
async def test_the_first_byte_may_have_a_limit_of_its_own() -> None:
    app = App()
    app.on("/v/answer", SILENCE)
    with pytest.raises(HttpError, match="timed out after 2 seconds"):
        await ask(app, replace(ANSWER, first_byte_s=2.0))

    assert asyncio.get_running_loop().time() == 2


@virtual
async def test_what_cannot_be_an_address_is_not_connected_to() -> None:
    with pytest.raises(HttpError, match="connection failed"):
        await ask(App(), replace(ANSWER, url="ftp://app.test/"))


@virtual
async def test_the_body_is_cut_at_the_limit() -> None:
    app = App()
    app.on("/v/answer", Reply(b"x" * 5000))

    assert len((await ask(app)).body) == 1000


@virtual
async def test_a_story_can_wait_for_an_event() -> None:
    app = App()

    async def later() -> None:
        await asyncio.sleep(2)
        await ask(app, replace(ANSWER, url="http://app.test/other"))
        await asyncio.sleep(1)
        await ask(app)

    async with asyncio.TaskGroup() as group:
        group.create_task(later())
        event = await app.wait_event("answer", count=2)

    assert event["callId"] == "c-1"
    assert asyncio.get_running_loop().time() == 3


def test_ready_made_replies() -> None:
    assert NOT_FOUND.status == 404
    assert Reply("x").after(2).delay_s == 2
