"""The registry of conferences: names, accounts, and what REST may ask (also by scenarios)."""

import asyncio
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.scenarios.links import N1
from tests.scenarios.rooms import EVENTS, URL, conference, joined, room

from offhook.errors import ApiError, http
from offhook.facts import Peer, PeerLeft
from offhook.hooks import Hook, Target
from offhook.requests import MemberChange
from offhook.testing.app import Reply
from offhook.testing.fixtures import ACCOUNT_ID
from offhook.testing.loop import virtual
from offhook.testing.world import World
from offhook.verbs import Admission

OTHER = "9900001"
EMPTY = Reply(status=204)


def fact(call_id: str) -> PeerLeft:
    return PeerLeft(call_id)


@virtual
async def test_a_name_belongs_to_an_account_and_what_is_in_it_is_not_shown_to_another() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1)
        rooms, mine = world.node.exchange.rooms, room(world)
        record = replace(world.node.exchange.calls[x.call_id].record, account_id=OTHER)
        theirs = rooms.enter(record, Peer("c-9", lambda _: None), Admission("room"))

        assert (len(rooms), theirs.call_id != mine) == (2, True)
        assert rooms.members(OTHER, mine) is None
        assert await rooms.get(OTHER, mine) is None
        assert await rooms.get(ACCOUNT_ID, theirs.call_id) is None
        assert await rooms.get(OTHER, theirs.call_id) is not None
        theirs.post(fact(x.call_id))
        theirs.post(fact("c-unknown"))
        assert len(rooms) == 1  # the record above has the id of the call


@virtual
async def test_what_has_ended_is_read_and_not_changed() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1)
        rooms, mine = world.node.exchange.rooms, room(world)
        x.phone.hang_up()
        await x.disconnect()

        found = await rooms.get(ACCOUNT_ID, mine)
        assert found is not None
        assert found.completed is not None
        assert rooms.members(ACCOUNT_ID, mine) is None
        changes: list[Callable[[], None]] = [
            lambda: rooms.complete(ACCOUNT_ID, mine),
            lambda: rooms.redirect(ACCOUNT_ID, mine, Hook(Target("http://app.test/"))),
            lambda: rooms.change_member(ACCOUNT_ID, mine, x.call_id, MemberChange()),
        ]
        for change in changes:
            with pytest.raises(ApiError) as refusal:
                change()
            assert refusal.value.entry is http.NOT_FOUND
        with pytest.raises(ApiError) as refusal:
            await rooms.play(ACCOUNT_ID, mine, b"<Bxml/>", None)
        assert refusal.value.entry is http.NOT_FOUND


@virtual
async def test_a_member_that_is_not_there_is_not_found() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        await joined(world, N1)

        with pytest.raises(ApiError) as refusal:
            world.node.exchange.rooms.change_member(
                ACCOUNT_ID, room(world), "c-9", MemberChange(mute=True)
            )
        assert refusal.value.entry is http.NOT_FOUND


@virtual
async def test_the_timeout_and_tag_are_those_of_the_call_unless_the_verb_has_its_own() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        await joined(world, N1, conference("", "plain"), callbackTimeout=3, tag="t")
        await joined(
            world, "+12025550122", conference(f'{EVENTS} callbackTimeout="4"'), callbackTimeout=3
        )
        await asyncio.sleep(0.1)
        rooms = world.node.exchange.rooms
        found = [await rooms.get(ACCOUNT_ID, c["id"]) for c in await world.rest.conferences()]

    assert [(c.callback_timeout_s, c.tag) for c in found if c] == [(3.0, "t"), (4.0, None)]
