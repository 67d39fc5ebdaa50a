"""Every piece of code in the README and the documentation is executed, in the order of the page."""

import json
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import msgspec
import pytest
from tests.docs.blocks import ROOT, Block, Desk, blocks

from offhook.cli import main
from offhook.dev.own import read
from offhook.dev.personas import PERSONAS
from offhook.lint import Severity, check
from offhook.settings import Settings

DOCS = ROOT / "docs"
SHOWN = {"text", "http", "ini"}  # what is read and not run
GENERATED = {"rest.md", "conformance.md"}  # kept true by tests of their own
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted(DOCS.glob("*.md")) if page.name not in GENERATED),
]
ELSEWHERE = {  # commands that other tests run, and which
    "make .venv/.ready": "what runs the tests",
    ". .venv/bin/activate": "what runs the tests",
    "make demo": "tests/interop/test_demo.py",
    "make test": "what runs the tests",
    "make docs": "tests/docs/test_site.py",
    "pip install 'offhook[s3]'": "tests/interop/test_empty_project.py, without the extra",
}
OTHER_PAGES = {  # whose commands need ids: run by these tests, and looked up here
    "reliability.md": "tests/test_cli_webhooks.py",
    "signatures.md": "tests/docs/test_signatures.py, tests/test_cli_secrets.py and _signature.py",
}
MENU = (
    "<Response><Gather gatherUrl='/key'><SpeakSentence>Hello</SpeakSentence></Gather></Response>\n"
)
NEEDS_APP = {"dev.md", "lint.md", "migrating.md"}  # pages that speak of an app: the tutorial's


def lint(text: str) -> None:
    """Fail where the server would refuse a document."""
    assert not [each for each in check(text) if each.severity is Severity.ERROR]


READ: dict[str, Callable[[str], object]] = {
    "toml": lambda text: msgspec.convert(tomllib.loads(text), Settings),
    "json": json.loads,
    "xml": lint,
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    shutil.copy(ROOT / "examples" / "voice_app" / "app.py", tmp_path)
    (tmp_path / "voice").mkdir()
    (tmp_path / "voice" / "menu.xml").write_text(MENU)
    (tmp_path / "render-menu").write_text(f'#!/bin/sh\ncat <<"."\n{MENU}.\n')
    (tmp_path / "render-menu").chmod(0o755)
    yield desk
    desk.close()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_runs(page: Path, desk: Desk) -> None:
    if page.name in NEEDS_APP:
        python(next(each for each in blocks(DOCS / "tutorial.md") if each.file == "app.py"), desk)
        desk.type("uvicorn app:app --port 5000")
    if page.name == "migrating.md":
        desk.type("offhook dev")
    for block in blocks(page):
        if page.name in OTHER_PAGES and block.language in {"sh", "python"}:
            look_up(block)
        else:
            run(block, desk)


def look_up(block: Block) -> None:
    """Fail where a command, or an option of it, does not exist, or where Python is none."""
    if block.language == "python":
        compile(block.text, "page", "exec")
        return
    for line in block.commands:
        command: click.Command = main
        name, *words = shlex.split(line)
        if name == "export":
            continue
        assert name == "offhook", line
        while isinstance(command, click.Group) and words:
            command = command.commands[words.pop(0)]
        options = {option for each in command.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def run(block: Block, desk: Desk) -> None:
    """Do with a piece of code what a reader would."""
    if block.language == "sh":
        for command in block.commands:
            if command not in ELSEWHERE:
                desk.type(command)
    elif block.language == "python":
        python(block, desk)
    elif block.language == "yaml":
        assert block.file, "personas are a file"
        (desk.folder / block.file).write_text(block.text)
        assert read(desk.folder / block.file, PERSONAS)
    elif block.language in READ:
        READ[block.language](block.text)
    else:
        assert block.language in SHOWN or block.language.startswith("{"), block.language


def python(block: Block, desk: Desk) -> None:
    """Save a file, run a test, or run a script."""
    if block.file:
        (desk.folder / block.file).write_text(desk.here(block.text))
    elif "def test_" in block.text:
        (desk.folder / "test_piece.py").write_text(block.text)
        desk.type("pytest test_piece.py")
    else:
        desk.python(block.text)
