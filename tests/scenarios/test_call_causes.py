"""errors.md 8.2 to 8.4: why calls end, by what their parties do on SIP."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.scenarios.cases import about, kinds, sip_sent

from offhook.directory import Directory, Trunk
from offhook.testing.app import REFUSED, Reply
from offhook.testing.fixtures import INITIATE_URL, SERVER, TRUNK
from offhook.testing.handset import Handset
from offhook.testing.loop import virtual
from offhook.testing.phone import ignores, only_rings, refuses
from offhook.testing.world import World

BUSY = ("busy", "Callee is busy")
NO_ANSWER = ("timeout", "Callee did not answer")
REJECTED = ("rejected", "Callee rejected the call")

CODES = {
    486: BUSY,
    600: BUSY,
    408: NO_ANSWER,
    480: NO_ANSWER,
    **dict.fromkeys((403, 404, 410, 484, 488, 603, 604, 606), REJECTED),
    **dict.fromkeys((400, 402, 405, 406, 415, 420, 421, 423, 481, 482, 483, 485, 487), REJECTED),
    **{
        code: ("error", f"SIP request failed with status {code}")
        for code in (401, 407, 500, 501, 502, 503, 504, 505, 513, 580, 601, 607, 699)
    },
}


async def failed(world: World, **fields: object) -> dict[str, Any]:
    """Place a call that comes to nothing; return its disconnect event."""
    call_id = await world.create_call(**fields)
    event = await world.app.wait_event("disconnect", callId=call_id)
    state = (await world.rest.get_call(call_id)).json()
    assert "answerTime" not in event
    assert "startTime" in event
    assert state["disconnectCause"] == event["cause"]
    assert state["errorMessage"] == event.get("errorMessage")
    assert state["errorId"] == event.get("errorId")
    assert ("errorMessage" in event) is ("errorId" in event)
    if "errorId" in event:
        assert str(UUID(event["errorId"])) == event["errorId"]
    assert world.app.events("answer", callId=call_id) == []
    return event


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_refusal_has_its_cause(code: int) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.phone().behaviour = refuses(code, after_s=0.2, rings=code % 2 == 0)
            event = await failed(world)

        assert (event["cause"], event["errorMessage"]) == CODES[code]
        assert event["sipResponseCode"] == code
        assert [line.split()[0] for line in sip_sent(world)] == ["INVITE", "ACK"]

    story()


@virtual
async def test_nobody_answers_within_the_call_timeout() -> None:
    async with World() as world:
        world.phone().behaviour = only_rings
        event = await failed(world, callTimeout=2.5)
        rang = await world.phone().call.wait("ringing")
        lasted = world.now - rang
        await world.phone().call.wait("ended")

    assert lasted == about(2.5)
    assert (event["cause"], event["errorMessage"]) == NO_ANSWER
    assert "sipResponseCode" not in event
    assert world.phone().call.end == "cancelled by the caller"


@pytest.mark.slow
@virtual
async def test_nobody_answers_within_30_seconds_unless_told_otherwise() -> None:
    async with World() as world:
        world.phone().behaviour = only_rings
        event = await failed(world)
        rang = await world.phone().call.wait("ringing")

        assert world.now - rang == about(30)
        assert event["cause"] == "timeout"


@pytest.mark.slow
@virtual
async def test_the_call_timeout_begins_with_the_ringing() -> None:
    async def rings_late(call: Handset) -> None:
        await asyncio.sleep(20)
        call.ring()
        await asyncio.sleep(20)
        call.ring()  # a second 180 does not wind it up again

    async with World() as world:
        world.phone().behaviour = rings_late
        placed = world.now
        event = await failed(world, callTimeout=25)

        assert world.now - placed == about(45)
        assert (event["cause"], event["errorMessage"]) == NO_ANSWER


@pytest.mark.slow
@virtual
async def test_a_call_must_start_to_ring_within_30_seconds() -> None:
    async with World() as world:
        world.phone().behaviour = ignores
        placed = world.now
        event = await failed(world, callTimeout=300)
        assert world.now - placed == about(30)
        await world.phone().call.wait("ended")

    assert event["cause"] == "timeout"
    assert event["errorMessage"] == "Callee did not start ringing"
    assert "sipResponseCode" not in event
    assert world.phone().call.end == "cancelled by the caller"


@pytest.mark.slow
@virtual
async def test_a_call_into_a_dead_network_never_rings() -> None:
    async with World() as world:
        world.phone()
        world.network.paths.cut(TRUNK, kind="sip")
        placed = world.now
        event = await failed(world)
        assert world.now - placed == about(30)

    assert event["cause"] == "timeout"
    assert "sipResponseCode" not in event


@pytest.mark.parametrize(
    "trunk",
    [
        Trunk("trunk", "nowhere.test"),  # no such host
        Trunk("trunk", "10.0.0.9", transport="tcp"),  # refuses the connection
    ],
    ids=["unknown host", "connection refused"],
)
def test_an_unreachable_trunk_is_an_error(trunk: Trunk) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            old = world.directory
            world.directory = Directory(
                old.accounts.values(),
                old.users.values(),
                old.applications.values(),
                old.numbers.values(),
                [trunk],
            )
            placed = world.now
            event = await failed(world)
            assert world.now - placed == about(0.1, within_s=0.1)

        assert event["cause"] == "error"
        assert event["errorMessage"] == "SIP request failed with status 503"
        assert "sipResponseCode" not in event

    story()


@virtual
async def test_a_call_without_a_trunk_is_an_error() -> None:
    async with World() as world:
        old = world.directory
        (trunk,) = old.trunks.values()
        world.directory = Directory(
            old.accounts.values(),
            old.users.values(),
            old.applications.values(),
            old.numbers.values(),
            [replace(trunk, patterns=("+49*",))],
        )
        event = await failed(world)

    assert event["cause"] == "error"
    assert event["errorMessage"] == "SIP request failed with status 404"
    assert "sipResponseCode" not in event


@virtual
async def test_a_party_that_hangs_up_ends_the_call() -> None:
    async with World() as world:
        talk = await world.answered('<Pause duration="30"/>')
        await talk.wait_event("answer")
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
    assert "errorMessage" not in event
    assert "sipResponseCode" not in event
    assert kinds(talk) == ["answer", "disconnect"]


@pytest.mark.parametrize(
    ("reply", "code", "cause"),
    [
        ("<Hangup/>", 603, "rejected"),
        (Reply(), 603, "rejected"),
        (Reply(status=204), 603, "rejected"),
        (Reply("{}"), 500, "invalid-bxml"),
        (Reply(status=500), 503, "callback-error"),
        (Reply(status=404), 503, "callback-error"),
        (REFUSED, 503, "callback-error"),
    ],
)
def test_an_unanswered_caller_is_told_by_a_status(
    reply: Reply | str, code: int, cause: str
) -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            world.app.on(INITIATE_URL, reply)
            call = await world.phone().dial("+12025550100")
            await call.wait("ended")
            event = await world.app.wait_event("disconnect")

        assert call.end is not None
        assert call.end.startswith(f"refused: {code} ")
        assert event["cause"] == cause
        assert ("errorMessage" in event) is (cause != "rejected")
        assert "answerTime" not in event
        assert "sipResponseCode" not in event  # only of calls that we made
        (refusal,) = (
            each.data
            for each in world.network.messages
            if each.source.host == SERVER and each.data.startswith(f"SIP/2.0 {code}".encode())
        )
        assert (b"\r\nRetry-After: " in refusal) is (code == 503)

    story()


@virtual
async def test_a_clip_that_cannot_be_had_has_answered_the_caller_already() -> None:
    """PlayAudio answers before it fetches (bxml.md 10.4), so the caller hears the end as BYE."""
    async with World() as world:
        talk = await world.calling("<PlayAudio>404.wav</PlayAudio>")
        event = await talk.disconnect()

    assert event["cause"] == "application-error"
    assert "answerTime" in event
    assert talk.phone.end == "hung up by the far end"


@virtual
async def test_redirects_without_a_media_verb_are_counted() -> None:
    async with World() as world:
        world.app.on("/r", '<Tag>x</Tag><Redirect redirectUrl="/r"/>')
        talk = await world.answered('<Redirect redirectUrl="/r"/>')
        event = await talk.disconnect()

    assert event["cause"] == "error"
    assert event["errorMessage"] == "Too many redirects"
    assert len(talk.events("redirect")) == 100


@pytest.mark.slow
@virtual
async def test_redirects_with_a_media_verb_between_go_on() -> None:
    async with World() as world:
        world.app.on("/r", '<Pause duration="0.1"/><Redirect redirectUrl="/r"/>')
        world.phone().listens = False
        talk = await world.answered('<Redirect redirectUrl="/r"/>')
        await talk.wait_event("redirect", count=120)
        talk.phone.hang_up()
        event = await talk.disconnect()

    assert event["cause"] == "hangup"
