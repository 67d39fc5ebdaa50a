"""The benchmark runs and its figures are there; how good they are depends on the machine."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_media_scenario_measures_cpu_memory_and_packets(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench("media", "--quick", "--json", str(path))
    assert done.returncode == 0, done.stderr
    figures = {
        figure["name"]: figure["value"] for figure in json.loads(path.read_text())["figures"]
    }

    for name in ("CPU per leg-second", "memory per leg", "packets received"):
        assert figures[f"media 20 legs: {name}"] > 0
    assert figures["media 20 legs: tick lateness, worst"] >= 0
    assert all(name in done.stdout for name in figures)


@pytest.mark.slow
def test_bridged_calls_and_members_of_rooms_are_measured(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench("rooms", "--quick", "--json", str(path))
    assert done.returncode == 0, done.stderr
    figures = {
        figure["name"]: figure["value"] for figure in json.loads(path.read_text())["figures"]
    }

    for what in ("floor in Python: CPU per leg", "bridged: CPU per call"):
        assert figures[f"rooms 20 legs, {what}"] > 0
    for size in (3, 20):
        assert figures[f"rooms 20 legs, {size} in a room: CPU per member"] > 0
        assert figures[f"rooms 20 legs, {size} in a room: memory"] > 0


@pytest.mark.slow
def test_the_floor_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench("floor", "--quick", "--json", str(path))
    assert done.returncode == 0, done.stderr
    figures = {
        figure["name"]: figure["value"] for figure in json.loads(path.read_text())["figures"]
    }

    assert figures["floor 100 legs, Python: CPU per leg-second"] > 0
    assert all(value > 0 for value in figures.values())


def test_a_scenario_that_does_not_exist_is_refused() -> None:
    done = bench("nothing")

    assert done.returncode == 2
    assert "no such scenario: nothing" in done.stderr


@pytest.mark.slow
def test_pages_of_the_console_are_measured(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench("console", "--quick", "--json", str(path))
    assert done.returncode == 0, done.stderr
    figures = json.loads(path.read_text())["figures"]

    assert len(figures) == 6
    assert all(figure["value"] > 0 for figure in figures)


@pytest.mark.slow
def test_streams_are_measured_in_control_and_in_the_worker(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench("streams", "--quick", "--json", str(path))
    assert done.returncode == 0, done.stderr
    figures = {
        figure["name"]: figure["value"] for figure in json.loads(path.read_text())["figures"]
    }

    assert figures["streams 20, both ways: control CPU per stream-second"] > 0
    assert figures["streams 20, both ways: messages per stream-second"] > 0


@pytest.mark.slow
def test_the_engine_is_measured_beside_the_floor_and_drawn(tmp_path: Path) -> None:
    path, picture = tmp_path / "figures.json", tmp_path / "figures.svg"
    done = bench("engine", "--quick", "--json", str(path), "--svg", str(picture))
    assert done.returncode == 0, done.stderr
    figures = {
        figure["name"]: figure["value"] for figure in json.loads(path.read_text())["figures"]
    }

    for kind in ("shared", "per-leg"):
        for name in ("full duplex", "bridged"):
            assert figures[f"engine {kind}, {name}, 20 legs: CPU, of the floor"] > 0
    root = ElementTree.fromstring(picture.read_text())  # we wrote it
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"engine floor", "engine shared, bridged"} <= words


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "count"), [("sip", 1), ("start", 2), pytest.param("rate", 6, id="rate")]
)
def test_what_control_does_is_measured(scenario: str, count: int, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench(scenario, "--quick", "--json", str(path))
    assert done.returncode == 0, done.stderr
    *figures, last = json.loads(path.read_text())["figures"]

    assert len(figures) + 1 == count
    assert all(figure["value"] > 0 for figure in figures)
    assert last["value"] == 0 if "failures" in last["name"] else last["value"] > 0
