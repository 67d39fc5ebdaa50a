"""Figures for Prometheus: what they say, and to whom."""

import asyncio
import base64
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from offhook.calls.headroom import Headroom
from offhook.console.guard import Door
from offhook.console.metrics import Figures, Metrics
from offhook.directory import OPERATOR, VOICE, Directory, User, merged
from offhook.media.frames import Beat
from offhook.testing import fixtures
from offhook.testing.app import document
from offhook.testing.asgi import Answer, AsgiClient
from offhook.testing.fixtures import PASSWORD, USER
from offhook.testing.loop import virtual
from offhook.testing.world import World

Samples = dict[str, float]  # by name, with its labels


def samples(answer: Answer) -> Samples:
    assert answer.status == 200, answer
    return {
        " ".join([sample.name, *map("=".join, sorted(sample.labels.items()))]): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


async def scrape(
    world: World, host: str = "localhost", method: str = "GET", **headers: str
) -> Answer:
    client = AsgiClient(world.node.front, ("127.0.0.1", 4), host)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.request(method, "/metrics", headers=named)


def basic(name: str, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@virtual
async def test_figures_follow_the_calls() -> None:
    async with World() as world:
        before = samples(await scrape(world))
        await world.answered(document('<Pause duration="5"/>'))
        during = samples(await scrape(world))
        await asyncio.sleep(10)
        after = samples(await scrape(world))

    legs = "offhook_call_legs"
    assert (before[legs], during[legs], after[legs]) == (0, 1, 0)
    assert "offhook_events_total kind=call.created" not in before
    assert after["offhook_events_total kind=call.created"] == 1
    assert after["offhook_calls_ended_total cause=hangup"] == 1
    assert (after["offhook_store_healthy"], after["offhook_full"]) == (1, 0)


@virtual
async def test_no_label_tells_who_called_whom() -> None:
    async with World() as world:
        talk = await world.answered(document('<Pause duration="1"/>'))
        await asyncio.sleep(5)
        text = (await scrape(world)).body.decode()

    assert not any(each in text for each in (talk.call_id, fixtures.NUMBER, fixtures.PARTY))
    assert fixtures.ACCOUNT_ID not in text


@virtual
@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("localhost", {}, 200),
        ("127.0.0.1:8080", {}, 200),
        ("voice.test", {}, 401),  # another name may be a foreign page's that leads here
        ("localhost", {"X_Forwarded_For": "192.0.2.7"}, 401),
        ("voice.test", {"Authorization": basic(USER)}, 401),  # has the role voice only
        ("voice.test", {"Authorization": basic("boss")}, 200),
        ("voice.test", {"Authorization": basic("boss", "wrong")}, 401),
        ("voice.test", {"Authorization": "Basic %%%"}, 401),
        ("voice.test", {"Authorization": "Bearer " + basic("boss")[6:]}, 401),
    ],
)
async def test_who_may_read_them(host: str, headers: dict[str, str], status: int) -> None:
    async with World() as world:
        boss = User("boss", fixtures.HASHED, {fixtures.ACCOUNT_ID: (VOICE, OPERATOR)})
        world.directory = merged(world.directory, Directory(users=[boss]))
        answer = await scrape(world, host, **headers)

    assert answer.status == status
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert (b"offhook_call_legs" in answer.body) == (status == 200)


@virtual
async def test_they_can_only_be_read() -> None:
    async with World() as world:
        answer = await scrape(world, method="POST")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@virtual
async def test_a_media_worker_and_what_is_left_of_the_machine() -> None:
    async with World() as world:
        beat = Beat(7, ticks=50, skipped=2, late_ms_max=12.0, late_ms_mean=3.0, busy_ms=250.0)
        instruments = replace(world.node.instruments, beats=lambda: (None, beat), legs=100)
        headroom = Headroom({"the core of the media worker": lambda: 0.25}, 0.2)
        for _ in range(50):
            headroom.look()
        instruments = replace(instruments, headroom=headroom)
        figures = Figures(world.node.exchange, world.node.store, instruments)

        async def nobody(_: str, __: str) -> None:
            return None

        door = Door(nobody, lambda *_: False, lambda: world.directory, open=True, secure=False)
        client = AsgiClient(Metrics(figures, door), ("127.0.0.1", 4), "localhost")
        found = samples(await client.request("GET", "/metrics"))

    assert found["offhook_media_legs worker=2"] == 7
    assert found["offhook_media_busy worker=2"] == 0.25
    assert found["offhook_media_ticks_skipped worker=2"] == 2
    late = "offhook_media_tick_lateness_seconds"
    assert found[f"{late} of=latest worker=2"] == pytest.approx(0.012)
    assert not [name for name in found if "worker=1" in name]  # it is being replaced
    assert found["offhook_used resource=the core of the media worker"] == pytest.approx(0.25)
    assert found["offhook_headroom"] == pytest.approx(0.75)
    assert found["offhook_full"] == 1


@virtual
async def test_how_calls_sounded_is_a_histogram_of_each_direction() -> None:
    async with World() as world:
        talk = await world.answered(document('<Pause duration="5"/>'))
        await talk.disconnect()
        await asyncio.sleep(1)
        found = samples(await scrape(world))

    name = "offhook_call_mos"
    assert found[f"{name}_bucket direction=heard le=4.2"] == 0
    assert found[f"{name}_bucket direction=heard le=+Inf"] == 1
    assert 4.2 < found[f"{name}_sum direction=heard"] < 4.5
    assert found[f"{name}_count direction=sent"] == 1
