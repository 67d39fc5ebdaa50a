"""The benchmark runs and its figures are there; how good they are depends on the machine."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bench._bars import SIZES, spread, verdicts
from bench._scenes import SCENES

ROOT = Path(__file__).parent.parent


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing"], "no such scenario: nothing"),
        (["engine", "--scenes", "bridged,nothing"], "no such scene: nothing"),
        (["engine", "--legs", "20,0"], "invalid _numbers value: '20,0'"),
    ],
)
def test_what_does_not_exist_is_refused(arguments: list[str], told: str) -> None:
    done = bench(*arguments)

    assert done.returncode == 2
    assert told in done.stderr


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
    assert figures["engine shared, bridged, 20 legs: memory per leg"] > 0
    assert figures["engine shared, bridged, 20 legs: tick lateness, worst"] >= 0
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


@pytest.mark.slow
def test_every_scene_of_the_engine_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench(
        *("engine", "--quick", "--legs", "12", "--scenes", ",".join(SCENES), "--json", str(path))
    )
    assert done.returncode == 0, done.stderr
    figures = {
        figure["name"]: figure["value"] for figure in json.loads(path.read_text())["figures"]
    }

    for scene in SCENES:
        assert figures[f"engine shared, {scene}, 12 legs: CPU per leg-second"] > 0
        assert figures[f"engine shared, {scene}, 12 legs: far ends kept up"] > 0


@pytest.mark.slow
def test_calls_of_two_workers_are_measured_and_listened_to(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench("patched", "--quick", "--json", str(path))
    assert done.returncode == 0, done.stderr
    figures = {
        figure["name"]: figure["value"] for figure in json.loads(path.read_text())["figures"]
    }

    assert figures["patched 20 legs: CPU per leg-second, both workers"] > 0
    assert figures["patched 20 legs: longest silence"] < 1000  # they hear each other


def test_bars_are_checked_where_their_figures_are() -> None:
    cost = {f"engine shared, bridged, {legs} legs: CPU per leg-second": 0.3 for legs in SIZES}
    one = "engine shared, full duplex, 1000 legs: CPU, of the floor"
    missed, met = verdicts({**cost, one: 1.31})

    assert missed.startswith("full duplex, 1000 legs, shared: CPU  ")
    assert missed.endswith("1.310   at most 1.3 x the floor  NOT MET")
    assert met.endswith("0.000   at most 0.15 ±           ok")
    assert spread([1.0, 3.0, 2.0]) == 0.5
    assert not list(verdicts({}))


def test_bad_lines_are_listened_to(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench("quality", "--quick", "--json", str(path))
    assert done.returncode == 0, done.stderr
    figures = {
        figure["name"]: figure["value"] for figure in json.loads(path.read_text())["figures"]
    }

    assert figures["quality, 0 % loss, 0 ms jitter: frames with the tone"] == 100
    assert 20 <= figures["quality, 0 % loss, 0 ms jitter: delay"] <= 60
    assert figures["quality, 0 % loss, 0 ms jitter: MOS"] > 4.3
    assert figures["quality, 20 % doubled: frames with the tone"] == 100
