"""A browser opens where somebody sits, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from offhook.dev.browser import is_seen

DESK = {"DISPLAY": ":0", "HOME": "/home/me"}


@pytest.mark.parametrize(
    ("environ", "terminal", "system", "seen"),
    [
        (DESK, True, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True, "linux", True),
        ({}, True, "darwin", True),
        ({}, True, "linux", False),
        ({"DISPLAY": ""}, True, "linux", False),
        (DESK, False, "linux", False),
        (DESK | {"CI": "true"}, True, "linux", False),
        ({"CI": "1"}, True, "darwin", False),
        (DESK | {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, True, "linux", False),
    ],
)
def test_a_terminal_a_display_and_no_ci(
    environ: dict[str, str], terminal: bool, system: str, seen: bool
) -> None:
    assert is_seen(environ, terminal, system) is seen


@pytest.mark.parametrize("works", [True, False])
def test_the_page_is_given_to_the_users_browser(tmp_path: Path, works: bool) -> None:
    """The one that BROWSER names, as the library does it; one that fails is no failure of ours."""
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}\nexit {0 if works else 1}\n')
    browser.chmod(0o755)
    program = "from offhook.dev.browser import show; show('http://127.0.0.1:8080/console/')"
    environ = {**os.environ, "BROWSER": f"{browser} %s", "PATH": "/usr/bin:/bin"}
    environ.pop("DISPLAY", None)
    done = subprocess.run([sys.executable, "-c", program], env=environ, check=False, timeout=60)

    assert done.returncode == 0
    assert seen.read_text() == "http://127.0.0.1:8080/console/\n"
