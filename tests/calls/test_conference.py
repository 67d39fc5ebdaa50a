"""Conferences where the cases of the contract do not look."""

import asyncio
from typing import Any

import pytest
from tests.scenarios.cases import T1, T3, clips, heard
from tests.scenarios.links import N1, N2
from tests.scenarios.rooms import EVENTS, URL, conference, events, joined, kinds, room

from offhook.calls import programme
from offhook.calls.programme import Programme
from offhook.media.messages import Lost, OpenFailed
from offhook.testing.app import SILENCE, Reply, document
from offhook.testing.fixtures import T1_HZ
from offhook.testing.loop import virtual
from offhook.testing.world import World

EMPTY = Reply(status=204)


@virtual
async def test_it_ends_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offhook.calls.conference.CONFERENCE_AGE_S", 5.0)
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1, conference() + T1)
        began = world.now
        event = await x.disconnect()
        assert 5 < world.now - began < 7

    assert event["cause"] == "hangup"
    assert len(heard(x, T1_HZ)) == 1
    assert kinds(world)[-2:] == ["MemberExit", "Completed"]


@virtual
async def test_its_age_does_not_wait_for_a_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offhook.calls.conference.CONFERENCE_AGE_S", 1.0)
    async with World() as world:
        world.app.on(URL, document(T3), EMPTY)
        x = await joined(world, N1, conference() + '<Pause duration="1"/>')
        await x.disconnect()

        outcomes = [e.data for e in world.store.events(room(world)) if e.kind == "verb.ended"]
    assert [each["outcome"] for each in outcomes] == ["stopped"]


@virtual
async def test_members_do_not_wait_for_replies_and_events_keep_their_order() -> None:
    async with World() as world:
        world.app.on(URL, SILENCE)
        x = await joined(world, N1, conference(f'{EVENTS} callbackTimeout="1"'))
        x.phone.hang_up()
        ended = await x.disconnect()
        assert [e["eventType"] for e in events(world)] == ["conferenceCreated"]
        await world.app.wait_event("conferenceCompleted")

        shown = await world.rest.conference(room(world))
        assert shown["completedTime"] <= ended["eventTime"]
    assert kinds(world) == ["Created", "MemberJoin", "MemberExit", "Completed"]


@virtual
async def test_a_reply_that_comes_after_the_end_is_not_played() -> None:
    async with World() as world:
        world.app.on(URL, document(T3).after(1.0), EMPTY)
        x = await joined(world, N1, conference() + '<Pause duration="3"/>')
        await world.rest.update_conference(
            (await world.rest.conferences())[0]["id"], status="completed"
        )
        await x.disconnect()

    assert clips(x.phone.heard) == []


@virtual
@pytest.mark.parametrize("report", [OpenFailed, Lost])
async def test_without_sound_it_ends_and_so_do_its_calls(report: Any) -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1)
        y = await joined(world, N2)
        world.node.exchange.on_report(report(room(world), "no row is free"))
        ends = [await x.disconnect(), await y.disconnect()]

        assert world.node.exchange.rooms.members("9900000", room(world)) is None
    assert {(end["cause"], end["errorMessage"]) for end in ends} == {
        ("error", "Media session failed")
    }
    assert kinds(world)[-3:] == ["MemberExit", "MemberExit", "Completed"]


@virtual
async def test_a_fault_of_ours_ends_one_conference_and_its_members_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(self: Programme) -> None:
        del self
        await asyncio.sleep(1)
        raise RuntimeError("a bug")

    monkeypatch.setattr(programme.Programme, "run", broken)
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1, conference() + T1)
        event = await x.disconnect()

        (ended,) = [e.data for e in world.store.events(room(world)) if e.kind == "conference.ended"]
    assert ended == {"reason": "a fault of Offhook"}
    assert (event["cause"], len(heard(x, T1_HZ))) == ("hangup", 1)


@virtual
async def test_an_operator_sees_who_came_how_they_sat_and_who_left() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1, conference(f'{EVENTS} tag="t"'))
        y = await joined(world, N2, conference('mute="true"'))
        await world.rest.update_member(room(world), y.call_id, mute=False, callIdsToCoach=["c-1"])
        x.phone.hang_up()
        await x.disconnect()
        await world.rest.update_conference(room(world), status="completed")
        await y.disconnect()
        log = [(e.kind, e.data) for e in world.store.events(room(world))]

    def seat(talk: Any, mute: bool, *coached: str) -> tuple[str, dict[str, Any]]:
        how = {"call": talk.call_id, "mute": mute, "hold": False, "coached": list(coached)}
        return "conference.member", how

    assert [entry for entry in log if entry[0].startswith("conference.")] == [
        ("conference.created", {"name": "room", "tag": "t"}),
        ("conference.joined", {"call": x.call_id, "from_": "+12025550100", "to": N1}),
        seat(x, False),
        ("conference.joined", {"call": y.call_id, "from_": "+12025550100", "to": N2}),
        seat(y, True),
        seat(y, False, "c-1"),
        ("conference.left", {"call": x.call_id}),
        ("conference.left", {"call": y.call_id}),
        ("conference.ended", {"reason": "REST has ended it"}),
    ]
    assert [kind for kind, _ in log].count("webhook.answered") == 6


@virtual
async def test_a_call_may_leave_and_come_back_and_be_in_two_conferences_in_turn() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        world.app.on("/n", conference("", "other"), conference(""))
        x = await joined(world, N1)
        await joined(world, N2)
        for _ in range(2):
            await world.rest.update_call(x.call_id, redirectUrl="http://app.test/n")
            await asyncio.sleep(0.5)

        shown = {each["name"]: each for each in await world.rest.conferences()}
        assert shown["other"]["completedTime"] is not None
        members = (await world.rest.conference(room(world)))["activeMembers"]
        assert [each["callId"] for each in members][-1] == x.call_id
    assert kinds(world)[:5] == ["Created", "MemberJoin", "MemberJoin", "MemberExit", "MemberJoin"]


@virtual
async def test_the_server_ends_and_so_do_its_conferences() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        await joined(world, N1)
        await joined(world, N2)
        await world.node.drain()

        assert not world.node.exchange.rooms
    assert kinds(world)[-3:] == ["MemberExit", "MemberExit", "Completed"]
