"""The manual pages are made from the verbs, and are up to date."""

import re
from pathlib import Path

import pytest

from offhook.verbs import attributes, manual, registry
from offhook.verbs.document import parse

DOCS = Path(__file__).parents[2] / "docs" / "verbs"


def test_the_pages_in_the_docs_are_what_the_verbs_say() -> None:
    """When this fails: `python -m offhook.verbs.manual docs/verbs`."""
    written = {path.name: path.read_text() for path in DOCS.glob("*.md")}

    assert manual.reference() == written


def test_the_writer_writes_every_page(tmp_path: Path) -> None:
    manual.main(tmp_path / "verbs")

    assert {path.stem for path in (tmp_path / "verbs").iterdir()} == {"README", *registry.verbs()}


@pytest.mark.parametrize("name", registry.verbs())
def test_the_example_of_a_page_is_a_document_with_the_verb(name: str) -> None:
    (example,) = re.findall(r"```xml\n(.*?)```", manual.page(registry.verbs()[name]), re.DOTALL)
    found = parse(example.encode())

    assert found.warnings == ()
    assert name in [verb.name for verb in found.verbs]


@pytest.mark.parametrize("name", registry.verbs())
def test_a_page_lists_every_attribute(name: str) -> None:
    verb = registry.verbs()[name]
    own = manual.page(verb).partition("\n## `<")[0]  # before the elements inside it
    rows = re.findall(r"^\| `(\w+)`", own, re.MULTILINE)

    assert rows == list(attributes.attributes(verb))
