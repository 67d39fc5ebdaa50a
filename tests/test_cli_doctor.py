"""`offhook doctor` on real configurations, beside a server and without one."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.interop.site import running_site

from offhook.cli import main
from offhook.testing.server import free_ports

pytestmark = pytest.mark.slow

CONFIG = """[server]
port = {http}
[sip]
port = {sip}
[media]
ports = "{low}-{high}"
[limits]
calls = 4
in_flight = 4
[store]
url = "sqlite:///{folder}/offhook.sqlite3"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    http, sip, low = free_ports(3)
    low -= low % 2
    file = tmp_path / "offhook.toml"
    text = CONFIG.format(http=http, sip=sip, low=low, high=low + 7, folder=tmp_path)
    file.write_text(text)
    return file


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments], catch_exceptions=False)


def test_a_sound_configuration_has_warnings_at_most(config: Path) -> None:
    done = doctor("--config", str(config), "--json")
    found = json.loads(done.output)

    assert done.exit_code == 0
    assert {each["level"] for each in found} == {"ok", "warning"}
    assert all(bool(each["fix"]) == (each["level"] != "ok") for each in found)
    assert doctor("--config", str(config), "--json", "--strict").exit_code == 1
    assert not (config.parent / "offhook.sqlite3").exists(), "a doctor makes nothing"


def test_a_fault_is_told_with_its_cure_and_ends_with_1(config: Path) -> None:
    config.write_text(config.read_text() + '[[trunks]]\nname = "t"\nhost = "127.0.0.1"\nport = 9\n')
    done = doctor("--config", str(config))

    assert done.exit_code == 1
    assert "FAULT    trunk t: udp:127.0.0.1:9 (127.0.0.1) cannot be reached" in done.output
    assert "to do: see that host, port and transport are right" in done.output
    assert "1 fault" in done.output.splitlines()[-1]


def test_a_configuration_that_cannot_be_read_is_the_only_finding(config: Path) -> None:
    config.write_text("[server]\nprot = 1\n")
    done = CliRunner().invoke(main, ["--config", str(config), "doctor"])

    assert done.exit_code == 1
    assert "FAULT    configuration: " in done.output
    assert "did you mean server.port?" in done.output
    assert "1 checks: 0 ok, 1 fault" in done.output


def test_a_server_that_runs_has_its_own_ports_and_what_is_in_its_store(tmp_path: Path) -> None:
    async def story() -> tuple[int, list[dict[str, Any]]]:
        async with running_site(tmp_path) as site:
            site.app.on("/voice/initiate", "")
            path = str(site.server.folder / "offhook.toml")
            added = ["--config", path, "trunks", "add", "spare", "--host", "127.0.0.1"]
            added += ["--port", str(site.trunk)]
            await asyncio.to_thread(CliRunner().invoke, main, added)
            done = await asyncio.to_thread(doctor, "--config", path, "--json")
            return done.exit_code, json.loads(done.output)

    code, told = asyncio.run(story())
    found = {each["check"]: each for each in told}

    assert code == 0, told
    assert "is used by the server that runs" in found["HTTP port"]["seen"]
    assert "is used by the server that runs" in found["SIP port"]["seen"]
    assert "answers an OPTIONS" in found["trunk phones"]["seen"]
    assert "answers an OPTIONS" in found["trunk spare"]["seen"]
    assert "is sound" in found["database"]["seen"]
