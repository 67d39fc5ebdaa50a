"""What the client makes of calls and of what it is told."""

import asyncio
import time
from pathlib import Path
from typing import cast

import pytest

from offhook.capacity import client
from offhook.capacity.client import Client, Tally, quantile
from offhook.capacity.parties import HOST
from offhook.testing.server import RunningServer


def test_an_invite_ends_the_wait_of_its_call_once() -> None:
    tally = Tally()
    tally.asked["+1"] = time.monotonic() - 2.0
    tally.invited("+1")
    tally.invited("+1")
    tally.invited("+2")

    (delay_s,) = tally.delays_s
    assert 2.0 <= delay_s < 60.0


def test_it_is_done_when_as_many_have_ended_as_are_awaited() -> None:
    tally = Tally(awaited=2)
    tally.end()
    assert not tally.done.is_set()
    tally.end()

    assert tally.done.is_set()


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        ([], ""),
        ([b'{"type":"x","description":"Too busy"}', b"{}"], "Too busy"),
        ([b"<html>"], "<html>"),
        ([b"[]"], "[]"),
        ([b"{}"], "{}"),
        ([b"\xff" * 1000], "�" * 200),
    ],
)
def test_a_refusal_is_told_by_its_description(refused: list[bytes], told: str) -> None:
    assert Tally(refused=refused).refusal == told


@pytest.mark.parametrize(
    ("values", "part", "value"),
    [([], 0.99, 0.0), ([3.0], 0.99, 3.0), ([3.0, 1.0, 2.0], 0.5, 2.0), ([2.0, 1.0], 1.0, 2.0)],
)
def test_a_quantile_is_one_of_the_values(values: list[float], part: float, value: float) -> None:
    assert quantile(values, part) == value


@pytest.mark.parametrize(("rest_s", "connections"), [(client.REST_S, 1), (0.0, 3)])
def test_a_connection_is_used_again_unless_the_server_may_be_letting_go_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rest_s: float, connections: int
) -> None:
    monkeypatch.setattr(client, "REST_S", rest_s)
    opened: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        while line := await reader.readline():
            if line.startswith(b"Content-Length"):
                await reader.readexactly(2 + int(line.split(b":")[1]))
                writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}")

    async def story() -> Tally:
        async with await asyncio.start_server(serve, HOST, 0) as server:
            port = server.sockets[0].getsockname()[1]
            process = cast(asyncio.subprocess.Process, None)  # nobody asks for it
            tally = Tally()
            placing = Client(RunningServer(tmp_path, port, 0, process), "http://app", tally)
            for _ in range(3):
                await placing.place(1, 1000.0)
            placing.close()
            for writer in opened:
                writer.close()
            return tally

    tally = asyncio.run(story())

    assert (len(opened), tally.refused) == (connections, [])
