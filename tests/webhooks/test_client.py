"""The real client against real servers on the loopback interface."""

import asyncio
import gzip
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from tests.webhooks.servers import Names, Site, certificate, closed_port, raw_server, site

from offhook import __version__
from offhook.hooks import Credentials
from offhook.webhooks.client import AiohttpClient
from offhook.webhooks.guard import Guard
from offhook.webhooks.http import HttpClient, HttpError, HttpRequest, HttpResponse
from offhook.webhooks.redirects import prepared
from offhook.webhooks.signing import target_of

ME = Credentials("me", "sécret")
BASIC = "Basic bWU6c8OpY3JldA=="


@asynccontextmanager
async def client(
    names: dict[str, list[list[str]]] | None = None,
    guard: Guard | None = None,
    ca_file: Path | None = None,
) -> AsyncIterator[AiohttpClient]:
    resolver = Names(names) if names is not None else None
    made = AiohttpClient(guard or Guard(), ca_file=ca_file, resolver=resolver)
    try:
        yield made
    finally:
        await made.close()


async def get(http: HttpClient, url: str, timeout_s: float = 5.0) -> HttpResponse:
    return await http.send(HttpRequest("GET", url), timeout_s=timeout_s, limit=10_000)


async def failure(http: AiohttpClient, request: HttpRequest, timeout_s: float = 5.0) -> HttpError:
    with pytest.raises(HttpError) as caught:
        await http.send(request, timeout_s=timeout_s, limit=10_000)
    return caught.value


def story(body: Callable[[Site, AiohttpClient], Awaitable[None]]) -> None:
    """Run a test with a site and a client."""

    async def run() -> None:
        async with site() as app, client() as http:
            await body(app, http)

    asyncio.run(run())


def test_a_post_arrives_as_it_was_given_with_our_name_on_it() -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        app.page("/x", 200, "<Response/>", X_Reply="yes")
        headers = {"Content-Type": "application/json", "Accept": "application/xml"}
        request = HttpRequest("POST", f"{app.url}/x?a=%2B1", headers, b'{"a":1}', ME)

        found = await http.send(request, timeout_s=5, limit=1000)

        assert (found.status, found.body, found.url) == (200, b"<Response/>", request.url)
        assert found.headers["x-reply"] == "yes"
        seen = app.seen[0]
        assert (seen.method, seen.target, seen.body) == ("POST", "/x?a=%2B1", b'{"a":1}')
        assert seen.headers["user-agent"] == f"Offhook/{__version__}"
        assert seen.headers["content-type"] == "application/json"
        assert seen.headers["accept"] == "application/xml"
        assert seen.headers["content-length"] == "7"
        assert seen.headers["authorization"] == BASIC

    story(body)


def test_userinfo_in_the_url_is_sent_as_credentials_only() -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        app.page("/")
        found = await get(http, app.url.replace("http://", "http://me:s%C3%A9cret@"))

        assert found.url == app.url
        assert app.seen[0].headers["authorization"] == BASIC

    story(body)


def test_no_cookie_is_kept() -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        app.page("/", Set_Cookie="session=1")
        await get(http, app.url)
        await get(http, app.url)

        assert "cookie" not in app.seen[1].headers

    story(body)


def test_redirects_are_followed_to_the_answer() -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        app.page("/a", 307, Location="/b?x=1")
        app.page("/b", 303, Location="c")
        app.page("/c", 200, "here")
        request = HttpRequest("POST", f"{app.url}/a", {"Content-Type": "text/x"}, b"body", ME)

        found = await http.send(request, timeout_s=5, limit=1000)

        assert (found.status, found.body, found.url) == (200, b"here", f"{app.url}/c")
        assert [(s.method, s.target, s.body) for s in app.seen] == [
            ("POST", "/a", b"body"),
            ("POST", "/b?x=1", b"body"),
            ("GET", "/c", b""),
        ]
        assert "content-type" not in app.seen[2].headers
        assert {s.headers.get("authorization") for s in app.seen} == {BASIC}

    story(body)


