"""Pictures of the console for the docs: `python -m tests.browser.pictures docs/images [NAME ...]`.

With `--whole` they show all of a page, however long, to look at it.

Real calls on a real server: a shop whose menu works, a document with a fault, somebody who is busy.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import get_args

from playwright.async_api import Page
from tests.browser.stage import Stage, Theme, staged

from offhook.dev.bank import populate, voice
from offhook.testing.app import Reply, document

WIDTHS = {"wide": 1280, "phone": 390}
SHOP = "+12025550100"
MENU = """
  <StartRecording recordingAvailableUrl="/recorded"/>
  <Gather gatherUrl="/chosen" maxDigits="1" repeatCount="2">
    <SpeakSentence>Welcome to the flower shop. For roses, press one. For tulips, press two.</SpeakSentence>
  </Gather>
"""  # noqa: E501
CHOSEN = """
  <Tag>order 1042: roses</Tag>
  <SpeakSentence>Your roses are on their way. Good bye.</SpeakSentence>
  <Hangup/>
"""
FAULTY = """
  <SpeakSentence>Welcome to the flower shop.</SpeakSentence>
  <Gather gatherUrl="/chosen" maxDigits="1000">
    <SpeakSentence>For roses, press one.</SpeakSentence>
  </Gather>
"""
MISTYPED = """<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <SpeakSentance voice="julie">Welcome to the flower shop.</SpeakSentance>
  <Gather gaterUrl="https://shop.example.com/chosen" maxDigits="100">
    <SpeakSentence>For roses, press one. For tulips, press two.</SpeakSentence>
  </Gather>
</Response>
"""
Seen = dict[str, str]  # name of a picture -> path below the account


async def calls(stage: Stage) -> Seen:
    """Have some calls; return the pages to look at."""
    site = stage.site
    populate(site.phones, await asyncio.to_thread(voice))
    site.app.on("/menu", document(MENU))
    site.app.on("/chosen", document(CHOSEN))
    site.app.on("/faulty", document(FAULTY))
    site.app.on(
        "/hold", document('<SpeakSentence>Please hold.</SpeakSentence><Pause duration="90"/>')
    )
    site.app.on("/recorded", Reply(status=500), Reply(status=204))

    async def placed(to: str, path: str, tag: str) -> str:
        return await site.create(to=to, answerUrl=f"{site.app_url}{path}", tag=tag)

    await placed("+12025550120", "/menu", "order 1039")
    await placed("+12025550503", "/menu", "order 1040")
    good = await placed("+12025550121", "/menu", "order 1042")
    await placed("+12025550105", "/hold", "call back")
    await placed("+12025550110", "/menu", "reminder 17")
    faulty = await placed("+12025550101", "/faulty", "reminder 18")
    await site.ended(good)
    await site.told("recordingAvailable", callId=good)
    await placed("+12025550112", "/menu", "reminder 19")
    live = await placed("+12025550103", "/hold", "support")
    await site.told("answer", callId=live)
    await asyncio.sleep(3)
    return {
        "calls": "/calls",
        "call": f"/calls/{good}",
        "call-failed": f"/calls/{faulty}",
        "call-live": f"/calls/{live}",
        "failures": "/failures",
    }


async def tools(stage: Stage) -> Seen:
    """Return the pages to work with."""
    application = stage.site.server.application
    return {
        "dialler": "/dial",
        "directory": "/directory/numbers",
        "application": f"/directory/applications/{application}",
        "errors": "/errors?kind=call",
        "error": "/errors/callee-busy",
        "load": "/load",
    }


async def mistyped(page: Page) -> None:
    """Write a document with faults into the dialler."""
    await page.get_by_label("To", exact=True).fill("+12025550101")
    await page.locator("#document").fill(MISTYPED)
    await page.locator("#findings li").nth(2).wait_for()


async def moving(page: Page) -> None:
    """Let the gauges move."""
    await page.locator("#gauge-loop .said", has_text="ms").wait_for()


DEEDS: dict[str, Callable[[Page], Awaitable[None]]] = {"dialler": mistyped, "load": moving}
STORIES: list[Callable[[Stage], Awaitable[Seen]]] = [calls, tools]


async def take(stage: Stage, folder: Path, wanted: list[str], whole: bool) -> None:
    """Let the stories happen, and take a picture of each page in each width and theme."""
    seen: Seen = {}
    for story in STORIES:
        seen |= await story(stage)
    for name, path in seen.items():
        if wanted and name not in wanted:
            continue
        for size, width in WIDTHS.items():
            for theme in get_args(Theme):
                async with stage.window(width=width, theme=theme) as window:
                    await window.go(path)
                    if deed := DEEDS.get(name):
                        await deed(window.page)
                    for wave in await window.page.locator(".recording").all():
                        await wave.scroll_into_view_if_needed()
                        await wave.locator(".waveform").wait_for()
                    await window.page.evaluate("scrollTo(0, 0)")
                    file = folder / f"{name}-{size}-{theme}.png"
                    await window.page.screenshot(path=file, full_page=whole, animations="disabled")
                    print(file)


def main() -> None:
    """Take the pictures into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [each for each in sys.argv[2:] if not each.startswith("--")]
    with tempfile.TemporaryDirectory() as place, staged(Path(place)) as stage:
        stage.loop.run(take(stage, folder, wanted, whole="--whole" in sys.argv))


if __name__ == "__main__":
    main()
