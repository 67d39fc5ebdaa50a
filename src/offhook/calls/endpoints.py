"""WebRTC endpoints: made, listed and removed by REST, and spoken for by devices (rest.md 11)."""

import asyncio
import hmac
import math
from collections.abc import Awaitable
from dataclasses import replace
from typing import Protocol

from offhook.calls import passes
from offhook.calls.devices import DeviceLine, Tell
from offhook.calls.journal import Journal
from offhook.calls.legs import Errand
from offhook.calls.limits import DEVICES_AT_ONCE, ENDPOINT_AGE_S
from offhook.calls.pages import Page, read
from offhook.calls.plant import Plant
from offhook.calls.presence import DELETED, DeviceSession, Dismiss, Presence
from offhook.calls.shelf import Shelf
from offhook.directory import Account
from offhook.errors import ApiError, CallError, endpoints, fields
from offhook.records import (
    CallRecord,
    CallState,
    DeviceStatus,
    Direction,
    EndpointRecord,
)
from offhook.requests import EndpointFilter, EndpointPage, EndpointRequest
from offhook.verbs.contexts import Context
from offhook.verbs.document import InvalidBxml
from offhook.webrtc import GatewayError

LOST = "the server ended"
SHUTDOWN = "the server is shutting down"
ANONYMOUS = "Anonymous"  # who calls a device for a document


class NoDeviceError(Exception):
    """An endpoint that no call can have now; the text says why."""


class Floor(Protocol):
    """The exchange, as far as endpoints need it."""

    def serve(self, record: CallRecord, errand: Errand) -> None:
        """Run a document for a device; raises CallError at a limit."""
        ...

    def rescript(
        self, account_id: str, call_id: str, body: bytes, charset: str | None
    ) -> Awaitable[None]:
        """Run a document on a call; raises ApiError."""
        ...

    def reopen(self, call_id: str) -> Awaitable[Journal]:
        """Return a log, however long ago it was closed."""
        ...