def test_credentials_are_never_sent_to_another_host() -> None:
    async def run() -> None:
        async with site() as app, site() as other, client() as http:
            other.page("/steal")
            app.page("/", 307, Location=f"{other.url}/steal")
            request = HttpRequest("POST", f"{app.url}/", {}, b"{}", ME)
            await http.send(request, timeout_s=5, limit=1000)

            assert app.seen[0].headers["authorization"] == BASIC
            assert "authorization" not in other.seen[0].headers

    asyncio.run(run())


@pytest.mark.parametrize(("hops", "status"), [(5, 200), (6, 302)])
def test_five_redirects_are_followed_and_the_sixth_is_the_answer(hops: int, status: int) -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        for hop in range(hops):
            app.page(f"/{hop}", 302, Location=f"/{hop + 1}")
        app.page(f"/{hops}")

        assert (await get(http, f"{app.url}/0")).status == status
        assert len(app.seen) == 6

    story(body)


def test_the_body_is_cut_at_the_limit() -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        app.page("/", text="x" * 1_000_000)

        assert len((await get(http, app.url)).body) == 10_000

    story(body)


def test_a_compressed_body_is_unpacked_and_cut_at_the_limit() -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        async def bomb() -> web.StreamResponse:
            packed = gzip.compress(b"x" * 5_000_000)
            return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

        app.pages["/"] = bomb

        assert (await get(http, app.url)).body == b"x" * 10_000

    story(body)


@pytest.mark.slow
def test_a_slow_reply_times_out_and_is_no_connection_exception() -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        async def never() -> web.StreamResponse:
            await asyncio.sleep(60)
            return web.Response()

        app.pages["/"] = never
        error = await failure(http, HttpRequest("GET", app.url), timeout_s=0.25)

        assert error.reason == "timed out after 0.25 seconds"
        assert not error.connecting

    story(body)


@pytest.mark.slow
def test_the_timeout_covers_a_body_that_trickles() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def run() -> None:
        async with raw_server(trickle) as url, client() as http:
            patient = HttpRequest("GET", url, first_byte_s=0.1)
            error = await failure(http, patient, timeout_s=0.25)

            assert error.reason == "timed out after 0.25 seconds"

    asyncio.run(run())


def test_the_first_byte_has_a_time_of_its_own() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    async def run() -> None:
        async with raw_server(silent) as url, client() as http:
            error = await failure(http, HttpRequest("GET", url, first_byte_s=0.1), timeout_s=30)

            assert error.reason == "timed out after 0.1 seconds"
            assert not error.connecting

    asyncio.run(run())


@pytest.mark.slow
def test_a_connection_that_is_not_answered_times_out_as_a_connection_exception() -> None:
    async def run() -> None:
        with socket.socket() as full, socket.socket() as filler, socket.socket() as more:
            full.bind(("127.0.0.1", 0))
            full.listen(0)  # one connection waits, further ones get no answer to their SYN
            port = full.getsockname()[1]
            for other in (filler, more):
                other.setblocking(False)
                other.connect_ex(("127.0.0.1", port))
            async with client() as http:
                request = HttpRequest("GET", f"http://127.0.0.1:{port}/")
                error = await failure(http, request, timeout_s=0.25)

            assert error.reason == "timed out after 0.25 seconds"
            assert error.connecting

    asyncio.run(run())


def test_a_refused_connection_is_a_connection_exception() -> None:
    async def run() -> None:
        async with client() as http:
            url = f"http://127.0.0.1:{closed_port()}/"
            error = await failure(http, HttpRequest("POST", url))

            assert (error.reason, error.connecting) == ("connection failed", True)

    asyncio.run(run())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_reset_is_a_connection_exception_and_asked_only_once(method: str) -> None:
    asked = 0

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.readuntil(b"\r\n\r\n")
        abort = struct.pack("ii", 1, 0)  # linger for 0 s: RST instead of FIN
        raw: socket.socket = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abort)

    async def run() -> None:
        async with raw_server(reset) as url, client() as http:
            error = await failure(http, HttpRequest(method, url))

            assert (error.reason, error.connecting) == ("connection failed", True)
            assert asked == 1

    asyncio.run(run())


