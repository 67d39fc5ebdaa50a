"""The scripted application behind a real port."""

import asyncio
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from urllib.parse import urlsplit

import pytest

from offhook.testing.app import REFUSED, App, Reply
from offhook.testing.web import served


def get(url: str) -> tuple[int, bytes]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", urlsplit(url).path)
        response: HTTPResponse = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def fetched(app: App, path: str) -> tuple[int, bytes]:
    async def run() -> tuple[int, bytes]:
        async with served(app) as url:
            return await asyncio.to_thread(get, url + path)

    return asyncio.run(run())


def test_scripts_answer_over_a_real_socket() -> None:
    app = App()
    app.on("/there", Reply(b"Oops", status=500))

    assert fetched(app, "/there") == (500, b"Oops")
    assert fetched(app, "/elsewhere")[0] == 404
    assert [request.path for request in app.received] == ["/there", "/elsewhere"]


def test_a_failure_in_the_script_ends_the_connection() -> None:
    app = App()
    app.on("/there", REFUSED)

    with pytest.raises((RemoteDisconnected, ConnectionError)):
        fetched(app, "/there")
