"""Calls in the console, in a real browser: live, by keyboard, on a phone, for everybody."""

import asyncio
import re

import pytest
from playwright.async_api import expect
from tests.browser.stage import STRANGE_HOST, Stage, Theme, browsing
from tests.interop.site import CALLER, until

from offhook.testing.app import Reply, document
from offhook.testing.handset import Handset

pytestmark = [pytest.mark.slow, pytest.mark.peer]

ATTACK = "<script>document.title='owned'</script>\"'><img src=x onerror=document.title='owned'>"
HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
BAD = '\n<SpeakSentence>Hello</SpeakSentence>\n<Gather gatherUrl="/g" maxDigits="1000"/>\n'


async def ended(stage: Stage, verbs: str, **fields: object) -> str:
    """Have a call whose answer webhook gets these verbs, and wait for its end; return its id."""
    stage.site.app.on("/answer", document(verbs))
    call_id = await stage.site.create(**fields)
    await stage.site.ended(call_id)
    await stage.site.told("disconnect", callId=call_id)
    return call_id


@browsing
async def test_a_call_appears_in_the_list_and_ends_before_ones_eyes(stage: Stage) -> None:
    async with stage.window() as window:
        page = window.page
        await window.go("/calls")
        stage.site.app.on("/answer", document('<Pause duration="30"/>'))
        call_id = await stage.site.create(tag="watched")
        row = page.locator(f"[id='{call_id}']")
        await expect(row).to_contain_text("watched")
        await expect(row).to_contain_text("answered")
        await row.get_by_role("link").click()
        await expect(page).to_have_url(re.compile(call_id))
        await expect(page.locator(".entry.verb")).to_contain_text("Pause")
        await page.get_by_role("button", name="Hang up").click()
        await expect(page.locator("#summary")).to_contain_text("hangup")
        await expect(page.locator("#timeline")).to_contain_text("ended: hangup")
        await expect(page.get_by_role("button", name="Hang up")).to_have_count(0)
        await expect(page.locator("#explain")).to_be_visible()


@browsing
async def test_a_call_is_watched_while_it_grows(stage: Stage) -> None:
    stage.site.app.on("/answer", document('<Pause duration="1"/><Tag>grown</Tag><Hangup/>'))
    async with stage.window() as window:
        call_id = await stage.site.create()
        await window.go(f"/calls/{call_id}")
        page = window.page
        await expect(page.locator("#timeline")).to_contain_text("ended: hangup")
        await expect(page.locator("#facts")).to_contain_text("grown")
        await expect(page.locator("#ladder")).to_contain_text("BYE")
        await stage.site.told("disconnect", callId=call_id)
        await expect(page.locator("#webhooks")).to_contain_text("disconnect")
        numbers = await page.locator(".entry").evaluate_all("all => all.map(each => each.id)")
        assert numbers == [f"e{number}" for number in range(1, len(numbers) + 1)]


@browsing
async def test_a_page_in_the_background_keeps_no_connection_and_misses_nothing(
    stage: Stage,
) -> None:
    stage.site.app.on("/answer", document('<Pause duration="30"/>'))
    call_id = await stage.site.create()
    async with stage.window() as window:
        page = window.page
        await window.go(f"/calls/{call_id}")
        await expect(page.locator("#timeline")).to_contain_text("Pause")
        await page.evaluate(HIDE, True)
        log = stage.site.server.folder / "server.log"
        ended = f"{call_id}/live"  # a stream is logged when it is over
        await until(lambda: ended in log.read_text(), "the stream to end")
        rest, change = stage.site.rest, {"state": "completed"}
        await asyncio.to_thread(rest.ask, "POST", f"/calls/{call_id}", change)
        await stage.site.ended(call_id)
        await expect(page.locator("#timeline")).not_to_contain_text("ended: hangup")
        await page.evaluate(HIDE, False)
        await expect(page.locator("#timeline")).to_contain_text("ended: hangup")
        numbers = await page.locator(".entry").evaluate_all("all => all.map(each => each.id)")
        assert numbers == [f"e{number}" for number in range(1, len(numbers) + 1)]


@browsing
async def test_the_failing_line_of_a_document_is_marked(stage: Stage) -> None:
    call_id = await ended(stage, BAD)
    async with stage.window() as window:
        await window.go(f"/calls/{call_id}")
        bad = window.page.locator(".code .bad")
        await expect(bad).to_be_visible()
        await expect(bad).to_contain_text('maxDigits="1000"')
        await expect(window.page.locator("#explain")).to_contain_text("maxDigits must be within")
        await window.page.get_by_role("link", name=re.compile("bxml.refused")).click()
        await expect(window.page.locator(".entry:target .code")).to_be_in_viewport()


@browsing
async def test_a_webhook_is_sent_again_from_the_page(stage: Stage) -> None:
    stage.site.app.on("/status", Reply(status=500), Reply(status=204))
    call_id = await ended(stage, "<Hangup/>")
    async with stage.window() as window:
        await window.go(f"/calls/{call_id}")
        mail = window.page.locator("#webhooks li", has_text="disconnect").first
        await expect(mail.locator(".state")).to_have_text("failed")
        await mail.get_by_role("button", name="Send disconnect again").click()
        await expect(mail.locator(".state")).to_have_text("delivered")
        await expect(mail.locator(".attempts li")).to_have_count(2)
        await expect(window.page.locator("#timeline")).to_contain_text("has an event sent again")


