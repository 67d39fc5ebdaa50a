"""The commands, run as a user runs them, on a real store."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from tests.test_administration import made

from offhook.administration import Admin
from offhook.cli_admin import GROUPS
from offhook.directory import Account, Application, Trunk, User
from offhook.passwords import verify_password


class Shell:
    """Runs command lines."""

    def __init__(self, path: Path) -> None:
        self.admin: Admin = made(path)
        self._main = click.Group(commands={group.name or "": group for group in GROUPS})

    def run(self, line: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(self._main, line.split(), input=stdin, obj=self.admin)

    def ok(self, line: str, stdin: str | None = None) -> str:
        result = self.run(line, stdin)
        assert result.exit_code == 0, result.output
        return result.output

    def fails(self, line: str, stdin: str | None = None) -> str:
        result = self.run(line, stdin)
        assert result.exit_code == 1, result.output
        return result.output


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_accounts_are_added_suspended_resumed_listed_and_removed(shell: Shell) -> None:
    shell.ok("accounts add 9900000 --name Example --cps 2.5 --no-queueing --allow 10.0.0.0/8")
    (_, account) = shell.admin.entries(Account)

    assert account == Account(
        "9900000", "Example", cps=2.5, queueing=False, allowed_networks=("10.0.0.0/8",)
    )

    shell.ok("accounts suspend 9900000")

    assert shell.ok("accounts list") == "1\tof the file\ton\n9900000\tExample\tsuspended\n"

    shell.ok("accounts resume 9900000")
    shell.ok("accounts remove 9900000")

    assert shell.ok("accounts list") == "1\tof the file\ton\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("accounts add x9", "id: has the wrong form (write digits in quotes"),
        ("accounts add 2 --cps 0", "cps: Expected float > 0.0 (write calls per second"),
        ("accounts add 2 --allow nowhere", "allowed_networks: 'nowhere' is no network"),
        ("accounts add 1", "1 exists already"),
        ("accounts remove 1", "1 is not in the store"),
        ("users add al:ice --account 1 --generate", "name: has the wrong form"),
        ("users add alice --account 7 --generate", "account 7, which does not exist"),
        ("users password nobody --generate", "nobody is not in the store"),
        ("applications add ivr --account 1 --id x", "id: has the wrong form (write a UUID"),
        ("applications add ivr --account 1 --initiate-url x", "initiate_url: has the wrong form"),
        ("trunks add t --host h --port 0", "port: Expected int >= 1"),
        ("trunks add t --host h --transport tls", "transport: Invalid enum value 'tls'"),
    ],
)
def test_faults_are_told_in_one_line_and_change_nothing(shell: Shell, line: str, told: str) -> None:
    output = shell.fails(line)

    assert output.startswith("Error: ")
    assert told in output
    assert "password:" not in output
    assert len(shell.admin.entries(Account)) == 1
    assert not shell.admin.entries(User)


def stored(shell: Shell) -> User:
    (user,) = shell.admin.entries(User)
    assert isinstance(user, User)
    return user


def test_a_password_is_asked_for_twice_and_kept_as_a_hash(shell: Shell) -> None:
    output = shell.ok("users add alice --account 1", "hunter2\nhunter2\n")

    assert "hunter2" not in output
    assert verify_password("hunter2", stored(shell).password_hash)
    assert stored(shell).roles == {"1": ("voice",)}


def test_a_password_can_come_through_stdin(shell: Shell) -> None:
    shell.ok("users add alice --account 1 --role voice --role admin --password-stdin", "hunter2\n")

    assert verify_password("hunter2", stored(shell).password_hash)
    assert stored(shell).roles == {"1": ("voice", "admin")}
    assert "empty" in shell.fails("users add bob --account 1 --password-stdin", "\n")


def test_a_generated_password_is_printed_once(shell: Shell) -> None:
    output = shell.ok("users add alice --account 1 --generate")
    first = output.partition("password: ")[2].strip()

    assert verify_password(first, stored(shell).password_hash)

    second = shell.ok("users password alice --generate").partition("password: ")[2].strip()

    assert second != first
    assert verify_password(second, stored(shell).password_hash)
    assert shell.ok("users list") == "alice\t1\ton\n"

    shell.ok("users remove alice")

    assert shell.admin.entries(User) == []


def test_an_application_gets_an_id_and_numbers_lead_to_it(shell: Shell) -> None:
    added = shell.ok("applications add ivr --account 1 --initiate-url http://127.0.0.1:9/i")
    application_id = added.split()[-1]
    shell.ok(f"numbers add +12025550100 --application {application_id}")

    assert shell.ok("numbers list") == f"+12025550100\t{application_id}\n"
    assert shell.ok("applications list") == f"{application_id}\t1\tivr\thttp://127.0.0.1:9/i\n"

    assert "warning: number" in shell.ok(f"applications remove {application_id}")
    assert "which does not exist" in shell.fails("config check")

    shell.ok("numbers remove +12025550100")

    assert shell.ok("config check") == "the configuration is sound\n"
    assert shell.admin.entries(Application) == []


def test_trunks(shell: Shell) -> None:
    shell.ok("trunks add carrier --host sip.example.com --pattern +1* --source 203.0.113.0/24")
    (trunk,) = shell.admin.entries(Trunk)

    assert trunk == Trunk(
        "carrier", "sip.example.com", allowed_sources=("203.0.113.0/24",), patterns=("+1*",)
    )
    assert shell.ok("trunks list") == "carrier\tsip.example.com:5060/udp\t+1*\n"

    shell.ok("trunks remove carrier")

    assert shell.ok("trunks list") == ""
