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
from offhook.sip.registrar import Report
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

    def phone(self, report: Report) -> None:
        """Log the comings and goings of a phone, and write down why one was refused."""
        told = {"phone": report.phone, "source": report.source}
        if report.what != "refused":
            log.info(f"phone {report.what}", **told)
            return
        if not self._budget.take():
            return
        data = {
            "method": report.method,
            "code": report.code,
            "why": report.why,
            "fault": report.fault,
            "user": report.phone,  # whoever asks is told why only if it is this one
            "source": report.source,
            "sipCallId": report.call_id,
        }
        kind = IncidentKind.PHONE
        incident = Incident(self._ids.uuid(), self._clock.wall(), kind, None, data=data)
        self._put(incident)
        log.info("phone refused", incident=incident.id, why=report.why, code=report.code, **told)

    def stranger(self, invite: Request, source: Address, code: int) -> None:
        """Write down an INVITE from an address that no trunk has, and from no phone."""
        why = strange(self._directory(), source.host, self._addresses())
        if code == 407:
            why += f", and no phone has the name {invite.from_.uri.user}"
        data = {
            "code": code,
            "why": why,
            "to": str(invite.uri),
            "from": str(invite.from_.uri),
            "source": source.host,
            "sipCallId": invite.call_id,
        }
        self.caller(None, data)
