"""The commands for signing secrets, run as a user runs them, on a real store."""

from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from tests.test_administration import FILE, made

from offhook.administration import Admin
from offhook.cli_secrets import Span, secrets
from offhook.clock import Clock
from offhook.directory import Directory
from offhook.keyring import MOST_IN_USE

APPLICATION = "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa"
OF_THE_FILE = "a-secret-of-the-file-0123456789"
SETTINGS = f"""
[[applications]]
id = "{APPLICATION.upper()}"
account = "1"
name = "ivr"
signing_secrets = ["{OF_THE_FILE}"]
"""


class Shell:
    """Runs command lines at a time of its own."""

    def __init__(self, path: Path) -> None:
        admin = made(path)
        (path / "offhook.toml").write_text(FILE + SETTINGS)
        self.now = 1_772_600_772.0
        self.admin: Admin = replace(admin, clock=Clock(lambda: 0.0, lambda: self.now))

    def run(self, line: str) -> Result:
        return CliRunner().invoke(secrets, line.split(), obj=self.admin)

    def ok(self, line: str) -> str:
        result = self.run(line)
        assert result.exit_code == 0, result.output
        return result.output

    def signing(self) -> list[str]:
        """What a server would sign with now."""
        with self.admin.clerk() as clerk:
            directory: Directory = clerk.in_force
        return directory.signing_secrets(APPLICATION, self.now)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def made_by(output: str) -> str:
    return output.partition("secret: ")[2].split()[0]


def test_a_secret_is_made_printed_once_and_signs_at_once(shell: Shell) -> None:
    output = shell.ok(f"create {APPLICATION}")
    secret = made_by(output)

    assert len(secret) == len("ohs_") + 43
    assert shell.signing() == [secret, OF_THE_FILE]
    listed = shell.ok("list") + shell.ok(f"list {APPLICATION}")
    assert secret not in listed
    assert OF_THE_FILE not in listed
    assert f"{APPLICATION}\t2026-03-04T05:06:12.000Z\tin use" in listed
    assert f"file-3d4f7c5e-1\t{APPLICATION}\tin the file\tin use" in listed


def test_a_rotation_lets_both_sign_for_a_while(shell: Shell) -> None:
    first = made_by(shell.ok(f"create {APPLICATION}"))
    shell.now += 10
    output = shell.ok(f"rotate {APPLICATION} --overlap 2h")
    second = made_by(output)

    assert "in use until 2026-03-04T07:06:22.000Z" in output
    assert shell.signing() == [second, first, OF_THE_FILE]

    shell.now += 7200

    assert shell.signing() == [second, OF_THE_FILE]
    assert "expired 2026-03-04T07:06:22.000Z" in shell.ok("list")


def test_one_expires_at_once_or_later_but_never_later_than_was_said(shell: Shell) -> None:
    name = shell.ok(f"create {APPLICATION}").split()[1]
    shell.ok(f"expire {name} --after 1h")
    shell.ok(f"expire {name} --after 3h")
    shell.now += 3600
    assert shell.signing() == [OF_THE_FILE]

    other = shell.ok(f"create {APPLICATION}").split()[1]
    assert "expired" in shell.ok(f"expire {other}")
    assert shell.signing() == [OF_THE_FILE]

    shell.ok(f"remove {other}")
    assert other not in shell.ok("list")


def test_there_is_an_end_to_how_many_are_in_use(shell: Shell) -> None:
    for _ in range(MOST_IN_USE - 1):  # one is that of the file
        shell.ok(f"create {APPLICATION}")
    refused = shell.run(f"rotate {APPLICATION}")

    assert refused.exit_code == 1
    assert "expire one of them first" in refused.output
    assert len(shell.signing()) == MOST_IN_USE
    assert "until" not in shell.ok("list")  # nothing has been done by halves


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("create none-such", "there is no application none-such"),
        ("list none-such", "there is no application none-such"),
        ("expire none-such", "there is no secret none-such"),
        ("expire file-3d4f7c5e-1", "is not in the store; edit the file"),
        ("remove file-3d4f7c5e-1", "is not in the store; edit the file"),
        (f"rotate {APPLICATION} --overlap soon", "'soon' is no time: write it like 30m, 24h or 7d"),
    ],
)
def test_faults_are_told(shell: Shell, line: str, told: str) -> None:
    result = shell.run(line)

    assert result.exit_code != 0
    assert told in result.output


@pytest.mark.parametrize(
    ("text", "seconds"), [("5s", 5), ("30m", 1800), ("24h", 86400), ("7d", 604800)]
)
def test_times_have_units(text: str, seconds: float) -> None:
    assert Span().convert(text, None, None) == seconds
    with pytest.raises(click.BadParameter):
        Span().convert(text[:-1], None, None)
