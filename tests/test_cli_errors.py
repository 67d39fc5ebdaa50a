"""`offhook errors` as it is used."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from offhook.cli import main
from offhook.clock import Clock
from offhook.errors import CATALOGUE
from offhook.store import Store
from offhook.testing.server import RunningServer, Wishes, running_server


def errors(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["errors", *arguments])


def listed(*arguments: str) -> set[str]:
    result = errors(*arguments)
    assert result.exit_code == 0, result.output
    return {line.split()[0] for line in result.output.splitlines()}


def test_all_are_listed() -> None:
    assert listed() == set(CATALOGUE)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--status", "503"], {"overloaded", "node-full"}),
        (["--status", "timeout"], {"no-answer", "no-ringing"}),
        (["--who", "caller"], {"callee-busy", "no-answer"}),
        (["--kind", "outcome", "--who", "carrier"], {"refer-failed"}),
        (["--text", "IDEMPOTENCY"], {"idempotency-key-form", "idempotency-key-reused"}),
        (["--status", "415", "--kind", "call"], set()),
    ],
)
def test_the_list_can_be_narrowed(arguments: list[str], found: set[str]) -> None:
    assert listed(*arguments) == found
    as_json = json.loads(errors(*arguments, "--json").output)
    assert {each["id"] for each in as_json} == found


def test_one_is_shown_with_its_recipe_and_its_page() -> None:
    result = errors("show", "callee-busy")

    assert result.exit_code == 0
    for text in ("Callee is busy", "Call again later.", "(486)", "docs/errors/callee-busy.md"):
        assert text in result.output
    assert json.loads(errors("show", "callee-busy", "--json").output)["needs"] == "any server"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "calee-busy"], "did you mean callee-busy?"),
        (["trigger", "calee-busy"], "did you mean callee-busy?"),
        (["trigger"], "name errors, or say --all"),
        (["trigger", "--all", "callee-busy"], "name errors, or say --all"),
        (["record", "nowhere", "--only", "calee-busy"], "did you mean callee-busy?"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: list[str], words: str) -> None:
    result = errors(*arguments)

    assert result.exit_code != 0
    assert words in result.output


def offhook(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "offhook", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )


@pytest.mark.slow
def test_an_error_is_brought_about_and_recorded_on_a_private_server(tmp_path: Path) -> None:
    done = offhook("errors", "trigger", "wrong", "method-not-allowed")
    assert (done.returncode, "there is no error" in done.stderr) == (1, True)

    done = offhook("errors", "trigger", "method-not-allowed")

    assert done.returncode == 0, done.stdout + done.stderr
    for text in ("DELETE /api/v2/accounts/", "HTTP/1.1 405 Method Not Allowed", "To do (app):"):
        assert text in done.stdout
    assert "As documented in docs/errors/method-not-allowed.md." in done.stdout


async def with_server(folder: Path, *commands: list[str]) -> list[tuple[int, str]]:
    """Run commands against a server of somebody else; returns exit codes and outputs."""
    async with running_server(folder, Wishes("http://127.0.0.1:9", 9)) as server:
        before = rows(server)
        config = ["--config", str(folder / "offhook.toml"), "errors", "trigger"]
        found = []
        for command in commands:
            done = await asyncio.to_thread(offhook, *config, *command, "--server", server.url)
            found.append((done.returncode, done.stdout + done.stderr))
        assert rows(server) == before  # nothing is left behind
        return found


def rows(server: RunningServer) -> str:
    with closing(Store.open(server.store_url, Clock(), threaded=False)) as store:
        return repr(store.load_directory())


@pytest.mark.slow
def test_a_running_server_gets_temporary_entries_and_is_never_damaged(tmp_path: Path) -> None:
    busy, damage = asyncio.run(
        with_server(tmp_path, ["callee-busy"], ["server-error", "account-session-limit"])
    )

    assert busy[0] == 0, busy[1]
    assert '"errorMessage": "Callee is busy"' in busy[1]
    assert damage[0] == 1
    assert "takes a server of its own, whose store is damaged: leave --server out" in damage[1]
    assert "As documented in docs/errors/account-session-limit.md." in damage[1]


@pytest.mark.slow
def test_a_server_with_another_store_is_told_so(tmp_path: Path) -> None:
    async def run() -> tuple[int, str]:
        async with running_server(tmp_path, Wishes("http://127.0.0.1:9", 9)) as server:
            other = tmp_path / "other.toml"
            other.write_text(f'[store]\nurl = "sqlite:///{tmp_path}/other.sqlite3"\n')
            command = ("--config", str(other), "errors", "trigger", "not-found")
            done = await asyncio.to_thread(offhook, *command, "--server", server.url)
            return done.returncode, done.stderr

    code, said = asyncio.run(run())

    assert code == 1
    assert "does not read what was added to the store" in said
