"""The plugin in a project of its own: found by its entry point, with every warning an error."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "voice_app"
BOT = ROOT / "examples" / "voice_bot"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project that sees Offhook as it is installed from here."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    installed = tmp_path / "site" / "offhook-0.dist-info"  # the entry points that pyproject has
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: offhook\nVersion: 0\n")
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    lines = [f"{name} = {module}" for name, module in points["pytest11"].items()]
    (installed / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines, ""]))
    return project


def run(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT / "src"), str(project.parent / "site")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=project,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
def test_the_example_and_the_page_pass(project: Path) -> None:
    for path in EXAMPLE.glob("*.py"):
        shutil.copy(path, project)
    page = (ROOT / "docs" / "testing.md").read_text()
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", page, re.DOTALL)):
        (project / f"test_page_{number}.py").write_text(block)
    done = run(project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


@pytest.mark.slow
def test_the_voice_bot_passes(project: Path) -> None:
    for path in BOT.glob("*.py"):
        shutil.copy(path, project)
    done = run(project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


@pytest.mark.slow
def test_a_broken_app_is_named(project: Path) -> None:
    for path in EXAMPLE.glob("*.py"):
        shutil.copy(path, project)
    text = (EXAMPLE / "app.py").read_text()
    (project / "app.py").write_text(text.replace('["digits"]', '["keys"]'))
    done = run(project, "-k", "opening_hours")

    assert done.returncode == 1, done.stdout + done.stderr
    assert "did not hear 'we are open from nine to five'" in done.stdout
    assert (
        "The gather webhook to http://app.test/key failed: the application failed (HTTP 500)"
        in (done.stdout)
    )
    assert "what happened in the calls" in done.stdout
    assert "HTTP   gather POST http://app.test/key: HTTP 500" in done.stdout
    assert "KeyError: 'keys'" in done.stdout


@pytest.mark.slow
def test_the_plugin_costs_other_tests_nothing(project: Path) -> None:
    code = "import sys, offhook.testing.plugin; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
