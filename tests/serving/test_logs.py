"""The log's two looks."""

import json
import subprocess
import sys

PROGRAM = """
import structlog
from offhook.serving.logs import configure
configure({form!r})
structlog.get_logger().debug("hidden")
structlog.get_logger().info("shown", number=7, name="a\\x1b[2J b")
try:
    raise ValueError("why")
except ValueError:
    structlog.get_logger().exception("failed")
"""


def logged(form: str) -> str:
    """Run a process that logs one line; it has the process's standard error to itself."""
    command = [sys.executable, "-c", PROGRAM.format(form=form)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def test_json_lines_are_for_machines() -> None:
    line = json.loads(logged("json").splitlines()[0])

    assert (line["event"], line["number"], line["level"]) == ("shown", 7, "info")


def test_text_lines_are_for_people_and_hide_debugging() -> None:
    text = logged("text")

    assert "shown" in text
    assert "number=7" in text
    assert "hidden" not in text
    assert r"name='a\x1b[2J b'" in text  # nobody writes to the terminal of who reads it
    assert "failed\nTraceback" in text
    assert "ValueError: why" in text
