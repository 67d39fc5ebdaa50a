"""WebRTC endpoints: made, listed and removed by REST, and spoken for by devices (rest.md 11)."""

import asyncio
import math
from dataclasses import replace

from offhook.calls import passes
from offhook.calls.limits import ENDPOINT_AGE_S
from offhook.calls.pages import Page, read
from offhook.calls.plant import Plant
from offhook.directory import Account
from offhook.errors import ApiError, endpoints, fields
from offhook.records import EndpointRecord
from offhook.requests import EndpointFilter, EndpointPage, EndpointRequest
from offhook.verbs.contexts import Context
from offhook.verbs.document import InvalidBxml


class Endpoints:
    """All endpoints of the node."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._turn = asyncio.Lock()  # two at once could be one too many

    async def create(
        self, account: Account, request: EndpointRequest
    ) -> tuple[EndpointRecord, str]:
        """Make an endpoint; returns it and its token, once it is on disk; raises ApiError 429."""
        plant = self._plant
        async with self._turn:
            await self._check_room(account.id)
            now, endpoint_id = plant.clock.wall(), plant.ids.endpoint()
            expires = now + ENDPOINT_AGE_S
            token = passes.issue(endpoint_id, account.id, expires, plant.clock, plant.ids)
            record = EndpointRecord(
                endpoint_id=endpoint_id,
                account_id=account.id,
                direction=request.direction,
                created=now,
                expires=expires,
                token_digest=passes.digest(token),
                events=request.events,
                tag=request.tag,
            )
            plant.store.put_endpoint(record)
            await plant.store.flushed()
        return record, token

    async def _check_room(self, account_id: str) -> None:
        page = await self.list(account_id, EndpointFilter(limit=1))
        most = self._plant.settings.endpoints
        if page.total < most:
            return
        wait_s = max(1, math.ceil(page.records[0].expires - self._plant.clock.wall()))
        why = f"the account has {page.total} endpoints; limits.endpoints is {most}"
        raise ApiError(endpoints.TOO_MANY, headers=(("Retry-After", str(wait_s)),), why=why)

    async def list(self, account_id: str, wanted: EndpointFilter) -> EndpointPage:
        """Return endpoints by creation time; all writes so far are seen."""
        store = self._plant.store
        await store.flushed()
        return await self._plant.offload(lambda: store.endpoints(account_id, wanted))

    async def get(self, account_id: str, endpoint_id: str) -> EndpointRecord | None:
        """Return an endpoint that has not vanished."""
        store = self._plant.store
        await store.flushed()
        found = await self._plant.offload(lambda: store.endpoint(endpoint_id))
        return found if found and found.account_id == account_id else None

    async def delete(self, record: EndpointRecord) -> None:
        """Let it vanish; returns when that is on disk."""
        now = self._plant.clock.wall()
        self._plant.store.put_endpoint(replace(record, deleted=now, version=record.version + 1))
        await self._plant.store.flushed()

    async def rescript(self, record: EndpointRecord, body: bytes, charset: str | None) -> None:
        """Run this document for its device; raises ApiError 400."""
        base = record.events.primary.url if record.events else None
        try:
            await read(self._plant, Page(body, base, charset), Context.ENDPOINT)
        except InvalidBxml as fault:
            raise ApiError(fields.INVALID_BXML, reason=str(fault)) from fault
        raise ApiError(
            endpoints.INVALID_PARAMETER,
            source=("reference", record.endpoint_id),
            fault="the endpoint must have a connected device that publishes media",
        )
