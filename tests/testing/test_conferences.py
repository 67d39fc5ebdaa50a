"""Every rule about a finished conference sees its own break, and a good one breaks none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from offhook.hooks import Hook, Target
from offhook.records import ConferenceRecord, Delivery, Event
from offhook.testing.app import Received
from offhook.testing.conferences import RoomEvidence, faults

TARGET = Target("http://app.test/ce")
KINDS = [
    "conferenceCreated",
    "conferenceMemberJoin",
    "conferenceRedirect",
    "conferenceMemberExit",
    "conferenceCompleted",
    "conferenceRecordingAvailable",
]
Break = Callable[[RoomEvidence], RoomEvidence]


def event(number: int, kind: str, **data: Any) -> Event:
    return Event("conf-1", number, float(number), kind, data)


def delivery(sequence: int, kind: str, **changes: Any) -> Delivery:
    made = Delivery("id", "conf-1", "1", sequence, kind, {}, TARGET, None, 15.0, 0.0, 1.0)
    return structs.replace(made, **changes)


def request(kind: str, second: int, **fields: Any) -> Received:
    payload = {"eventType": kind, "eventTime": f"2026-01-01T00:00:0{second}.000Z", **fields}
    headers = {"offhook-event-id": f"{kind}/{second}"}
    return Received(float(second), "POST", TARGET.url, headers, b"", None, payload)


LOG = [
    event(1, "conference.created"),
    event(2, "conference.joined", call="c-1"),
    event(3, "conference.left", call="c-1"),
    event(4, "conference.ended"),
]
GOOD = RoomEvidence(
    ConferenceRecord("conf-1", "1", "room", 1.0, 2.0, hook=Hook(TARGET)),
    LOG,
    [delivery(number, kind) for number, kind in enumerate(KINDS, 1)],
    [request(kind, number) for number, kind in enumerate(KINDS)],
)


def told(*kinds: str) -> Break:
    deliveries = [delivery(number, kind) for number, kind in enumerate(kinds, 1)]
    return lambda good: replace(good, deliveries=deliveries)


def logged(*events: Event) -> Break:
    renumbered = [structs.replace(each, number=n, at=float(n)) for n, each in enumerate(events, 1)]
    return lambda good: replace(good, log=renumbered)


def record(**changes: Any) -> Break:
    return lambda good: replace(good, record=replace(good.record, **changes))


def test_a_good_conference_has_no_faults() -> None:
    assert faults(GOOD) == []
    silent = replace(GOOD, record=replace(GOOD.record, hook=None), requests=[])
    assert faults(told("conferenceRedirect")(silent)) == []


JOINED, LEFT = LOG[1:3]
BREAKS: list[tuple[Break, str]] = [
    (record(completed=None), "has not ended"),
    (record(completed=0.5), "ended before it began"),
    (record(hook=None), "nobody asked"),
    (logged(*LOG[1:]), "conference.created was logged 0 times"),
    (logged(*LOG, LOG[3]), "conference.ended was logged 2 times"),
    (logged(LOG[0], JOINED, JOINED, LEFT, LOG[3]), "came in twice"),
    (logged(LOG[0], LEFT, LOG[3]), "was not there"),
    (logged(LOG[0], JOINED, LOG[3], LEFT), "ended with members"),
    (logged(*LOG, event(5, "verb.started")), "a verb began"),
    (lambda good: replace(good, log=LOG[:2] + LOG[3:]), "numbered"),
    (told(*KINDS[1:]), "its first events"),
    (told(*KINDS[:2], *KINDS[4:5], KINDS[3]), "its last events"),
    (told(*KINDS[:2], KINDS[4]), "did not all leave"),
    (
        lambda good: replace(good, deliveries=[*good.deliveries, delivery(9, KINDS[-1])]),
        "numbered one by one",
    ),
    (
        lambda good: replace(
            good, deliveries=[*good.deliveries[:-1], delivery(6, KINDS[-1], delivered=None)]
        ),
        "neither delivered",
    ),
    (lambda good: replace(good, requests=good.requests[::-1]), "have the times"),
    (lambda good: replace(good, requests=[good.requests[0]] * 2), "sent again"),
    (lambda good: replace(good, requests=[request("x", 1, tag=None)]), "null"),
]


@pytest.mark.parametrize(("break_it", "said"), BREAKS, ids=[said for _, said in BREAKS])
def test_each_rule_sees_its_break(break_it: Break, said: str) -> None:
    found = faults(break_it(GOOD))

    assert any(said in fault for fault in found), found
