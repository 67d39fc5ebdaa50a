"""A conference: who is in it, what it says to the application, what it plays (bxml.md 4.2, 10.9).

Calls come in by `join`; everything else that happens to it comes through `post`, as with a call.
Nothing of that waits, so it is done at once and in order. One task, `run`, plays the documents.
Events go through the outbox, in order; their replies come back as documents (`on_reply`), which no
member waits for.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from offhook.calls import notices
from offhook.calls.journal import Journal
from offhook.calls.limits import CONFERENCE_AGE_S
from offhook.calls.mail import Mail
from offhook.calls.members import Members
from offhook.calls.pages import Page
from offhook.calls.plant import Plant
from offhook.calls.players import Players
from offhook.calls.programme import FullError, Programme, RoomLine
from offhook.calls.sounds import Sounds
from offhook.calls.takes import Take
from offhook.calls.tape import Recorder, Tape
from offhook.errors import CallError, Entry, calls
from offhook.facts import Fact, Peer, PeerLeft
from offhook.hooks import Hook
from offhook.media.messages import CloseRoom, Ended, Lost, OpenFailed, OpenRoom, Report
from offhook.records import ConferenceRecord, Member, Recording
from offhook.requests import MemberChange
from offhook.verbs import RecordingOrder
from offhook.verbs.document import InvalidBxml
from offhook.webhooks.fetch import Reply

Over = Callable[["Conference"], None]


class Conference:
    """One conference from its first member to its last."""

    def __init__(self, plant: Plant, record: ConferenceRecord, over: Over) -> None:
        self.record = record
        self.me = Peer(record.conference_id, self.post)
        self.journal = Journal(plant.store, plant.clock, record.conference_id)
        self._plant = plant
        self._over = over  # told once, at the end
        self._mail = Mail(plant)
        self._players = Players(plant.media, record.conference_id)
        self._recorder = Recorder(plant, record.conference_id, self.journal)
        self._tape = Tape(self._recorder, self._begin_recording)
        sounds = Sounds(plant, self._players, self.journal, record.account_id)
        self._programme = Programme(plant, RoomLine(sounds, self._tape), self.journal)
        self._members = Members(plant.media, record.conference_id)

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.record.completed is not None

    @property
    def members(self) -> list[Member]:
        """Who is in it, in the order of their coming."""
        return self._members.all

    def open(self, first: str) -> None:
        """Begin, before the first member joins, which is this call."""
        self._players.open = True
        self._plant.media.send(OpenRoom(self.record.conference_id, first))
        self._plant.store.put_conference(self.record)
        self.journal.log("conference.created", name=self.record.name, tag=self.record.tag)
        self._tell("conferenceCreated")

    async def run(self) -> None:
        """Play documents until the conference ends; at a certain age it does so by itself."""
        try:
            async with asyncio.timeout(CONFERENCE_AGE_S) as age:
                await self._programme.run()
        except TimeoutError:
            if not age.expired():
                raise
            self.end("it has lasted for 24 hours")

    # members

    def check(self, member: Member) -> None:
        """Whether a call may come in; raises CallError."""
        try:
            self._members.check(member)
        except CallError as refusal:
            self.journal.log("conference.refused", call=member.call_id, reason=refusal.message)
            raise

    def join(self, member: Member, peer: Peer) -> None:
        """Let a call in that has been checked."""
        self._members.add(member, peer)
        self.journal.log("conference.joined", call=member.call_id, from_=member.from_, to=member.to)
        self._log_seat(member)
        self._tell("conferenceMemberJoin", member)

    def post(self, fact: Fact) -> None:
        """Take a fact: a member has left."""
        if isinstance(fact, PeerLeft) and (member := self._members.get(fact.call_id)):
            self._part(member)
            if not self._members.all:
                self.end("the last member has left")

    def change(self, call_id: str, change: MemberChange) -> None:
        """Let a member sit otherwise, at once; raises KeyError and CoachedError."""
        self._log_seat(self._members.change(call_id, change))

    def _log_seat(self, member: Member) -> None:
        self.journal.log(
            "conference.member",
            call=member.call_id,
            mute=member.mute,
            hold=member.hold,
            coached=list(member.coached),
        )

    def _part(self, member: Member) -> None:
        self._members.remove(member.call_id)
        self.journal.log("conference.left", call=member.call_id)
        self._tell("conferenceMemberExit", member)

    # the end

    def end(self, reason: str, failure: Entry | None = None) -> None:
        """Send all members on to their next verb; a failure ends their calls."""
        if self.ended:
            return
        left = PeerLeft(self.record.conference_id, failure=failure)
        now = self._plant.clock.wall()
        with self._plant.store.batch():
            for peer in self._members.peers:
                peer.post(left)
            for member in self._members.all:
                self._part(member)
            version = self.record.version + 1
            self.record = replace(self.record, completed=now, version=version)
            self._plant.store.put_conference(self.record)
            self._tape.stop()
            self.journal.log("conference.ended", reason=reason)
            self._mail.send(notices.completed(self._plant, self.record, self._mail.next))
        if self._players.open:
            self._players.open = False
            self._plant.media.send(CloseRoom(self.record.conference_id))
        self._over(self)

    def on_report(self, report: Report) -> None:
        """Take a report of the media plane about the room."""
        match report:
            case Ended(play=play):
                self._players.ended(play)
            case OpenFailed(reason=reason) | Lost(reason=reason):
                self._players.open = False
                self.journal.log("media.lost", reason=reason)
                self.end("its sound is lost", calls.MEDIA_FAILED)

    # documents and events

    def redirect(self, hook: Hook) -> None:
        """Ask for a document."""
        self._tell("conferenceRedirect", hook=hook)

    async def play(self, body: bytes, charset: str | None) -> None:
        """Play a document that REST brings; raises InvalidBxml and FullError."""
        base = self.record.hook.primary.url if self.record.hook else None
        await self._programme.add(Page(body, base, charset))

    async def on_reply(self, reply: Reply) -> None:
        """Play what the application answers to an event, unless it is nothing or no document."""
        if self.ended or not reply.body.strip():
            return
        try:
            await self._programme.add(Page.of(reply))
        except InvalidBxml:
            pass  # it is logged, and the conference goes on (webhooks.md 3.2)
        except FullError:
            self.journal.log("conference.overrun", origin=reply.url)

    def _tell(self, event: str, member: Member | None = None, hook: Hook | None = None) -> None:
        """Send a synchronous event, as of now; it leaves once it is on disk."""
        asked = (event, member, hook or self.record.hook)
        self._mail.send(notices.conference(self._plant, self.record, self._mail.next, *asked))

    # recording

    def _begin_recording(self, order: RecordingOrder) -> Take:
        recording = Recording(
            recording_id=self._plant.ids.recording(),
            call_id=self.record.conference_id,
            account_id=self.record.account_id,
            start_time=self._plant.clock.wall(),
            channels=1,  # whatever multiChannel says (bxml.md 4.17)
            file_format=order.file_format,
            conference=self.record.name,
            name=order.name,
            available=order.available,
        )
        return self._recorder.begin(recording, ("mixed",), self._announce)

    def _announce(self, recording: Recording, what: str) -> None:
        """The file of a recording is made; the conference may be over."""
        del what  # conferences have no texts
        if target := recording.available:
            told = (self._mail.next, recording, target)
            self._mail.send(notices.conference_recording(self._plant, self.record, *told))
