"""The dialler in a real browser: a call from the page, the checker, and both without a mouse."""

import re

import pytest
from playwright.async_api import Page, expect
from tests.browser.stage import Stage, Window, browsing
from tests.interop.site import PARTY

from offhook.testing.app import document

pytestmark = [pytest.mark.slow, pytest.mark.peer]

SAYS = "<Response>\n  <SpeakSentence>Good day.</SpeakSentence>\n</Response>\n"
FAULTY = """<Response>
  <SpeakSentance>Hi</SpeakSentance>
\t<Gather gaterUrl="https://app.test/g" maxDigits="99"/>
</Response>
"""
NASTY = "</textarea><script>document.title='owned'</script><img src=x onerror=alert(1)>"


async def opened(window: Window) -> Page:
    """Open the dialler, and wait until its script has checked the document."""
    await window.go("/dial")
    await expect(window.page.locator("#verdict")).to_have_text("Nothing is wrong with it")
    return window.page


@browsing
async def test_a_call_is_placed_and_seen_to_its_end(stage: Stage) -> None:
    """The document never leaves the server: the application is asked for none."""
    stage.site.app.on("/voice/status", document(""))
    async with stage.window() as window:
        page = await opened(window)
        await page.get_by_role("button", name=re.compile("busy")).click()
        await expect(page.get_by_label("To", exact=True)).to_have_value("+12025550110")
        await page.get_by_label("To", exact=True).fill(PARTY)
        await page.get_by_label("BXML document", exact=True).last.fill(SAYS)
        await page.get_by_role("button", name="Call", exact=True).click()
        await expect(page).to_have_url(re.compile(r"/calls/c-[0-9a-f-]+$"))
        await expect(page.locator("#timeline")).to_contain_text("SpeakSentence")
        await expect(page.locator("#timeline")).to_contain_text("ended: hangup")
        await window.go("/dial")
        await expect(page.get_by_label("To", exact=True)).to_have_value(PARTY)
        await expect(page.locator("#document")).to_have_value(SAYS)


@browsing
async def test_faults_are_marked_as_one_types_and_mended_by_a_click(stage: Stage) -> None:
    async with stage.window() as window:
        page = await opened(window)
        await page.locator("#document").fill(FAULTY)
        verdict, findings = page.locator("#verdict"), page.locator("#findings li")
        await expect(verdict).to_have_text("2 errors (the call would end), 1 warning")
        await expect(findings).to_have_count(3)
        marked = await page.locator(".marks mark").all_text_contents()
        assert sorted(marked) == ["99", "<SpeakSentance", "gaterUrl"]
        await expect(page.locator(".numbers .is-error")).to_have_text(["2\n", "3\n"])
        await findings.nth(2).get_by_role("button", name=re.compile("maxDigits")).click()
        chosen = "each => each.value.slice(each.selectionStart, each.selectionEnd)"
        assert await page.locator("#document").evaluate(chosen) == "99"
        await page.keyboard.type("1")
        await expect(findings).to_have_count(2)
        for name in ("Use SpeakSentence", "Use gatherUrl"):
            await page.get_by_role("button", name=name).click()
        await expect(verdict).to_have_text("Nothing is wrong with it")
        value = await page.locator("#document").input_value()
        assert "<SpeakSentence>Hi</SpeakSentence>" in value
        assert '<Gather gatherUrl="https://app.test/g" maxDigits="1"/>' in value


@browsing
async def test_marks_lie_where_the_text_is(stage: Stage) -> None:
    """Also behind a tab, and when the text has been scrolled."""
    async with stage.window(width=390) as window:
        page = await opened(window)
        text = "<Response>\n" + "<Pause/>\n" * 60 + '\t<Pause duration="soon"/>\n</Response>'
        await page.locator("#document").fill(text)
        await page.locator("#findings button").first.click()
        await expect(page.locator(".marks mark")).to_have_text("soon")
        apart = await page.evaluate(
            """() => {
                const area = document.getElementById("document");
                const mark = document.querySelector(".marks mark").getBoundingClientRect();
                const style = getComputedStyle(area);
                const top = area.getBoundingClientRect().top + parseFloat(style.paddingTop)
                    + 61 * parseFloat(style.lineHeight) - area.scrollTop;
                const inside = area.getBoundingClientRect();
                return [Math.abs(mark.top - top), mark.bottom <= inside.bottom];
            }"""
        )
        assert apart[0] < 4
        assert apart[1]


@browsing
async def test_it_is_done_with_the_keyboard_alone(stage: Stage) -> None:
    stage.site.app.on("/voice/status", document(""))
    async with stage.window() as window:
        page = await opened(window)
        await expect(page.get_by_label("To", exact=True)).to_be_focused()
        await page.keyboard.type(PARTY)
        editor = page.locator("#document")
        for _ in range(20):
            await page.keyboard.press("Tab")
            if await editor.evaluate("each => each === document.activeElement"):
                break
        await page.keyboard.press("Control+a")
        await page.keyboard.type("<Response><Paws/></Response>")
        await expect(page.locator("#findings li")).to_have_count(1)
        await page.keyboard.press("Control+Home")
        await page.keyboard.press("F8")
        assert await editor.evaluate("each => each.selectionStart") == len("<Response>")
        await page.keyboard.type("<Pause")
        await expect(page.locator("#findings li")).to_have_count(0)
        await page.keyboard.press("Control+Enter")
        await expect(page).to_have_url(re.compile(r"/calls/c-"))
        await expect(page.locator("#timeline")).to_contain_text("Pause")


@browsing
async def test_a_refusal_is_told_at_its_field_and_what_was_written_stays(stage: Stage) -> None:
    async with stage.window() as window:
        page = await opened(window)
        await page.get_by_label("To", exact=True).fill("12025550143")
        await page.locator("#document").fill(NASTY)
        await page.keyboard.press("Control+Enter")
        fault = page.locator("#fault-to")
        await expect(fault).to_contain_text("Invalid to: must be an E164 telephone number")
        await expect(fault).to_contain_text("What to do (app)")
        await expect(page.get_by_label("To", exact=True)).to_be_focused()
        await expect(page.locator("#document")).to_have_value(NASTY)
        await expect(page.locator("#findings li")).not_to_have_count(0)
        assert "owned" not in await page.title()
        assert await page.locator("main img").count() == 0
        window.complaints.clear()  # of the 400
        await fault.get_by_role("link", name="not-e164").click()
        await expect(page.get_by_role("heading", name="not-e164")).to_be_visible()
