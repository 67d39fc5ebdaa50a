"""`<Connect>`: talk to a device of an endpoint (bxml.md 4.3).

The device is a leg, as the parties of a Transfer are; nobody is asked what to say to it first. What
becomes of it is told to the verb's own URL: once that it begins, and once how it has ended.
"""

from collections.abc import Awaitable, Callable

from offhook.calls import endpoint_news as news
from offhook.calls import legs
from offhook.calls.bridge import undisturbed
from offhook.calls.devices import DeviceLine
from offhook.calls.endpoints import NoDeviceError
from offhook.calls.legs import Parent
from offhook.calls.mail import Mail
from offhook.calls.switchboard import Party
from offhook.errors import CallError, Cause
from offhook.facts import PeerAnswered, PeerLeft, PeerReady
from offhook.hooks import Hook
from offhook.records import Direction
from offhook.scopes import background
from offhook.verbs.legs import Destination, Manner

INITIATED, COMPLETED, CANCELED, FAILED = "INITIATED", "COMPLETED", "CANCELED", "FAILED"
ANSWER_S = 30.0  # for somebody to lift the receiver
UNANSWERED = {Cause.TIMEOUT: "TIMED_OUT", Cause.REJECTED: "DENIED"}


class Connection:
    """One run of the verb."""

    def __init__(self, call: Party, mail: Mail, endpoint_id: str, events: Hook | None) -> None:
        self._call = call
        self._mail = mail
        self._endpoint_id = endpoint_id
        self._events = events

    async def run(self, base: str | None, ring: Callable[[], Awaitable[None]]) -> None:
        """Talk to a device until it leaves; if there is none to be had, that is told.

        `ring` lets the caller hear ringing until it is cancelled.
        """
        await undisturbed(self._call.ties)
        try:
            line = self._call.board.endpoints.device(
                self._call.record.account_id, self._endpoint_id
            )
            leg_id = self._place(line, base)
        except (NoDeviceError, CallError) as error:
            why = str(error)
            self._call.journal.log("connect.failed", endpoint=self._endpoint_id, reason=why)
            self._tell(FAILED)
            return
        self._tell(INITIATED)
        outcome = CANCELED  # if something ends it before the device is there
        try:
            async with background(self._ring(line, ring)):
                left = await self._until(PeerReady, leg_id)
            if left is None:
                outcome = COMPLETED
                self._call.ties.join(leg_id)
                left = await self._until(PeerLeft, leg_id)
            assert left is not None
            outcome = _ended(left, talked=outcome == COMPLETED)
        finally:
            self._tell(outcome)

    async def _until(self, wanted: type[PeerReady | PeerLeft], leg_id: str) -> PeerLeft | None:
        """Wait for a fact of the leg; returns how it has left, if that comes instead."""
        while True:
            match await self._call.ties.next():
                case PeerLeft(call_id=call_id) as left if call_id == leg_id:
                    return left
                case PeerAnswered(call_id=call_id) if call_id == leg_id:
                    self._call.ties.choose(leg_id)
                case PeerReady() if wanted is PeerReady:
                    return None

    async def _ring(self, line: DeviceLine, ring: Callable[[], Awaitable[None]]) -> None:
        """Let the caller hear ringing where it may last."""
        if line.manual:
            await ring()

    def _place(self, line: DeviceLine, base: str | None) -> str:
        call = self._call
        manner = Manner(_other_party(call), None, False, ANSWER_S, "none", "unknown")
        record = legs.new_record(
            call.plant, call.record, Destination(to=self._endpoint_id), manner, base
        )
        peer = call.board.place(record, Parent(call.ties.me, base=base, device=line))
        call.ties.tie(peer)
        return peer.call_id

    def _tell(self, status: str) -> None:
        call = self._call
        call.journal.log("connect.status", endpoint=self._endpoint_id, status=status)
        if self._events is not None:
            delivery = news.of_connect(
                call.plant, call.record, self._mail.next, self._endpoint_id, status, self._events
            )
            self._mail.send(delivery)


def _ended(left: PeerLeft, *, talked: bool) -> str:
    if talked:
        return COMPLETED if left.cause is Cause.HANGUP else FAILED
    return UNANSWERED.get(left.cause, FAILED)


def _other_party(call: Party) -> str:
    record = call.record
    return record.from_ if record.direction is Direction.INBOUND else record.to
