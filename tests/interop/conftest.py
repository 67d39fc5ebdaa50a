"""Servers that foreign clients talk to over a real socket."""

import asyncio
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from tests.api.client import ACCOUNT, APPLICATION, DIRECTORY
from tests.api.fake_service import FakeService

from offhook.api.assembly import Settings, World, assemble
from offhook.api.protocol import protocol
from offhook.clock import Clock
from offhook.ids import Ids
from offhook.records import CallState
from offhook.scopes import ThreadOffload


@dataclass(frozen=True)
class VoiceServer:
    """Where a client finds a server, and how to make a call on it answered."""

    url: str
    account: str
    application: str
    username: str
    password: str
    answer: Callable[[str], None]  # with a call id


@pytest.fixture(scope="module")
def voice_server() -> Iterator[VoiceServer]:
    """The real HTTP side over call control without telephones."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ids, clock, offload = Ids(random.Random(1)), Clock(), ThreadOffload(2)
    service = FakeService(clock, ids)
    api = assemble(service, lambda: DIRECTORY, Settings(public_url=url), World(clock, ids, offload))
    server = uvicorn.Server(
        uvicorn.Config(
            api, log_config=None, lifespan="off", http=protocol(ids), ws="none", loop="asyncio"
        )
    )

    def answer(call_id: str) -> None:
        service.advance(call_id, CallState.INITIATED)
        service.advance(call_id, CallState.ANSWERED)

    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    try:
        yield VoiceServer(url, ACCOUNT, APPLICATION, "alice", "secret", answer)
    finally:
        server.should_exit = True
        thread.join()
        offload.close()
