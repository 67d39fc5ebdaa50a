"""A node on a real network: it starts, answers, and ends in order. More in tests/interop."""

import asyncio
import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from offhook.config import load
from offhook.serving.serve import running_node
from offhook.sip.transport import Address
from offhook.testing.server import Wishes, running_server


@pytest.mark.slow
def test_a_node_starts_its_worker_and_gives_everything_back(tmp_path: Path) -> None:
    async def main() -> str:
        store = f"sqlite:///{tmp_path}/a.sqlite3"
        config = load(None, {}, {"store.url": store, "sip.port": 0})
        async with running_node(config, 8080) as node:
            return node.sip_address

    address = asyncio.run(main())

    host, port = address.split(":")
    assert host == "127.0.0.1"
    assert int(port) > 0
    assert Address("udp", host, int(port)).connection == 0


@pytest.mark.slow
def test_a_served_request_without_credentials_is_refused_by_the_contract(tmp_path: Path) -> None:
    async def main() -> tuple[int, dict[str, object], str]:
        wishes = Wishes(app_url="http://127.0.0.1:9", trunk=9)
        async with running_server(tmp_path, wishes) as server:
            return await asyncio.to_thread(fetch, f"{server.api}/accounts/{server.account}/calls")

    status, body, content_type = asyncio.run(main())

    assert status == 401
    assert body == {"type": "authentication-error", "description": "Unauthorized", "id": None}
    assert content_type == "application/json;charset=UTF-8"


def fetch(url: str) -> tuple[int, dict[str, object], str]:
    """GET something that is refused."""
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(url, timeout=10)
    with refusal.value as reply:
        return reply.code, json.loads(reply.read()), reply.headers["content-type"]
