"""`offhook lint` as it is used."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from offhook import cli_lint
from offhook.cli import main
from offhook.lint import Context, report

GOOD = "<Response><Pause/></Response>"
ODD = "<Response><Pause a='1'/></Response>"
BAD = "<Response><Dance/></Response>"


def lint(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["lint", *arguments], input=stdin)


def test_the_choices_are_those_of_the_checker() -> None:
    assert tuple(Context) == cli_lint.CONTEXTS
    assert tuple(report.FORMATS) == cli_lint.FORMATS


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    named = {"good": GOOD, "odd": ODD, "bad": BAD}
    for name, text in named.items():
        (tmp_path / f"{name}.xml").write_text(text)
    return {name: str(tmp_path / f"{name}.xml") for name in named}


@pytest.mark.parametrize(
    ("names", "options", "code"),
    [
        (["good"], [], 0),
        (["good", "odd"], [], 0),
        (["good", "odd"], ["--strict"], 1),
        (["good"], ["--strict"], 0),
        (["good", "bad"], [], 1),
        (["good"], ["--context", "conference"], 1),
        (["good", "missing"], [], 2),
        (["bad", "missing"], [], 2),
        ([], [], 2),
        (["good"], ["--context", "nowhere"], 2),
        (["good"], ["--format", "xml"], 2),
    ],
)
def test_the_exit_code_tells(
    files: dict[str, str], names: list[str], options: list[str], code: int
) -> None:
    assert lint(*options, *(files.get(name, name) for name in names)).exit_code == code


def test_what_cannot_be_read_is_told_and_the_rest_is_checked(
    files: dict[str, str], tmp_path: Path
) -> None:
    result = lint(str(tmp_path), "missing.xml", files["bad"], files["bad"])

    assert f"{tmp_path}: Is a directory" in result.stderr
    assert "missing.xml: No such file or directory" in result.stderr
    assert result.stdout.splitlines()[-1] == "1 document, 1 error, 0 warnings"


def test_the_standard_input_is_read(files: dict[str, str]) -> None:
    result = lint("--format", "json", "-", stdin=BAD.encode("utf-16"))

    assert result.exit_code == 1
    assert json.loads(result.stdout)["findings"][0]["file"] == "<stdin>"
    assert "<stdin>:1:1: error: must not exceed 64 KB" in lint("-", stdin="<" * 70_000).stdout


def test_relative_urls_are_told_on_demand() -> None:
    text = "<Response><PlayAudio>a.wav</PlayAudio></Response>"

    assert "relative-url" not in lint("-", stdin=text).stdout
    assert "relative-url" in lint("-", "--no-base", stdin=text).stdout


def test_bytes_that_are_no_text_are_shown_somehow() -> None:
    result = lint("-", stdin=b"<Response>\xff</Response>")

    assert "[encoding]" in result.stdout
    assert result.exit_code == 1


@pytest.fixture
def address() -> Iterator[str]:
    """A web server on loopback, in a thread of its own since the command has its own loop."""
    loop = asyncio.new_event_loop()
    answers = {
        "/bad.xml": ("200 OK", "application/xml; charset=iso-8859-1", BAD.encode("latin-1")),
        "/latin.xml": (
            "200 OK",
            "text/xml; charset=iso-8859-1",
            "<Response><Tag>é</Tag></Response>".encode("latin-1"),
        ),
        "/moved": ("302 Found\r\nLocation: /bad.xml", "text/plain", b""),
    }

    async def webhook(
        method: str, head: bytes, reader: asyncio.StreamReader
    ) -> tuple[str, str, bytes]:
        if method != "POST":
            return "405 Method Not Allowed", "text/plain", b""
        length = re.search(rb"content-length: (\d+)", head.lower())
        assert length
        event = json.loads(await reader.readexactly(int(length[1])))
        assert event["eventType"] == "gather"
        digits = event["digits"].encode()
        return "200 OK", "application/xml", b"<Response><Tag>%s</Tag><Dance/></Response>" % digits

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        method, path, _ = request.split(b"\r\n")[0].decode().split()
        answer = answers.get(path, ("404 Not Found", "text/plain", b"no"))
        if path == "/webhook":
            answer = await webhook(method, request, reader)
        else:
            assert method == "GET"
        status, kind, body = answer
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
        writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.parametrize("path", ["/bad.xml", "/moved"])
def test_a_url_is_read_through_the_guarded_client(address: str, path: str) -> None:
    result = lint(address + path)

    assert f"{address}{path}:1:11: error: <Dance> is not a verb" in result.stdout
    assert result.exit_code == 1


def test_an_app_that_answers_webhooks_only_gets_one(address: str) -> None:
    result = lint(f"{address}/webhook")

    assert f"{address}/webhook:1:23: error: <Dance> is not a verb" in result.stdout
    assert result.exit_code == 1


def test_the_charset_of_the_answer_counts(address: str) -> None:
    assert lint(f"{address}/latin.xml").exit_code == 0


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("{}/nothing", "HTTP 404"),
        ("http://169.254.169.254/latest", "host not allowed"),
        ("http://a.invalid:bad/", "connection failed"),
    ],
)
def test_a_url_that_gives_no_document_is_told(address: str, url: str, reason: str) -> None:
    url = url.format(address)
    result = lint(url)

    assert result.stderr == f"{url}: {reason}\n"
    assert result.exit_code == 2
