"""Every rule about a finished call sees its own break, and a good call breaks none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from offhook.errors import Cause
from offhook.hooks import Target
from offhook.records import CallRecord, CallState, Delivery, Direction, Event
from offhook.sip.transport import Address
from offhook.testing.app import Received
from offhook.testing.invariants import Evidence, dialogues, faults
from offhook.testing.loop import EPOCH, virtual
from offhook.testing.network import Sent
from offhook.testing.world import World

HERE, THERE = Address("udp", "10.0.0.1", 5060), Address("udp", "10.0.0.2", 5060)
TARGET = Target("http://app.test/status")
Break = Callable[[Evidence], Evidence]


def record() -> CallRecord:
    return CallRecord(
        call_id="c-1",
        account_id="9900000",
        application_id="a",
        to="+12025550100",
        from_="+12025550143",
        direction=Direction.INBOUND,
        state=CallState.DISCONNECTED,
        last_update=EPOCH + 9,
        start_time=EPOCH + 1,
        answer_time=EPOCH + 2,
        end_time=EPOCH + 3,
        disconnect_cause=Cause.HANGUP,
        status=TARGET,
    )


def event(number: int, kind: str, **data: Any) -> Event:
    return Event("c-1", number, float(number), kind, data)


def sent(source: Address, text: str, cseq: str) -> Sent:
    data = f"{text}\r\nCall-ID: one\r\nCSeq: {cseq}\r\n\r\n".encode()
    return Sent(0.0, source, HERE if source is THERE else THERE, data, lost=False)


def request(kind: str, second: int, **fields: Any) -> Received:
    payload = {"eventType": kind, "eventTime": f"2026-01-01T00:00:0{second}.000Z", **fields}
    return Received(float(second), "POST", TARGET.url, {}, b"", None, payload)


def good() -> Evidence:
    return Evidence(
        record(),
        [
            event(1, "call.state", state="answered"),
            event(2, "verb.started"),
            event(3, "verb.ended"),
            event(4, "call.state", state="disconnected"),
            event(5, "call.ended"),
        ],
        [Delivery("d", "c-1", "a", 1, "disconnect", {}, TARGET, None, 15.0, 3.0, delivered=4.0)],
        [request("initiate", 1), request("disconnect", 2), request("disconnect", 2)],
        [
            sent(THERE, "INVITE sip:x@10.0.0.1 SIP/2.0", "1 INVITE"),
            sent(HERE, "SIP/2.0 180 Ringing", "1 INVITE"),
            sent(HERE, "SIP/2.0 200 OK", "1 INVITE"),
            sent(THERE, "INVITE sip:x@10.0.0.1 SIP/2.0", "2 INVITE"),
            sent(HERE, "SIP/2.0 488 Not Acceptable Here", "2 INVITE"),
            sent(HERE, "BYE sip:y@10.0.0.2 SIP/2.0", "1 BYE"),
            sent(HERE, "BYE sip:y@10.0.0.2 SIP/2.0", "1 BYE"),
        ],
        HERE.host,
    )


def with_record(**changes: Any) -> Break:
    return lambda evidence: replace(evidence, record=structs.replace(evidence.record, **changes))


def with_log(*log: Event) -> Break:
    return lambda evidence: replace(evidence, log=log)


def with_requests(*requests: Received) -> Break:
    return lambda evidence: replace(evidence, requests=requests)


def with_message(source: Address, text: str, cseq: str) -> Break:
    return lambda evidence: replace(
        evidence, messages=[*evidence.messages, sent(source, text, cseq)]
    )


def test_a_good_call_breaks_no_rule() -> None:
    assert faults(good()) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (with_record(state=CallState.ANSWERED), "its last state is answered"),
        (with_record(disconnect_cause=None), "it has no end time or no cause"),
        (with_record(error_id="e"), "only one of errorId and errorMessage is there"),
        (
            with_record(answer_time=EPOCH + 4),
            f"its times do not follow each other: {[EPOCH + 1, EPOCH + 4, EPOCH + 3]}",
        ),
        (with_record(disconnect_cause=Cause.UNKNOWN), "it ended by a fault of Offhook"),
        (with_record(start_time=None), "it was answered but never started"),
        (with_record(status=None), "its asynchronous webhooks are ['disconnect']"),
        (with_log(event(1, "call.ended"), event(3, "x")), "its events are numbered [1, 3]"),
        (with_log(event(1, "x")), "call.ended was logged 0 times"),
        (
            with_log(structs.replace(event(1, "call.ended"), at=5.0), event(2, "x")),
            "its log goes back in time",
        ),
        (
            with_log(
                event(1, "call.ended"),
                event(2, "call.state", state="answered"),
                event(3, "call.state", state="answered"),
            ),
            "its states were ['answered', 'answered']",
        ),
        (
            with_log(event(1, "verb.started"), event(2, "call.ended")),
            "a verb began before the one before it had ended, or never ended",
        ),
        (
            lambda evidence: replace(evidence, deliveries=[]),
            "its asynchronous webhooks are []",
        ),
        (
            lambda evidence: replace(
                evidence, deliveries=[structs.replace(evidence.deliveries[0], delivered=None)]
            ),
            "a webhook is neither delivered nor given up",
        ),
        (
            lambda evidence: replace(
                evidence,
                deliveries=[
                    structs.replace(
                        evidence.deliveries[0],
                        event_type="mediaStreamStarted",
                        payload={"mediaStream": {"id": "s-1"}},
                    ),
                    structs.replace(evidence.deliveries[0], sequence=2),
                ],
            ),
            "stream s-1 was told of by ['mediaStreamStarted']",
        ),
        (
            with_requests(request("disconnect", 1), request("gather", 2)),
            "a webhook follows disconnect: ['disconnect', 'gather']",
        ),
        (
            with_requests(request("disconnect", 1), request("disconnect", 1, tag="new")),
            "an attempt of disconnect differs from the one before",
        ),
        (
            with_requests(*[replace(request("dtmf", 1), headers={"offhook-event-id": "x"})] * 2),
            f"a webhook was sent again though it had come in: [('x', '{TARGET.url}', None)]",
        ),
        (
            with_requests(
                replace(
                    request("dtmf", 1),
                    headers={"offhook-event-id": "x", "offhook-sequence": "1"},
                ),
                replace(
                    request("gather", 1),
                    headers={"offhook-event-id": "y", "offhook-sequence": "1"},
                ),
            ),
            "webhooks and their numbers do not belong together: [('x', '1'), ('y', '1')]",
        ),
        (
            lambda evidence: replace(
                evidence,
                deliveries=[structs.replace(each, sequence=2) for each in evidence.deliveries],
            ),
            "its webhooks are numbered [2]",
        ),
        (with_requests(request("gather", 1, tag=None)), "null in a webhook: ['tag']"),
        (
            with_message(HERE, "BYE sip:y@10.0.0.2 SIP/2.0", "2 BYE"),
            "too many goodbyes: BYE {1, 2}, CANCEL set(), final responses {200}",
        ),
        (
            lambda evidence: replace(evidence, messages=evidence.messages[:5]),
            "it was answered and nobody said BYE",
        ),
    ],
)
def test_a_broken_rule_is_named(spoil: Break, fault: str) -> None:
    assert fault in faults(spoil(good()))


def test_a_call_that_is_given_up_must_be_cancelled() -> None:
    ringing = replace(
        good(),
        record=structs.replace(record(), direction=Direction.OUTBOUND, answer_time=None),
        messages=[
            sent(HERE, "INVITE sip:x@10.0.0.2 SIP/2.0", "1 INVITE"),
            sent(THERE, "SIP/2.0 180 Ringing", "1 INVITE"),
        ],
    )
    cancelled = with_message(HERE, "CANCEL sip:x@10.0.0.2 SIP/2.0", "1 CANCEL")(ringing)
    refused = with_message(THERE, "SIP/2.0 486 Busy Here", "1 INVITE")(ringing)
    too_late = replace(refused.messages[-1], at=4.0)

    assert faults(ringing) == ["it was given up without a CANCEL"]
    assert faults(cancelled) == faults(refused) == []
    assert faults(replace(refused, messages=[*ringing.messages, too_late])) == faults(ringing)


def test_a_webhook_that_was_refused_may_come_again() -> None:
    again = replace(request("dtmf", 1), headers={"offhook-event-id": "x"})
    refused = replace(again, connected=False)

    assert faults(with_requests(refused, again)(good())) == []


def test_webhooks_out_of_order_and_a_refusal_beside_a_bye_are_named() -> None:
    spoilt = with_requests(request("redirect", 2), request("gather", 1))(good())
    spoilt = with_message(HERE, "SIP/2.0 603 Decline", "1 INVITE")(spoilt)
    found = "\n".join(faults(spoilt))

    assert "its webhooks have the times" in found
    assert "it was refused and hung up" in found


def test_messages_are_sorted_by_their_call() -> None:
    stray = Sent(0.0, HERE, THERE, b"\r\n\r\n", lost=False)
    found = dialogues([*good().messages, stray])

    assert found == {"one": good().messages}


@virtual
async def test_a_world_finds_its_calls_without_fault() -> None:
    async with World() as world:
        talk = await world.answered("<Pause/>")
        await talk.disconnect()
        await talk.phone.wait("ended")
        (evidence,) = world.evidence()

    assert faults(evidence) == []
    assert [message.data[:3] for message in evidence.messages].count(b"BYE") == 1
    assert [r.event["eventType"] for r in evidence.requests] == ["answer", "disconnect"]


def test_a_world_that_finds_a_fault_tells_the_story_of_the_call() -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            talk = await world.answered("<Pause/>")
            await talk.disconnect()
            world.app.received.append(request("redirect", 9, callId=talk.call_id))

    with pytest.raises(AssertionError, match="a webhook follows disconnect") as failure:
        story()

    assert "ended: hangup" in "".join(failure.value.__notes__)


def test_a_story_that_fails_is_told() -> None:
    @virtual
    async def story() -> None:
        async with World() as world:
            await world.answered("<Pause/>")
            raise ValueError

    with pytest.raises(ValueError) as failure:
        story()

    assert "SIP    --> INVITE" in "".join(failure.value.__notes__)
