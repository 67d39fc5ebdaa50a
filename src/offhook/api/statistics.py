"""How long the account's outbound queue is (rest.md 7)."""

from dataclasses import dataclass

from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.api.service import CallService


@dataclass(frozen=True, slots=True)
class Statistics:
    """getStatistics."""

    calls: CallService

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of operations."""
        return (Route("statistics", {"GET": Operation(self.get)}),)

    async def get(self, asked: Asked) -> Reply:
        """getStatistics: integers, though a guide prints strings."""
        body = {
            "currentCallQueueSize": await self.calls.queued(asked.account.id),
            "maxCallQueueSize": asked.account.queue_capacity,
        }
        return Reply(200, body)
