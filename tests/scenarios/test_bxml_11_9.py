"""bxml.md 11.9, cases 194 to 205 and 213 to 220: Conference, seen from its members."""

import asyncio
from pathlib import Path

import pytest
from tests.scenarios import cases
from tests.scenarios.cases import T1, T3, assert_invalid, heard
from tests.scenarios.links import N1, N2, asked, assert_talked, talk_both_ways
from tests.scenarios.rooms import (
    EVENTS,
    URL,
    all_talk,
    conference,
    events,
    hears,
    joined,
    kinds,
    meeting,
    room,
)

from offhook.testing.app import SILENCE, Reply
from offhook.testing.fixtures import NUMBER, T1_HZ, T3_HZ
from offhook.testing.loop import virtual
from offhook.testing.mains import Mains
from offhook.testing.world import World

EMPTY = Reply(status=204)


@virtual
async def test_case_194_two_calls_meet_and_the_application_is_told() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1)
        y = await joined(world, N2)
        await talk_both_ways(x.phone, y.phone)

        assert kinds(world) == ["Created", "MemberJoin", "MemberJoin"]
    assert_talked(x.phone, y.phone)
    created, first, second = events(world)[:3]
    common = {"eventType", "eventTime", "conferenceId", "name"}
    assert created.keys() == common
    assert first.keys() == second.keys() == common | {"callId", "from", "to"}
    assert len(created["conferenceId"]) == 50
    assert {event["name"] for event in events(world)} == {"room"}
    assert [(e["callId"], e["from"], e["to"]) for e in (first, second)] == [
        (x.call_id, NUMBER, N1),
        (y.call_id, NUMBER, N2),
    ]
    assert {request.path for request in world.app.requests(URL)} == {URL}


@virtual
async def test_case_195_members_leave_and_the_last_one_ends_it() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1)
        y = await joined(world, N2)
        x.phone.hang_up()
        await x.disconnect()
        y.phone.hang_up()
        await world.app.wait_event("conferenceCompleted")
        shown = await world.rest.conference(room(world))

    assert kinds(world)[3:] == ["MemberExit", "MemberExit", "Completed"]
    assert [e["callId"] for e in events(world, "conferenceMemberExit")] == [x.call_id, y.call_id]
    assert events(world)[-1].keys() == {"eventType", "eventTime", "conferenceId", "name"}
    assert shown["completedTime"] is not None
    assert shown["activeMembers"] == []


@virtual
async def test_case_196_a_name_that_is_used_again_is_another_conference() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        for _ in range(2):
            talk = await joined(world, N1)
            talk.phone.hang_up()
            await talk.disconnect()

    first, second = (e["conferenceId"] for e in events(world, "conferenceCreated"))
    assert first != second
    assert kinds(world) == ["Created", "MemberJoin", "MemberExit", "Completed"] * 2


@virtual
async def test_case_197_the_first_url_counts() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        await joined(world, N1)
        await joined(world, N2, conference('conferenceEventUrl="/other" callbackTimeout="1"'))

    assert kinds(world)[:3] == ["Created", "MemberJoin", "MemberJoin"]
    assert world.app.requests("/other") == []


@virtual
async def test_case_198_events_have_the_tag_of_the_creator() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1, conference(f'{EVENTS} tag="one"'))
        await joined(world, N2, conference('tag="two"'))
        await world.rest.update_call(x.call_id, redirectUrl="http://app.test/gone", tag="three")
        await x.disconnect()

    assert {event["tag"] for event in events(world)} == {"one"}


