"""A conference's page, and the way to it."""

import asyncio

from tests.console.client import BASE, Browser

from offhook.testing.loop import virtual
from offhook.testing.world import World


@virtual
async def test_a_call_leads_to_its_conference_and_that_to_its_members() -> None:
    async with World() as world:
        talk = await world.answered("<Conference tag='weekly'>standup</Conference>")
        await asyncio.sleep(2)
        asked = Browser.of(world)
        call = await asked.get(f"{BASE}/calls/{talk.call_id}")
        (link,) = set(call.root.xpath("//a[contains(@href, '/conferences/')]/@href"))
        live = await asked.get(link)
        talk.phone.hang_up()
        await talk.disconnect()
        await asyncio.sleep(2)
        over = await asked.get(link)
        log = world.store.events(link.rpartition("/")[2])

    assert live.texts("h1") == ["Conference standup"]
    assert f"{BASE}/calls/{talk.call_id}" in live.root.xpath("//*[@class='side']//a/@href")
    assert live.texts("span.live") == ["active"]
    assert over.texts("span.good") == ["completed"]
    assert [each.get("data-kind") for each in over.css("li.entry")] == [each.kind for each in log]
    assert not over.root.xpath("//*[@class='side']//a")


@virtual
async def test_there_is_no_page_of_no_conference() -> None:
    async with World() as world:
        page = await Browser.of(world).get(f"{BASE}/conferences/conf-nothing")

    assert page.status == 404
