"""The page about the checker is true."""

import re
from pathlib import Path

from click.testing import CliRunner

from offhook.cli import main as offhook
from offhook.lint import check
from offhook.lint.manual import RULES, main, tables, written
from offhook.lint.report import Checked, as_data, human
from offhook.verbs.faults import Finding

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"


def test_the_page_lists_the_rules_as_they_are() -> None:
    """When this fails: `python -m offhook.lint.manual docs/lint.md`."""
    page = PAGE.read_text()

    assert written(page) == page
    assert re.findall(r"^\| `([a-z-]+)` \| .*\. \|", tables(), re.MULTILINE) == [
        rule.id for rule in RULES
    ]


def test_the_writer_writes_the_page(tmp_path: Path) -> None:
    copy = tmp_path / "lint.md"
    copy.write_text("# A\n<!-- rules -->\nold\n<!-- end of rules -->\n")
    main(copy)

    assert copy.read_text() == f"# A\n<!-- rules -->\n{tables()}<!-- end of rules -->\n"


def test_the_pages_that_rules_point_to_exist() -> None:
    links = re.findall(r"\]\((verbs/\w+\.md)\)", tables())

    assert len(links) > 3
    assert all((PAGE.parent / link).is_file() for link in links)


def test_the_page_describes_every_option_and_member() -> None:
    page = PAGE.read_text()
    usage = CliRunner().invoke(offhook, ["lint", "--help"]).output

    for option in set(re.findall(r"--[a-z-]+", usage)) - {"--help"}:
        assert f"| `{option}" in page
    for member in ("file", *as_data(Finding(RULES[0], ""))):
        assert f"`{member}`" in page


def test_the_output_that_the_page_shows_is_real() -> None:
    shown = re.findall(r"```text\n(menu\.xml:.*?)\n```", PAGE.read_text(), re.DOTALL)
    lines = [line for line in shown[0].splitlines() if "<Gather maxDigits" in line]
    source = lines[0].partition("| ")[2]
    text = f"<?xml version='1.0'?>\n<Response>\n{source}\n</Gather>\n</Response>"

    assert list(human([Checked("menu.xml", text, check(text))])) == shown[0].splitlines()
