"""createCall under an Idempotency-Key."""

import json

from offhook.testing import fixtures
from offhook.testing.asgi import JSON, Answer
from offhook.testing.world import World

KEY = "7f3c9a52-order-4711"
CALL: dict[str, object] = {
    "to": fixtures.PARTY,
    "from": fixtures.NUMBER,
    "applicationId": fixtures.APPLICATION_ID,
    "answerUrl": fixtures.ANSWER_URL,
    "disconnectUrl": fixtures.STATUS_URL,
}


async def create(world: World, key: str | None = KEY, **fields: object) -> Answer:
    """Ask for a call to the party, or as the fields say; return whatever is answered."""
    headers = {**JSON, **({} if key is None else {"Idempotency-Key": key})}
    body = json.dumps({**CALL, **fields}).encode()
    return await world.rest.request("POST", "/calls", headers=headers, body=body)
