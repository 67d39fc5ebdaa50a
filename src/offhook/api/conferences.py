"""The operations on conferences, their members and recordings (rest.md 5, 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from offhook.api import bodies, bxml, changes, listing, mediatypes, recordings, views, wording
from offhook.api.described import LINK, Described, Success
from offhook.api.replies import Reply
from offhook.api.routes import Asked, Operation, Route
from offhook.api.service import ConferenceService, RecordingService
from offhook.api.wording import Wording
from offhook.errors import http
from offhook.records import ConferenceRecord, Member, Recording

LIST = Described(
    (Success(200, list[views.ConferenceView], (LINK,)),),
    parameters=listing.CONFERENCES.parameters,
    refuses=listing.REFUSES,
)
GET = Described((Success(200, views.WholeConferenceView),), refuses=wording.CONFERENCE)
UPDATE = Described(
    (Success(204),),
    changes.UpdateConference,
    refuses=(*changes.CONFERENCE, *wording.CONFERENCE),
)
PLAY = Described((Success(204),), refuses=(*bxml.REFUSES, *wording.CONFERENCE), example=bxml.PLAYED)
MEMBER = (*wording.CONFERENCE, http.CALL_NOT_FOUND)
GET_MEMBER = Described((Success(200, views.MemberView),), refuses=MEMBER)
UPDATE_MEMBER = Described((Success(204),), changes.UpdateMember, refuses=(*changes.MEMBER, *MEMBER))
LIST_RECORDINGS = Described((Success(200, list[views.ConferenceRecordingView]),))
GET_RECORDING = Described((Success(200, views.ConferenceRecordingView),), refuses=wording.RECORDING)


@dataclass(frozen=True, slots=True)
class Conferences:
    """List, get, update; members; recordings."""

    rooms: ConferenceService
    archive: RecordingService
    wording: Wording

    def routes(self) -> tuple[Route[Asked], ...]:
        """Return the rows for the table of operations."""
        one = "conferences/{conferenceId}"
        recording = f"{one}/recordings/{{recordingId}}"
        update = Operation(self.update, UPDATE, mediatypes.JSON)
        get_member = Operation(self.get_member, GET_MEMBER)
        update_member = Operation(self.update_member, UPDATE_MEMBER, mediatypes.JSON)
        play = Operation(self.play, PLAY, mediatypes.BXML, bxml.too_big)
        list_recordings = Operation(self.list_recordings, LIST_RECORDINGS)
        download = Operation(self.download, recordings.DOWNLOAD)
        return (
            Route("conferences", {"GET": Operation(self.list, LIST)}),
            Route(one, {"GET": Operation(self.get, GET), "POST": update}),
            Route(f"{one}/bxml", {"PUT": play}),
            Route(f"{one}/members/{{callId}}", {"GET": get_member, "PUT": update_member}),
            Route(f"{one}/recordings", {"GET": list_recordings}),
            Route(recording, {"GET": Operation(self.get_recording, GET_RECORDING)}),
            Route(f"{recording}/media", {"GET": download}),
        )

    async def list(self, asked: Asked) -> Reply:
        """listConferences: those of the account, oldest first."""
        account_id = asked.account.id
        wanted = listing.conferences(account_id, asked.query)
        one_more = replace(wanted, limit=wanted.limit + 1)  # tells whether there is a next page
        records = await self.rooms.list(account_id, one_more)
        page = records[: wanted.limit]
        headers: tuple[tuple[str, str], ...] = ()
        if len(records) > len(page):
            url = f"{asked.account_url}/conferences"
            last = (page[-1].created, page[-1].conference_id)
            headers = (("Link", listing.CONFERENCES.next(url, account_id, asked.query, last)),)
        return Reply(200, [views.conference(record) for record in page], headers)

    async def get(self, asked: Asked) -> Reply:
        """getConference: one of them, and who is in it."""
        record = await self._record(asked)
        members = self.rooms.members(asked.account.id, record.conference_id) or ()
        shown = [views.member(m, record.conference_id, asked.account_url) for m in members]
        body: views.WholeConferenceView = {**views.conference(record), "activeMembers": shown}
        return Reply(200, body)

    async def update(self, asked: Asked) -> Reply:
        """updateConference: redirect it, or end it."""
        body = bodies.decode(asked.body, changes.UpdateConference)
        (conference_id,) = asked.names
        self._members(asked)
        hook = changes.conference_redirect(body)
        if hook is None:
            self.rooms.complete(asked.account.id, conference_id)
        else:
            self.rooms.redirect(asked.account.id, conference_id, hook)
        return Reply(204)

    async def play(self, asked: Asked) -> Reply:
        """updateConferenceBxml: play this document in it."""
        bxml.check_readable(asked.body, asked.charset)
        (conference_id,) = asked.names
        self._members(asked)
        await self.rooms.play(asked.account.id, conference_id, asked.body, asked.charset)
        self._members(asked)  # it may have ended while a long document was read
        return Reply(204)

    async def get_member(self, asked: Asked) -> Reply:
        """getConferenceMember: one call in it."""
        return Reply(200, views.member(self._member(asked), asked.names[0], asked.account_url))

    async def update_member(self, asked: Asked) -> Reply:
        """updateConferenceMember: mute it, hold it, or let it coach others."""
        body = bodies.decode(asked.body, changes.UpdateMember)
        member = self._member(asked)
        conference_id, _ = asked.names
        account_id = asked.account.id
        self.rooms.change_member(account_id, conference_id, member.call_id, body.change())
        return Reply(204)

    async def list_recordings(self, asked: Asked) -> Reply:
        """listConferenceRecordings: those of an unknown conference are none."""
        (conference_id,) = asked.names
        found = await self.archive.of_call(asked.account.id, conference_id)
        shown = [each for each in found if each.conference is not None]
        return Reply(200, [views.conference_recording(each, asked.account_url) for each in shown])

    async def get_recording(self, asked: Asked) -> Reply:
        """getConferenceRecording: what is known of it."""
        found = await self._recording(asked)
        return Reply(200, views.conference_recording(found, asked.account_url))

    async def download(self, asked: Asked) -> Reply:
        """downloadConferenceRecording: its media, whole or in part."""
        found = await self._recording(asked)
        return await recordings.media(self.archive, found, asked, self.wording)

    async def _record(self, asked: Asked) -> ConferenceRecord:
        (conference_id,) = asked.names
        record = await self.rooms.get(asked.account.id, conference_id)
        if record is None:
            raise self.wording.conference(conference_id)
        return record

    def _members(self, asked: Asked) -> Sequence[Member]:
        """Return who is in a live conference; one that has ended cannot be changed."""
        conference_id = asked.names[0]
        members = self.rooms.members(asked.account.id, conference_id)
        if members is None:
            raise self.wording.conference(conference_id)
        return members

    def _member(self, asked: Asked) -> Member:
        _, call_id = asked.names
        found = (each for each in self._members(asked) if each.call_id == call_id)
        if (member := next(found, None)) is None:
            raise self.wording.call(call_id)
        return member

    async def _recording(self, asked: Asked) -> Recording:
        conference_id, recording_id = asked.names
        found = await self.archive.get(asked.account.id, conference_id, recording_id)
        if found is None or found.conference is None:
            raise self.wording.recording(recording_id)
        return found