def test_stray_bytes_in_headers_become_text_that_can_be_written() -> None:
    async def stray(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No\r\nX-Name: caf\xe9 gr\xc3\xb6\xc3\x9fer\r\n\r\n")
        await writer.drain()

    async def run() -> None:
        async with raw_server(stray) as url, client() as http:
            reply = await get(http, url)

            assert reply.headers["x-name"] == "caf\N{REPLACEMENT CHARACTER} größer"

    asyncio.run(run())


def test_a_server_that_does_not_speak_http_has_failed_without_a_connection_exception() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.test ESMTP\r\n\r\n")
        await writer.drain()

    async def run() -> None:
        async with raw_server(babble) as url, client() as http:
            error = await failure(http, HttpRequest("GET", url))

            assert (error.reason, error.connecting) == ("connection failed", False)

    asyncio.run(run())


def test_a_body_that_breaks_off_has_failed_without_a_connection_exception() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<Resp")
        await writer.drain()

    async def run() -> None:
        async with raw_server(half) as url, client() as http:
            error = await failure(http, HttpRequest("POST", url))

            assert (error.reason, error.connecting) == ("connection failed", False)

    asyncio.run(run())


def test_a_kept_connection_that_the_server_closed_meanwhile_is_no_failure() -> None:
    async def once_each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")  # takes the next request, and closes without a word

    async def run() -> None:
        async with raw_server(once_each) as url, client() as http:
            request = HttpRequest("POST", url)
            found = [await http.send(request, timeout_s=5, limit=10) for _ in range(3)]

            assert [response.status for response in found] == [204, 204, 204]

    asyncio.run(run())


def test_a_name_that_does_not_exist_is_a_connection_exception() -> None:
    async def run() -> None:
        async with client(names={}) as http:
            error = await failure(http, HttpRequest("GET", "http://nowhere.test/"))

            assert (error.reason, error.connecting) == ("host not found", True)

    asyncio.run(run())


@pytest.mark.parametrize("url", ["ftp://app.test/", "nonsense", "http://", "http://2130706433/"])
def test_what_is_no_address_fails_and_is_not_tried_again(url: str) -> None:
    async def run() -> None:
        async with client(names={}) as http:
            error = await failure(http, HttpRequest("GET", url))

            assert (error.reason, error.connecting) == ("connection failed", False)

    asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
        "http://inside.test/",
        "http://both.test/",
    ],
)
def test_a_forbidden_address_is_not_connected_to(url: str) -> None:
    names = {
        "inside.test": [["169.254.169.254"]],
        "both.test": [["169.254.169.254", "fd00:ec2::254", "fe80::1"]],
    }

    async def run() -> None:
        async with client(names) as http:
            error = await failure(http, HttpRequest("GET", url))

            assert (error.reason, error.connecting) == ("host not allowed", False)

    asyncio.run(run())


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://inside.test/"])
def test_a_redirect_to_a_forbidden_address_is_not_followed(target: str) -> None:
    async def run() -> None:
        async with site() as app, client({"inside.test": [["169.254.169.254"]]}) as http:
            app.page("/", 302, Location=target)
            error = await failure(http, HttpRequest("GET", app.url))

            assert error.reason == "host not allowed"
            assert len(app.seen) == 1

    asyncio.run(run())


def test_a_forbidden_address_of_a_name_is_passed_over_for_an_allowed_one() -> None:
    async def run() -> None:
        async with site() as app, client({"app.test": [["169.254.1.1", "127.0.0.1"]]}) as http:
            app.page("/")
            found = await get(http, app.url.replace("127.0.0.1", "app.test"))

            assert found.status == 200

    asyncio.run(run())


