"""Who is let in, by which cookie, and which requests come from our own pages."""

from dataclasses import replace

import pytest
from tests.console.client import BASE, ELSEWHERE, HERE, Browser

from offhook.console.guard import SESSION_S
from offhook.directory import Directory
from offhook.testing import fixtures
from offhook.testing.fixtures import PASSWORD, USER
from offhook.testing.loop import virtual
from offhook.testing.world import World

LIST = f"{BASE}/calls"
LOGIN = "/console/login"
RIGHT = {"name": USER, "password": PASSWORD}


async def logged_in(world: World) -> Browser:
    asked = Browser.of(world, ELSEWHERE)
    await asked.get(LOGIN)
    assert (await asked.post(LOGIN, RIGHT)).status == 303
    return asked


def change_user(world: World, **changes: object) -> None:
    old = fixtures.directory()
    user = replace(old.users[USER], **changes)  # type: ignore[arg-type]
    world.directory = Directory(old.accounts.values(), [user])


@virtual
@pytest.mark.parametrize("host", [HERE, "127.0.0.1:8080", "[::1]:8080", "a.localhost"])
async def test_at_this_machine_nobody_has_to_log_in(host: str) -> None:
    async with World() as world:
        assert (await Browser.of(world, host).get(LIST)).status == 200


@virtual
@pytest.mark.parametrize("host", [ELSEWHERE, "evil.test", "127.0.0.1.evil.test", "", "@"])
async def test_a_name_that_was_made_to_lead_here_does_not_help(host: str) -> None:
    async with World() as world:
        assert (await Browser.of(world, host).get(LIST)).status == 303


@virtual
async def test_what_a_proxy_passes_on_is_not_from_this_machine() -> None:
    async with World() as world:
        page = await Browser.of(world).get(LIST, x_forwarded_for="192.0.2.1")

    assert page.status == 303


@virtual
async def test_a_login_ends_after_its_time() -> None:
    async with World() as world:
        asked = await logged_in(world)
        page = await asked.get(LIST)
        wall = world.clock.wall
        world.clock.wall = lambda: wall() + SESSION_S + 1
        late = await asked.get(LIST)

    assert (page.status, late.status) == (200, 303)


@virtual
@pytest.mark.parametrize("changes", [{"enabled": False}, {"password_hash": "another"}])
async def test_a_login_ends_with_its_user_or_password(changes: dict[str, object]) -> None:
    async with World() as world:
        asked = await logged_in(world)
        change_user(world, **changes)

        assert (await asked.get(LIST)).status == 303


@virtual
async def test_a_user_sees_no_account_but_his_own() -> None:
    async with World() as world:
        asked = await logged_in(world)
        change_user(world, roles={"4711": ("voice",)})

        assert (await asked.get(LIST)).status == 404


@virtual
async def test_a_cookie_that_was_changed_is_worth_nothing() -> None:
    async with World() as world:
        asked = await logged_in(world)
        ((name, cookie),) = asked.cookies.items()
        parts = cookie.split(".")
        forged = [
            ".".join([parts[0], str(int(parts[1]) + 1), *parts[2:]]),
            ".".join([*parts[:3], parts[3][:-1] + ("0" if parts[3][-1] != "0" else "1")]),
            ".".join(parts[:3]),
            "....",
            f"{cookie}é",
        ]
        statuses = []
        for each in forged:
            asked.cookies = {name: each}
            statuses.append((await asked.get(LIST)).status)

    assert statuses == [303] * len(forged)


@virtual
@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
    ],
)
async def test_a_form_of_another_site_does_nothing(headers: dict[str, str]) -> None:
    async with World() as world:
        asked = Browser.of(world, ELSEWHERE)
        await asked.get(LOGIN)

        assert (await asked.post(LOGIN, RIGHT, **headers)).status == 403


@virtual
async def test_a_form_without_its_token_does_nothing() -> None:
    async with World() as world:
        asked = Browser.of(world, ELSEWHERE)
        await asked.get(LOGIN)
        statuses = [
            (await asked.post(LOGIN, {**RIGHT, "form_token": token})).status
            for token in ("", "0" * 64, "é")
        ]
        statuses.append((await asked.post(LOGIN, RIGHT, origin=f"http://{ELSEWHERE}")).status)

    assert statuses == [403, 403, 403, 303]


@virtual
async def test_pages_of_other_sites_may_link_here_and_no_more() -> None:
    """Without a login no cookie keeps them from opening stream after stream."""
    async with World() as world:
        asked = Browser.of(world)
        foreign = {"sec_fetch_site": "cross-site"}
        linked = await asked.get(LIST, **foreign, sec_fetch_mode="navigate")
        statuses = [
            (await asked.get(path, **foreign, sec_fetch_mode=mode)).status
            for path in (LIST, f"{BASE}/live")
            for mode in ("no-cors", "cors", "websocket")
        ]
        own = await asked.get(LIST, sec_fetch_site="same-origin", sec_fetch_mode="cors")

    assert statuses == [403] * 6
    assert (linked.status, own.status) == (200, 200)
