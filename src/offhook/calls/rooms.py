"""The rooms: all live conferences of the node, and the way in for calls, REST and media.

A name belongs to an account and to the conference that lives under it; whoever comes when there is
none opens one. What has ended is in the store alone.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from offhook.calls import recovery
from offhook.calls.conference import Conference
from offhook.calls.journal import Journal
from offhook.calls.members import CoachedError
from offhook.calls.plant import Plant
from offhook.calls.programme import FullError
from offhook.calls.shelf import Shelf
from offhook.errors import ApiError, fields, http
from offhook.facts import Peer
from offhook.hooks import Hook
from offhook.media.messages import LegReport
from offhook.records import CallRecord, ConferenceRecord, Delivery, Member
from offhook.requests import ConferenceFilter, MemberChange
from offhook.scopes import TaskOwner
from offhook.verbs import Admission
from offhook.verbs.document import InvalidBxml
from offhook.webhooks.fetch import Attempt, Reply, reply

log = structlog.get_logger()


class Rooms:
    """All of them; implements what REST asks for (api/service.py)."""

    def __init__(self, plant: Plant, shelf: Shelf) -> None:
        self._plant = plant
        self._shelf = shelf
        self.tasks = TaskOwner()
        self._lives: dict[str, asyncio.Task[None]] = {}
        self._rooms: dict[str, Conference] = {}
        self._named: dict[tuple[str, str], Conference] = {}  # by account and name

    def __len__(self) -> int:
        return len(self._rooms)

    async def start(self) -> None:
        """End what a former process left behind; its calls are over, too."""
        store, offload = self._plant.store, self._plant.offload
        for record in await offload(store.open_conferences):
            events = await offload(partial(store.events, record.conference_id))
            sent = await offload(partial(store.last_sequence, record.conference_id))
            recovery.close_conference(self._plant, record, events, sent)

    async def close(self) -> None:
        """Wait for the last things; all calls have left."""
        for conference in list(self._rooms.values()):
            conference.end("the server ends")
        await self.tasks.close()

    # calls

    def enter(self, call: CallRecord, peer: Peer, admission: Admission) -> Peer:
        """Let a call into the conference of that name; raises CallError."""
        shown = call.origin or call  # a leg shows the call that has placed it (webhooks.md 6)
        member = Member(
            call.call_id,
            shown.from_,
            shown.to,
            admission.mute,
            admission.hold,
            admission.coached,
        )
        conference = self._named.get((call.account_id, admission.name))
        if conference is not None:
            conference.check(member)
        with self._plant.store.batch():
            conference = conference or self._open(call, admission)
            conference.join(member, peer)
        return conference.me

    def _open(self, call: CallRecord, admission: Admission) -> Conference:
        record = ConferenceRecord(
            conference_id=self._plant.ids.conference(),
            account_id=call.account_id,
            name=admission.name,
            created=self._plant.clock.wall(),
            hook=admission.events,
            tag=call.tag,
            callback_timeout_s=admission.callback_timeout_s or call.callback_timeout_s,
        )
        conference = Conference(self._plant, record, self._forget)
        self._rooms[record.conference_id] = conference
        self._named[record.account_id, record.name] = conference
        name = f"conference {record.conference_id}"
        self._lives[record.conference_id] = self.tasks.start(self._run(conference), name)
        conference.open(call.call_id)
        return conference

    async def _run(self, conference: Conference) -> None:
        try:
            await conference.run()
        except Exception:
            log.exception(
                "a conference ended by a fault of Offhook",
                conference=conference.record.conference_id,
            )
            conference.end("a fault of Offhook")

    def _forget(self, conference: Conference) -> None:
        record = conference.record
        self._lives.pop(record.conference_id).cancel()
        del self._rooms[record.conference_id], self._named[record.account_id, record.name]
        self._shelf.put(conference.journal)

    # media and webhooks

    def on_report(self, report: LegReport) -> None:
        """Take a report of the media plane, if it is about a room."""
        if conference := self._rooms.get(report.leg):
            conference.on_report(report)

    def on_attempt(self, delivery: Delivery, attempt: Attempt) -> bool:
        """Take an attempt to send an event of a live conference; False if it is of no such."""
        conference = self._rooms.get(delivery.call_id)
        if conference is None:
            return False
        conference.journal.log_attempt(attempt)
        if delivery.asks and attempt.response is not None and attempt.failure is None:
            playing = self._play(conference, reply(attempt.response))
            self.tasks.start(playing, f"reply to {delivery.call_id}")
        return True

    def journal(self, conference_id: str) -> Journal | None:
        """Return the log of a live conference."""
        conference = self._rooms.get(conference_id)
        return conference.journal if conference else None

    async def _play(self, conference: Conference, told: Reply) -> None:
        try:
            await conference.on_reply(told)
        except Exception:
            log.exception(
                "a document was lost by a fault of Offhook",
                conference=conference.record.conference_id,
            )

    # REST

    async def get(self, account_id: str, conference_id: str) -> ConferenceRecord | None:
        """Return a conference, live or ended within the last 7 days."""
        if live := self._live(account_id, conference_id):
            return live.record
        store = self._plant.store
        await store.flushed()
        return await self._plant.offload(lambda: store.conference(account_id, conference_id))

    async def list(self, account_id: str, wanted: ConferenceFilter) -> list[ConferenceRecord]:
        """Return conferences by creation time; all writes so far are seen."""
        await self._plant.store.flushed()
        return await self._plant.offload(lambda: self._plant.store.conferences(account_id, wanted))

    def members(self, account_id: str, conference_id: str) -> Sequence[Member] | None:
        """Return who is in a live conference, None if it is not live."""
        live = self._live(account_id, conference_id)
        return live.members if live else None

    def complete(self, account_id: str, conference_id: str) -> None:
        """End a conference; raises ApiError 404."""
        self._found(account_id, conference_id).end("REST has ended it")

    def redirect(self, account_id: str, conference_id: str, hook: Hook) -> None:
        """Ask `hook` for a document; raises ApiError 404."""
        self._found(account_id, conference_id).redirect(hook)

    async def play(
        self, account_id: str, conference_id: str, body: bytes, charset: str | None
    ) -> None:
        """Play a document behind those that wait; raises ApiError 404, 400 and 503."""
        try:
            await self._found(account_id, conference_id).play(body, charset)
        except InvalidBxml as fault:
            raise ApiError(fields.INVALID_BXML, reason=str(fault)) from fault
        except FullError as error:
            raise ApiError(http.OVERLOADED) from error

    def change_member(
        self, account_id: str, conference_id: str, call_id: str, change: MemberChange
    ) -> None:
        """Let a member sit otherwise, at once; raises ApiError 404 and 400."""
        try:
            self._found(account_id, conference_id).change(call_id, change)
        except KeyError:
            raise ApiError(http.NOT_FOUND) from None
        except CoachedError as error:
            raise ApiError(fields.COACHED) from error

    def _found(self, account_id: str, conference_id: str) -> Conference:
        live = self._live(account_id, conference_id)
        if live is None:
            raise ApiError(http.NOT_FOUND)
        return live

    def _live(self, account_id: str, conference_id: str) -> Conference | None:
        live = self._rooms.get(conference_id)
        return live if live and live.record.account_id == account_id else None
