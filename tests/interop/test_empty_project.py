"""The example in an empty project with nothing but Offhook and pytest, as a user installs them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "voice_app"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment, made with two names and our versions of them."""
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", place], check=True, timeout=120)
    python = place / "bin" / "python"
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    constraints = ["-c", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, "install", *constraints, str(ROOT), "pytest"], check=True, timeout=300)
    return python


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path in EXAMPLE.glob("*.py"):
        shutil.copy(path, tmp_path)
    return tmp_path


def run(python: Path, project: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PY")}
    return subprocess.run(
        [python, "-m", "pytest", "-q", "-W", "error"],
        cwd=project,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_suite_of_the_example_passes(python: Path, project: Path) -> None:
    done = run(python, project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_a_broken_app_fails_with_a_message_that_names_the_fault(
    python: Path, project: Path
) -> None:
    app = project / "app.py"
    app.write_text(app.read_text().replace("<SpeakSentence>We are", "<SpeakSentense>We are"))
    done = run(python, project)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 3 passed" in done.stdout
    assert "SpeakSentense" in done.stdout
    assert "SpeakSentence" in done.stdout.partition("SpeakSentense")[2]
