"""The operations on calls (rest.md 4)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from offhook.api import (
    bodies,
    bxml,
    changes,
    creation,
    idempotency,
    listing,
    mediatypes,
    views,
    wording,
)
from offhook.api.creation import CreateCall, Creation
from offhook.api.described import LINK, Described, Header, Success
from offhook.api.idempotency import Idempotency, Promise
from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.api.service import CallService
from offhook.api.wording import Wording
from offhook.errors import ApiError, http
from offhook.records import CallRecord
from offhook.requests import OutboundRequest, Standing, position

CREATE = Described(
    (
        Success(
            201,
            views.CreatedCallView,
            (Header("Location", "the callUrl"), idempotency.REPLAYED_HEADER),
        ),
    ),
    CreateCall,
    creation.REQUIRED,
    (idempotency.PARAMETER,),
    (
        *creation.REFUSES,
        *idempotency.REFUSES,
        http.RATE_LIMIT,
        http.SESSION_LIMIT,
        http.NODE_FULL,
    ),
    creation.EXAMPLE,
)
LIST = Described(
    (Success(200, list[views.CallView], (LINK,)),),
    parameters=listing.CALLS.parameters,
    refuses=listing.REFUSES,
)
GET = Described((Success(200, views.CallView),), refuses=wording.CALL)
UPDATE = Described(
    (Success(200),), changes.UpdateCall, refuses=(*changes.CALL, *wording.CALL, http.CALL_STATE)
)
RESCRIPT = Described(
    (Success(204),), refuses=(*bxml.REFUSES, *wording.CALL, http.CALL_STATE), example=bxml.EXAMPLE
)


@dataclass(frozen=True, slots=True)
class Calls:
    """createCall, listCalls, getCall, updateCall, updateCallBxml."""

    service: CallService
    creation: Creation
    idempotency: Idempotency
    wording: Wording = field(default_factory=Wording)

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of operations."""
        create = Operation(self.create, CREATE, mediatypes.JSON)
        update = Operation(self.update, UPDATE, mediatypes.JSON)
        rescript = Operation(self.rescript, RESCRIPT, mediatypes.BXML, bxml.too_big)
        return (
            Route("calls", {"GET": Operation(self.list, LIST), "POST": create}),
            Route("calls/{callId}", {"GET": Operation(self.get, GET), "POST": update}),
            Route("calls/{callId}/bxml", {"PUT": rescript}),
        )

    async def create(self, asked: Asked) -> Reply:
        """createCall: place a call; under an Idempotency-Key once."""
        body = bodies.decode(asked.body, CreateCall)

        async def create(promise: Promise | None) -> Reply:
            request = self._requested(asked, body)

            def reply(record: CallRecord) -> Reply:
                url = f"{asked.account_url}/calls/{record.call_id}"
                return Reply(201, views.created(record, request, body, url), (("Location", url),))

            keep = promise.keeper(reply) if promise else None
            return reply(await self.service.create(asked.account, request, keep))

        return await self.idempotency.once(asked, "createCall", create)

    def _requested(self, asked: Asked, body: CreateCall) -> OutboundRequest:
        """Return what is asked for; members that mean nothing are told of, but not refused."""
        strangers = bodies.strange(asked.body, CreateCall)
        try:
            request = self.creation.request(asked.account, body)
        except ApiError as error:
            if strangers and not error.why:
                error.why = f"the body has members that mean nothing: {', '.join(strangers)}"
            raise
        return replace(request, ignored=strangers) if strangers else request

    async def list(self, asked: Asked) -> Reply:
        """listCalls: those of the account, oldest first."""
        account_id = asked.account.id
        wanted = listing.wanted(account_id, asked.query)
        one_more = replace(wanted, limit=wanted.limit + 1)  # tells whether there is a next page
        records = await self.service.list(account_id, one_more)
        page = records[: wanted.limit]
        headers: tuple[tuple[str, str], ...] = ()
        if len(records) > len(page):
            url = f"{asked.account_url}/calls"
            last = position(page[-1])
            headers = (("Link", listing.CALLS.next(url, account_id, asked.query, last)),)
        return Reply(200, [views.state(record) for record in page], headers)

    async def get(self, asked: Asked) -> Reply:
        """getCall: one of them, live or ended up to seven days ago."""
        (call_id,) = asked.names
        record = await self.service.get(asked.account.id, call_id)
        if record is None:
            raise self.wording.call(call_id)
        return Reply(200, views.state(record))

    async def update(self, asked: Asked) -> Reply:
        """updateCall: redirect the call, or end it."""
        body = bodies.decode(asked.body, changes.UpdateCall)
        (call_id,) = asked.names
        await self._locate(asked, call_id)
        redirect = changes.redirect(body)
        with self._wording(call_id):
            if redirect is None:
                await self.service.complete(asked.account.id, call_id)
            else:
                account_id, tag = asked.account.id, redirect.tag
                await self.service.redirect(account_id, call_id, redirect.hook, tag)
        return Reply(200)

    async def rescript(self, asked: Asked) -> Reply:
        """updateCallBxml: stop the call's document and run this one."""
        bxml.check_readable(asked.body, asked.charset)
        (call_id,) = asked.names
        await self._locate(asked, call_id)
        with self._wording(call_id):
            await self.service.rescript(asked.account.id, call_id, asked.body, asked.charset)
        return Reply(204)

    async def _locate(self, asked: Asked, call_id: str) -> None:
        standing = await self.service.locate(asked.account.id, call_id)
        if standing is Standing.FORGOTTEN:
            raise self.wording.call(call_id, "the call ended too long ago to be changed")
        if standing is Standing.MISSING:
            raise self.wording.call(call_id)

    @contextmanager
    def _wording(self, call_id: str) -> Iterator[None]:
        """A call may be forgotten while its change is looked at: say so in the chosen words."""
        try:
            yield
        except ApiError as error:
            if error.entry is http.NOT_FOUND:
                raise self.wording.call(call_id) from error
            raise
