"""Calls that the far side did not take."""

from dataclasses import replace

import pytest
from tests.explain.scene import error_id, kinds, play

from offhook.directory import Directory
from offhook.errors import Who
from offhook.testing.fixtures import TRUNK
from offhook.testing.phone import ignores, only_rings, refuses
from offhook.testing.world import World


@pytest.mark.parametrize(
    ("code", "sentence", "entry"),
    [
        (486, "+12025550143 was busy (it answered 486 Busy Here).", "callee-busy"),
        (600, "+12025550143 was busy (it answered 600 Busy Everywhere).", "callee-busy"),
        (480, "cannot be reached now: the far side said 480 Temporarily", "no-answer"),
        (403, "403 Forbidden: it does not allow this call.", "callee-rejected"),
        (404, "404 Not Found: it knows no such number.", "callee-rejected"),
        (488, "it takes none of the codecs that we offer", "callee-rejected"),
        (499, "it refused the call.", "callee-rejected"),
        (603, "603 Decline: the called party declined.", "callee-rejected"),
        (503, "The far side failed: it answered 503 Service Unavailable.", "sip-failed"),
        (407, "asks for a user name and password, and the trunk has none.", "sip-failed"),
    ],
)
def test_a_refusal_is_told_by_what_its_code_means(code: int, sentence: str, entry: str) -> None:
    async def scene(world: World) -> str:
        world.phone().behaviour = refuses(code)
        return await error_id(world)

    told = play(scene)

    assert sentence in told.cause.sentence
    assert told.cause.entry is not None
    assert told.cause.entry.id == entry
    assert kinds(told)[-1] == "call.ended"
    assert "sip.received" in kinds(told)


def test_nobody_answers() -> None:
    async def scene(world: World) -> str:
        world.phone().behaviour = only_rings
        return await error_id(world, callTimeout=5)

    told = play(scene)

    assert "rang and nobody answered within 5 seconds (callTimeout)" in told.cause.sentence
    assert kinds(told) == ["sip.received", "sip.sent", "call.ended"]
    assert told.cause.who is Who.CALLER


@pytest.mark.slow
def test_a_trunk_that_goes_silent() -> None:
    async def scene(world: World) -> str:
        world.phone().behaviour = ignores
        return await error_id(world)

    told = play(scene)

    assert "took the call (100 Trying) and reported no ringing for 30" in told.cause.sentence
    assert told.cause.who is Who.CARRIER


@pytest.mark.slow
def test_a_trunk_that_is_not_there() -> None:
    async def scene(world: World) -> str:
        world.phone()
        world.network.paths.cut(TRUNK, kind="sip")
        return await error_id(world)

    told = play(scene)

    assert f"udp:{TRUNK}:5060 answered nothing at all: the INVITE was sent" in told.cause.sentence
    assert told.cause.who is Who.OPERATOR


def test_a_number_without_a_trunk() -> None:
    async def scene(world: World) -> str:
        old = world.directory
        (trunk,) = old.trunks.values()
        world.directory = Directory(
            old.accounts.values(),
            old.users.values(),
            old.applications.values(),
            old.numbers.values(),
            [replace(trunk, patterns=("+44*", "+1303*"))],
        )
        return await error_id(world)

    told = play(scene)

    assert "no trunk takes +12025550143: trunk takes +44*, +1303*." in told.cause.sentence
    assert kinds(told) == ["call.unroutable", "call.ended"]


def test_a_host_that_cannot_be_reached() -> None:
    async def scene(world: World) -> str:
        return await error_id(world, to="sip:bob@10.9.9.9;transport=tcp")

    told = play(scene)

    assert "could not be reached" in told.cause.sentence
    assert told.cause.entry is not None
    assert told.cause.entry.id == "sip-failed"
