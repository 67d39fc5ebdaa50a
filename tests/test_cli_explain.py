"""`offhook explain` on a store on disk."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from offhook.cli import main
from offhook.clock import Clock
from offhook.records import CallRecord, CallState, Direction, Event, Incident, IncidentKind
from offhook.store import Store


@pytest.fixture
def config(tmp_path: Path) -> Path:
    url = f"sqlite:///{tmp_path}/offhook.sqlite3"
    store = Store.open(url, Clock(), threaded=False)
    record = CallRecord(
        "c-1", "1", "a", "+1", "+2", Direction.OUTBOUND, CallState.DISCONNECTED, 0.0, start_time=1.0
    )
    store.put_call(record)
    told = {"cause": "busy", "message": "Callee is busy"}
    store.append(Event("c-1", 1, 5.0, "call.ended", told))
    store.put_incident(Incident("e-1", 5.0, IncidentKind.FAILURE, "1", "c-1", 1))
    data = {"method": "GET", "path": "/x", "status": 404, "description": "Not Found", "why": "no"}
    store.put_incident(Incident("r-1", 6.0, IncidentKind.REQUEST, data=data))
    data = {"to": "sip:+3@h", "code": 404, "why": "+3 is no number here"}
    store.put_incident(Incident("i-1", 7.0, IncidentKind.INVITE, data=data))
    store.close()
    path = tmp_path / "offhook.toml"
    path.write_text(f'[store]\nurl = "{url}"\n')
    return path


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(config), "explain", *arguments])


@pytest.mark.parametrize("name", ["e-1", "c-1"])
def test_an_id_is_explained(config: Path, name: str) -> None:
    result = run(config, name)

    assert result.exit_code == 0
    assert "+1 was busy." in result.output
    assert "To do (caller)" in result.output


def test_as_json(config: Path) -> None:
    assert json.loads(run(config, "e-1", "--json").output)["error"] == "callee-busy"


def test_without_an_id_the_latest_are_listed(config: Path) -> None:
    lines = run(config).output.splitlines()

    assert [line.split()[0] for line in lines] == ["i-1", "r-1", "e-1"]
    assert "INVITE for sip:+3@h: 404 +3 is no number here" in lines[0]
    assert "GET /x: 404 Not Found" in lines[1]
    assert "failure of call c-1" in lines[2]
    assert len(run(config, "--limit", "1").output.splitlines()) == 1


def test_an_unknown_id_is_told(config: Path) -> None:
    result = run(config, "x")

    assert result.exit_code == 1
    assert "nothing is known of x" in result.output
