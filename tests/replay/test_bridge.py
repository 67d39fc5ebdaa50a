"""The bridge from virtual time to real apps."""

import asyncio

import pytest
from tests.replay.recorded import serving

from offhook.hooks import Credentials
from offhook.replay.bridge import Bridge, Way, bridge, origin
from offhook.testing.app import Reply
from offhook.testing.loop import run
from offhook.webhooks.guard import Guard
from offhook.webhooks.http import HttpError, HttpRequest, HttpResponse
from offhook.webhooks.signing import Reason, SignatureError, verify

THEN = "https://app.example.com"
SECRET = "s" * 32


def test_the_origin_of_a_url_has_no_secrets() -> None:
    assert origin("https://me:pw@app.test:8443/a?b=c") == "https://app.test:8443"


def test_urls_of_then_lead_to_where_the_app_is_now_and_back() -> None:
    way = Way(THEN, "http://127.0.0.1:5001/new")

    assert way.lead(f"{THEN}/a?b=c") == "http://127.0.0.1:5001/new/a?b=c"
    assert way.lead(THEN) == "http://127.0.0.1:5001/new"
    assert way.lead("https://app.example.com.evil/a") == "https://app.example.com.evil/a"
    assert way.back("http://127.0.0.1:5001/new/a") == f"{THEN}/a"
    assert way.back("https://other.test/a") == "https://other.test/a"


async def ask(road: Bridge, *requests: HttpRequest) -> list[tuple[HttpResponse, float]]:
    loop = asyncio.get_running_loop()
    found = []
    for request in requests:
        response = await road.send(request, timeout_s=5.0, limit=1000)
        found.append((response, loop.time()))
    return found


def test_answers_come_as_late_as_they_came_then_in_virtual_time() -> None:
    question = HttpRequest("POST", f"{THEN}/a", {"Accept": "x"}, b"{}")
    notice = HttpRequest("POST", f"{THEN}/b", {}, b"{}")
    with (
        serving({"/a": Reply("hello")}) as there,
        bridge(Way(THEN, there.url), Guard()) as road,
    ):
        road.delays = iter((3.0, 60.0))
        found = run(ask(road, question, notice, question, question))

    assert [at for _, at in found] == [3.0, 3.0, 8.0, 8.0]
    assert found[0][0].body == b"hello"
    assert found[0][0].url == f"{THEN}/a"


def test_requests_are_signed_with_the_time_of_day() -> None:
    headers = {"Offhook-Event-Id": "e-1", "Offhook-Sequence": "1"}
    pair = Credentials("me", "pw")
    request = HttpRequest("POST", f"{THEN}/a", headers, b'{"a":1}', pair)
    with serving({}) as there, bridge(Way(THEN, there.url, [SECRET]), Guard()) as road:
        run(ask(road, request, HttpRequest("GET", f"{THEN}/file")))

    (path, told, _), (_, plain, _) = there.asked
    verify(told, b'{"a":1}', SECRET, method="POST", url=path)
    with pytest.raises(SignatureError) as refused:
        verify(told, b'{"a":2}', SECRET, method="POST", url=path)
    assert refused.value.reason is Reason.MISMATCH
    assert told["authorization"].startswith("Basic ")
    assert "offhook-signature" not in plain


def test_hosts_that_the_guard_refuses_are_not_asked() -> None:
    with (
        bridge(Way(THEN, THEN), Guard(deny=["127.0.0.0/8"])) as road,
        pytest.raises(HttpError, match="host not allowed"),
    ):
        run(ask(road, HttpRequest("GET", "http://127.0.0.1:9/")))
