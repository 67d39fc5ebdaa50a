"""Asynchronous webhooks: order, one retry, fallback, bounds and shutdown."""

import asyncio
import json

import pytest
from msgspec.structs import replace
from tests.webhooks.scripted import REFUSED, SLOW, Scripted, reply

from offhook.clock import Clock
from offhook.directory import Directory
from offhook.hooks import Credentials, Target
from offhook.records import Delivery
from offhook.scopes import TaskOwner
from offhook.testing.loop import running_loop, virtual
from offhook.webhooks.fetch import Attempt, Courier
from offhook.webhooks.http import HttpError, HttpResponse
from offhook.webhooks.outbox import ACCOUNT_PARALLEL, LANE_LIMIT, OVERFLOW, Outbox

TARGET = Target("https://app.test/events", "POST", Credentials("u", "p"))
SPARE = Target("https://spare.test/events")


def delivery(sequence: int = 1, call_id: str = "c-1", **changes: object) -> Delivery:
    made = Delivery(
        id=f"{call_id}/{sequence}",
        call_id=call_id,
        account_id="99",
        sequence=sequence,
        event_type="dtmf",
        payload={"eventType": "dtmf", "digit": str(sequence)},
        target=TARGET,
        fallback=None,
        timeout_s=15.0,
        created=0.0,
    )
    return replace(made, **changes)  # names of its fields


class Box:
    """An outbox over a scripted client, and what it reported."""

    def __init__(self, http: Scripted) -> None:
        self.http = http
        self.settled: list[Delivery] = []
        self.attempts: list[tuple[str, Attempt]] = []
        self.commit_s = 0.0
        loop = running_loop()
        self.outbox = Outbox(
            Courier(http, Directory, Clock()),
            Clock(loop.time, lambda: 1000.0 + loop.time()),
            TaskOwner(),
            self.settled.append,
            lambda of, attempt: self.attempts.append((of.call_id, attempt)),
            self.committed,
        )

    async def committed(self) -> None:
        """A store that takes so long to write."""
        await asyncio.sleep(self.commit_s)

    async def run(self, *deliveries: Delivery, grace_s: float = 3600.0) -> list[str | None]:
        """Post, drain, and return the outcomes in the order they were settled."""
        for one in deliveries:
            self.outbox.post(one)
        await self.outbox.drain(grace_s)
        return [one.failed for one in self.settled]


@virtual
async def test_nothing_is_sent_before_it_is_on_disk() -> None:
    box = Box(Scripted([reply(204)]))
    box.commit_s = 0.5

    await box.run(delivery(1))

    assert box.http.times == [0.5]


@virtual
async def test_deliveries_of_a_call_arrive_in_order_and_one_at_a_time() -> None:
    box = Box(Scripted([reply(204)], delay_s=1.0))

    outcomes = await box.run(*(delivery(n) for n in (1, 2, 3)))

    assert outcomes == [None, None, None]
    assert box.http.times == [0.0, 1.0, 2.0]
    assert [json.loads(r.body)["digit"] for r in box.http.requests] == ["1", "2", "3"]
    assert [one.delivered for one in box.settled] == [1001.0, 1002.0, 1003.0]
    assert box.http.most_in_flight == 1
    assert box.outbox.open_lanes == 0


@virtual
async def test_calls_do_not_wait_for_each_other() -> None:
    box = Box(Scripted([reply(204)], delay_s=1.0))

    await box.run(delivery(1, "c-1"), delivery(1, "c-2"))

    assert box.http.times == [0.0, 0.0]


@virtual
async def test_a_request_names_its_event_and_its_place_in_the_call() -> None:
    box = Box(Scripted([reply(204)]))

    await box.run(delivery(7))

    headers = box.http.requests[0].headers
    assert headers["Offhook-Event-Id"] == "c-1/7"
    assert headers["Offhook-Sequence"] == "7"
    assert box.http.requests[0].credentials == Credentials("u", "p")
    assert [call_id for call_id, _ in box.attempts] == ["c-1"]