@virtual
@pytest.mark.parametrize("name", ["a b", "x" * 101, "  ", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"])
async def test_case_199_a_name_has_its_letters_and_length(name: str) -> None:
    async with World() as world:
        await assert_invalid(world, f"<Conference>{name}</Conference>")


@virtual
@pytest.mark.parametrize("name", ["x" * 100, "a-b_c.d"])
async def test_case_199_a_good_name_is_taken(name: str) -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        await joined(world, N1, conference(name=name))

        assert [each["name"] for each in await world.rest.conferences()] == [name]


@virtual
async def test_case_200_the_name_may_be_an_attribute() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1)
        y = await joined(world, N2, '<Conference name="room"/>')
        await talk_both_ways(x.phone, y.phone)

    assert_talked(x.phone, y.phone)
    assert kinds(world)[:3] == ["Created", "MemberJoin", "MemberJoin"]


@virtual
async def test_case_201_a_muted_member_hears_and_is_not_heard() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        members = await meeting(world, x="", y='mute="true"')
        await all_talk(members)

    assert (hears(members["x"]), hears(members["y"])) == ("", "x")


@virtual
async def test_case_202_a_member_on_hold_neither_hears_nor_is_heard() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        members = await meeting(world, x="", y='hold="true"')
        await all_talk(members)

    assert (hears(members["x"]), hears(members["y"])) == ("", "")


@virtual
async def test_case_203_a_coach_is_heard_by_those_it_coaches_alone() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        members = await meeting(world, x="", y="", z='callIdsToCoach=" {x} , c-none"')
        await all_talk(members)

    assert {name: hears(talk) for name, talk in members.items()} == {"x": "yz", "y": "x", "z": "xy"}


@virtual
async def test_case_204_a_coach_may_come_first() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1, '<Pause duration="0.7"/>' + conference(""))
        y = await joined(world, N2)
        z = await joined(world, "+12025550133", conference(f'callIdsToCoach="{x.call_id}"'))
        await asyncio.sleep(0.5)
        members = {"x": x, "y": y, "z": z}
        await all_talk(members)

    assert [e["callId"] for e in events(world, "conferenceMemberJoin")][-1] == x.call_id
    assert {name: hears(talk) for name, talk in members.items()} == {"x": "yz", "y": "x", "z": "xy"}


@virtual
async def test_a_second_coach_is_refused() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        members = await meeting(world, x="", y='callIdsToCoach="{x}"')
        z = await joined(world, "+12025550133", conference('callIdsToCoach="c-1"'))
        event = await z.disconnect()
        members["y"].phone.hang_up()
        await members["y"].disconnect()
        again = await joined(world, N2, conference(f'callIdsToCoach="{members["x"].call_id}"'))

        assert again.phone.end is None
    assert event["cause"] == "application-error"
    assert event["errorMessage"] == "Conference failed: conference already has a coach"
    assert event["errorId"]


@virtual
async def test_case_205_the_21st_is_refused_and_the_others_do_not_notice() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        members = [await joined(world, f"+120255502{n:02}") for n in range(20)]
        late = await joined(world, "+12025550299", conference() + T1)
        event = await late.disconnect()

        shown = await world.rest.conference(room(world))
        assert [each["callId"] for each in shown["activeMembers"]] == [m.call_id for m in members]
        await talk_both_ways(members[0].phone, members[19].phone)
        assert all(member.phone.end is None for member in members)
        refused = [e for e in world.store.events(room(world)) if e.kind == "conference.refused"]
    assert (event["cause"], event["errorMessage"]) == (
        "application-error",
        "Conference failed: conference is full",
    )
    assert [each.data["call"] for each in refused] == [late.call_id]
    assert heard(late, T1_HZ) == []
    assert kinds(world).count("MemberJoin") == 20
    assert_talked(members[0].phone, members[19].phone)


@virtual
async def test_case_213_all_go_on_when_rest_ends_it() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1, conference() + T1)
        y = await joined(world, N2, conference("") + T1)
        answer = await world.rest.update_conference(room(world), status="completed")
        again = await world.rest.update_conference(room(world), status="completed")
        ends = [await x.disconnect(), await y.disconnect()]

    assert (answer.status, answer.body, again.status) == (204, b"", 404)
    assert [len(heard(talk, T1_HZ)) for talk in (x, y)] == [1, 1]
    assert [end["cause"] for end in ends] == ["hangup", "hangup"]
    assert kinds(world)[3:] == ["MemberExit", "MemberExit", "Completed"]


