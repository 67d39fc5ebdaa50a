"""How members sit in a conference."""

from dataclasses import dataclass, field

import pytest

from offhook.calls.limits import CONFERENCE_MEMBERS
from offhook.calls.members import CoachedError, Members
from offhook.errors import CallError, Cause
from offhook.facts import Peer
from offhook.media.messages import Command, Seat, Unseat
from offhook.records import Member
from offhook.requests import MemberChange


@dataclass
class Plane:
    """A media plane that remembers what it was told."""

    told: list[Command] = field(default_factory=list)

    def send(self, command: Command) -> None:
        self.told.append(command)


@pytest.fixture
def plane() -> Plane:
    return Plane()


@pytest.fixture
def members(plane: Plane) -> Members:
    return Members(plane, "conf-1")


def join(members: Members, member: Member) -> None:
    members.check(member)
    members.add(member, Peer(member.call_id, lambda _: None))


def member(number: int = 1, *, mute: bool = False, hold: bool = False) -> Member:
    return Member(f"c-{number}", "+1", "+2", mute, hold)


def coach(number: int, *coached: str) -> Member:
    return Member(f"c-{number}", "+1", "+2", coached=coached)


@pytest.mark.parametrize(
    ("seated", "seat"),
    [
        (member(), Seat("c-1", "conf-1", True, True)),
        (member(mute=True), Seat("c-1", "conf-1", False, True)),
        (member(hold=True), Seat("c-1", "conf-1", False, False)),
        (member(mute=True, hold=True), Seat("c-1", "conf-1", False, False)),
        (coach(1, "c-2"), Seat("c-1", "conf-1", True, True, ("c-2",))),
    ],
)
def test_they_sit_in_the_media_plane_as_they_do_here(
    members: Members, plane: Plane, seated: Member, seat: Seat
) -> None:
    join(members, seated)

    assert plane.told == [seat]
    assert members.all == [seated]


def test_a_change_leaves_alone_what_it_does_not_name(members: Members, plane: Plane) -> None:
    join(members, Member("c-1", "+1", "+2", mute=True, coached=("c-2",)))

    assert members.change("c-1", MemberChange()) == members.get("c-1")
    assert members.change("c-1", MemberChange(hold=True)).mute
    changed = members.change("c-1", MemberChange(mute=False, hold=False, coached=()))
    assert changed == Member("c-1", "+1", "+2")
    assert plane.told[-1] == Seat("c-1", "conf-1", True, True, ())


def test_who_leaves_is_gone(members: Members, plane: Plane) -> None:
    join(members, member(1))
    join(members, member(2))
    members.remove("c-1")

    assert [each.call_id for each in members.all] == ["c-2"]
    assert [peer.call_id for peer in members.peers] == ["c-2"]
    assert members.get("c-1") is None
    assert plane.told[-1] == Unseat("c-1", "conf-1")


def test_there_is_room_for_twenty(members: Members) -> None:
    for number in range(CONFERENCE_MEMBERS):
        join(members, member(number))

    with pytest.raises(CallError, match="Conference failed: conference is full") as full:
        members.check(member(99))
    assert full.value.cause is Cause.APPLICATION_ERROR
    members.remove("c-3")
    members.check(member(99))


def test_there_is_one_coach_at_a_time(members: Members) -> None:
    join(members, coach(1, "c-2"))
    join(members, member(2))

    with pytest.raises(CallError, match="conference already has a coach"):
        members.check(coach(3, "c-2"))
    with pytest.raises(CoachedError):
        members.change("c-2", MemberChange(coached=("c-1",)))
    members.change("c-1", MemberChange(coached=("c-9",)))
    members.change("c-1", MemberChange(coached=()))
    members.change("c-2", MemberChange(coached=("c-1",)))


def test_nobody_can_be_changed_who_is_not_there(members: Members) -> None:
    with pytest.raises(KeyError):
        members.change("c-1", MemberChange(mute=True))
