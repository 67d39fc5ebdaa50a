"""What was refused or failed: the list, and the story behind an id."""

import pytest
from tests.console.client import BASE, ELSEWHERE, Browser
from tests.console.test_call_page import ATTACK, untouched

from offhook.console.failures import SHOWN
from offhook.testing.fixtures import NUMBER, PARTY, PASSWORD, USER
from offhook.testing.loop import virtual
from offhook.testing.phone import refuses
from offhook.testing.world import World

LIST = f"{BASE}/failures"


async def refused(world: World, **fields: object) -> str:
    """Have a request refused; return its id."""
    answer = await world.rest.create_call(to=ATTACK, **fields)
    assert answer.status == 400
    return answer.headers["x-request-id"]


@virtual
async def test_a_refused_request_is_listed_and_explained() -> None:
    async with World() as world:
        request_id = await refused(world)
        asked = Browser.of(world)
        page = await asked.get(LIST)
        (link,) = page.root.xpath("//tbody//a/@href")
        story = await asked.get(link)

    assert link == f"{LIST}/{request_id}"
    assert "POST /api/v2/accounts/9900000/calls: 400" in page.texts("tbody")[0]
    assert "The request was refused with 400" in story.texts("section.explain")[0]
    assert "&lt;script&gt;" in story.text
    untouched(story)


@virtual
async def test_the_story_of_a_call_is_on_its_page() -> None:
    async with World() as world:
        world.phone().behaviour = refuses(486)
        call_id = await world.create_call()
        event = await world.app.wait_event("disconnect", callId=call_id)
        asked = Browser.of(world)
        by_error = await asked.get(f"{LIST}/{event['errorId']}")
        by_call = await asked.get(f"{LIST}?id=+{call_id}+")
        led = await asked.get(by_call.headers["location"])
        rows = (await asked.get(LIST)).texts("tbody")

    assert by_error.headers["location"].startswith(f"{BASE}/calls/{call_id}#e")
    assert by_call.headers["location"] == f"{LIST}/{call_id}"
    assert led.headers["location"] == f"{BASE}/calls/{call_id}"
    assert f"Callee is busy: {NUMBER} → {PARTY}" in rows[0]


@virtual
async def test_a_strangers_request_is_listed_to_who_sits_at_the_machine_alone() -> None:
    async with World() as world:
        answer = await Browser.of(world).client.request("GET", "/api/v2/accounts/1/calls")
        stranger = answer.headers["x-request-id"]
        here = await Browser.of(world).get(LIST)
        user = Browser.of(world, ELSEWHERE)
        await user.get("/console/login")
        await user.post("/console/login", {"name": USER, "password": PASSWORD})
        listed = await user.get(LIST)
        story = await user.get(f"{LIST}/{stranger}")

    assert stranger in here.text
    assert stranger not in listed.text
    assert story.status == 200
    assert not story.css("dl.facts")


@virtual
async def test_no_more_than_a_page_is_listed() -> None:
    async with World() as world:
        for _ in range(SHOWN + 5):
            await refused(world)
        page = await Browser.of(world).get(LIST)

    assert len(page.root.xpath("//tbody/tr")) == SHOWN


@virtual
@pytest.mark.parametrize("asked", ["nothing", "%3Cscript%3E", "a%2Fb"])
async def test_an_id_of_nothing_is_told_so(asked: str) -> None:
    async with World() as world:
        page = await Browser.of(world).get(f"{LIST}/{asked}")

    assert page.status == 404


@virtual
async def test_without_failures_the_list_says_so() -> None:
    async with World() as world:
        page = await Browser.of(world).get(LIST)

    assert page.texts("p.empty") == ["Nothing has been refused and nothing has failed."]
