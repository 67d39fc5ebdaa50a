"""Ties: each end knows the other's inbox alone, and whoever lets go says so once."""

import asyncio

from offhook.calls.ties import Ties
from offhook.errors import Cause
from offhook.facts import Chosen, Fact, Peer, PeerAnswered, PeerLeft, PeerPressed, PeerReady
from offhook.media.messages import Command, Join, Part


class Plane:
    """Notes commands."""

    def __init__(self) -> None:
        self.sent: list[Command] = []

    def send(self, command: Command) -> None:
        self.sent.append(command)


class Inbox:
    """Another call."""

    def __init__(self, name: str) -> None:
        self.facts: list[Fact] = []
        self.peer = Peer(name, self.facts.append)


def ties() -> tuple[Ties, Plane]:
    plane = Plane()
    return Ties(plane, Inbox("me").peer), plane


def test_the_first_leg_is_chosen_and_the_others_are_given_up() -> None:
    mine, _ = ties()
    legs = [Inbox(name) for name in "abc"]
    for leg in legs:
        mine.tie(leg.peer)
    mine.choose("b")

    lost = [PeerLeft("me", Cause.CANCEL)]
    assert [leg.facts for leg in legs] == [lost, [Chosen()], lost]


def test_a_call_that_lets_go_parts_the_sound_and_tells_the_other_once() -> None:
    mine, plane = ties()
    other = Inbox("a")
    mine.engage(other.peer)
    mine.join("a")
    assert mine.is_joined("a")
    mine.release(PeerLeft("me"))
    mine.release(PeerLeft("me"))

    assert other.facts == [PeerLeft("me")]
    assert plane.sent == [Join("me", "a"), Part("me", "a")]
    assert (mine.engaged, mine.is_joined("a")) == (None, False)


def test_when_the_other_lets_go_it_is_heard_and_not_told() -> None:
    mine, plane = ties()
    other = Inbox("a")
    mine.engage(other.peer)
    mine.ready("a")
    mine.hear(PeerLeft("a"))
    told = asyncio.run(mine.next())
    mine.release(PeerLeft("me"))

    assert told == PeerLeft("a")
    assert other.facts == [PeerReady("me")]
    assert plane.sent == []


def test_strangers_are_not_heard() -> None:
    mine, _ = ties()
    other = Inbox("a")
    mine.tie(other.peer)
    mine.hear(PeerAnswered("stranger"))
    mine.hear(PeerLeft("stranger"))
    mine.hear(PeerAnswered("a"))

    assert asyncio.run(mine.next()) == PeerAnswered("a")


def test_keys_go_to_the_joined_call_alone() -> None:
    mine, _ = ties()
    other, third = Inbox("a"), Inbox("b")
    mine.tie(third.peer)
    mine.pressed("1")
    mine.engage(other.peer)
    mine.ready("a")
    mine.pressed("2")

    assert other.facts == [PeerReady("me"), PeerPressed("me", "2")]
    assert third.facts == []


def test_who_has_taken_a_call_is_kept_until_the_call_knows() -> None:
    mine, _ = ties()
    taker, leg = Inbox("a"), Inbox("b")
    mine.tie(leg.peer)
    mine.take(taker.peer)
    mine.release(PeerLeft("me"))
    assert (taker.facts, leg.facts, mine.engaged) == ([], [PeerLeft("me")], "a")
    mine.taken()
    mine.release(PeerLeft("me"))

    assert taker.facts == [PeerLeft("me")]


def test_what_was_not_waited_for_is_forgotten_with_the_link() -> None:
    mine, _ = ties()
    old, new = Inbox("a"), Inbox("b")
    mine.tie(old.peer)
    mine.hear(PeerAnswered("a"))
    mine.release(PeerLeft("me"))
    mine.tie(new.peer)
    mine.hear(PeerAnswered("b"))

    assert asyncio.run(mine.next()) == PeerAnswered("b")
