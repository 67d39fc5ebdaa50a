"""The plain HTTP client, against a scripted application behind a real port."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from offhook.testing.app import App, Reply
from offhook.testing.rest import Answer, Rest, authorization
from offhook.testing.web import served


@dataclass(frozen=True)
class Door:
    url: str
    account: str = "9900000"
    user: str = "user"
    password: str = field(default="secret", repr=False)


def asked(app: App, ask: Callable[[Rest], Answer]) -> Answer:
    async def run() -> Answer:
        async with served(app) as url:
            return await asyncio.to_thread(ask, Rest(Door(url)))

    return asyncio.run(run())


def test_a_request_has_credentials_and_its_body_is_json() -> None:
    app = App()
    app.on("/api/v2/accounts/9900000/calls", Reply(b'{"a": 1}', headers={"X-Odd": "y"}))
    answer = asked(app, lambda rest: rest.ask("POST", "/calls", {"to": "+1"}))
    (received,) = app.received

    assert received.body == b'{"to": "+1"}'
    assert received.headers["authorization"] == authorization("user", "secret")["Authorization"]
    assert received.headers["content-type"] == "application/json"
    assert (answer.status, answer.json(), answer.values("x-odd")) == (200, {"a": 1}, ["y"])


def test_headers_that_are_given_win_and_empty_ones_are_left_out() -> None:
    app = App()
    headers = {"Authorization": "", "Content-Type": "text/plain"}
    asked(app, lambda rest: rest.ask("POST", "/api/v1/x", b"text", headers))
    (received,) = app.received

    assert received.path == "/api/v1/x"
    assert "authorization" not in received.headers
    assert received.headers["content-type"] == "text/plain"


def test_a_call_that_was_not_created_is_told() -> None:
    with pytest.raises(AssertionError, match="no call was created"):
        asked(App(), lambda rest: Answer(0, [], rest.create({}).encode()))
