"""WSGI and ASGI applications are called as servers call them."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.validate import validator

import pytest

from offhook.hooks import Credentials
from offhook.testing.app import Received
from offhook.testing.sites import AsgiSite, site


def request(path: str = "/a%20b?x=1", body: bytes = b'{"a":1}') -> Received:
    headers = {"content-type": "application/json", "x-one": "1"}
    url = f"http://app.test{path}"
    return Received(0.0, "POST", url, headers, body, Credentials("me", "pw"), {})


def test_wsgi_gets_a_valid_environment_and_its_stream_is_closed() -> None:
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read(100))
        start_response("201 Created", [("Content-Type", "text/plain")])
        return iter([b"one", b"two"])

    reply = site(validator(app))(request())

    assert (reply.status, reply.body) == (201, b"onetwo")
    assert (seen["PATH_INFO"], seen["QUERY_STRING"]) == ("/a b", "x=1")
    assert (seen["CONTENT_TYPE"], seen["HTTP_X_ONE"]) == ("application/json", "1")
    assert seen["HTTP_AUTHORIZATION"] == "Basic bWU6cHc="
    assert seen["body"] == b'{"a":1}'


def test_asgi_has_its_lifespan_and_threads_of_its_own() -> None:
    steps: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                steps.append((await receive())["type"])
                await send({"type": f"{steps[-1]}.complete"})
            return
        body = (await receive())["body"]
        await asyncio.to_thread(steps.append, scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"A", b"b")]})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"!"})

    served = site(app)
    reply = served(request())
    served.close()

    assert isinstance(served, AsgiSite)
    assert (reply.status, reply.headers["a"], reply.body) == (200, "b", b'{"a":1}!')
    assert steps == ["lifespan.startup", "/a b", "lifespan.shutdown"]


def test_what_an_application_raises_is_500_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise KeyError("digits")

    with caplog.at_level(logging.ERROR):
        assert site(app)(request()).status == 500
    assert "KeyError: 'digits'" in caplog.text


def test_what_is_no_application_is_said() -> None:
    with pytest.raises(TypeError, match="WSGI or ASGI"):
        site("app")
