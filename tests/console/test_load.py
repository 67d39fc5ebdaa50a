"""Gauges: what they say of a node at work, and how they move."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from tests.console.client import BASE, ELSEWHERE, Browser
from tests.console.test_stream import Ear

from offhook.calls.headroom import Headroom
from offhook.console.instruments import Instruments
from offhook.console.load import Gauge, Load
from offhook.console.stream import Streams
from offhook.media.frames import Beat
from offhook.scopes import background
from offhook.testing import fixtures
from offhook.testing.app import document
from offhook.testing.fixtures import PASSWORD, USER
from offhook.testing.loop import virtual
from offhook.testing.world import World

LOAD = f"{BASE}/load"
Gauges = dict[str, list[Any]]


async def said(browser: Browser) -> dict[str, str]:
    page = await browser.get(LOAD)
    return {
        card.get("id").removeprefix("gauge-"): card.xpath("p[@class='said']")[0].text_content()
        for card in page.css("div.gauge")
    }


@virtual
async def test_gauges_tell_of_queue_rate_and_sessions() -> None:
    async with World() as world:
        world.change_account(cps=2, sessions=5)
        browser = Browser.of(world)
        before = await said(browser)
        world.app.on(fixtures.ANSWER_URL, document('<Pause duration="5"/>'))
        world.phone()
        for _ in range(4):
            await world.create_call()
        await asyncio.sleep(0.1)
        during = await said(browser)

    assert (before["queue"], before["rate"], before["sessions"]) == ("0 of 600", "0 of 2", "0 of 5")
    assert (during["queue"], during["rate"], during["sessions"]) == ("2 of 600", "2 of 2", "2 of 5")
    assert (before["legs"], during["legs"]) == ("0 of 2000", "2 of 2000")
    assert before["requests"] == "0 of 1000"


@virtual
async def test_a_queue_that_is_off_says_so() -> None:
    async with World() as world:
        world.change_account(queueing=False)
        assert (await said(Browser.of(world)))["queue"] == "off"


@virtual
async def test_only_who_runs_the_server_sees_its_gauges() -> None:
    async with World() as world:
        browser = Browser.of(world, ELSEWHERE)
        await browser.get("/console/login")
        await browser.post("/console/login", {"name": USER, "password": PASSWORD})
        assert set(await said(browser)) == {"queue", "rate", "sessions"}


def gauges(messages: list[bytes]) -> list[Gauges]:
    """Return what was sent, message by message."""
    texts = [each.decode() for each in messages if each.startswith(b"event: load")]
    return [json.loads(text.partition("data: ")[2]) for text in texts]


@virtual
async def test_they_move_once_a_second_and_the_messages_are_small() -> None:
    async with World() as world:
        world.app.on(fixtures.ANSWER_URL, document('<Pause duration="5"/>'))
        world.phone()
        ear = Ear()
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"{LOAD}/live",
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
            "client": ("127.0.0.1", 4),
            "scheme": "http",
        }

        async def look() -> None:
            await world.node.front(scope, ear.receive, ear.send)

        async with background(look()):
            await asyncio.sleep(1.05)
            await world.create_call()
            await asyncio.sleep(1.1)
            ear.left.set()
            await asyncio.sleep(0.1)
        moved = gauges(ear.sent)

    assert [each["sessions"][2] for each in moved] == ["0 of 10000", "1 of 10000"]
    assert moved[0]["loop"][2] == "0.0 ms"
    assert max(map(len, ear.sent)) < 2000


@pytest.mark.parametrize(
    ("value", "most", "mood"),
    [(0, 10, "good"), (6.9, 10, "good"), (7, 10, "waiting"), (9, 10, "bad"), (99, None, "good")],
)
def test_a_gauge_shows_how_near_its_end_is(value: float, most: float | None, mood: str) -> None:
    assert Gauge("x", "X", value, "", most).mood == mood
    assert replace(Gauge("x", "X", value, "", most), trouble=True).mood == "bad"


@virtual
async def test_the_media_worker_is_shown_when_it_has_been_heard_of() -> None:
    async with World() as world:
        browser = Browser.of(world)
        assert "media" not in await said(browser)
        beat = Beat(legs=3, ticks=50, skipped=1, late_ms_max=4.25, late_ms_mean=0.5, busy_ms=125.0)
        instruments = Instruments(lambda: 7, 9, lambda: 2, lambda: (beat,), 40)
        desk = replace(_desk(world), instruments=instruments)
        found = {each.id: each for each in Load(desk, Streams())._of_server(3.0)}

    assert (found["sound"].said, found["media"].said) == ("3 of 40", "12.5 % of a core")
    assert found["media"].mood == "bad"
    assert "4.2 ms late at worst, 0.5 on average; 1 were skipped" in found["media"].about
    assert (found["requests"].said, found["requests"].mood) == ("7 of 9", "waiting")
    assert (found["webhooks"].said, found["loop"].said) == ("2", "3.0 ms")


@virtual
async def test_each_of_several_media_workers_is_shown() -> None:
    async with World() as world:
        beats = (Beat(legs=3, busy_ms=125.0), None, Beat(legs=4, busy_ms=50.0))
        desk = replace(_desk(world), instruments=Instruments(beats=lambda: beats, legs=40))
        found = {each.id: each for each in Load(desk, Streams())._of_server(3.0)}

    assert found["sound"].said == "7 of 80"
    assert (found["media1"].said, found["media3"].said) == ("12.5 % of a core", "5.0 % of a core")
    assert found["media3"].title == "Load of the media worker 3"
    assert "media2" not in found  # it is being replaced


@virtual
async def test_what_is_scarcest_is_shown_with_the_rest() -> None:
    async with World() as world:
        headroom = Headroom({"a core": lambda: 0.5, "the RTP ports": lambda: 0.02}, 0.4)
        headroom.look()
        calm = _gauges(world, headroom)["headroom"]
        for _ in range(30):
            headroom.look()
        full = _gauges(world, headroom)["headroom"]
        never = _gauges(world, Headroom({"a core": lambda: 0.5}))["headroom"]
        nothing = _gauges(world, Headroom({}))

    assert (calm.said, calm.most, calm.mood) == ("15%", 40.0, "good")
    assert calm.about == (
        "Of a core. New calls would be refused from 40% on. Less: the RTP ports 1%."
    )
    assert (full.said, full.mood) == ("50%", "bad")
    assert full.about.startswith("Of a core. New calls are refused from 40% on.")
    assert (never.most, never.about) == (100.0, "Of a core.")
    assert "headroom" not in nothing


def _gauges(world: World, headroom: Headroom) -> dict[str, Gauge]:
    desk = replace(_desk(world), instruments=Instruments(headroom=headroom))
    return {each.id: each for each in Load(desk, Streams())._of_server(3.0)}


def _desk(world: World) -> Any:
    front: Any = world.node.front
    return front._console._desk