@virtual
@pytest.mark.parametrize("by_document", [False, True])
async def test_case_214_rest_takes_a_member_out(by_document: bool) -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        world.app.on("/n", T1 + '<Pause duration="9"/>')
        x = await joined(world, N1)
        y = await joined(world, N2)
        if by_document:
            await world.rest.update_bxml(x.call_id, f"<Response>{T3}</Response>")
        else:
            await world.rest.update_call(x.call_id, redirectUrl="http://app.test/n")
        await world.app.wait_event("conferenceMemberExit")
        await asyncio.sleep(3.5)
        await talk_both_ways(x.phone, y.phone) if not by_document else None

        assert y.phone.end is None
        assert kinds(world)[3:] == ["MemberExit"]
    assert events(world, "conferenceMemberExit")[0]["callId"] == x.call_id
    assert len(heard(x, T3_HZ if by_document else T1_HZ)) == 1
    assert not y.phone.heard.any()


@virtual
async def test_a_bridge_takes_its_target_out() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1)
        y = await joined(world, N2)
        z = await joined(world, "+12025550133", f"<Bridge>{x.call_id}</Bridge>")
        await world.app.wait_event("conferenceMemberExit")
        await talk_both_ways(x.phone, z.phone)

        assert y.phone.end is None
    assert_talked(x.phone, z.phone)
    assert not y.phone.heard.any()


@virtual
async def test_case_217_rest_mutes_a_member_at_once() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        members = await meeting(world, x="", y="")
        answer = await world.rest.update_member(room(world), members["y"].call_id, mute=True)
        await all_talk(members)
        conference_id = room(world)
        shown = await world.rest.request(
            "GET", f"/conferences/{conference_id}/members/{members['y'].call_id}"
        )

    assert (answer.status, answer.body) == (204, b"")
    assert (hears(members["x"]), hears(members["y"])) == ("", "x")
    assert shown.json()["mute"] is True


@virtual
async def test_rest_lets_a_member_be_heard_again_and_coach() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        members = await meeting(world, x="", y="", z='hold="true"')
        coach = members["z"].call_id
        answer = await world.rest.update_member(
            room(world), coach, hold=False, callIdsToCoach=[members["x"].call_id]
        )
        refused = await world.rest.update_member(
            room(world), members["y"].call_id, callIdsToCoach=["c-1"]
        )
        await all_talk(members)
        heard_so_far = {name: hears(talk) for name, talk in members.items()}
        await world.rest.update_member(room(world), coach, callIdsToCoach=[])
        await all_talk(members)

    assert answer.status == 204
    assert refused.status == 400
    assert heard_so_far == {"x": "yz", "y": "x", "z": "xy"}
    assert hears(members["y"]) == "xz"


@virtual
async def test_case_218_keys_are_reported_and_stay_where_they_are() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1, '<StartGather dtmfUrl="/d"/>' + conference())
        y = await joined(world, N2)
        await x.phone.press("5")
        event = await x.wait_event("dtmf")
        await y.phone.press("6")
        await asyncio.sleep(1)

    assert event["digit"] == "5"
    assert [asked(x, "dtmf"), asked(y, "dtmf")] == [["/d"], []]
    assert (x.phone.digits, y.phone.digits) == ("", "")


@virtual
async def test_every_key_is_reported_once_though_the_events_of_the_conference_hang() -> None:
    async with World() as world:
        world.app.on(URL, SILENCE)
        x = await joined(world, N1, '<StartGather dtmfUrl="/d"/>' + conference())
        await x.phone.press("123456789")
        await x.wait_event("dtmf", count=9)

    assert "".join(event["digit"] for event in x.events("dtmf")) == "123456789"


