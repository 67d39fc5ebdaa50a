"""Conferences without calls: what tests put in, with the rules of rest.md 5."""

from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, field, replace

from offhook.errors import ApiError, fields, http
from offhook.hooks import Hook
from offhook.records import ConferenceRecord, Member
from offhook.requests import ConferenceFilter, MemberChange
from offhook.verbs.contexts import Context
from offhook.verbs.document import InvalidBxml, parse


@dataclass
class FakeRooms:
    """ConferenceService over dictionaries."""

    records: dict[str, ConferenceRecord] = field(default_factory=dict)
    seated: dict[str, list[Member]] = field(default_factory=dict)  # of live ones
    wanted: list[ConferenceFilter] = field(default_factory=list)
    redirected: list[tuple[str, Hook]] = field(default_factory=list)
    played: list[tuple[str, bytes, str | None]] = field(default_factory=list)

    def put(self, record: ConferenceRecord, *members: Member) -> None:
        """Let a conference be there; without a completion time it is live."""
        self.records[record.conference_id] = record
        if record.completed is None:
            self.seated[record.conference_id] = list(members)

    async def get(self, account_id: str, conference_id: str) -> ConferenceRecord | None:
        record = self.records.get(conference_id)
        return record if record and record.account_id == account_id else None

    async def list(self, account_id: str, wanted: ConferenceFilter) -> list[ConferenceRecord]:
        self.wanted.append(wanted)
        mine = [r for r in self.records.values() if r.account_id == account_id]
        after = wanted.after or (float("-inf"), "")
        mine = [r for r in mine if (r.created, r.conference_id) > after]
        return sorted(mine, key=lambda r: (r.created, r.conference_id))[: wanted.limit]

    def members(self, account_id: str, conference_id: str) -> Sequence[Member] | None:
        record = self.records.get(conference_id)
        mine = record is not None and record.account_id == account_id
        return self.seated.get(conference_id) if mine else None

    def complete(self, account_id: str, conference_id: str) -> None:
        self._live(account_id, conference_id)
        del self.seated[conference_id]

    def redirect(self, account_id: str, conference_id: str, hook: Hook) -> None:
        self._live(account_id, conference_id)
        self.redirected.append((conference_id, hook))

    async def play(
        self, account_id: str, conference_id: str, body: bytes, charset: str | None
    ) -> None:
        self._live(account_id, conference_id)
        try:
            parse(body, charset=charset, context=Context.CONFERENCE)
        except InvalidBxml as fault:
            raise ApiError(fields.INVALID_BXML, reason=fault) from fault
        self.played.append((conference_id, body, charset))

    def change_member(
        self, account_id: str, conference_id: str, call_id: str, change: MemberChange
    ) -> None:
        members = self._live(account_id, conference_id)
        if change.coached and any(m.coached for m in members if m.call_id != call_id):
            raise ApiError(fields.COACHED)
        for place, member in enumerate(members):
            if member.call_id == call_id:
                members[place] = replace(
                    member,
                    mute=member.mute if change.mute is None else change.mute,
                    hold=member.hold if change.hold is None else change.hold,
                    coached=member.coached if change.coached is None else change.coached,
                )

    def _live(self, account_id: str, conference_id: str) -> MutableSequence[Member]:
        if self.members(account_id, conference_id) is None:
            raise ApiError(http.NOT_FOUND)
        return self.seated[conference_id]
