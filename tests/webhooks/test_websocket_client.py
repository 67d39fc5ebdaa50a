"""The real WebSocket client against real servers on the loopback interface."""

import asyncio
import base64
import hashlib
import resource
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.webhooks.servers import Names, certificate, closed_port, raw_server, site

from offhook.hooks import Credentials
from offhook.testing.app import App
from offhook.testing.web import served
from offhook.webhooks.guard import Guard
from offhook.webhooks.websocket import Closed, Handshake, HandshakeError, WebSocket
from offhook.webhooks.websocket_client import LONGEST_MESSAGE_BYTES, AiohttpWebSockets

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 1.3


@asynccontextmanager
async def client(
    names: dict[str, list[list[str]]] | None = None,
    guard: Guard | None = None,
    ca_file: Path | None = None,
) -> AsyncIterator[AiohttpWebSockets]:
    resolver = Names(names) if names is not None else None
    made = AiohttpWebSockets(guard or Guard(), ca_file=ca_file, resolver=resolver)
    try:
        yield made
    finally:
        await made.close()


async def failure(sockets: AiohttpWebSockets, url: str, timeout_s: float = 5.0) -> HandshakeError:
    with pytest.raises(HandshakeError) as caught:
        await sockets.connect(Handshake(url), timeout_s=timeout_s)
    return caught.value


async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Shake hands as a server does (RFC 6455 4.2.2)."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(
        line.partition(":")[2].strip()
        for line in head.split("\r\n")
        if line.lower().startswith("sec-websocket-key:")
    )
    digest = hashlib.sha1((key + MAGIC).encode(), usedforsecurity=False).digest()
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
    )


def test_the_server_is_given_the_certificate_that_it_must_have(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "ws.test")

    async def story() -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)
        names = {"ws.test": [["127.0.0.1"]], "other.test": [["127.0.0.1"]]}
        async with served(App(), context) as url:
            port = url.rpartition(":")[2]
            async with client(names, ca_file=cert) as trusting:
                opened = await trusting.connect(Handshake(f"wss://ws.test:{port}/a"), timeout_s=5)
                await opened.close(1000)
                wrong_name = await failure(trusting, f"wss://other.test:{port}/a")
            async with client(names) as strict:
                unknown = await failure(strict, f"wss://ws.test:{port}/a")

        assert "TLS handshake failed" == wrong_name.reason == unknown.reason

    asyncio.run(story())


def test_addresses_that_the_guard_refuses_are_not_connected_to() -> None:
    """Also when a name leads there."""

    async def story() -> None:
        names = {"inside.test": [["169.254.169.254"]]}
        async with client(names) as sockets:
            named = await failure(sockets, "ws://inside.test/a")
            plain = await failure(sockets, "ws://169.254.169.254/a")

        assert "host not allowed" == named.reason == plain.reason

    asyncio.run(story())


def test_what_keeps_a_handshake_from_succeeding_is_named() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def wrong_key(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: AAAA\r\n\r\n"
        )
        await reader.read()

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0\r\n\r\n")

    async def story() -> list[str]:
        async with (
            client({}) as nameless,
            client() as sockets,
            site() as pages,
            raw_server(silent) as mute,
            raw_server(wrong_key) as liar,
            raw_server(babble) as other,
        ):
            pages.page("/a", 200, "a page")
            pages.page("/moved", 302, Location="/a")
            return [
                (await failure(nameless, "ws://nobody.test/a")).reason,
                (await failure(sockets, f"ws://127.0.0.1:{closed_port()}/a")).reason,
                (await failure(sockets, pages.url.replace("http", "ws") + "/a")).reason,
                (await failure(sockets, pages.url.replace("http", "ws") + "/moved")).reason,
                (await failure(sockets, mute.replace("http", "ws"), 0.2)).reason,
                (await failure(sockets, liar.replace("http", "ws"))).reason,
                (await failure(sockets, other.replace("http", "ws"))).reason,
                (await failure(sockets, "ws://[::1")).reason,
            ]

    assert asyncio.run(story()) == [
        "host not found",
        "connection failed",
        "HTTP 200",
        "HTTP 302",
        "timed out after 0.2 seconds",
        "not a WebSocket: Invalid challenge response",
        "connection failed",
        "connection failed",
    ]


def test_userinfo_serves_as_credentials_and_is_not_part_of_the_address() -> None:
    async def story() -> None:
        app = App()
        async with served(app) as url, client() as sockets:
            address = url.replace("http://", "ws://me:s%C3%A9cret@") + "/a?b=1#c"
            opened = await sockets.connect(Handshake(address), timeout_s=5)
            await opened.close(1000)
        (handshake,) = app.sockets.handshakes

        assert handshake == Handshake("ws://app.test/a?b=1", Credentials("me", "sécret"))

    asyncio.run(story())


def test_a_server_that_has_no_file_descriptor_left_is_at_fault_itself() -> None:
    async def story() -> HandshakeError:
        async with client() as sockets:
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            with socket.socket() as probe:
                lowest = probe.fileno()
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
            try:
                return await failure(sockets, "ws://127.0.0.1:9/a")
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    error = asyncio.run(story())
    assert error.ours
    assert error.reason == "Too many open files"


async def _against(handler: object, then: object) -> None:
    """Run a story with one connection to a server that speaks raw frames."""
    async with raw_server(handler) as url, client() as sockets:  # type: ignore[arg-type]
        opened = await sockets.connect(Handshake(url.replace("http", "ws")), timeout_s=5)
        await then(opened)  # type: ignore[operator]
        await opened.close(1000)


def test_an_end_of_the_connection_without_a_goodbye_is_a_loss() -> None:
    """Also one that TCP takes for orderly."""

    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer)
        await writer.drain()

    async def story(opened: WebSocket) -> None:
        end = await opened.receive()

        assert isinstance(end, Closed)
        assert end.code is None

    asyncio.run(_against(hangs_up, story))


def test_a_goodbye_without_a_code_is_clean() -> None:
    async def leaves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer)
        writer.write(b"\x88\x00")
        await writer.drain()
        await reader.read()

    async def story(opened: WebSocket) -> None:
        end = await opened.receive()

        assert isinstance(end, Closed)
        assert end.clean

    asyncio.run(_against(leaves, story))


def test_a_message_that_is_too_long_ends_the_connection() -> None:
    async def shouts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer)
        size = LONGEST_MESSAGE_BYTES + 1
        writer.write(b"\x81\x7f" + struct.pack("!Q", size) + b"a" * size)
        await writer.drain()
        await reader.read()

    async def story(opened: WebSocket) -> None:
        end = await opened.receive()

        assert isinstance(end, Closed)
        assert not end.clean

    asyncio.run(_against(shouts, story))


def test_a_far_end_that_neither_reads_nor_answers_is_left_all_the_same() -> None:
    async def sleeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer)
        await asyncio.Event().wait()

    async def story() -> None:
        async with raw_server(sleeps) as url, client() as sockets:
            opened = await sockets.connect(Handshake(url.replace("http", "ws")), timeout_s=5)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    while True:
                        await opened.send("a" * 10_000)
            await opened.close(1000)

    asyncio.run(story())
