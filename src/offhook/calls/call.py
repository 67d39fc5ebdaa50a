"""A call: one supervisor reads the inbox, one child task runs the script (design.md 3)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offhook.calls import detection, endings, notices
from offhook.calls.journal import Journal
from offhook.calls.leg import Leg, Phase
from offhook.calls.limits import INBOX_FACTS, RINGING_START_S
from offhook.calls.line import CallLine
from offhook.calls.payloads import available_fields, call_event
from offhook.calls.plant import Plant
from offhook.calls.recordings import Recordings
from offhook.calls.routes import outgoing
from offhook.calls.script import Page, RanOut, Script
from offhook.calls.state import Step, advance, amend
from offhook.errors import CallError, Cause, calls
from offhook.facts import (
    Abandoned,
    Answered,
    Completed,
    Confirmed,
    DigitHeard,
    Fact,
    FarEndHungUp,
    Last,
    MediaLost,
    PlayEnded,
    Redirected,
    Refused,
    Reoffered,
    Rescripted,
    Ringing,
    Turn,
    Unreachable,
    VoiceChanged,
)
from offhook.hooks import Target
from offhook.records import CallRecord, CallState, Delivery, Direction, Recording
from offhook.scopes import background
from offhook.sip.endpoint import IncomingCall
from offhook.verbs import End, Goto


@dataclass(frozen=True, slots=True)
class ScriptEnded:
    """A script has returned; a late one of a former script is told by its task."""

    task: asyncio.Task[End]


class Call:
    """One call from its first to its last webhook. `run` is its whole life."""

    def __init__(
        self,
        plant: Plant,
        record: CallRecord,
        *,
        incoming: IncomingCall | None = None,
        first_fields: Mapping[str, Any] | None = None,
        events: int = 0,
    ) -> None:
        self._plant = plant
        self.record = record
        self.ran_out = False  # the BXML came to its end (errors.md 3.6)
        self.ending = False  # nothing can change its course any more
        self._notices = 0  # asynchronous webhooks so far
        self._inbox: asyncio.Queue[Fact | ScriptEnded] = asyncio.Queue()
        self.journal = Journal(plant.store, plant.clock, record.call_id, events)
        self.leg = Leg(plant, record.call_id, self.post, self.journal)
        self._incoming = incoming
        self._first_fields = first_fields or {}
        self.recordings = Recordings(
            plant, self.leg, self.journal, lambda: self.record, self._announce
        )
        self._line = CallLine(
            plant, self.leg, self.journal, self.recordings, self.set_tag, self.notify
        )
        self._line.answered = record.state is CallState.ANSWERED
        self._script = Script(
            plant, self._line, self.journal, self, timeout_s=record.callback_timeout_s
        )

    @property
    def answered(self) -> bool:
        """Whether the call has been answered."""
        return self.record.answer_time is not None

    def post(self, fact: Fact) -> None:
        """Put a fact into the inbox; a full one is a fact of its own and loses this one."""
        if self.answered and isinstance(fact, Refused):
            return  # of a session refresh; the session goes on as it was (RFC 3261 14.1)
        last = isinstance(fact, Last)
        if self._inbox.qsize() >= INBOX_FACTS and not last:
            self.journal.log("inbox.full", fact=type(fact).__name__)
            return
        self.ending = self.ending or last
        self._inbox.put_nowait(fact)

    async def run(self) -> None:
        """The whole life of this call; one cancelled in the queue waits on in the store."""
        verdict: End | None = End(Cause.UNKNOWN, calls.unknown_failure().message)
        try:
            verdict = await self._live()
        except CallError as error:
            verdict = _failed(error)
        except asyncio.CancelledError:
            if self.record.state is CallState.QUEUED:
                verdict = None
            raise
        finally:
            if verdict is not None:
                self._end(verdict)

    # the three parts of a life

    async def _live(self) -> End:
        assert self.record.hook is not None
        if self._incoming is not None:
            self.leg.received(self._incoming)
            self.leg.ring()
            return await self._converse(Goto(self.record.hook, "initiate", self._first_fields))
        if ended := await self._wait_in_queue():
            return ended
        await self._place()
        if ended := await self._wait_for_answer():
            return ended
        fields = self._report_detection()
        return await self._converse(Goto(self.record.hook, "answer", fields))

    async def _wait_in_queue(self) -> End | None:
        while self.record.state is CallState.QUEUED:
            match await self._inbox.get():
                case Turn(refusal=None):
                    self._advance(Step.PLACE)
                case Turn(refusal=CallError() as refusal):
                    raise refusal
                case fact:
                    if ended := self._ending(fact):
                        return ended
        return None

    async def _place(self) -> None:
        directory = self._plant.directory()
        make = outgoing(self.record, directory, self._plant.sip_host, self.journal)
        sip_call_id = await self.leg.dial(make)
        self._amend(sip_call_id=sip_call_id)

    async def _wait_for_answer(self) -> End | None:
        ringing = False
        try:
            async with asyncio.timeout(RINGING_START_S) as limit:
                while True:
                    fact = await self._inbox.get()
                    if isinstance(fact, Ringing) and not ringing:
                        ringing = True
                        now = asyncio.get_running_loop().time()
                        limit.reschedule(now + self.record.call_timeout_s)
                    elif isinstance(fact, Answered):
                        self.leg.accepted(fact.sdp)
                        self._mark_answered()
                        return None
                    elif ended := self._ending(fact):
                        return ended
        except TimeoutError:
            raise (calls.no_answer() if ringing else calls.no_ringing()) from None

    async def _converse(self, start: Goto | Page) -> End:
        """Run scripts until one ends the call, or something else does."""
        while True:
            outcome = await self._run_script(start)
            if isinstance(outcome, End):
                return outcome
            start = outcome

    async def _run_script(self, start: Goto | Page) -> End | Goto | Page:
        """Run one script until it ends or something interrupts it; return what is next."""
        async with background(self._script.run(start)) as script:
            script.add_done_callback(lambda task: self._inbox.put_nowait(ScriptEnded(task)))
            while True:
                fact = await self._inbox.get()
                if isinstance(fact, ScriptEnded) and fact.task is script:
                    return self._accepted_meanwhile() or script.result()
                if outcome := self._interruption(fact):
                    return outcome
                self._keep_house(fact)

    def _accepted_meanwhile(self) -> Goto | Page | None:
        """Return what REST was promised in the moment in which the script came to its end."""
        while not self._inbox.empty():
            outcome = self._interruption(self._inbox.get_nowait())
            if outcome is not None:
                return None if isinstance(outcome, End) else outcome
        return None

    def _keep_house(self, fact: Fact | ScriptEnded) -> None:
        """Facts that do not touch the script."""
        match fact:
            case DigitHeard(digit=digit):
                self._line.digit(digit)
            case VoiceChanged():
                self._line.voice(fact)
            case PlayEnded(play=play):
                self.leg.play_ended(play)
            case Confirmed(sdp=sdp):
                self.leg.confirmed(sdp)
                if not self.answered:
                    self._mark_answered()
            case Reoffered(sdp=sdp):
                self.leg.reoffered(sdp)
            case Answered(sdp=sdp):
                self.leg.accepted(sdp)

    def _interruption(self, fact: Fact | ScriptEnded) -> End | Goto | Page | None:
        """Facts that stop the script, and what comes instead (bxml.md 1.9, 10.7)."""
        match fact:
            case Redirected(hook=hook, tag=tag):
                if tag is not None:
                    self.set_tag(tag)
                return Goto(hook, "redirect")
            case Rescripted(body=body, charset=charset):
                return Page(body, self._base(), charset)
        return self._ending(fact)

    def _ending(self, fact: Fact | ScriptEnded) -> End | None:
        """Facts that end the call, whatever it is doing."""
        if isinstance(fact, FarEndHungUp | Abandoned | Refused | Unreachable):
            self.leg.gone()
        match fact:
            case FarEndHungUp():
                return End(Cause.HANGUP)
            case Abandoned():
                return End(Cause.CANCEL)
            case Completed():
                ours = self.record.direction is Direction.OUTBOUND
                return End(Cause.CANCEL if ours and not self.answered else Cause.HANGUP)
            case Refused(code=code):
                self._amend(sip_response_code=code)
                return _failed(calls.refused(code))
            case Unreachable(reason=reason):
                return _failed(endings.unreachable(reason))
            case MediaLost():
                return _failed(calls.media_failed())
        return None

    # what the script and the line ask for

    async def answer(self) -> None:
        """Answer an unanswered inbound call; returns when the caller has confirmed."""
        if not self.answered:
            await self.leg.answer()

    def event(self, event: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return a webhook's payload as of now."""
        now = self._plant.clock.wall()
        return call_event(self.record, event, now, self._plant.settings.base_url, fields)

    def set_tag(self, tag: str) -> None:
        """Set or clear the tag."""
        self._amend(tag=tag.strip() or None)

    def _base(self) -> str | None:
        """The base of a document without a URL of its own: that of the one it replaces."""
        if self._line.base is None and self.record.hook is not None:
            return self.record.hook.primary.url
        return self._line.base

    def notify(
        self,
        event: str,
        fields: Mapping[str, Any],
        target: Target,
        fallback: Target | None = None,
    ) -> None:
        """Send an asynchronous event, as of now; it leaves once it is on disk."""
        number = self._notices + 1
        targets = (target, fallback)
        self._deliver(notices.notice(self._plant, self.record, number, event, fields, targets))

    def _announce(self, recording: Recording) -> None:
        """The file of a recording is made; the call may be over."""
        self.journal.log(
            "recording.made", recording=recording.recording_id, status=str(recording.status)
        )
        if recording.available is not None:
            fields = available_fields(recording, self._plant.settings.base_url)
            self.notify("recordingAvailable", fields, recording.available)

    def _deliver(self, delivery: Delivery) -> None:
        self._notices = delivery.sequence
        self._plant.store.put_delivery(delivery)
        self._plant.outbox.post(delivery)

    def _report_detection(self) -> dict[str, Any]:
        """Tell the outcome of machine detection; returns what `answer` says of it."""
        if targets := detection.targets(self.record):
            self.notify(detection.EVENT, detection.RESULT, *targets)
        return dict(detection.RESULT) if detection.is_synchronous(self.record) else {}

    # the record

    def _mark_answered(self) -> None:
        self._advance(Step.ANSWER)
        self._line.answered = True

    def _advance(self, step: Step, **changes: Any) -> None:
        self.record = advance(self.record, step, self._plant.clock.wall(), **changes)
        self._plant.store.put_call(self.record)
        self.journal.log("call.state", state=str(self.record.state))

    def _amend(self, **changes: Any) -> None:
        self.record = amend(self.record, self._plant.clock.wall(), **changes)
        self._plant.store.put_call(self.record)

    def _end(self, verdict: End) -> None:
        """Say goodbye: SIP, media, final state and `disconnect` (bxml.md 10.8)."""
        self.ending = True
        self.ran_out = isinstance(verdict, RanOut)
        cause = verdict.cause
        if cause is Cause.HANGUP and self.leg.phase is Phase.ALERTING:
            cause = Cause.REJECTED  # the application, or REST, would not have it (errors.md 8.2)
        self.recordings.end()
        self.leg.release(cause)
        error_id = self._plant.ids.uuid() if verdict.message else None
        with self._plant.store.batch():
            self._advance(
                Step.END,
                disconnect_cause=cause,
                error_message=verdict.message,
                error_id=error_id,
            )
            self.journal.log(
                "call.ended", cause=str(cause), message=verdict.message, error_id=error_id
            )
            if goodbye := notices.disconnect(self._plant, self.record, self._notices + 1):
                self._deliver(goodbye)


def _failed(error: CallError) -> End:
    return End(error.cause, error.message)
