"""Fetching audio, and the cache of bxml.md 6.3."""

import asyncio

import pytest
from tests.webhooks.scripted import REFUSED, Scripted, reply

from offhook.hooks import Credentials
from offhook.testing.loop import EPOCH, running_loop, virtual
from offhook.webhooks.downloads import ENTRY_BYTES, Download, DownloadError, Downloads, lifetime_s
from offhook.webhooks.http import HttpResponse

URL = "https://m.test/hello.wav"
MINUTE = {"cache-control": "public, max-age=60", "content-type": "audio/wav"}


def downloads(http: Scripted, limit: int = 1000, cache: int = 100_000) -> Downloads:
    return Downloads(http, running_loop().clock, limit_bytes=limit, cache_bytes=cache)


@virtual
async def test_a_file_comes_with_its_type_and_the_address_that_served_it() -> None:
    http = Scripted([reply(200, b"RIFF", {"content-type": "audio/wav"}, url="https://cdn.test/h")])

    found = await downloads(http).get(URL, Credentials("u", "p"))

    assert found == Download(b"RIFF", "audio/wav", "https://cdn.test/h")
    assert http.requests[0].credentials == Credentials("u", "p")
    assert http.requests[0].first_byte_s == 15.0


@virtual
async def test_a_file_without_cache_headers_is_fetched_each_time() -> None:
    http = Scripted([reply(200, b"RIFF")])
    cache = downloads(http)
    await cache.get(URL, None)
    await cache.get(URL, None)

    assert len(http.requests) == 2


@virtual
async def test_a_file_is_kept_as_long_as_max_age_says_and_no_longer() -> None:
    http = Scripted([reply(200, b"RIFF", MINUTE)])
    cache = downloads(http)
    await cache.get(URL, None)
    await asyncio.sleep(59.9)
    await cache.get(URL, None)
    assert len(http.requests) == 1

    await asyncio.sleep(0.1)
    await cache.get(URL, None)

    assert len(http.requests) == 2


@virtual
async def test_other_credentials_are_another_file() -> None:
    http = Scripted([reply(200, b"RIFF", MINUTE)])
    cache = downloads(http)
    for credentials in (None, Credentials("u", "p"), Credentials("u", "q"), Credentials("u", "p")):
        await cache.get(URL, credentials)

    assert len(http.requests) == 3


@virtual
async def test_callers_at_the_same_time_share_one_request_for_what_may_be_kept() -> None:
    http = Scripted([reply(200, b"RIFF", MINUTE)], delay_s=1.0)
    cache = downloads(http)

    found = await asyncio.gather(*(cache.get(URL, None) for _ in range(20)))

    assert {one.body for one in found} == {b"RIFF"}
    assert len(http.requests) == 1


@virtual
async def test_callers_at_the_same_time_get_their_own_copy_of_what_may_not_be_kept() -> None:
    http = Scripted([reply(200, b"RIFF")], delay_s=1.0)
    cache = downloads(http)
    await asyncio.gather(*(cache.get(URL, None) for _ in range(3)))
    assert len(http.requests) == 3

    await asyncio.gather(*(cache.get(URL, None) for _ in range(3)))

    assert http.times[3:] == [2.0, 2.0, 2.0]  # known by now: nobody waits for another


@virtual
async def test_callers_do_not_wait_in_line_for_one_timeout_after_another() -> None:
    http = Scripted([REFUSED], delay_s=1.0)
    cache = downloads(http)

    found = await asyncio.gather(*(cache.get(URL, None) for _ in range(5)), return_exceptions=True)

    assert all(isinstance(one, DownloadError) for one in found)
    assert running_loop().time() == 2.0


@virtual
async def test_a_caller_who_hangs_up_does_not_take_the_others_along() -> None:
    http = Scripted([reply(200, b"RIFF", MINUTE)], delay_s=1.0)
    cache = downloads(http)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(cache.get(URL, None))
        second = group.create_task(cache.get(URL, None))
        await asyncio.sleep(0.5)
        first.cancel()

    assert second.result().body == b"RIFF"


@virtual
async def test_the_least_recently_used_file_leaves_when_the_cache_is_full() -> None:
    http = Scripted([reply(200, b"x" * 1000, MINUTE)])
    cache = downloads(http, cache=2 * (1000 + ENTRY_BYTES))
    for name in ("a", "b", "a", "c", "a"):
        await cache.get(f"https://m.test/{name}", None)
    assert len(http.requests) == 3

    await cache.get("https://m.test/b", None)

    assert len(http.requests) == 4


@virtual
async def test_a_file_larger_than_the_cache_is_not_kept() -> None:
    http = Scripted([reply(200, b"x" * 1000, MINUTE)])
    cache = downloads(http, cache=1000)
    await cache.get(URL, None)
    await cache.get(URL, None)

    assert len(http.requests) == 2


@virtual
async def test_failures_say_why_and_are_not_kept() -> None:
    http = Scripted([reply(404, b"", MINUTE), REFUSED, reply(200, b"x" * 1001), reply(200, b"ok")])
    cache = downloads(http)

    for reason in ("HTTP 404", "connection failed", "larger than 1000 bytes"):
        with pytest.raises(DownloadError) as caught:
            await cache.get(URL, None)
        assert str(caught.value) == reason
    assert (await cache.get(URL, None)).body == b"ok"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 0.0),
        ({"cache-control": "max-age=60"}, 60.0),
        ({"cache-control": "MAX-AGE=60, must-revalidate"}, 60.0),
        ({"cache-control": 'max-age="60"'}, 60.0),
        ({"cache-control": "max-age=60", "age": "45"}, 15.0),
        ({"cache-control": "max-age=60", "age": "90"}, 0.0),
        ({"cache-control": "max-age=-1"}, 0.0),
        ({"cache-control": "max-age=soon"}, 0.0),
        ({"cache-control": "max-age=99999999999999999999"}, 2.0**31),
        ({"cache-control": "max-age=60, no-store"}, 0.0),
        ({"cache-control": "private, max-age=60"}, 0.0),
        ({"cache-control": 'no-cache="set-cookie", max-age=60'}, 0.0),
        ({"cache-control": "max-age=60", "vary": "*"}, 0.0),
        ({"cache-control": "max-age=0", "expires": "Thu, 01 Jan 2026 00:01:00 GMT"}, 0.0),
        ({"expires": "Thu, 01 Jan 2026 00:01:00 GMT"}, 60.0),
        ({"expires": "Thu, 01 Jan 2025 00:01:00 GMT"}, 0.0),
        ({"expires": "0"}, 0.0),
        ({"expires": "Thu, 01 Jan 2026 00:01:00 GMT", "cache-control": "no-store"}, 0.0),
    ],
)
def test_the_lifetime_follows_the_headers(headers: dict[str, str], expected: float) -> None:
    assert lifetime_s(HttpResponse(200, headers, b"", URL), EPOCH) == expected


def test_only_a_200_is_kept() -> None:
    assert lifetime_s(HttpResponse(203, MINUTE, b"", URL), EPOCH) == 0.0
