"""The directory, the error reference and the gauges in a real browser."""

import re

import pytest
from playwright.async_api import expect
from tests.browser.stage import Stage, Theme, browsing

from offhook.testing.app import document

pytestmark = [pytest.mark.slow, pytest.mark.peer]

ATTACK = "<script>document.title='owned'</script>\"'><img src=x onerror=document.title='owned'>"
FAULTY = '<Response><Speek/><Gather maxDigits="0"/></Response>'


@browsing
async def test_a_trunk_is_added_refused_mended_and_removed(stage: Stage) -> None:
    async with stage.window() as window:
        page = window.page
        await window.go("/directory/trunks")
        await page.get_by_role("link", name="Add a trunk").click()
        await page.get_by_label("Name", exact=True).fill(ATTACK)
        await page.get_by_label("Host").fill("192.0.2.7")
        await page.get_by_label("Port", exact=True).fill("70000")
        await page.get_by_label("Numbers it takes").fill("+999*")
        await page.get_by_role("button", name="Add").click()
        await expect(page.locator("#fault-port")).to_contain_text("a port from 1 to 65535")
        await expect(page.get_by_label("Port", exact=True)).to_be_focused()
        window.complaints.clear()  # of the 400
        await page.get_by_label("Port", exact=True).fill("5062")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status").first).to_contain_text("is added")
        await page.get_by_role("link", name=ATTACK).click()
        await expect(page.get_by_label("Host")).to_have_value("192.0.2.7")
        await page.get_by_text("Remove this trunk").click()
        await page.get_by_role("button", name=re.compile("^Remove ")).click()
        await expect(page.get_by_role("status").first).to_contain_text("is removed")
        await expect(page.get_by_role("link", name=ATTACK)).to_have_count(0)
        assert "owned" not in await page.title()
        assert await page.locator("main img").count() == 0


@browsing
async def test_a_number_leads_to_a_new_application_and_its_secret_is_shown_once(
    stage: Stage,
) -> None:
    async with stage.window() as window:
        page = window.page
        await window.go("/directory/applications?add=1")
        await page.get_by_label("Name", exact=True).fill("flower shop")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Make a secret").click()
        await expect(page.locator("#secret")).to_contain_text("ohs_")
        await page.get_by_role("link", name="Applications").first.click()
        await page.get_by_role("link", name="flower shop").click()
        await expect(page.locator(".secrets li")).to_have_count(1)
        await expect(page.locator("#secret")).to_have_count(0)
        await window.go("/directory/numbers?add=1")
        await page.get_by_label("Number", exact=True).fill("+12025550166")
        await page.get_by_label("Application").select_option(label="flower shop")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_role("row", name=re.compile("flower shop"))).to_be_visible()


@browsing
async def test_an_error_is_looked_up(stage: Stage) -> None:
    async with stage.window() as window:
        page = window.page
        await window.go("/errors")
        await page.keyboard.press("/")
        await page.keyboard.type("486")
        await page.keyboard.press("Enter")
        await expect(page.locator(".catalogue tbody tr")).not_to_have_count(0)
        await page.get_by_label("Who must act").select_option("caller")
        await expect(page.locator(".catalogue tbody tr")).to_have_count(1)
        await page.locator("h1").click()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="callee-busy")).to_be_visible()
        await expect(page.get_by_text("offhook errors trigger callee-busy")).to_be_visible()


@browsing
async def test_gauges_move(stage: Stage) -> None:
    stage.site.app.on("/answer", document('<Pause duration="4"/><Hangup/>'))
    async with stage.window() as window:
        page = window.page
        await window.go("/load")
        await expect(page.locator("#gauge-loop .said")).to_contain_text("ms")
        said = page.locator("#gauge-sessions .said")
        before = await said.text_content()
        call_id = await stage.site.create()
        await expect(said).not_to_have_text(before or "")
        await expect(page.locator("#gauge-sessions polyline")).to_have_attribute(
            "points", re.compile(r"\d,\d")
        )
        await stage.site.ended(call_id)


PAGES = (
    "/dial",
    "/directory/applications",
    "/directory/applications/{application}",
    "/directory/trunks?add=1",
    "/directory/users/test",
    "/errors?who=operator",
    "/errors/callee-busy",
    "/load",
)


@browsing
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_and_everything_fits_on_a_phone(stage: Stage, theme: Theme) -> None:
    """At a phone's width in one theme, at a desk's in the other: axe looks at what is shown."""
    async with stage.window(width=390, theme=theme) as window:
        for path in PAGES:
            await window.go(path.format(application=stage.site.server.application))
            for details in await window.page.locator("main details").all():
                await details.evaluate("each => { each.open = true; }")
            assert await window.faults() == [], path
            assert await window.overflow() == 0, path
        await window.page.set_viewport_size({"width": 1280, "height": 900})
        await window.go("/dial")
        await window.page.locator("#document").fill(FAULTY)
        await expect(window.page.locator("#findings li")).not_to_have_count(0)
        assert await window.faults() == []
