"""The error reference: what is found, what a page tells, and when it happened here."""

import json

import pytest
from tests.console.client import BASE, Browser

from offhook.console.reference import wire
from offhook.errors import CATALOGUE, Kind
from offhook.testing import fixtures
from offhook.testing.loop import virtual
from offhook.testing.phone import refuses
from offhook.testing.world import World

ERRORS = f"{BASE}/errors"


async def ids(browser: Browser, query: str) -> list[str]:
    page = await browser.get(f"{ERRORS}?{query}")
    return [link.rpartition("/")[2] for link in page.root.xpath("//tbody//a/@href")]


@virtual
async def test_the_list_has_all_and_finds_by_kind_who_and_words() -> None:
    async with World() as world:
        browser = Browser.of(world)
        assert sorted(await ids(browser, "")) == sorted(CATALOGUE)
        calls = [each.id for each in CATALOGUE.values() if each.kind is Kind.CALL]
        assert sorted(await ids(browser, "kind=call")) == sorted(calls)
        assert await ids(browser, "kind=call&who=caller&q=486") == ["callee-busy"]
        assert "session" in " ".join(await ids(browser, "q=429+session"))
        assert await ids(browser, "q=xyzzy") == []
        assert (await browser.get(f"{ERRORS}?q=xyzzy")).texts("p.empty")
        assert (await browser.get(f"{ERRORS}?kind=odd")).status == 400
        assert (await browser.get(f"{ERRORS}?who=odd")).status == 400


@virtual
async def test_every_entry_has_a_page() -> None:
    async with World() as world:
        browser = Browser.of(world)
        for entry in CATALOGUE.values():
            page = await browser.get(f"{ERRORS}/{entry.id}")

            assert page.status == 200
            assert entry.fix in page.root.text_content()
            assert f"offhook errors trigger {entry.id}" in page.root.text_content()


@virtual
async def test_what_is_no_error_says_which_was_meant() -> None:
    async with World() as world:
        page = await Browser.of(world).get(f"{ERRORS}/calee-busy")

    assert page.status == 404
    assert "Did you mean callee-busy?" in page.texts("main")[0]


@virtual
async def test_real_occurrences_are_linked() -> None:
    async with World() as world:
        browser = Browser.of(world)
        refused = await world.rest.create_call(to="<b>1</b>")
        world.phone().behaviour = refuses(486)
        call_id = await world.create_call()
        await world.app.wait_event("disconnect", callId=call_id)
        of_call = await browser.get(f"{ERRORS}/callee-busy")
        of_request = await browser.get(f"{ERRORS}/required")
        other = await browser.get(f"{ERRORS}/no-answer")

    assert of_call.texts("ul.happened")[0].endswith(f"{fixtures.NUMBER} → {fixtures.PARTY}")
    (link,) = of_request.root.xpath("//ul[@class='happened']//a/@href")
    assert link == f"{BASE}/failures/{refused.headers['x-request-id']}"
    assert other.texts("ul.happened") == []


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("not-found", {"type", "description", "id"}),
        ("callee-busy", {"cause", "errorMessage"}),
    ],
)
def test_the_wire_form_is_that_of_the_contract(name: str, members: set[str]) -> None:
    assert set(json.loads(wire(CATALOGUE[name]))) == members


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entry_can_be_written_as_it_is_sent(name: str) -> None:
    assert str(CATALOGUE[name].type) in wire(CATALOGUE[name])
