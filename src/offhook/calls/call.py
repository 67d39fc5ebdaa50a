"""A call: one supervisor reads the inbox, one child task runs the script (design.md 3)."""

import asyncio
from typing import Any

from offhook.calls import bridge, detection, endings, summaries
from offhook.calls.journal import Journal
from offhook.calls.leg import Leg, Phase
from offhook.calls.legs import Errand, Parent
from offhook.calls.limits import INBOX_FACTS
from offhook.calls.line import CallLine
from offhook.calls.mail import CallMail
from offhook.calls.pages import Page
from offhook.calls.plant import Plant
from offhook.calls.recordings import Recordings
from offhook.calls.ringing import until_answered
from offhook.calls.routes import finder, outgoing, over_trunk, to_device
from offhook.calls.script import RanOut, Script, ScriptEnded
from offhook.calls.state import Step, advance, amend
from offhook.calls.streams import Streams
from offhook.calls.switchboard import Switchboard
from offhook.calls.ties import Ties
from offhook.calls.transcriptions import Transcriptions
from offhook.errors import CallError, Cause, calls
from offhook.facts import (
    Abandoned,
    Chosen,
    Confirmed,
    Dialled,
    DigitHeard,
    Fact,
    FarEndHungUp,
    Last,
    LegFact,
    LinkFact,
    MediaLost,
    Peer,
    PeerAnswered,
    PeerFact,
    PeerLeft,
    PeerPressed,
    PeerSounds,
    Redirected,
    Refused,
    Rescripted,
    Ringing,
    Taken,
    Turn,
    Unreachable,
    VoiceChanged,
)
from offhook.faults import place
from offhook.records import CallRecord, CallState
from offhook.scopes import background
from offhook.sip.endpoint import IncomingCall
from offhook.verbs import End, Goto
from offhook.verbs.contexts import Context

Start = Goto | Page | Taken  # what a call does next: ask, run a document, talk to who has taken it


