"""The table of pages: headers, refusals, tokens, and where visitors are sent."""

from urllib.parse import quote

import pytest
from tests.console.client import BASE, ELSEWHERE, Browser

from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_the_first_page_is_the_list_of_calls() -> None:
    async with World() as world:
        asked = Browser.of(world)
        page = await asked.get("/console/")
        without_slash = await asked.get("/console")

    assert (page.status, page.headers["location"]) == (303, f"{BASE}/calls")
    assert without_slash.headers["location"] == f"{BASE}/calls"


@virtual
@pytest.mark.parametrize(
    "path", [f"{BASE}/calls", "/console/nothing", "/console/static/console.css", "/console/login"]
)
async def test_every_answer_forbids_foreign_content_and_frames(path: str) -> None:
    async with World() as world:
        page = await Browser.of(world).get(path)

    policy = dict(
        part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert {policy[f"{each}-src"] for each in ("script", "style", "connect")} == {"'self'"}
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"


@virtual
async def test_pages_hold_no_inline_script_or_style() -> None:
    async with World() as world:
        page = await Browser.of(world).get(f"{BASE}/calls")

    assert not page.root.xpath("//script[not(@src)] | //style | //*[@style]")
    assert not page.root.xpath("//@*[starts-with(name(), 'on')]")


@virtual
@pytest.mark.parametrize("path", ["/console/nothing", f"{BASE}/nothing", "/console/1/calls"])
async def test_an_unknown_page_is_a_page(path: str) -> None:
    async with World() as world:
        page = await Browser.of(world).get(path)

    assert page.status == 404
    assert page.texts("h1") == ["There is no such page"]
    assert page.headers["cache-control"] == "no-store"


@virtual
async def test_a_wrong_method_is_405() -> None:
    async with World() as world:
        page = await Browser.of(world).post(f"{BASE}/calls", {})

    assert page.status == 405


@virtual
async def test_who_asks_for_another_name_than_this_machines_has_to_log_in() -> None:
    async with World() as world:
        page = await Browser.of(world, ELSEWHERE).get(f"{BASE}/calls?q=1")
        script = await Browser.of(world, ELSEWHERE).get(f"{BASE}/calls", accept="*/*")

    assert page.status == 303
    assert page.headers["location"] == f"/console/login?next={quote(f'{BASE}/calls?q=1', safe='')}"
    assert script.status == 401


@virtual
async def test_the_api_is_still_there_beside_the_console() -> None:
    async with World() as world:
        asked = Browser.of(world)
        page = await asked.get("/console.txt")
        first = await asked.get("/")
        program = await asked.get("/", accept="*/*")

    assert page.headers["content-type"].startswith("application/json")
    assert first.headers["location"] == "/console/"
    assert program.status == 404