@browsing
async def test_a_recording_can_be_seen_and_played(stage: Stage) -> None:
    call_id = await ended(
        stage, "<StartRecording/><SpeakSentence>One two three.</SpeakSentence><Hangup/>"
    )
    await stage.site.wait_log(call_id, "recording.made")
    async with stage.window() as window:
        await window.go(f"/calls/{call_id}")
        page = window.page
        tape = page.locator(".recording")
        await tape.scroll_into_view_if_needed()
        await expect(tape.locator(".waveform .rest")).to_have_count(1)
        length = await tape.locator("audio").evaluate(
            """audio => new Promise((resolve, reject) => {
                audio.addEventListener("durationchange", () => resolve(audio.duration));
                audio.addEventListener("error", () => reject(audio.error.message));
                audio.preload = "metadata";
                audio.load();
            })"""
        )
        assert length > 0.5


@browsing
async def test_a_stranger_logs_in(stage: Stage) -> None:
    async with stage.window(host=STRANGE_HOST) as window:
        page = window.page
        await window.go("/calls?show=failed")
        await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        await page.get_by_label("User").fill(stage.site.server.user)
        await page.get_by_label("Password").fill(stage.site.server.password)
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{window.base}/calls?show=failed")
        await page.get_by_role("button", name="Log out").click()
        await window.go("/calls")
        await expect(page.get_by_role("heading", name="Log in")).to_be_visible()


@browsing
async def test_all_of_it_can_be_done_with_the_keyboard(stage: Stage) -> None:
    call_id = await ended(stage, "<Hangup/>", tag="keyboard")
    async with stage.window() as window:
        page = window.page
        await window.go("/calls")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        await page.keyboard.press("/")
        await page.keyboard.type("keyboard")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("q=keyboard"))
        await page.wait_for_load_state()  # before its scripts have run nobody heeds a key
        await page.locator("h1").click()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(call_id))
        await page.wait_for_load_state()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.locator(".entry details[open]")).to_have_count(1)
        send = page.get_by_role("button", name="Send disconnect again")
        for _ in range(80):
            if await send.evaluate("each => each === document.activeElement"):
                break
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#timeline")).to_contain_text("has an event sent again")


@browsing
async def test_what_strangers_write_stays_text(stage: Stage) -> None:
    """In SIP headers, the name of the caller, tags and BXML."""
    app = stage.site.app
    escaped = ATTACK.replace("&", "&amp;").replace("<", "&lt;")
    app.on("/voice/initiate", document(f"<Tag>{escaped}</Tag><!-- {ATTACK} --><Hangup/>"))
    call: Handset = await stage.site.phones.phone(CALLER).dial(
        stage.site.server.number, headers=(("X-Attack", ATTACK), ("Subject", ATTACK))
    )
    event = await stage.site.told("disconnect", **{"from": CALLER})
    assert call
    async with stage.window() as window:
        page = window.page
        for path in ("/calls", f"/calls/{event['callId']}"):
            await window.go(path)
            await expect(page.locator("body")).to_contain_text(ATTACK)
            for details in await page.locator("details").all():
                await details.evaluate("each => { each.open = true; }")
            assert "owned" not in await page.title()
            assert await page.locator("main img").count() == 0
        await expect(page.locator(".entry.sip").first).to_contain_text(ATTACK)
        await expect(page.locator(".entry.bxml").first).to_contain_text(ATTACK)


@browsing
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing(stage: Stage, theme: Theme) -> None:
    call_id = await ended(stage, BAD)
    async with stage.window(theme=theme) as window:
        await window.go("/calls")
        assert await window.faults() == []
        await window.go(f"/calls/{call_id}")
        for details in await window.page.locator(".entry details").all():
            await details.evaluate("each => { each.open = true; }")
        assert await window.faults() == []
        await window.go("/failures")
        assert await window.faults() == []
        await window.page.goto(window.base.rpartition("/")[0] + "/login")
        assert await window.faults() == []


@browsing
async def test_it_fits_on_a_phone(stage: Stage) -> None:
    call_id = await ended(stage, BAD, tag="x" * 60)
    async with stage.window(width=390) as window:
        await window.go("/calls")
        assert await window.overflow() == 0
        await window.go(f"/calls/{call_id}")
        for details in await window.page.locator("details").all():
            await details.evaluate("each => { each.open = true; }")
        assert await window.overflow() == 0
        await expect(window.page.locator("#ladder")).to_be_visible()
        await window.go("/failures")
        assert await window.overflow() == 0


@browsing
async def test_the_theme_is_kept(stage: Stage) -> None:
    async with stage.window(theme="light") as window:
        page = window.page
        await window.go("/calls")
        paper = "getComputedStyle(document.body).backgroundColor"
        light = await page.evaluate(paper)
        await page.get_by_role("button", name="Dark or light").click()
        dark = await page.evaluate(paper)
        await page.reload()
        assert await page.evaluate(paper) == dark != light