@virtual
@pytest.mark.parametrize("name", ["callbackTimeout", "calbackTimeout"])
@pytest.mark.parametrize("value", ["26", "0.5"])
async def test_case_219_a_timeout_has_its_bounds(name: str, value: str) -> None:
    async with World() as world:
        await assert_invalid(world, conference(f'{name}="{value}"'))


@virtual
@pytest.mark.parametrize("name", ["callbackTimeout", "calbackTimeout"])
async def test_the_timeout_of_the_creator_counts_and_the_fallback_takes_over(name: str) -> None:
    async with World() as world:
        world.app.on(URL, SILENCE)
        world.app.on("/f", EMPTY)
        fallback = f'{EVENTS} conferenceEventFallbackUrl="/f" {name}="2"'
        await joined(world, N1, conference(fallback))
        await asyncio.sleep(5)

        hung, told = world.app.requests(URL), world.app.requests("/f")
        assert [r.event["eventType"] for r in told] == ["conferenceCreated", "conferenceMemberJoin"]
        assert told[0].at - hung[0].at == pytest.approx(2.0, abs=0.1)
        assert told[0].event == hung[0].event


@virtual
async def test_case_220_without_a_url_nothing_is_told() -> None:
    async with World() as world:
        x = await joined(world, N1, conference(""))
        y = await joined(world, N2, conference(EVENTS))
        await talk_both_ways(x.phone, y.phone)

        (shown,) = await world.rest.conferences("name=room")
        assert (shown["conferenceEventUrl"], shown["conferenceEventMethod"]) == (None, None)
    assert_talked(x.phone, y.phone)
    assert events(world) == []


@virtual
async def test_a_caller_is_answered_to_join() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        talk = await world.calling(conference())
        await talk.phone.wait("answered")
        await world.app.wait_event("conferenceMemberJoin")

    (event,) = events(world, "conferenceMemberJoin")
    assert (event["to"], event["callId"]) == (NUMBER, talk.call_id)
    assert cases.kinds(talk)[0] == "initiate"


@virtual
async def test_names_belong_to_the_account_and_letters_have_a_case() -> None:
    async with World() as world:
        world.app.on(URL, EMPTY)
        x = await joined(world, N1, conference(name="room"))
        y = await joined(world, N2, conference(name="Room"))
        await talk_both_ways(x.phone, y.phone)

        assert len(await world.rest.conferences()) == 2
    assert not x.phone.heard.any()


@virtual
async def test_a_server_that_is_killed_ends_its_conference_for_every_member(
    tmp_path: Path,
) -> None:
    async with World(mains=Mains(), store_url=f"sqlite:///{tmp_path}/offhook.db") as world:
        world.app.on(URL, "<StartRecording recordingAvailableUrl='/cr'/>" + T3)
        x = await joined(world, N1)
        y = await joined(world, N2)
        await asyncio.sleep(1)
        for talk in (x, y):
            talk.phone.hang_up()  # of which the server hears nothing
        await world.restart()
        completed = await world.app.wait_event("conferenceCompleted")
        await x.disconnect()
        await y.disconnect()
        shown = await world.rest.conference(completed["conferenceId"])
        again = await joined(world, N1, conference("", "room"))

        assert again.phone.end is None
        assert len(await world.rest.conferences("name=room")) == 2
        written = world.store.deliveries(completed["conferenceId"])
    told = [each.event_type.removeprefix("conference") for each in written]
    exits = [e["callId"] for e in events(world, "conferenceMemberExit")]
    assert told[:3] == ["Created", "MemberJoin", "MemberJoin"]
    assert told[3:] == ["MemberExit", "MemberExit", "Completed", "RecordingAvailable"]
    assert set(exits) == {x.call_id, y.call_id}
    assert shown["activeMembers"] == []
    (made,) = world.app.events("conferenceRecordingAvailable")
    assert made["status"] in ("partial", "error")
