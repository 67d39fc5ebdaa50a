"""Chromium as the device of an endpoint: the softphone of the examples, with a fake microphone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect
from tests.browser.stage import FLAGS, PATIENCE_MS, Stage, browsing
from tests.interop.sipp import program
from tests.interop.site import PARTY
from tests.webrtc.rtc import hears_something

from offhook.testing import sound
from offhook.testing.app import Reply, document

pytestmark = [pytest.mark.slow, pytest.mark.peer]

SOFTPHONE = Path(__file__).parents[2] / "examples" / "softphone"
FILES = {"index.html": "text/html", "device.js": "text/javascript"}
MICROPHONE = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
PHONE_HZ = 1000.0
LISTEN = """async (hz) => {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(document.querySelector("audio").srcObject).connect(analyser);
  const bins = new Uint8Array(analyser.frequencyBinCount);
  const width = context.sampleRate / analyser.fftSize;
  for (;;) {
    analyser.getByteFrequencyData(bins);
    const loudest = bins.indexOf(Math.max(...bins));
    if (bins[loudest] > 100 && Math.abs(loudest * width - hz) < 2 * width) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}"""


@asynccontextmanager
async def softphone(stage: Stage) -> AsyncIterator[Page]:
    """Open the example in a Chromium of its own; the application serves it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program("chromium"), args=[*FLAGS, *MICROPHONE]
        )
        try:
            page = await browser.new_page()
            page.set_default_timeout(PATIENCE_MS)
            for name, kind in FILES.items():
                body = (SOFTPHONE / name).read_bytes()
                stage.site.app.on(f"/softphone/{name}", Reply(body, headers={"Content-Type": kind}))
            await page.goto(f"{stage.site.app_url}/softphone/index.html")
            await page.locator("#server").fill(stage.site.server.url)
            yield page
        finally:
            await browser.close()


@browsing
async def test_chromium_answers_a_call_and_the_two_hear_each_other(stage: Stage) -> None:
    made = stage.site.rest.ask("POST", "/endpoints", {"type": "WEBRTC", "direction": "INBOUND"})
    data = made.json()["data"]
    endpoint = f"<Connect><Endpoint>{data['endpointId']}</Endpoint></Connect>"
    stage.site.app.on("/answer", document(endpoint))
    async with softphone(stage) as page:
        state = page.locator("#state")
        await page.locator("#token").fill(data["token"])
        await page.get_by_role("button", name="Connect").click()
        await expect(state).to_have_text("connected")
        phone = stage.site.phones.phone(PARTY)
        count = len(phone.calls)
        call_id = await stage.site.create()
        handset = await phone.wait_call(count + 1)
        await expect(state).to_have_text(f"call {PARTY}")
        await page.get_by_role("button", name="Answer").click()
        await expect(state).to_have_text("talking")
        async with asyncio.timeout(PATIENCE_MS / 1000), asyncio.TaskGroup() as both:
            listening = both.create_task(page.evaluate(LISTEN, PHONE_HZ))
            await handset.say(sound.tone(PHONE_HZ, 3.0))
        assert listening.result()
        await hears_something(lambda: handset.heard)
        await page.get_by_role("button", name="5", exact=True).click()
        await handset.wait("digit")
        await page.get_by_role("button", name="Hang up").click()
        await expect(state).to_have_text("ended")
        await stage.site.ended(call_id)

        assert handset.digits == "5"
