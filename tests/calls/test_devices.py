"""The line of a device, by itself."""

import asyncio
from typing import Any

import pytest

from offhook.calls.devices import DeviceLine
from offhook.facts import Answered, FarEndHungUp, Referred, Refused, Ringing, Unreachable
from offhook.sip.endpoint import OutgoingCall
from offhook.sip.offer import LocalMedia, accept, offer
from offhook.testing.loop import virtual
from offhook.webrtc import NoGateway, Plain

SDP = offer(LocalMedia("10.0.0.1", 4000, 4001, 1, 1))
CALL = OutgoingCall("c-1", "+12025550100", "e-1", SDP, None)


class Gateway(NoGateway):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__("")
        self.relays: list[Any] = []

    def attach(self, device_id: str, host: str, rtp_port: int, rtcp_port: int) -> None:
        self.relays.append((device_id, host, rtp_port, rtcp_port))

    def detach(self, device_id: str) -> None:
        self.relays.append(device_id)


class Stage:
    def __init__(self, *, manual: bool = False) -> None:
        self.gateway = Gateway()
        self.told: list[Any] = []
        self.facts: list[Any] = []
        self.line = DeviceLine("d-1", "e-1", self.gateway, self.told.append)
        self.line.plain = Plain("127.0.0.1", 5000, 5001, "PCMA")
        self.line.publishing = True
        self.line.manual = manual

    def free(self) -> bool:
        return self.line.obstacle is None

    async def invite(self) -> int:
        session = self.line.invite(CALL, self.facts.append)
        assert self.facts == []  # nothing is told before the leg knows its session
        await asyncio.sleep(0)
        return session


@virtual
async def test_it_answers_with_where_its_plain_sound_is() -> None:
    stage = Stage()
    await stage.invite()
    ringing, answered = stage.facts

    assert (ringing, type(answered)) == (Ringing(180), Answered)
    agreed = accept(answered.sdp)
    assert (agreed.host, agreed.rtp_port, agreed.codec) == ("127.0.0.1", 5000, "PCMA")
    assert agreed.dtmf_payload_type == 101
    assert stage.gateway.relays == [("d-1", "10.0.0.1", 4000, 4001)]
    assert stage.told == [
        {"type": "call", "callId": "c-1", "from": "+12025550100"},
        {"type": "talking", "callId": "c-1"},
    ]
    assert stage.line.taken_by == "c-1"


@virtual
async def test_a_call_that_hangs_up_frees_it() -> None:
    stage = Stage()
    session = await stage.invite()
    stage.line.hang_up(session + 1)  # of another call
    assert not stage.free()
    stage.line.hang_up(session)

    assert stage.free()
    assert stage.gateway.relays[-1] == "d-1"
    assert stage.told[-1] == {"type": "ended", "callId": "c-1"}


@virtual
async def test_one_that_is_busy_says_so() -> None:
    stage = Stage()
    await stage.invite()
    stage.facts.clear()
    await stage.invite()

    assert stage.facts == [Refused(486, "Busy Here")]


@pytest.mark.parametrize("manual", [True, False])
def test_it_hangs_up_or_refuses_and_leaves(manual: bool) -> None:
    @virtual
    async def story() -> None:
        stage, other = Stage(manual=manual), Stage(manual=manual)
        await stage.invite()
        stage.line.hang()
        stage.line.hang()
        await other.invite()
        other.line.leave("gone")

        assert stage.facts[-1] == (Refused(603, "Decline") if manual else FarEndHungUp())
        assert other.facts[-1] == (Unreachable("gone") if manual else FarEndHungUp())
        assert other.line.obstacle == "its device publishes no media"

    story()


@virtual
async def test_somebody_lifts_the_receiver_once() -> None:
    stage = Stage(manual=True)
    stage.line.lift()  # nobody calls
    await stage.invite()
    assert stage.facts == [Ringing(180)]
    stage.line.lift()
    stage.line.lift()

    assert [type(fact) for fact in stage.facts] == [Ringing, Answered]


@virtual
async def test_it_cannot_be_sent_elsewhere_and_never_calls() -> None:
    stage = Stage()
    session = await stage.invite()
    stage.line.refer(session, "sip:a@b.test")

    assert stage.facts[-1] == Referred(405, None)
    assert stage.line.call_id(session) == ""
    with pytest.raises(AssertionError):
        stage.line.attach(session, stage.facts.append)


@virtual
async def test_one_that_has_left_meanwhile_is_not_reached() -> None:
    stage = Stage()
    session = stage.line.invite(CALL, stage.facts.append)
    stage.line.leave("gone")
    await asyncio.sleep(0)
    stage.line.cancel(session)

    assert stage.facts == [Unreachable("the device has left")]
