"""The app of one document."""

import socket
import urllib.request

from offhook.remote.page import ANSWER, HOST, STATUS, served

DOCUMENT = "<Response><Hangup/></Response>".encode("utf-16")


def ask(url: str, body: bytes | None = None) -> tuple[str, bytes]:
    with urllib.request.urlopen(url, body, timeout=10) as reply:
        return reply.headers["Content-Type"], reply.read()


def test_it_has_one_document_and_nothing_to_say_beside() -> None:
    with served(DOCUMENT, "utf-16") as base:
        assert base.startswith(f"http://{HOST}:")
        assert ask(base + ANSWER, b"{}") == ("application/xml;charset=utf-16", DOCUMENT)
        assert ask(base + ANSWER + "?eventType=answer") == (
            "application/xml;charset=utf-16",
            DOCUMENT,
        )
        assert ask(base + STATUS, b"{}")[1] == b""


def test_its_port_is_free_again_afterwards() -> None:
    with served(b"") as base:
        port = int(base.rpartition(":")[2])
    with socket.create_server((HOST, port)):
        pass
