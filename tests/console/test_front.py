"""Console and API share an address; a proxy may or may not have cut off a prefix."""

from typing import Any

import pytest

from offhook.console.front import Front
from offhook.testing.asgi import AsgiClient
from offhook.testing.loop import virtual


async def names_itself(name: str, scope: Any, send: Any) -> None:
    body = f"{name} {scope['path']}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def console(scope: Any, receive: Any, send: Any) -> None:
    await names_itself("console", scope, send)


async def figures(scope: Any, receive: Any, send: Any) -> None:
    await names_itself("figures", scope, send)


async def api(scope: Any, receive: Any, send: Any) -> None:
    await names_itself("api", scope, send)


@virtual
@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/voice/console/calls", b"console /calls"),
        ("/console/calls", b"console /calls"),
        ("/console", b"console /"),
        ("/consoles", b"api /consoles"),
        ("/voice/api/v2", b"api /voice/api/v2"),
        ("/", b"api /"),
        ("/metrics", b"figures /metrics"),
        ("/voice/metrics", b"figures /voice/metrics"),
        ("/metrics/more", b"api /metrics/more"),
    ],
)
async def test_a_path_leads_to_one_of_them(path: str, answer: bytes) -> None:
    client = AsgiClient(Front(console, "/voice", lambda: figures, api))

    assert (await client.request("GET", path)).body == answer
