"""What is kept of requests that were refused, so that their X-Request-Id opens a story.

A flood of refusals writes down its beginning and then a share: whoever is being flooded needs the
disk for other things.
"""

from collections.abc import Callable

from starlette.types import Message, Receive

from offhook.budget import Budget
from offhook.clock import Clock
from offhook.errors import ApiError
from offhook.records import Incident, IncidentKind

BODY_BYTES = 4096  # of a refused request
BURST = 1000  # incidents at once
PER_S = 10.0  # and then


class Heard:
    """An ASGI `receive` that remembers the beginning of the body."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.body = b""

    async def __call__(self) -> Message:
        """Receive the next message."""
        message = await self._receive()
        if len(self.body) < BODY_BYTES:
            self.body += message.get("body", b"")[:BODY_BYTES]
        return message


class Refusals:
    """Writes incidents down, as many as the budget allows."""

    def __init__(self, put: Callable[[Incident], None], clock: Clock) -> None:
        self._put = put
        self._clock = clock
        self._budget = Budget(BURST, PER_S, clock.now)

    def note(
        self, request_id: str, error: ApiError, account_id: str | None, **about: object
    ) -> None:
        """Write down a refusal; `about` says what was asked, as JSON without secrets."""
        if not self._budget.take():
            return
        data = {
            "entry": error.entry.id,
            "status": error.entry.status,
            "description": error.description,
            "why": error.why,
            **about,
        }
        now = self._clock.wall()
        self._put(Incident(request_id, now, IncidentKind.REQUEST, account_id, data=data))
