"""uvicorn under our protocol, on a real socket: unreadable messages get the contract's answer."""

import asyncio
import contextlib
import json
import random
import re
import socket

import pytest
import uvicorn
from tests.api.client import Stage

from offhook.api.protocol import HEAD_BYTES, REQUEST_S, protocol
from offhook.ids import Ids


async def exchange(raw: bytes, request_s: float = REQUEST_S, stage: Stage | None = None) -> bytes:
    """Send raw bytes to a real server and return all it answers."""
    told = stage or Stage()
    config = uvicorn.Config(
        told.server,
        log_config=None,
        lifespan="off",
        http=protocol(Ids(random.Random(1)), told.server.unreadable, request_s),
        loop="asyncio",
        ws="none",
        timeout_keep_alive=1,
    )
    server = uvicorn.Server(config)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        listener = socket.create_server(("127.0.0.1", 0))  # takes connections from now on
        group.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(raw)
        answer = await reader.read()
        writer.close()
        server.should_exit = True
    return answer


def get(target: bytes, *headers: bytes) -> bytes:
    lines = (b"GET " + target + b" HTTP/1.1", b"Host: x", b"Connection: close", *headers)
    return b"\r\n".join((*lines, b"", b""))


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        get(b"/\x01"),
        get(b"/" + b"x" * HEAD_BYTES),
        get(b"/", b"X: " + b"x" * HEAD_BYTES),
    ],
    ids=["line", "header", "length", "control", "long target", "long header"],
)
def test_an_unreadable_message_is_a_bad_request_in_json(raw: bytes) -> None:
    head, _, body = asyncio.run(exchange(raw)).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert json.loads(body) == {"type": "validation", "description": "Bad Request", "id": None}
    assert b"content-type: application/json;charset=utf-8" in head.lower()
    assert re.search(rb"x-request-id: [0-9a-f-]{36}\r\n", head.lower() + b"\r\n")


def test_a_readable_one_reaches_the_api() -> None:
    answer = asyncio.run(exchange(get(b"/nowhere")))

    assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n")


@pytest.mark.parametrize(
    "raw",
    [b"", b"GET / HTT", get(b"/nowhere")[:-2], b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"],
    ids=["nothing", "line", "head", "body"],
)
def test_a_request_that_does_not_arrive_in_time_loses_its_connection(raw: bytes) -> None:
    async def patient() -> float:
        began = asyncio.get_running_loop().time()
        with contextlib.suppress(ConnectionResetError):
            await exchange(raw, request_s=0.3)
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(patient()) < 5


def test_an_unreadable_message_leaves_a_story() -> None:
    stage = Stage()
    answer = asyncio.run(exchange(b"nonsense\r\n\r\n", stage=stage))
    (incident,) = stage.refused

    assert f"X-Request-Id: {incident.id}".lower() in answer.decode().lower()
    assert incident.data["why"].startswith("the message is no HTTP request: ")
