"""The command line: what it offers, and how it refuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from offhook import __version__
from offhook.api.assembly import described
from offhook.api.openapi import document
from offhook.cli import main


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(main, ["--version"])

    assert result.output.strip().endswith(__version__)


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "demo",
        "lint",
        "openapi",
        "accounts",
        "users",
        "applications",
        "numbers",
        "trunks",
        "config",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])

    assert result.exit_code == 0
    assert "Usage: " in result.output


def test_the_description_of_the_api_is_printed() -> None:
    result = CliRunner().invoke(main, ["openapi", "--base-url", "https://voice.example.com"])

    assert json.loads(result.output) == document(described(), "https://voice.example.com")


def test_serving_with_a_faulty_file_names_file_key_fault_and_fix(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[server]\nprot = 1\n")

    result = CliRunner().invoke(main, ["serve", "--config", str(path)])

    assert result.exit_code == 1
    assert str(path) in result.output
    assert "did you mean server.port?" in result.output


def test_a_flag_out_of_range_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--port", "70000"])

    assert result.exit_code == 1
    assert "65535" in result.output


def test_entries_are_added_to_the_store_that_the_environment_names(tmp_path: Path) -> None:
    env = {"OFFHOOK_STORE_URL": f"sqlite:///{tmp_path}/a.sqlite3"}
    runner = CliRunner()

    added = runner.invoke(main, ["accounts", "add", "9900001"], env=env)
    listed = runner.invoke(main, ["accounts", "list"], env=env)

    assert added.exit_code == 0, added.output
    assert "9900001" in listed.output
