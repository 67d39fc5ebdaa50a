"""Logging in and out, and what becomes of those who guess."""

from tests.console.client import BASE, ELSEWHERE, Browser

from offhook.clock import Clock
from offhook.console.login import FORGIVEN_EVERY_S, FREE_FAILURES, Throttle
from offhook.testing.fixtures import PASSWORD, USER
from offhook.testing.loop import virtual
from offhook.testing.world import World

RIGHT = {"name": USER, "password": PASSWORD}


@virtual
async def test_who_logs_in_gets_to_the_page_that_was_asked_for() -> None:
    async with World() as world:
        asked = Browser.of(world, ELSEWHERE)
        login = await asked.get(f"/console/login?next={BASE}/calls%3Fq%3D1")
        (where,) = login.root.xpath("//input[@name='next']/@value")
        entered = await asked.post("/console/login", {**RIGHT, "next": where})
        page = await asked.get(where)

    assert (entered.status, entered.headers["location"]) == (303, f"{BASE}/calls?q=1")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert page.status == 200
    assert "Logged in as user" in page.text


@virtual
async def test_who_logs_out_is_a_stranger_again() -> None:
    async with World() as world:
        asked = Browser.of(world, ELSEWHERE)
        await asked.get("/console/login")
        await asked.post("/console/login", RIGHT)
        await asked.get(f"{BASE}/calls")
        left = await asked.post("/console/logout", {})
        after = await asked.get(f"{BASE}/calls")

    assert left.headers["location"] == "/console/login"
    assert after.status == 303


@virtual
async def test_a_wrong_password_says_no_more_than_that() -> None:
    async with World() as world:
        asked = Browser.of(world, ELSEWHERE)
        await asked.get("/console/login")
        wrong = await asked.post("/console/login", {**RIGHT, "password": "guess"})
        unknown = await asked.post("/console/login", {**RIGHT, "name": "guess"})

    assert wrong.status == unknown.status == 401
    assert wrong.texts("p.fault") == unknown.texts("p.fault")


@virtual
async def test_nobody_is_sent_elsewhere_by_a_link_to_the_login() -> None:
    async with World() as world:
        asked = Browser.of(world, ELSEWHERE)
        await asked.get("/console/login")
        entered = await asked.post("/console/login", {**RIGHT, "next": "https://evil.test/"})

    assert entered.headers["location"] == "/console/"


@virtual
async def test_who_guesses_has_to_wait_even_with_the_right_password() -> None:
    async with World() as world:
        asked = Browser.of(world, ELSEWHERE)
        await asked.get("/console/login")
        for _ in range(FREE_FAILURES):
            await asked.post("/console/login", {**RIGHT, "password": "guess"})
        refused = await asked.post("/console/login", RIGHT)

    assert refused.status == 429
    assert 0 < int(refused.headers["retry-after"]) <= FORGIVEN_EVERY_S


def test_failures_are_forgiven_one_at_a_time() -> None:
    now = 0.0
    throttle = Throttle(Clock(now=lambda: now))
    for _ in range(FREE_FAILURES):
        throttle.failed("192.0.2.1")
    waits = throttle.wait_s("192.0.2.1")
    now += waits

    assert waits == FORGIVEN_EVERY_S
    assert throttle.wait_s("192.0.2.1") == 0
    assert throttle.wait_s("192.0.2.2") == 0
    throttle.failed("192.0.2.1")
    assert throttle.wait_s("192.0.2.1") == FORGIVEN_EVERY_S
