"""Static files: kept for good under their digest, checked by ETag without it."""

from tests.console.client import Browser

from offhook.console.assets import STATIC, TYPES, Assets
from offhook.testing.loop import virtual
from offhook.testing.world import World

SHEET = "/console/static/console.css"


@virtual
async def test_a_file_is_served_and_need_not_be_sent_twice() -> None:
    async with World() as world:
        asked = Browser.of(world)
        first = await asked.get(SHEET)
        again = await asked.get(SHEET, if_none_match=first.headers["etag"])

    assert first.headers["content-type"] == "text/css; charset=utf-8"
    assert first.answer.body == (STATIC / "console.css").read_bytes()
    assert first.headers["cache-control"] == "no-cache"
    assert (again.status, again.answer.body) == (304, b"")


@virtual
async def test_the_address_that_pages_use_may_be_kept_for_good() -> None:
    path = Assets("/console").path("console.css")
    async with World() as world:
        page = await Browser.of(world).get(path)

    assert "immutable" in page.headers["cache-control"]


@virtual
async def test_nothing_else_can_be_had() -> None:
    async with World() as world:
        asked = Browser.of(world)
        for name in ("nothing.css", "..%2Fhouse.py", "%2e%2e%2fhouse.py", ""):
            assert (await asked.get(f"/console/static/{name}")).status == 404


def test_every_file_has_a_type() -> None:
    assert {path.suffix for path in STATIC.iterdir()} <= set(TYPES)
