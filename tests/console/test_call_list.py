"""The list of calls: what is in it, search, paging."""

import pytest
from msgspec.structs import replace
from tests.console.client import BASE, Browser
from tests.console.site import Site
from tests.store.samples import FULL, call

from offhook.console.call_list import PAGE_ITEMS
from offhook.errors import Cause
from offhook.records import CallRecord, CallState
from offhook.testing import fixtures
from offhook.testing.fixtures import NUMBER, PARTY
from offhook.testing.loop import EPOCH, virtual

LIST = f"{BASE}/calls"


def ended(number: int, **changes: object) -> CallRecord:
    """A call of the account that is over."""
    record = replace(
        call(f"c-{number:04}"),
        account_id=fixtures.ACCOUNT_ID,
        to=PARTY,
        from_=NUMBER,
        enqueued_time=EPOCH + number,
        start_time=EPOCH + number,
        answer_time=EPOCH + number + 1,
        end_time=EPOCH + number + 4.5,
        state=CallState.DISCONNECTED,
        disconnect_cause=Cause.HANGUP,
        version=1,
    )
    return replace(record, **changes)


def browser(*records: CallRecord) -> Browser:
    site = Site()
    for record in records:
        site.store.put_call(record)
    return site.browser


async def ids(asked: Browser, query: str = "") -> list[str]:
    page = await asked.get(f"{LIST}?{query}")
    assert page.status == 200
    return [row.get("id") for row in page.root.xpath("//tbody/tr")]


@virtual
async def test_a_list_without_calls_says_so() -> None:
    page = await browser().get(LIST)

    assert page.texts("p.empty") == ["No call yet."]


@virtual
async def test_a_row_tells_parties_state_and_length() -> None:
    page = await browser(ended(1, tag="order 7")).get(LIST)
    (row,) = page.root.xpath("//tbody/tr")

    assert row.get("class") == "good"
    text = " ".join(row.text_content().split())
    assert f"hangup ↗outbound {NUMBER} {PARTY}" in text
    assert "3.50 s" in text
    assert "order 7" in text
    assert row.xpath(".//a/@href") == [f"{LIST}/c-0001"]


@virtual
async def test_the_newest_call_comes_first_and_pages_lead_to_the_oldest_and_back() -> None:
    count = PAGE_ITEMS + 7
    asked = browser(*(ended(number) for number in range(count)))
    first = await asked.get(LIST)
    (older,) = first.root.xpath("//a[@rel='next']/@href")
    second = await asked.get(older)
    (newer,) = second.root.xpath("//a[@rel='prev']/@href")
    back = await asked.get(newer)

    shown = [page.root.xpath("//tbody/tr/@id") for page in (first, second, back)]
    everything = [f"c-{number:04}" for number in reversed(range(count))]
    assert shown == [everything[:PAGE_ITEMS], everything[PAGE_ITEMS:], everything[:PAGE_ITEMS]]
    assert not second.root.xpath("//a[@rel='next']")
    assert not first.root.xpath("//a[@rel='prev']")


@virtual
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=12025", ["c-0003", "c-0002", "c-0001"]),
        ("q=order+7", ["c-0002"]),
        ("q=ORDER", ["c-0003", "c-0002"]),
        ("q=busy", ["c-0001"]),
        ("q=c-0003", ["c-0003"]),
        ("q=%25", []),
        ("show=failed", ["c-0001"]),
        ("show=live", ["c-0003"]),
        ("show=live&q=0001", []),
    ],
)
async def test_search_looks_at_numbers_tags_causes_and_ids(query: str, found: list[str]) -> None:
    live = {"state": CallState.ANSWERED, "end_time": None, "disconnect_cause": None}
    records = (
        ended(1, disconnect_cause=Cause.BUSY),
        ended(2, tag="order 7"),
        ended(3, tag="order 12", **live),
    )

    assert await ids(browser(*records), query) == found


@virtual
@pytest.mark.parametrize("query", ["show=odd", "before=now_c-1", f"q={'x' * 201}"])
async def test_what_cannot_be_meant_is_refused(query: str) -> None:
    page = await browser().get(f"{LIST}?{query}")

    assert page.status == 400
    assert page.texts("h1") != ["Calls"]


@virtual
async def test_calls_of_another_account_are_not_in_the_list() -> None:
    asked = browser(replace(FULL, account_id="4711"))

    assert await ids(asked) == []
    assert (await asked.get("/console/4711/calls")).status == 404