class Endpoints:
    """All endpoints of the node."""

    def __init__(self, plant: Plant, floor: Floor, shelf: Shelf) -> None:
        self._plant = plant
        self._floor = floor
        self._shelf = shelf
        self._turn = asyncio.Lock()  # two at once could be one too many
        self._present: dict[str, Presence] = {}

    async def start(self) -> None:
        """Say that the devices of a former process have left."""
        plant = self._plant
        for record in await plant.offload(plant.store.connected_endpoints):
            presence = await self._enter(record)
            there = [each for each in record.devices if each.status is DeviceStatus.CONNECTED]
            for device in there:
                presence.left(device, LOST, published=False)
            self._leave(presence)

    def close(self) -> None:
        """Let all devices go."""
        for presence in list(self._present.values()):
            presence.end(SHUTDOWN)

    def journal(self, endpoint_id: str) -> Journal | None:
        """Return the log of an endpoint with a device."""
        presence = self._present.get(endpoint_id)
        return presence.journal if presence else None

    # REST

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
        found = await self._find(endpoint_id)
        return found if found and found.account_id == account_id else None

    async def _find(self, endpoint_id: str) -> EndpointRecord | None:
        store = self._plant.store
        await store.flushed()
        return await self._plant.offload(lambda: store.endpoint(endpoint_id))

    async def delete(self, record: EndpointRecord) -> None:
        """Let it vanish, and its devices with it; returns when that is on disk."""
        async with self._turn:  # no device comes in meanwhile
            if presence := self._present.get(record.endpoint_id):
                presence.end(DELETED)
            newest = await self._find(record.endpoint_id)
            if newest is not None:
                now, version = self._plant.clock.wall(), newest.version + 1
                self._plant.store.put_endpoint(replace(newest, deleted=now, version=version))
        await self._plant.store.flushed()

    async def rescript(self, record: EndpointRecord, body: bytes, charset: str | None) -> None:
        """Run this document for its device, in the call that has it or a new one.

        Raises ApiError 400, also where no device is there.
        """
        base = record.events.primary.url if record.events else None
        page = Page(body, base, charset)
        try:
            await read(self._plant, page, Context.ENDPOINT)
        except InvalidBxml as fault:
            raise ApiError(fields.INVALID_BXML, reason=str(fault)) from fault
        line = self._published(record)
        try:
            if line.taken_by is not None:
                await self._floor.rescript(record.account_id, line.taken_by, body, charset)
            else:
                self._floor.serve(self._errand(record), Errand(line, page))
        except CallError as error:
            raise _refused(record, error.message) from error
        except ApiError as error:
            if error.entry is fields.INVALID_BXML:
                raise
            raise _refused(record, f"the device cannot run it now: {error.description}") from error

    def _published(self, record: EndpointRecord) -> DeviceLine:
        presence = self._present.get(record.endpoint_id)
        for line in presence.lines() if presence else ():
            if line.publishing:
                return line
        fault = "the endpoint must have a connected device that publishes media"
        raise _refused(record, fault)

    def _errand(self, record: EndpointRecord) -> CallRecord:
        now = self._plant.clock.wall()
        return CallRecord(
            call_id=self._plant.ids.call(),
            account_id=record.account_id,
            application_id="",
            to=record.endpoint_id,
            from_=ANONYMOUS,
            direction=Direction.OUTBOUND,
            state=CallState.INITIATED,
            last_update=now,
            start_time=now,
            tag=record.tag,
        )

    # calls and devices

    def device(self, account_id: str, endpoint_id: str) -> DeviceLine:
        """Return a device that a call can have; raises NoDeviceError."""
        presence = self._present.get(endpoint_id)
        if presence is None or presence.record.account_id != account_id:
            missing = self._plant.gateway.missing
            more = f", and {missing}" if missing else ""
            raise NoDeviceError(f"the account has no endpoint of this id with a device{more}")
        obstacles = []
        for line in presence.lines():
            if line.obstacle is None:
                return line
            obstacles.append(line.obstacle)
        raise NoDeviceError("; ".join(obstacles))

    async def admit(
        self, token: str, name: str | None, tell: Tell, dismiss: Dismiss
    ) -> DeviceSession:
        """Take a device in by its token; raises GatewayError."""
        async with self._turn:
            record = await self._opened_by(token)
            presence = self._present.get(record.endpoint_id) or await self._enter(record)
            if len(presence.sessions) >= DEVICES_AT_ONCE:
                raise GatewayError(f"the endpoint has {DEVICES_AT_ONCE} devices already")
            return DeviceSession(self._plant, presence, name, tell, dismiss, self._closed)

    async def _opened_by(self, token: str) -> EndpointRecord:
        record = await self._find(passes.endpoint_of(token) or "")
        if record is None or not hmac.compare_digest(record.token_digest, passes.digest(token)):
            raise GatewayError("the token opens no endpoint: it is wrong, or the endpoint is gone")
        account = self._plant.directory().accounts.get(record.account_id)
        if account is None or account.suspended or not account.voice_enabled:
            raise GatewayError("the account is closed")
        return record

    async def _enter(self, record: EndpointRecord) -> Presence:
        endpoint_id, plant = record.endpoint_id, self._plant
        journal = await self._floor.reopen(endpoint_id)
        sent = await plant.offload(lambda: plant.store.last_sequence(endpoint_id))
        presence = self._present[endpoint_id] = Presence(plant, record, journal, sent)
        return presence

    def _closed(self, session: DeviceSession) -> None:
        if not session.presence.sessions:
            self._leave(session.presence)

    def _leave(self, presence: Presence) -> None:
        presence.close()
        self._shelf.put(presence.journal)
        del self._present[presence.record.endpoint_id]


def _refused(record: EndpointRecord, fault: str) -> ApiError:
    source = ("reference", record.endpoint_id)
    return ApiError(endpoints.INVALID_PARAMETER, source=source, fault=fault.rstrip("."))
