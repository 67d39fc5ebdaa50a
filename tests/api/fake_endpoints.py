"""Endpoints without devices, in a dictionary."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from offhook.api.service import DeviceDoor, Tell
from offhook.clock import Clock
from offhook.directory import Account
from offhook.errors import ApiError, endpoints, fields
from offhook.ids import Ids
from offhook.records import EndpointRecord
from offhook.requests import EndpointFilter, EndpointPage, EndpointRequest
from offhook.verbs.contexts import Context
from offhook.verbs.document import InvalidBxml, parse
from offhook.webrtc import GatewayError

DAY_S = 86_400.0


@dataclass
class FakeEndpoints:
    """EndpointService over a dictionary."""

    clock: Clock
    ids: Ids
    most: int = 3
    records: dict[str, EndpointRecord] = field(default_factory=dict)
    wanted: list[EndpointFilter] = field(default_factory=list)
    played: list[tuple[str, bytes, str | None]] = field(default_factory=list)

    async def create(
        self, account: Account, request: EndpointRequest
    ) -> tuple[EndpointRecord, str]:
        if len(self._of(account.id)) >= self.most:
            raise ApiError(endpoints.TOO_MANY, headers=(("Retry-After", "900"),))
        now = self.clock.wall()
        made = EndpointRecord(
            endpoint_id=self.ids.endpoint(),
            account_id=account.id,
            direction=request.direction,
            created=now,
            expires=now + DAY_S,
            token_digest="",
            events=request.events,
            tag=request.tag,
        )
        self.records[made.endpoint_id] = made
        return made, "a.b.c"

    async def list(self, account_id: str, wanted: EndpointFilter) -> EndpointPage:
        self.wanted.append(wanted)
        mine = [r for r in self._of(account_id) if wanted.status in (None, r.status)]
        mine.sort(key=lambda r: (r.created, r.endpoint_id))
        after = wanted.after or (float("-inf"), "")
        page = [r for r in mine if (r.created, r.endpoint_id) > after]
        return EndpointPage(page[: wanted.limit], len(mine) - len(page), len(mine))

    async def get(self, account_id: str, endpoint_id: str) -> EndpointRecord | None:
        return next((r for r in self._of(account_id) if r.endpoint_id == endpoint_id), None)

    async def delete(self, record: EndpointRecord) -> None:
        self.records[record.endpoint_id] = replace(record, deleted=self.clock.wall())

    async def rescript(self, record: EndpointRecord, body: bytes, charset: str | None) -> None:
        try:
            parse(body, charset=charset, context=Context.ENDPOINT)
        except InvalidBxml as fault:
            raise ApiError(fields.INVALID_BXML, reason=str(fault)) from fault
        self.played.append((record.endpoint_id, body, charset))

    async def admit(
        self, token: str, name: str | None, tell: Tell, dismiss: Callable[[str], None]
    ) -> DeviceDoor:
        raise GatewayError("no devices here")

    def _of(self, account_id: str) -> Sequence[EndpointRecord]:
        now = self.clock.wall()
        return [r for r in self.records.values() if r.account_id == account_id and r.vanishes > now]
