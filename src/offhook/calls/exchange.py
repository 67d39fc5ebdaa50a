"""The exchange: all live calls of the node, and the way in for REST, SIP and media.

It creates calls, hands facts to them by call id and SIP session, and answers REST. It is the one
place with a broad `except`: a bug in one call ends that call with a report, never the server. Calls
that have ended are remembered for the recently-ended window (errors.md 3.6); after that only the
store knows them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from msgspec.structs import replace

from offhook.calls import admission, endings, recovery, summaries
from offhook.calls.call import Call
from offhook.calls.capacity import Sessions
from offhook.calls.dialer import Dialer
from offhook.calls.endpoints import Endpoints
from offhook.calls.formers import Formers
from offhook.calls.journal import Journal
from offhook.calls.legs import Errand, Parent
from offhook.calls.limits import LEFTOVER_JOURNALS, RAN_OUT_GRACE_S
from offhook.calls.pages import Page, read
from offhook.calls.plant import Plant
from offhook.calls.rooms import Rooms
from offhook.calls.shelf import Shelf
from offhook.directory import Account
from offhook.errors import ApiError, calls, fields, http
from offhook.facts import Completed, Peer, Redirected, Request, Rescripted, Taken
from offhook.hooks import Hook
from offhook.media.messages import Closed, Heard, Looked, Lost, Recorded, Report
from offhook.records import (
    CallRecord,
    CallState,
    Delivery,
    KeptAnswer,
    Recording,
    Transcription,
)
from offhook.requests import CallFilter, OutboundRequest, Standing
from offhook.scopes import TaskOwner
from offhook.sip.endpoint import IncomingCall
from offhook.verbs.contexts import Context
from offhook.verbs.document import InvalidBxml
from offhook.verbs.registry import verbs
from offhook.webhooks.fetch import Attempt

LOST = "the server ended before the reply came"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ended:
    """What is remembered of a call that has just ended."""

    account_id: str
    at: float  # of the loop's clock
    ran_out: bool


class Exchange:
    """All live calls; implements what REST asks for (api/service.py)."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self.tasks = TaskOwner()
        self._turns = TaskOwner()  # the dialer's
        self._lives: dict[str, asyncio.Task[None]] = {}
        self.calls: dict[str, Call] = {}
        self._leftover: dict[str, Journal] = {}  # of a former process, with webhooks to send
        self._ended: OrderedDict[str, Ended] = OrderedDict()
        self._shelf = Shelf(plant.clock.now)
        self.rooms = Rooms(plant, self._shelf)
        self.formers = Formers(plant, self.rooms, self.reopen)
        self.endpoints = Endpoints(plant, self, self._shelf)
        self.sessions = Sessions(plant.settings.node_calls, plant.headroom.overload)
        self.dialer = Dialer(self._account, self.sessions, plant.clock.now, self._turns)
        self.draining = False

    # life of the node

    async def start(self) -> None:
        """Close or resume what a former process left behind, then send its webhooks."""
        verbs()  # which are looked for once: not at a moment when no file can be opened
        for record in await self._plant.offload(self._plant.store.open_calls):
            await self._recover(record)
        await self.rooms.start()
        await self.endpoints.start()
        await self._plant.store.flushed()
        for delivery in await self._plant.offload(self._plant.store.pending_deliveries):
            if delivery.sync:  # its call is over, and the reply would lead nowhere
                self._plant.store.settle(replace(delivery, failed=LOST))
                continue
            await self.reopen(delivery.call_id)
            self._plant.outbox.post(delivery)
        await self.formers.salvage()

    async def close(self) -> None:
        """End all calls, waiting so long for their goodbyes as the settings allow.

        Calls in the queue stay there, in the store, for the next process (rest.md 7).
        """
        self.draining = True
        await self._turns.close()
        for call_id, call in self.calls.items():
            if call.record.state is CallState.QUEUED:
                self._lives[call_id].cancel()
            else:
                call.post(Completed())
        await self.tasks.close(self._plant.settings.shutdown_grace_s)
        await self.rooms.close()
        self.endpoints.close()
        await self._plant.dictations.close(self._plant.settings.shutdown_grace_s)
        await self._plant.archive.close(self._plant.settings.shutdown_grace_s)

    async def _reopened(self, call_id: str) -> Journal:
        """Return the log of a call of a former process, to go on with."""
        number = await self._plant.offload(lambda: self._plant.store.last_event_number(call_id))
        return Journal(self._plant.store, self._plant.clock, call_id, number)

    async def _recover(self, record: CallRecord) -> None:
        events = (await self._reopened(record.call_id)).number
        account = self._account(record.account_id)
        if account is not None and recovery.may_resume(record, self._plant.clock.wall()):
            call = Call(self._plant, record, self, events=events)
            call.journal.log("call.resumed")
            self._run(call)
            self.dialer.join(account, record.call_id, record.priority, call.post)
        else:
            sent = await self._plant.offload(lambda: self._plant.store.deliveries(record.call_id))
            recovery.close(self._plant, record, events, sent)

    # REST

    async def create(
        self,
        account: Account,
        request: OutboundRequest,
        keep: Callable[[CallRecord], KeptAnswer] | None = None,
    ) -> CallRecord:
        """Queue or place an outbound call; raises ApiError 429 and 503."""
        admission.outbound(account, self.dialer, self.sessions)
        record = admission.outbound_record(account, request, self._plant)
        call = Call(self._plant, record, self)
        with self._plant.store.batch():
            self._plant.store.put_call(record)
            call.journal.log("call.created", request=summaries.request(request))
            if keep is not None:
                self._plant.store.keep_answer(keep(record))
        self._run(call)
        if account.queueing:
            self.dialer.join(account, record.call_id, record.priority, call.post)
        else:
            self.dialer.rate(account).take()
            self.sessions.take(account.id, record.call_id)
        await self._plant.store.flushed()
        return record

    async def get(self, account_id: str, call_id: str) -> CallRecord | None:
        """Return a call, live or ended within the last 7 days."""
        call = self.calls.get(call_id)
        if call is not None:
            return call.record if call.record.account_id == account_id else None
        await self._plant.store.flushed()
        return await self._plant.offload(lambda: self._plant.store.call(account_id, call_id))

    async def list(self, account_id: str, wanted: CallFilter) -> list[CallRecord]:
        """Return calls by creation time; all writes so far are seen."""
        await self._plant.store.flushed()
        return await self._plant.offload(lambda: self._plant.store.calls(account_id, wanted))

    async def locate(self, account_id: str, call_id: str) -> Standing:
        """Tell whether a call can be addressed, has ended too long ago, or never was."""
        if self._live(account_id, call_id) or self._recently(account_id, call_id):
            return Standing.PRESENT
        await self._plant.store.flushed()
        stored = await self._plant.offload(lambda: self._plant.store.call(account_id, call_id))
        return Standing.FORGOTTEN if stored else Standing.MISSING

    async def queued(self, account_id: str) -> int:
        """Return how many calls of the account wait for their turn."""
        return self.dialer.size(account_id)

    async def redirect(self, account_id: str, call_id: str, hook: Hook, tag: str | None) -> None:
        """Stop the script and ask `hook`; raises ApiError 404 and 409."""
        self._modify(account_id, call_id, Redirected(hook, tag))

    async def rescript(
        self, account_id: str, call_id: str, body: bytes, charset: str | None
    ) -> None:
        """Stop the script and run this document; raises ApiError 400, 404 and 409."""
        try:
            if call := self._live(account_id, call_id):
                await call.script.check(call.script.page(body, charset))
            else:
                await read(self._plant, Page(body, None, charset), Context.CALL)
        except InvalidBxml as fault:
            raise ApiError(fields.INVALID_BXML, reason=str(fault)) from fault
        self._modify(account_id, call_id, Rescripted(body, charset))

    async def complete(self, account_id: str, call_id: str) -> None:
        """End the call; raises ApiError 404 and 409. Returns when the end has begun."""
        call, ended = self._find(account_id, call_id)
        if call is not None and not call.ending:
            summaries.log_change(call.journal, Completed())
            call.post(Completed())
        elif ended is None or not ended.ran_out or self._age_s(ended) > RAN_OUT_GRACE_S:
            raise _unchangeable(call_id, call)

    async def is_recorded(self, account_id: str, call_id: str) -> bool:
        """Tell whether a recording of the call runs in the background."""
        call = self._live(account_id, call_id)
        return call is not None and not call.ending and call.recordings.tape.running

    async def transcribe(self, recording: Recording, wish: Transcription) -> None:
        """Have a text made of a recording, whether its call is over or not."""
        former = await self.formers.find(recording.account_id, recording.call_id)
        await self._plant.archive.transcribe(recording, wish, former.announce)

    async def pause_recording(self, account_id: str, call_id: str, paused: bool) -> None:
        """Pause or resume the recording in the background, if there is one."""
        if call := self._live(account_id, call_id):
            call.recordings.tape.pause(paused)

    def _modify(self, account_id: str, call_id: str, request: Request) -> None:
        call, _ = self._find(account_id, call_id)
        if call is None or not call.changeable:
            raise _unchangeable(call_id, call)
        summaries.log_change(call.journal, request)
        call.post(request)

    def _find(self, account_id: str, call_id: str) -> tuple[Call | None, Ended | None]:
        """Return a call in memory, or what is remembered of it; raises ApiError 404."""
        call, ended = self._live(account_id, call_id), self._recently(account_id, call_id)
        if call is None and ended is None:
            raise ApiError(http.NOT_FOUND)
        return call, ended

    def _live(self, account_id: str, call_id: str) -> Call | None:
        call = self.calls.get(call_id)
        return call if call and call.record.account_id == account_id else None

    def _recently(self, account_id: str, call_id: str) -> Ended | None:
        ended = self._ended.get(call_id)
        if ended is None or ended.account_id != account_id:
            return None
        return ended if self._age_s(ended) < self._plant.settings.recently_ended_s else None

    def _age_s(self, ended: Ended) -> float:
        return self._plant.clock.now() - ended.at

    def _account(self, account_id: str) -> Account | None:
        return self._plant.directory().accounts.get(account_id)

    # calls that meet

    async def take(self, taker: CallRecord, call_id: str, taken: Taken) -> Peer:
        """Let `taker` bridge to another call; raises CallError (errors.md 8.6)."""
        if call_id == taker.call_id:
            raise calls.bridge_not_found(call_id)
        call = self._live(taker.account_id, call_id)
        if call is not None and not call.ending:
            peer = call.take(taken)
            call.journal.log("bridge.taken", by=taker.call_id)
            return peer
        if call is None and await self.get(taker.account_id, call_id) is None:
            raise calls.bridge_not_found(call_id)
        raise calls.bridge_ended(call_id)

    def place(self, record: CallRecord, parent: Parent) -> Peer:
        """Place a leg of a call; raises CallError at a limit, but a Forward's is only counted."""
        return self._begin(Call(self._plant, record, self, parent), parent.forwarding)

    def serve(self, record: CallRecord, errand: Errand) -> None:
        """Run a document for a device; raises CallError at a limit."""
        self._begin(Call(self._plant, record, self, errand), forwarding=False)

    def _begin(self, call: Call, forwarding: bool) -> Peer:
        record = call.record
        account = self._account(record.account_id)
        admission.leg(account, self.dialer, self.sessions, forwarding=forwarding)
        self.sessions.take(record.account_id, record.call_id)
        self._plant.store.put_call(record)
        call.journal.log("call.created", parent=record.parent_call_id, to=record.to)
        self._run(call)
        return call.ties.me

    # SIP and media

    def on_call(self, incoming: IncomingCall) -> None:
        """Take or refuse a caller's INVITE; a fault of Offhook's own is told as one."""
        try:
            self._take_or_refuse(incoming)
        except Exception:
            log.exception("an inbound call failed by a fault of Offhook", to=incoming.target)
            self._plant.sip.refuse(incoming.session, 500)

    def _take_or_refuse(self, incoming: IncomingCall) -> None:
        record = admission.inbound(incoming, self._plant, self.dialer, self.sessions, self.draining)
        if isinstance(record, admission.Refusal):
            self._plant.sip.refuse(incoming.session, record.code, record.headers)
            refused = summaries.refused(incoming, record.code, record.why)
            self._plant.turned_away.caller(record.account_id, refused)
            return
        call = Call(self._plant, record, self, incoming)
        self._plant.store.put_call(record)
        call.journal.log("call.received", source=incoming.source.host, to=incoming.target)
        self.sessions.take(record.account_id, record.call_id)
        self._run(call)

    def on_report(self, report: Report) -> None:
        """Hand a report of the media plane to the call it concerns, or to who listens."""
        if isinstance(report, Heard):
            self._plant.listening.on_heard(report)
            return
        if isinstance(report, Looked):
            self._plant.gauges.on_looked(report)
            return
        if isinstance(report, Recorded | Lost):
            self._plant.archive.takes.on_report(report)
        self.rooms.on_report(report)
        call = self.calls.get(report.leg)
        samples = self._plant.gauges.take(report.leg) if isinstance(report, Closed) else []
        if call is not None:
            call.leg.on_report(report)
        elif isinstance(report, Closed) and (journal := self._shelf.get(report.leg)):
            journal.log("media.closed", **summaries.counted(report, samples))

    def on_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Log an attempt to deliver a webhook of the outbox; a conference reads the reply."""
        call_id = delivery.call_id
        if self.rooms.on_attempt(delivery, attempt):
            return
        if journal := self._journal(call_id):
            journal.log_attempt(attempt)
        else:
            log.warning("webhook attempted long after its call", call=call_id, **attempt.as_data())

    def _journal(self, call_id: str) -> Journal | None:
        if call := self.calls.get(call_id):
            return call.journal
        live = self.rooms.journal(call_id) or self.endpoints.journal(call_id)
        return live or self._shelf.get(call_id) or self._leftover.get(call_id)

    async def reopen(self, call_id: str) -> Journal:
        """Return the log of a call, however long ago it ended, to go on with."""
        while len(self._leftover) > LEFTOVER_JOURNALS:
            del self._leftover[next(iter(self._leftover))]
        await self._plant.store.flushed()
        found = self._journal(call_id) or await self._reopened(call_id)
        return self._journal(call_id) or self._leftover.setdefault(call_id, found)

    # running

    def _run(self, call: Call) -> None:
        call_id = call.record.call_id
        self.calls[call_id] = call
        self.formers.know(call)
        self._lives[call_id] = self.tasks.start(self._run_call(call), f"call {call_id}")

    async def _run_call(self, call: Call) -> None:
        record = call.record
        try:
            await call.run()
        except Exception:
            log.exception("a call ended by a fault of Offhook", call=record.call_id)
        finally:
            self._forget(call)

    def _forget(self, call: Call) -> None:
        record = call.record
        self.sessions.give_back(record.call_id)
        self.dialer.leave(record.account_id, record.call_id)
        del self.calls[record.call_id], self._lives[record.call_id]
        now = self._plant.clock.now()
        self._shelf.put(call.journal)
        self._ended[record.call_id] = Ended(record.account_id, now, call.ran_out)
        horizon = now - max(self._plant.settings.recently_ended_s, RAN_OUT_GRACE_S)
        while next(iter(self._ended.values())).at < horizon:
            self._ended.popitem(last=False)
        endings.part(call)


def _unchangeable(call_id: str, call: Call | None) -> ApiError:
    """Return the refusal to change a call, with what keeps it from being changed."""
    if call is None:
        why = "the call has ended"
    elif call.ending:
        why = "the call is ending"
    elif call.ties.forwarding:
        why = "the call is being forwarded"
    else:
        why = f"the call is {call.record.state}; it can be changed once it is answered"
    return ApiError(http.CALL_STATE, why=why, callId=call_id)
