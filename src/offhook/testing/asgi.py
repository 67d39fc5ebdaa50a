"""A client of the REST API that needs no socket: requests are handed to the ASGI application."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

Message = MutableMapping[str, Any]
Asgi = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/xml"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class AsgiClient:
    """Sends requests to an ASGI application, as from one address."""

    def __init__(
        self,
        asgi: Asgi,
        source: tuple[str, int] = ("198.51.100.7", 40_000),
        host: str = "api.test",
    ) -> None:
        self._asgi = asgi
        self._source = source
        self._host = host

    async def request(
        self,
        method: str,
        url: str,  # path and query
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Send a request and return the whole answer."""
        path, _, query = url.partition("?")
        named = {"host": self._host, "content-length": str(len(body)), **(headers or {})}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(k.lower().encode(), v.encode()) for k, v in named.items()],
            "client": self._source,
            "server": (self._host, 80),
        }
        request: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Message] = []

        async def receive() -> Message:
            if not request:
                await asyncio.Event().wait()  # the client stays until it has its answer
            return request.pop()

        async def send(message: Message) -> None:
            sent.append(message)

        await self._asgi(scope, receive, send)
        start, *rest = sent
        names = {k.decode().lower(): v.decode() for k, v in start.get("headers", [])}
        return Answer(start["status"], names, b"".join(m.get("body", b"") for m in rest))


class Rest:
    """The Voice API for one account, as a client library offers it (rest.md 4)."""

    def __init__(self, client: AsgiClient, account_id: str, username: str, password: str) -> None:
        self._client = client
        self._prefix = f"/api/v2/accounts/{account_id}"
        credentials = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._authorization = {"Authorization": f"Basic {credentials}"}

    async def request(
        self,
        method: str,
        path: str,  # below the account, such as /calls
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Send an authorised request and return the answer, whatever it is."""
        merged = {**self._authorization, **(headers or {})}
        return await self._client.request(method, self._prefix + path, headers=merged, body=body)

    async def create_call(self, **fields: object) -> Answer:
        """POST /calls."""
        return await self.request("POST", "/calls", headers=JSON, body=_encode(fields))

    async def get_call(self, call_id: str) -> Answer:
        """GET /calls/{callId}."""
        return await self.request("GET", f"/calls/{call_id}")

    async def list_calls(self, query: str = "") -> Answer:
        """GET /calls, with a query string."""
        return await self.request("GET", f"/calls?{query}" if query else "/calls")

    async def statistics(self) -> Answer:
        """GET /statistics."""
        return await self.request("GET", "/statistics")

    async def update_call(self, call_id: str, **fields: object) -> Answer:
        """POST /calls/{callId}."""
        return await self.request("POST", f"/calls/{call_id}", headers=JSON, body=_encode(fields))

    async def update_bxml(self, call_id: str, document: str | bytes) -> Answer:
        """PUT /calls/{callId}/bxml."""
        body = document.encode() if isinstance(document, str) else document
        return await self.request("PUT", f"/calls/{call_id}/bxml", headers=XML, body=body)

    async def recordings(self, call_id: str) -> list[dict[str, Any]]:
        """GET /calls/{callId}/recordings."""
        answer = await self.request("GET", f"/calls/{call_id}/recordings")
        found: list[dict[str, Any]] = answer.json()
        return found

    async def download(self, recording: Mapping[str, Any]) -> Answer:
        """GET the media of a recording, as REST shows it or an event tells of it."""
        owner = f"calls/{recording['callId']}" if "callId" in recording else ""
        owner = owner or f"conferences/{recording['conferenceId']}"
        return await self.request("GET", f"/{owner}/recordings/{recording['recordingId']}/media")

    async def conferences(self, query: str = "") -> list[dict[str, Any]]:
        """GET /conferences, with a query string."""
        answer = await self.request("GET", f"/conferences?{query}" if query else "/conferences")
        found: list[dict[str, Any]] = answer.json()
        return found

    async def conference(self, conference_id: str) -> dict[str, Any]:
        """GET /conferences/{conferenceId}."""
        answer = await self.request("GET", f"/conferences/{conference_id}")
        found: dict[str, Any] = answer.json()
        return found

    async def update_conference(self, conference_id: str, **fields: object) -> Answer:
        """POST /conferences/{conferenceId}."""
        path = f"/conferences/{conference_id}"
        return await self.request("POST", path, headers=JSON, body=_encode(fields))

    async def play_in_conference(self, conference_id: str, document: str) -> Answer:
        """PUT /conferences/{conferenceId}/bxml."""
        path = f"/conferences/{conference_id}/bxml"
        return await self.request("PUT", path, headers=XML, body=document.encode())

    async def update_member(self, conference_id: str, call_id: str, **fields: object) -> Answer:
        """PUT /conferences/{conferenceId}/members/{callId}."""
        path = f"/conferences/{conference_id}/members/{call_id}"
        return await self.request("PUT", path, headers=JSON, body=_encode(fields))

    async def create_endpoint(self, **fields: object) -> Answer:
        """POST /endpoints, of any direction if none is given."""
        body = {"type": "WEBRTC", "direction": "BIDIRECTIONAL", **fields}
        return await self.request("POST", "/endpoints", headers=JSON, body=_encode(body))

    async def endpoint(self, endpoint_id: str) -> dict[str, Any]:
        """GET /endpoints/{endpointId}; returns its data."""
        answer = await self.request("GET", f"/endpoints/{endpoint_id}")
        found: dict[str, Any] = answer.json()["data"]
        return found

    async def delete_endpoint(self, endpoint_id: str) -> Answer:
        """DELETE /endpoints/{endpointId}."""
        return await self.request("DELETE", f"/endpoints/{endpoint_id}")

    async def play_to_endpoint(self, endpoint_id: str, document: str) -> Answer:
        """PUT /endpoints/{endpointId}/bxml."""
        path = f"/endpoints/{endpoint_id}/bxml"
        return await self.request("PUT", path, headers=XML, body=document.encode())

    async def update_recording(self, call_id: str, state: object) -> Answer:
        """PUT /calls/{callId}/recording."""
        path = f"/calls/{call_id}/recording"
        return await self.request("PUT", path, headers=JSON, body=_encode({"state": state}))


def _encode(fields: Mapping[str, object]) -> bytes:
    """JSON; `from_` stands for `from`, which Python keeps for itself."""
    return json.dumps({name.rstrip("_"): value for name, value in fields.items()}).encode()