def test_the_operator_may_forbid_the_loopback_interface() -> None:
    async def run() -> None:
        async with site() as app, client(guard=Guard(deny=["127.0.0.0/8"])) as http:
            error = await failure(http, HttpRequest("GET", app.url))

            assert error.reason == "host not allowed"
            assert app.seen == []

    asyncio.run(run())


def _tls(cert: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def test_a_certificate_nobody_vouches_for_fails_the_handshake(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "app.test")

    async def run() -> None:
        names = {"app.test": [["127.0.0.1"]]}
        async with site(_tls(cert, key)) as app, client(names) as http:
            url = app.url.replace("127.0.0.1", "app.test")
            error = await failure(http, HttpRequest("GET", url))

            assert (error.reason, error.connecting) == ("TLS handshake failed", True)
            assert app.seen == []

    asyncio.run(run())


@pytest.mark.parametrize(("host", "trusted"), [("app.test", True), ("other.test", False)])
def test_a_private_authority_may_be_trusted_for_its_names(
    tmp_path: Path, host: str, trusted: bool
) -> None:
    cert, key = certificate(tmp_path, "app.test")

    async def run() -> None:
        names = {host: [["127.0.0.1"]]}
        async with site(_tls(cert, key)) as app, client(names, ca_file=cert) as http:
            app.page("/", text="safe")
            url = app.url.replace("127.0.0.1", host)
            if trusted:
                assert (await get(http, url)).body == b"safe"
            else:
                error = await failure(http, HttpRequest("GET", url))
                assert error.reason == "TLS handshake failed"

    asyncio.run(run())


def test_a_server_without_tls_fails_the_handshake() -> None:
    async def run() -> None:
        async with site() as app, client() as http:
            url = app.url.replace("http://", "https://")
            error = await failure(http, HttpRequest("GET", url))

            assert (error.reason, error.connecting) == ("TLS handshake failed", True)

    asyncio.run(run())


def test_a_cancelled_request_leaves_nothing_behind() -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        started = asyncio.Event()

        async def never() -> web.StreamResponse:
            started.set()
            await asyncio.sleep(60)
            return web.Response()

        app.pages["/"] = never
        app.page("/next", text="ok")
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(get(http, app.url))
            await started.wait()
            asking.cancel()

        assert asking.cancelled()
        assert (await get(http, f"{app.url}/next")).body == b"ok"

    story(body)


@pytest.mark.parametrize("target", ["", "?", "/", "?a=b", "/a%20b?c=%2B1&d=x:y", "/ü?ö=ß#part"])
def test_the_seal_is_for_the_path_and_query_that_are_sent(target: str) -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        def seal(method: str, sent: str, content: bytes) -> dict[str, str]:
            return {"X-Seal": f"{method} {sent} {content.decode()}"}

        request = HttpRequest("POST", app.url + target, body=b"{}", seal=seal)
        await http.send(request, timeout_s=5, limit=1000)

        seen = app.seen[0]
        assert seen.headers["x-seal"] == f"POST {seen.target} {{}}"
        assert seen.target == target_of(prepared(request).url)

    story(body)


def test_each_hop_has_its_own_seal_and_a_stranger_none() -> None:
    async def body(app: Site, http: AiohttpClient) -> None:
        def seal(method: str, sent: str, content: bytes) -> dict[str, str]:
            return {"X-Seal": f"{method} {sent} ({content.decode()})"}

        async with site() as stranger:
            app.page("/a", 307, Location="/b?x=1")
            app.page("/b", 303, Location="/c")
            app.page("/c", 302, Location=f"{stranger.url}/d")
            request = HttpRequest("POST", f"{app.url}/a", body=b"{}", seal=seal)
            await http.send(request, timeout_s=5, limit=1000)

            seals = [seen.headers["x-seal"] for seen in app.seen]
            assert seals == ["POST /a ({})", "POST /b?x=1 ({})", "GET /c ()"]
            assert "x-seal" not in stranger.seen[0].headers

    story(body)
