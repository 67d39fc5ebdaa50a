"""How long the account's outbound queue is (rest.md 7)."""

from dataclasses import dataclass
from typing import TypedDict

from offhook.api.described import Described, Success
from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.api.service import CallService


class StatisticsView(TypedDict):
    """How long the queue is, and how long it may become."""

    currentCallQueueSize: int
    maxCallQueueSize: int


GET = Described((Success(200, StatisticsView),))


@dataclass(frozen=True, slots=True)
class Statistics:
    """getStatistics."""

    calls: CallService

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of operations."""
        return (Route("statistics", {"GET": Operation(self.get, GET)}),)

    async def get(self, asked: Asked) -> Reply:
        """getStatistics: how long the queue of outbound calls is."""
        body: StatisticsView = {
            "currentCallQueueSize": await self.calls.queued(asked.account.id),
            "maxCallQueueSize": asked.account.queue_capacity,
        }
        return Reply(200, body)