class Call:
    """One call from its first to its last webhook. `run` is its whole life."""

    def __init__(
        self,
        plant: Plant,
        record: CallRecord,
        board: Switchboard,
        origin: Parent | Errand | IncomingCall | None = None,
        *,
        events: int = 0,
    ) -> None:
        self.plant = plant
        self.record = record
        self.board = board
        self.ran_out = False  # the BXML came to its end (errors.md 3.6)
        self.ending = False  # nothing can change its course any more
        self.mail = CallMail(plant, self)
        self._inbox: asyncio.Queue[Fact | ScriptEnded] = asyncio.Queue()
        self.journal = Journal(plant.store, plant.clock, record.call_id, events)
        self._parent = origin if isinstance(origin, Parent) else None  # until joined with it
        self._errand = origin if isinstance(origin, Errand) else None
        self._incoming = origin if isinstance(origin, IncomingCall) else None
        self._device = origin.device if isinstance(origin, Parent | Errand) else None
        signalling = self._device or plant.sip
        self.leg = Leg(plant, record.call_id, self.post, self.journal, signalling)
        self.ties = Ties(plant.media, Peer(record.call_id, self.post))
        self.recordings = Recordings(plant, self.leg, self.journal, self)
        self.streams = Streams(plant, self.journal, self)
        self.transcriptions = Transcriptions(plant, self.journal, self)
        self._line = CallLine(plant, self.leg, self.journal, self.recordings, self)
        self._line.answered = record.state is CallState.ANSWERED
        self._line.base = record.hook.primary.url if record.hook else None
        self.script = Script(plant, self._line, self.journal, self)

    @property
    def answered(self) -> bool:
        """Whether the call has been answered."""
        return self.record.answer_time is not None

    @property
    def announcing(self) -> bool:
        """Whether this is a leg that has not been joined with the call that placed it."""
        return self._parent is not None

    @property
    def context(self) -> Context:
        """What its documents may hold."""
        if self.announcing:
            return Context.TRANSFER_ANSWER
        return Context.CALL if self._device is None else Context.ENDPOINT

    @property
    def changeable(self) -> bool:
        """Whether REST may give it something else to do (rest.md 4.5)."""
        return self.answered and not self.ending and not self.ties.forwarding

    @property
    def diversions(self) -> tuple[str, ...]:
        """The Diversion headers that came with it."""
        return self._incoming.headers.get("diversion", ()) if self._incoming else ()

    def take(self, taken: Taken) -> Peer:
        """Give this call to another one that bridges to it; raises CallError."""
        bridge.check(self.record, self.ties, announcing=self.announcing)
        self.ties.take(taken.peer)
        self.post(taken)
        return self.ties.me

    def post(self, fact: Fact) -> None:
        """Put a fact into the inbox; a full one is a fact of its own and loses this one."""
        if self.answered and isinstance(fact, Refused):
            return  # of a session refresh; the session goes on as it was (RFC 3261 14.1)
        last = isinstance(fact, Last) or (self.announcing and isinstance(fact, PeerLeft))
        if self._inbox.qsize() >= INBOX_FACTS and not isinstance(fact, Last | LinkFact):
            self.journal.log("inbox.full", fact=type(fact).__name__)
            return
        self.ending = self.ending or last
        self._inbox.put_nowait(fact)

    async def run(self) -> None:
        """The whole life of this call; one cancelled in the queue waits on in the store."""
        verdict: End | None = endings.failed(calls.unknown_failure())
        try:
            verdict = await self._live()
        except CallError as error:
            verdict = endings.failed(error)
        except asyncio.CancelledError:
            if self.record.state is CallState.QUEUED:
                verdict = None
            raise
        except Exception as fault:
            verdict = endings.failed(calls.unknown_failure(place(fault)))
            raise
        finally:
            if verdict is not None:
                self._end(verdict)

    # the three parts of a life

    async def _live(self) -> End:
        if self._parent is not None:
            return await self._serve(self._parent)
        if self._errand is not None:
            ended = await self._place() or await self._wait_for_answer()
            return ended or await self._converse(self._errand.page)
        assert self.record.hook is not None
        if self._incoming is not None:
            self.leg.received(self._incoming)
            self.leg.ring()
            fields = summaries.initiate_fields(self._incoming)
            return await self._converse(Goto(self.record.hook, "initiate", fields))
        if ended := await self._wait_in_queue():
            return ended
        if ended := await self._place() or await self._wait_for_answer():
            return ended
        fields = detection.report(self.record, self.mail.notify)
        return await self._converse(Goto(self.record.hook, "answer", fields))

    async def _serve(self, parent: Parent) -> End:
        """The life of a leg that another call has placed (bxml.md 4.21)."""
        self._line.base = parent.base or self._line.base
        self.ties.forwarding = parent.forwarding
        if ended := await self._place() or await self._wait_for_answer():
            return ended
        parent.peer.post(PeerAnswered(self.record.call_id))
        if ended := await self._wait_to_be_chosen():
            return ended
        if self.record.hook is not None:
            verdict = await self._converse(Goto(self.record.hook, "transferAnswer"))
            if not isinstance(verdict, RanOut):
                return verdict
        self._parent = None
        self.ties.engage(parent.peer)
        return await self._converse(Taken(parent.peer, None))

    async def _wait_to_be_chosen(self) -> End | None:
        while not isinstance(fact := await self._inbox.get(), Chosen):
            if ended := self._ending(fact):
                return ended
            self._keep_house(fact)
        return None

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

    async def _place(self) -> End | None:
        """Send the INVITE, unless something ends the call while media opens."""
        async with background(self._dial()):
            while not isinstance(fact := await self._inbox.get(), Dialled):
                if ended := self._ending(fact):
                    return ended
        return None

    async def _dial(self) -> None:
        parent, plant = self._parent, self.plant
        headers, near = (parent.headers, parent.peer.call_id) if parent else ((), "")
        find = finder(plant)
        make = outgoing(self.record, find, plant.sip_host, self.journal, headers)
        if self._device is not None:
            make = to_device(self.record)
        local = await self.leg.prepare(trunk=over_trunk(self.record.to, find), near=near)
        if not self.ending:  # then why waits in the inbox
            self._amend(sip_call_id=self.leg.dial(make, local))
            self.post(Dialled())

    async def _wait_for_answer(self) -> End | None:
        timeout_s = self.record.call_timeout_s
        outcome = await until_answered(self._inbox.get, self._ending, self._rings, timeout_s)
        if isinstance(outcome, End):
            return outcome
        self.leg.accepted(outcome.sdp)
        self._mark_answered()
        return None

    def _rings(self, fact: Ringing) -> None:
        """Let who forwards to this leg hear what comes before its answer (bxml.md 4.4)."""
        parent = self._parent
        if parent is not None and parent.forwarding and self.leg.early(fact.sdp):
            parent.peer.post(PeerSounds(self.record.call_id))

    async def _converse(self, start: Start) -> End:
        """Run scripts until one ends the call, or something else does."""
        while True:
            outcome = await self._run_script(start)
            if isinstance(outcome, End):
                return outcome
            self.ties.release(PeerLeft(self.record.call_id))
            self.leg.stop_relaying()
            start = outcome

    async def _run_script(self, start: Start) -> End | Start:
        """Run one script until it ends or something interrupts it; return what is next."""
        if isinstance(start, Taken):
            self.ties.taken()
        work = bridge.attend(self, start) if isinstance(start, Taken) else self.script.run(start)
        async with background(work) as script:
            script.add_done_callback(lambda task: self._inbox.put_nowait(ScriptEnded(task)))
            while True:
                fact = await self._inbox.get()
                if isinstance(fact, ScriptEnded) and fact.task is script:
                    return self._next(script.result())
                if outcome := self._interruption(fact):
                    return outcome
                self._keep_house(fact)

    def _next(self, outcome: End | Goto) -> End | Start:
        """Return what follows a script; only if that is the end, late requests are looked for."""
        if isinstance(outcome, Goto) or (self.announcing and isinstance(outcome, RanOut)):
            return outcome
        return self._accepted_meanwhile() or outcome

    def _accepted_meanwhile(self) -> Start | None:
        """Return what REST was promised in the moment in which the script came to its end."""
        while not self._inbox.empty():
            outcome = self._interruption(self._inbox.get_nowait())
            if outcome is not None:
                return None if isinstance(outcome, End) else outcome
        return None

    def _keep_house(self, fact: Fact | ScriptEnded) -> None:
        """Facts that do not touch the script."""
        match fact:
            case DigitHeard() | PeerPressed():
                self._pass_key_on(fact)
            case VoiceChanged():
                self._line.voice(fact)
            case Confirmed(sdp=sdp):
                self._confirmed(sdp)

        if isinstance(fact, LegFact):
            self.leg.hear(fact)
        elif isinstance(fact, PeerFact):
            self.ties.hear(fact)

    def _pass_key_on(self, key: DigitHeard | PeerPressed) -> None:
        """Keys reach the listener of their own call, and the other party (bxml.md 10.6)."""
        if isinstance(key, DigitHeard):
            self._line.digit(key.digit)
            if not key.inband:
                self.ties.pressed(key.digit)
        elif self.ties.is_joined(key.call_id):
            self.leg.relay(key.digit)

    def _confirmed(self, sdp: bytes) -> None:
        self.leg.confirmed(sdp)
        if not self.answered:
            self._mark_answered()

    def _interruption(self, fact: Fact | ScriptEnded) -> End | Start | None:
        """Facts that stop the script, and what comes instead (bxml.md 1.9, 10.7)."""
        match fact:
            case Redirected(hook=hook, tag=tag):
                if tag is not None:
                    self.set_tag(tag)
                return Goto(hook, "redirect")
            case Rescripted(body=body, charset=charset):
                return self.script.page(body, charset)
            case Taken():
                return fact
        return self._ending(fact)

    def _ending(self, fact: Fact | ScriptEnded) -> End | None:
        """Facts that end the call, whatever it is doing."""
        if isinstance(fact, FarEndHungUp | Abandoned | Refused | Unreachable):
            self.leg.gone()
        elif isinstance(fact, MediaLost):
            self.streams.lose(fact.reason)
            self.transcriptions.lose(fact.reason)
        if isinstance(fact, Refused):
            self._amend(sip_response_code=fact.code)
        return endings.of(fact, self.record, announcing=self.announcing)

    # what the script and the line ask for

    async def answer(self) -> None:
        """Answer an unanswered inbound call; returns when the caller has confirmed."""
        if not self.answered:
            await self.leg.answer()

    async def progress(self) -> bool:
        """Let an unanswered caller hear what is played to it, if that can be."""
        return not self.answered and await self.leg.progress()

    def set_tag(self, tag: str) -> None:
        """Set or clear the tag."""
        self._amend(tag=tag.strip() or None)

    # the record

    def _mark_answered(self) -> None:
        self._advance(Step.ANSWER)
        self._line.answered = True

    def _advance(self, step: Step, **changes: Any) -> None:
        self.record = advance(self.record, step, self.plant.clock.wall(), **changes)
        self.plant.store.put_call(self.record)
        self.journal.log("call.state", state=str(self.record.state))

    def _amend(self, **changes: Any) -> None:
        self.record = amend(self.record, self.plant.clock.wall(), **changes)
        self.plant.store.put_call(self.record)

    def _end(self, verdict: End) -> None:
        """Say goodbye: SIP, media, final state and `disconnect` (bxml.md 10.8)."""
        self.ending = True
        self.ran_out = isinstance(verdict, RanOut)
        cause = verdict.cause
        if cause is Cause.HANGUP and self.leg.phase is Phase.ALERTING:
            cause = Cause.REJECTED  # the application, or REST, would not have it (errors.md 8.2)
        error_id = self.plant.ids.uuid() if verdict.message else None
        left = PeerLeft(self.record.call_id, cause, verdict.message, error_id)
        self.ties.taken()
        self.ties.release(left)
        if self._parent is not None:
            self._parent.peer.post(left)
        self.recordings.end()
        self.streams.end()
        self.transcriptions.end()
        self.leg.release(cause)
        with self.plant.store.batch():
            self._advance(
                Step.END,
                disconnect_cause=cause,
                error_message=verdict.message,
                error_id=error_id,
            )
            endings.log(self.journal, self.record, verdict.why)
            self.mail.goodbye()
            self.recordings.over()
