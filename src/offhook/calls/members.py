"""Who is in a conference and how they sit there: mute, hold and coaching (bxml.md 4.2)."""

from dataclasses import dataclass, field, replace

from offhook.calls.limits import CONFERENCE_MEMBERS
from offhook.errors import calls
from offhook.facts import Peer
from offhook.media.messages import MediaPlane, Seat, Unseat
from offhook.records import Member
from offhook.requests import MemberChange


class CoachedError(Exception):
    """The conference has a coach, and it has one at a time."""


@dataclass(slots=True)
class Members:
    """Those of one conference; they sit in the media plane as they do here."""

    media: MediaPlane
    room: str
    _members: dict[str, Member] = field(default_factory=dict, init=False)
    _peers: dict[str, Peer] = field(default_factory=dict, init=False)

    @property
    def all(self) -> list[Member]:
        """In the order of their coming."""
        return list(self._members.values())

    @property
    def peers(self) -> list[Peer]:
        """Their calls."""
        return list(self._peers.values())

    def get(self, call_id: str) -> Member | None:
        """Return a member."""
        return self._members.get(call_id)

    def check(self, member: Member) -> None:
        """Whether there is room for a call; raises CallError (errors.md 8.7)."""
        if len(self._members) >= CONFERENCE_MEMBERS:
            raise calls.conference_full()
        if self._would_be_second(member):
            raise calls.conference_coached()

    def add(self, member: Member, peer: Peer) -> None:
        """Let a call in."""
        self._peers[member.call_id] = peer
        self._seat(member)

    def change(self, call_id: str, change: MemberChange) -> Member:
        """Let a member sit otherwise; raises KeyError and CoachedError."""
        member = self._members[call_id]
        changed = replace(
            member,
            mute=member.mute if change.mute is None else change.mute,
            hold=member.hold if change.hold is None else change.hold,
            coached=member.coached if change.coached is None else change.coached,
        )
        if self._would_be_second(changed):
            raise CoachedError
        self._seat(changed)
        return changed

    def remove(self, call_id: str) -> None:
        """Let a call out."""
        del self._members[call_id], self._peers[call_id]
        self.media.send(Unseat(call_id, self.room))

    def _would_be_second(self, member: Member) -> bool:
        others = (each for each in self._members.values() if each.call_id != member.call_id)
        return bool(member.coached) and any(other.coached for other in others)

    def _seat(self, member: Member) -> None:
        self._members[member.call_id] = member
        speaks, hears = not (member.mute or member.hold), not member.hold
        self.media.send(Seat(member.call_id, self.room, speaks, hears, member.coached))
