"""Call control without calls: the protocol over dictionaries, with the rules of errors.md 3.6."""

import asyncio
from dataclasses import dataclass, field

from msgspec.structs import replace

from offhook.api.service import Keep
from offhook.clock import Clock
from offhook.directory import Account
from offhook.errors import ApiError, Cause, Entry, fields, http
from offhook.hooks import Hook
from offhook.ids import Ids
from offhook.records import CallRecord, CallState, Direction, KeptAnswer, Recording, Transcription
from offhook.requests import CallFilter, OutboundRequest, Standing, position
from offhook.verbs.document import InvalidBxml, parse

WINDOW_S = 60.0


@dataclass
class FakeService:
    """Calls are what tests put in; what was asked is kept to look at."""

    clock: Clock
    ids: Ids
    calls: dict[str, CallRecord] = field(default_factory=dict)
    created: list[OutboundRequest] = field(default_factory=list)
    kept: list[KeptAnswer] = field(default_factory=list)
    redirected: list[tuple[str, Hook, str | None]] = field(default_factory=list)
    rescripted: list[tuple[str, bytes, str | None]] = field(default_factory=list)
    wishes: list[tuple[str, Transcription]] = field(default_factory=list)  # recording and wish
    ran_out: set[str] = field(default_factory=set)  # ended because their document did
    vanishing: set[str] = field(default_factory=set)  # forgotten right after a look-up
    paused: dict[str, bool] = field(default_factory=dict)  # of calls that are recorded
    refusal: Entry | None = None  # of the next createCall
    bug: Exception | None = None  # raised by the next get
    waits_s: float = 0.0  # before it

    async def create(
        self, account: Account, request: OutboundRequest, keep: Keep | None = None
    ) -> CallRecord:
        if self.refusal:
            raise ApiError(self.refusal)
        self.created.append(request)
        now = self.clock.wall()
        record = CallRecord(
            call_id=self.ids.call(),
            account_id=account.id,
            application_id=request.application_id,
            to=request.to,
            from_=request.from_,
            direction=Direction.OUTBOUND,
            state=CallState.QUEUED,
            last_update=now,
            enqueued_time=now if account.queueing else None,
            start_time=None if account.queueing else now,
            tag=request.tag,
            hook=request.answer,
        )
        self.calls[record.call_id] = record
        if keep:
            self.kept.append(keep(record))
        return record

    async def recall(self, account_id: str, operation: str, key: str) -> KeptAnswer | None:
        name = (account_id, operation, key)
        kept = (k for k in self.kept if (k.account_id, k.operation, k.key) == name)
        return next(kept, None)

    def advance(self, call_id: str, state: CallState, cause: Cause | None = None) -> None:
        """Put a call into another state, now."""
        now = self.clock.wall()
        record = replace(self.calls[call_id], state=state, last_update=now)
        if state is CallState.INITIATED:
            record = replace(record, start_time=now)
        elif state is CallState.ANSWERED:
            record = replace(record, answer_time=now)
        else:
            record = replace(record, end_time=now, disconnect_cause=cause or Cause.HANGUP)
        self.calls[call_id] = record

    async def get(self, account_id: str, call_id: str) -> CallRecord | None:
        await asyncio.sleep(self.waits_s)
        if self.bug:
            raise self.bug
        record = self.calls.get(call_id)
        return record if record and record.account_id == account_id else None

    async def list(self, account_id: str, wanted: CallFilter) -> list[CallRecord]:
        mine = [r for r in self.calls.values() if r.account_id == account_id and wanted.takes(r)]
        after = wanted.after or (float("-inf"), "")
        return sorted((r for r in mine if position(r) > after), key=position)[: wanted.limit]

    async def locate(self, account_id: str, call_id: str) -> Standing:
        record = await self.get(account_id, call_id)
        if record is None:
            return Standing.MISSING
        ended = record.end_time
        old = ended is not None and self.clock.wall() - ended > WINDOW_S
        return Standing.FORGOTTEN if old else Standing.PRESENT

    async def queued(self, account_id: str) -> int:
        mine = [r for r in self.calls.values() if r.account_id == account_id]
        return sum(record.state is CallState.QUEUED for record in mine)

    async def redirect(self, account_id: str, call_id: str, hook: Hook, tag: str | None) -> None:
        await self._answered(account_id, call_id)
        self.redirected.append((call_id, hook, tag))

    async def rescript(
        self, account_id: str, call_id: str, body: bytes, charset: str | None
    ) -> None:
        try:
            parse(body, charset=charset)
        except InvalidBxml as fault:
            raise ApiError(fields.INVALID_BXML, reason=fault) from fault
        await self._answered(account_id, call_id)
        self.rescripted.append((call_id, body, charset))

    async def complete(self, account_id: str, call_id: str) -> None:
        record = await self.get(account_id, call_id)
        if record is None or call_id in self.vanishing:
            raise ApiError(http.NOT_FOUND)
        if record.state is not CallState.DISCONNECTED:
            self.advance(call_id, CallState.DISCONNECTED)
            return
        since_s = self.clock.wall() - (record.end_time or 0.0)
        if call_id not in self.ran_out or since_s > 5.0:
            raise ApiError(http.CALL_STATE, callId=call_id)

    async def is_recorded(self, account_id: str, call_id: str) -> bool:
        record = self.calls.get(call_id)
        return record is not None and record.account_id == account_id and call_id in self.paused

    async def transcribe(self, recording: Recording, wish: Transcription) -> None:
        self.wishes.append((recording.recording_id, wish))

    async def pause_recording(self, account_id: str, call_id: str, paused: bool) -> None:
        assert await self.is_recorded(account_id, call_id)
        self.paused[call_id] = paused

    async def _answered(self, account_id: str, call_id: str) -> None:
        record = await self.get(account_id, call_id)
        if record is None:
            raise ApiError(http.NOT_FOUND)
        if record.state is not CallState.ANSWERED:
            raise ApiError(http.CALL_STATE, callId=call_id)
