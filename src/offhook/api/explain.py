"""`GET /offhook/v1/explain/{id}`: the story behind an X-Request-Id, an errorId or a call."""

from dataclasses import dataclass
from typing import Protocol

from offhook.api.described import Described, Success
from offhook.api.replies import Reply
from offhook.api.routes import Operation, Question, Route
from offhook.errors import ApiError, http
from offhook.explain import stories
from offhook.explain.finding import ExplanationData
from offhook.scopes import Offload


class Archive(stories.Stories, Protocol):
    """The store: what waits to be written can be waited for."""

    async def flushed(self) -> None:
        """Return when all that was written can be read."""
        ...


GET = Described((Success(200, ExplanationData),), refuses=(http.NOT_FOUND,))


@dataclass(frozen=True, slots=True)
class Explain:
    """Opens ids for those who may see what is behind them."""

    archive: Archive
    offload: Offload

    def routes(self) -> tuple[Route[Question], ...]:
        """Return the rows for the table of Offhook's own resources."""
        return (Route("explain/{id}", {"GET": Operation(self.get, GET)}),)

    async def get(self, question: Question) -> Reply:
        """explain: the story behind an X-Request-Id, an errorId or a call.

        What belongs to nobody (a 401, a stranger's INVITE) any user may see; which part of
        a login was wrong, only the user whom it names.
        """
        (asked,) = question.names
        await self.archive.flushed()
        told = await self.offload(lambda: stories.tell(self.archive, asked, question.user))
        if told is None:
            raise ApiError(http.NOT_FOUND, why="nothing is known of this id")
        if told.account_id is not None and not question.may_see(told.account_id):
            why = f"the id belongs to account {told.account_id}, which is closed to who asks"
            raise ApiError(http.NOT_FOUND, why=why)
        return Reply(200, told.explanation.as_data())