@pytest.mark.parametrize(
    ("answers", "requests", "outcome"),
    [
        ([REFUSED, reply(204)], 2, None),
        ([REFUSED, REFUSED, reply(204)], 2, "connection failed"),
        ([reply(500), reply(204)], 1, "HTTP 500"),
        ([reply(302), reply(204)], 1, "HTTP 302"),
        ([SLOW, reply(204)], 1, "timed out after 15 seconds"),
        ([reply(299), reply(204)], 1, None),
    ],
)
def test_only_a_connection_exception_is_tried_once_more(
    answers: list[HttpResponse | HttpError], requests: int, outcome: str | None
) -> None:
    @virtual
    async def story() -> None:
        box = Box(Scripted(list(answers)))

        assert await box.run(delivery()) == [outcome]
        assert len(box.http.requests) == requests

    story()


@pytest.mark.parametrize("failures", [[reply(500)], [REFUSED, REFUSED], [SLOW]])
def test_a_delivery_with_a_fallback_goes_there_after_any_failure(
    failures: list[HttpResponse | HttpError],
) -> None:
    @virtual
    async def story() -> None:
        box = Box(Scripted([*failures, reply(204)]))

        assert await box.run(delivery(fallback=SPARE)) == [None]
        expected = [TARGET.url] * len(failures) + [SPARE.url]
        assert box.http.urls == expected
        assert [attempt.fallback for _, attempt in box.attempts][-1]

    story()


@virtual
async def test_the_failed_delivery_does_not_hold_up_the_next() -> None:
    box = Box(Scripted([reply(500), reply(204)]))

    assert await box.run(delivery(1), delivery(2)) == ["HTTP 500", None]


@virtual
async def test_a_lane_that_overflows_gives_up_its_oldest_waiting_delivery() -> None:
    box = Box(Scripted([reply(204)]))

    outcomes = await box.run(*(delivery(n) for n in range(1, LANE_LIMIT + 2)))

    assert outcomes.count(OVERFLOW) == 1
    assert box.settled[0].sequence == 1
    assert box.settled[-1].sequence == LANE_LIMIT + 1


@virtual
async def test_one_account_has_a_bounded_number_of_requests_in_flight() -> None:
    box = Box(Scripted([reply(204)], delay_s=1.0))
    others = delivery(1, "c-other", account_id="77")

    await box.run(*(delivery(1, f"c-{n}") for n in range(ACCOUNT_PARALLEL + 50)), others)

    assert box.http.most_in_flight == ACCOUNT_PARALLEL + 1
    assert max(box.http.times) == 1.0


@virtual
async def test_what_is_not_delivered_at_shutdown_stays_unsettled() -> None:
    box = Box(Scripted([reply(204)], delay_s=1.0))

    assert await box.run(delivery(1), delivery(2), delivery(3), grace_s=1.5) == [None]
    assert running_loop().time() == 1.5
    box.outbox.post(delivery(4))
    assert box.outbox.open_lanes == 0


@virtual
async def test_a_drain_takes_what_is_posted_meanwhile() -> None:
    box = Box(Scripted([reply(204)], delay_s=1.0))
    running_loop().call_later(0.5, lambda: box.outbox.post(delivery(2)))
    running_loop().call_later(0.5, lambda: box.outbox.post(delivery(1, "c-2")))

    assert await box.run(delivery(1)) == [None, None, None]


@virtual
async def test_a_synchronous_event_is_asked_once_at_each_url_and_its_reply_is_told() -> None:
    box = Box(Scripted([REFUSED, reply(200, b"<Bxml/>"), reply(204)]))
    first, second = delivery(1, fallback=SPARE, asks=True), delivery(2)

    assert await box.run(first, second) == [None, None]
    assert box.http.urls == [TARGET.url, SPARE.url, TARGET.url]
    assert "xml" in box.http.requests[0].headers["Accept"]
    assert "Accept" not in box.http.requests[2].headers
    answered = box.attempts[1][1]
    assert answered.response is not None
    assert (answered.failure, answered.response.body) == (None, b"<Bxml/>")
