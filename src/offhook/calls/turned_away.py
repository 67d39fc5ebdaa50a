"""INVITEs that became no call: nobody is told why but whoever runs the server (errors.md 8.1)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import structlog

from offhook.budget import Budget
from offhook.clock import Clock
from offhook.directory import Directory
from offhook.ids import Ids
from offhook.records import Incident, IncidentKind
from offhook.sip.message import Request
from offhook.sip.transport import Address
from offhook.sip.trunks import strange

BURST = 1000  # incidents at once
PER_S = 10.0  # and then; scanners send thousands

log = structlog.get_logger()


class TurnedAway:
    """Writes down who was turned away."""

    def __init__(
        self,
        put: Callable[[Incident], None],
        ids: Ids,
        clock: Clock,
        directory: Callable[[], Directory],
        addresses: Callable[[], Mapping[str, Collection[str]]],
    ) -> None:
        self._put = put
        self._ids = ids
        self._clock = clock
        self._directory = directory
        self._addresses = addresses
        self._budget = Budget(BURST, PER_S, clock.now)

    def caller(self, account_id: str | None, data: dict[str, Any]) -> None:
        """Write down a caller whom a limit or a setting refused."""
        if not self._budget.take():
            return
        now = self._clock.wall()
        incident = Incident(self._ids.uuid(), now, IncidentKind.INVITE, account_id, data=data)
        self._put(incident)
        log.info("inbound call refused", incident=incident.id, **data)

    def stranger(self, invite: Request, source: Address) -> None:
        """Write down an INVITE from an address that no trunk has."""
        data = {
            "code": 403,
            "why": strange(self._directory(), source.host, self._addresses()),
            "to": str(invite.uri),
            "from": str(invite.from_.uri),
            "source": source.host,
            "sipCallId": invite.call_id,
        }
        self.caller(None, data)
