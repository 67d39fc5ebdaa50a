"""Requests made up from the description of the API, good and bad ones, at a whole server.

The server runs in virtual time; its telephones answer, so that calls are in every state. What is
asked about is there in half of the requests. Nothing that is answered may be undocumented, and
nothing may be a 500; when all is done, every call must have come to its end.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from offhook.api.assembly import described
from offhook.api.openapi import document
from offhook.testing import fixtures
from offhook.testing.asgi import AsgiClient
from offhook.testing.loop import VirtualLoop
from offhook.testing.world import World

Case = schemathesis.Case[Any]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]

SEED = 20_261_126
EXAMPLES = 10  # made up for each operation, besides those of the description
AS_IT_IS = 4  # every fourth request goes out as it was made up
AUTHORIZATION = requests.auth._basic_auth_str(fixtures.USER, fixtures.PASSWORD)
CALL = {
    "from": fixtures.NUMBER,
    "to": fixtures.PARTY,
    "applicationId": fixtures.APPLICATION_ID,
    "answerUrl": fixtures.ANSWER_URL,
}
RECORDED = (
    "<StartTranscription/><StopTranscription/>"
    '<StartRecording recordingAvailableUrl="/v/made"/><Pause duration="1"/><StopRecording/>'
    '<StartRecording/><Pause duration="900"/>'
)

schema = schemathesis.openapi.from_dict(
    document(described(), fixtures.API_URL),
    config=SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "generation": {
                "mode": "all",
                "max-examples": EXAMPLES,
                "deterministic": True,
                "database": "none",
                "no-shrink": True,
            },
            "phases": {"coverage": {"enabled": False}},
        }
    ),
)


class Everywhere(set[str]):
    """All hosts: every URL that is made up leads to the application."""

    def __contains__(self, host: object) -> bool:
        return True


class Scene:
    """A server with calls, a conference and recordings, and a client that asks about them."""

    def __init__(self) -> None:
        self.loop = VirtualLoop(seed=SEED, limit_s=20_000.0)
        self.world: World
        self.names: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()
        self._asked = 0
        self._subject = ""

    async def open(self) -> None:
        self.world = World()
        self.world.app.hosts = Everywhere()
        await self.world.__aenter__()

    async def close(self) -> None:
        await self.world.__aexit__(None, None, None)

    async def _set(self) -> None:
        """Place the calls anew: what was made up before may have ended them."""
        for phone in self.world.phones.live:
            phone.hang_up()
        await asyncio.sleep(1.0)
        recorded = await self.world.answered(RECORDED)
        await recorded.wait_event("recordingAvailable")
        seated = '<Conference conferenceEventUrl="/v/room">room</Conference>'
        await (await self.world.answered(seated)).wait_event("conferenceMemberJoin")
        rest = self.world.rest
        conferences = (await rest.request("GET", "/conferences")).json()
        texts = (await rest.request("GET", f"/calls/{recorded.call_id}/transcriptions")).json()
        self.names = {
            "accountId": fixtures.ACCOUNT_ID,
            "callId": recorded.call_id,
            "conferenceId": conferences[-1]["id"],
            "recordingId": (await rest.recordings(recorded.call_id))[0]["recordingId"],
            "endpointId": (await rest.create_endpoint()).json()["data"]["endpointId"],
            "eventId": self.world.app.received[-1].headers["offhook-event-id"],
            "transcriptionId": texts[0]["transcriptionId"],
            "id": recorded.call_id,
        }

    def ask(self, case: Case) -> Response:
        """Send a request, put right or as it was made up, and let some time go by."""
        self._asked += 1
        if self._subject != case.operation.label:
            self.loop.run_until_complete(asyncio.wait_for(self._set(), 30.0))
            self._subject = case.operation.label
        headers = {}
        if self._asked % AS_IT_IS:
            self._put_right(case)
            headers["Authorization"] = AUTHORIZATION
        request = requests.Request(**case.as_transport_kwargs(fixtures.API_URL, headers)).prepare()
        return self.loop.run_until_complete(self._send(request))

    def _put_right(self, case: Case) -> None:
        for name in case.path_parameters:
            case.path_parameters[name] = self.names[name]
        if case.operation.label.startswith("POST") and case.path.endswith("/calls"):
            body: Any = case.body
            if isinstance(body, dict):
                case.body = body | CALL

    async def _send(self, request: requests.PreparedRequest) -> Response:
        body: Any = request.body or b""
        answer = await AsgiClient(self.world.node.asgi).request(
            str(request.method),
            request.path_url,
            headers={name: str(value) for name, value in request.headers.items()},
            body=body if isinstance(body, bytes) else body.encode(),
        )
        await asyncio.sleep(0.02)
        self.statuses[answer.status] += 1
        named = {name: [value] for name, value in answer.headers.items()}
        return Response(answer.status, named, answer.body, request, 0.02, verify=True)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    made = Scene()
    made.loop.run_until_complete(made.open())
    yield made
    made.loop.run_until_complete(made.close())
    made.loop.close()
    assert not made.loop.failures
    print(made.statuses)


@pytest.mark.slow
@schema.parametrize()
def test_no_answer_is_undocumented(case: Case, scene: Scene) -> None:
    response = scene.ask(case)

    case.validate_response(response, checks=CHECKS)
