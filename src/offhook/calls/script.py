"""Run documents, one after the other, until the call is over: the scheduler loop of bxml.md 10.4.

A script is told where to start (ask a webhook, or run a document given by REST) and returns why
the call ends. It is one task; cancelling it is the only way to stop a verb. Failures end the script
with their cause as a value: the call above must say goodbye all the same.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from offhook.calls import endings
from offhook.calls.journal import Journal
from offhook.calls.limits import CONSECUTIVE_REDIRECTS
from offhook.calls.line import CallLine
from offhook.calls.mail import CallMail
from offhook.calls.pages import Page, read, read_and_log
from offhook.calls.plant import Plant
from offhook.errors import CallError, Cause, calls
from offhook.hooks import Hook
from offhook.verbs import End, Goto, Step, Verb
from offhook.verbs.contexts import Context
from offhook.verbs.document import Document, InvalidBxml

NO_LOOP_S = 1.0  # a verb that takes so long is no part of a redirect loop
INTERRUPTED = "the call went on without its reply"


@dataclass(frozen=True, slots=True)
class RanOut(End):
    """The document came to its end: an implicit hang-up (bxml.md 1.4)."""

    cause: Cause = Cause.HANGUP


@dataclass(frozen=True, slots=True)
class ScriptEnded:
    """A script has returned; a late one of a former script is told by its task."""

    task: asyncio.Task[End | Goto]


class Owner(Protocol):
    """What a script asks of its call."""

    mail: CallMail

    async def answer(self) -> None:
        """Answer if unanswered."""
        ...

    @property
    def context(self) -> Context:
        """What its documents may hold."""
        ...

    @property
    def announcing(self) -> bool:
        """Whether this is a leg that has not been joined yet."""
        ...


@dataclass(slots=True)
class Script:
    """Runs the documents of one call."""

    plant: Plant
    line: CallLine
    journal: Journal
    owner: Owner
    redirects: int = field(default=0, init=False)  # in a row, with no media verb between

    async def run(self, start: Goto | Page) -> End:
        """Run from `start` to the end of the call."""
        try:
            end = await self._run(start)
        except CallError as error:
            end = endings.failed(error)
        if not (isinstance(end, RanOut) and self.owner.announcing):  # else the line stays open
            await self.line.play_out()
        return end

    async def _run(self, start: Goto | Page) -> End:
        page = start if isinstance(start, Page) else await self._fetch(start)
        while True:
            self.line.base = page.base
            step = await self._run_document(await self._read(page))
            if isinstance(step, End):
                return step
            if step is None:
                return RanOut()
            page = await self._fetch(step)

    async def _fetch(self, goto: Goto) -> Page:
        if goto.event == "redirect":
            self.redirects += 1
            if self.redirects > CONSECUTIVE_REDIRECTS:
                raise calls.too_many_redirects()
        hook: Hook = goto.hook.resolve(self.line.base)
        question = self.owner.mail.question(goto.event, goto.fields, hook)
        outcome = replace(question, failed=INTERRUPTED)
        try:
            await self.journal.written()  # its number is not given again, whatever happens
            reply = await self.plant.courier.ask(question, self.journal.log_attempt)
            outcome = replace(question, delivered=self.plant.clock.wall())
        except CallError as error:
            outcome = replace(question, failed=error.message)
            raise
        finally:
            self.plant.store.settle(outcome)
        return Page.of(reply)

    def page(self, body: bytes, charset: str | None) -> Page:
        """Return a document of REST; it has the base of the one that it replaces (bxml.md 1.7)."""
        return Page(body, self.line.base, charset)

    async def check(self, page: Page) -> Document:
        """Read a document as this call would; raises InvalidBxml.

        One of a leg that is not joined yet may not move it (bxml.md 3).
        """
        return await read(self.plant, page, self.owner.context)

    async def _read(self, page: Page) -> Document:
        if not page.body.strip():  # 204 or an empty reply: an empty document (bxml.md 1.3)
            self.journal.log("bxml.accepted", text="", origin=page.origin, warnings=[])
            return Document((), ())

        try:
            return await read_and_log(self.journal, page, self.check(page))
        except InvalidBxml as fault:
            raise calls.invalid_bxml(page.origin, str(fault)) from fault

    async def _run_document(self, document: Document) -> Step:
        for verb in document.verbs:
            step = await self._run_verb(verb)
            if step is not None:
                return step
        return None

    async def _run_verb(self, verb: Verb) -> Step:
        if verb.new_tag is not None:
            self.line.set_tag(verb.new_tag)
        if verb.answers:
            await self.owner.answer()
        now = asyncio.get_running_loop().time
        began = now()
        self.journal.log("verb.started", verb=verb.name, line=verb.line_number)
        outcome = "stopped"
        try:
            step = await verb.run(self.line)
        except CallError as error:
            outcome = error.message
            raise
        else:
            outcome = "done" if step is None else type(step).__name__.lower()
            return step
        finally:
            if verb.blocks or now() - began >= NO_LOOP_S:
                self.redirects = 0
            self.journal.log("verb.ended", verb=verb.name, outcome=outcome)
