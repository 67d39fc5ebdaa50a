"""`offhook signature check`, run as a user runs it."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.test_administration import made

from offhook.cli_signature import MOST_BYTES, SECRET, signature
from offhook.clock import Clock
from offhook.directory import SigningSecret
from offhook.webhooks.signing import Signed, header

NOW = 1_772_600_772.0
KEY = "ohs_the-secret-of-this-application"
APPLICATION = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
BODY = b'{"eventType":"disconnect","cause":"hangup"}'
SIGNED = Signed("e-1", "3", "POST", "/status?a=b", BODY)
LINE = "POST /status?a=b HTTP/1.1"


def captured(body: bytes = BODY, line: str = LINE, end: str = "\r\n") -> bytes:
    lines = [
        line,
        "Host: app.test",
        "offhook-event-id: e-1",
        "Offhook-Sequence:3",
        f"Offhook-Signature: {header(SIGNED, [KEY], NOW)}",
        "",
        "",
    ]
    return end.join(lines).encode() + body


class Shell:
    """Runs the command in a folder with a secret in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.admin = replace(made(path), clock=Clock(lambda: 0.0, lambda: NOW + 1))
        (path / "secret").write_text(KEY)

    def run(self, request: bytes, *options: str, secret: bool = True) -> Result:
        chosen = ["--secret-file", str(self.path / "secret")] if secret else []
        line = ["check", "-", *chosen, *options]
        return CliRunner().invoke(signature, line, input=request, obj=self.admin)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("line", [LINE, "POST http://app.test/status?a=b"])
def test_a_request_as_it_was_sent_fits(shell: Shell, end: str, line: str) -> None:
    result = shell.run(captured(line=line, end=end))

    assert result.exit_code == 0, result.output
    assert result.output == (
        "the signature fits: this is what Offhook sent\n"
        "version   'v1'\n"
        "time      '1772600772'\n"
        "event id  'e-1'\n"
        "sequence  '3'\n"
        "method    'POST'\n"
        "target    '/status?a=b'\n"
        f"body      '{BODY.decode()}'\n"
    )


def test_what_was_changed_is_named_and_nothing_secret_is_shown(shell: Shell) -> None:
    result = shell.run(captured(BODY + b"\n"))

    assert result.exit_code == 1
    assert "fits if this is undone:\n  a line end was added to the body\n" in result.output
    assert KEY not in result.output


def test_a_late_request_fits_and_is_refused_all_the_same(shell: Shell) -> None:
    late = shell.run(captured(), "--at", str(NOW + 600))

    assert late.exit_code == 1
    assert "it was signed 600 s before now, and 300 s are tolerated" in late.output
    assert shell.run(captured(), "--at", str(NOW + 600), "--tolerance", "10m").exit_code == 0


def test_the_address_can_be_told(shell: Shell) -> None:
    told = shell.run(captured(line="POST / HTTP/1.1"), "--url", "https://app.test/status?a=b")

    assert told.exit_code == 0


def test_secrets_of_the_store_are_tried_expired_ones_too(shell: Shell) -> None:
    with shell.admin.open_rows() as rows:
        rows.put(SigningSecret("k-1", APPLICATION, "ohs_another", 1.0))
        rows.put(SigningSecret("k-2", APPLICATION, KEY, 2.0, expires=3.0))
    result = shell.run(captured(), "--application", APPLICATION.upper(), secret=False)

    assert result.exit_code == 0, result.output


def test_the_secret_comes_from_the_environment(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, KEY)
    assert shell.run(captured(), secret=False).exit_code == 0

    monkeypatch.setenv(SECRET, "wrong")
    assert "fits nothing that was tried" in shell.run(captured(), secret=False).output


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "the first line is no request line: write it like POST /voice/answer HTTP/1.1"),
        (b'{"eventType":"x"}', "the first line is no request line"),
        (b"POST / HTTP/1.1\nnonsense\n\n", "'nonsense' is no header: it has no colon"),
        (b"POST / HTTP/1.1\nHost: x\n\n", "the request has no Offhook-Signature"),
        (b"x" * (MOST_BYTES + 1), "the request is longer than 1 MiB"),
    ],
)
def test_what_is_no_request_is_told(shell: Shell, raw: bytes, told: str) -> None:
    result = shell.run(raw)

    assert result.exit_code == 1
    assert told in result.output


def test_an_application_without_secrets_is_told(shell: Shell) -> None:
    result = shell.run(captured(), "--application", "none-such", secret=False)

    assert "there is no secret for the application none-such" in result.output
