"""docs/errors is what the catalogue, the recipes and the recordings say."""

from pathlib import Path

import pytest

from offhook.errors import CATALOGUE
from offhook.recipes import RECIPES, manual

DOCS = Path(__file__).parents[2] / "docs" / "errors"


def test_the_pages_in_the_docs_are_what_the_catalogue_says() -> None:
    """When this fails: `python -m offhook.recipes.manual docs/errors`."""
    written = {path.name: path.read_text() for path in DOCS.glob("*.md")}

    assert manual.reference(manual.load(DOCS)) == written


def test_there_is_a_recording_of_every_recipe_and_of_nothing_else() -> None:
    """When this fails: `offhook errors record docs/errors`."""
    assert manual.load(DOCS).keys() == RECIPES.keys()


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_page_tells_all_that_one_needs(name: str) -> None:
    entry, text = CATALOGUE[name], (DOCS / f"{name}.md").read_text()
    recorded = manual.load(DOCS)[name]

    for told in (entry.description, entry.type, entry.meaning, entry.fix, RECIPES[name].about):
        assert told in text
    assert f"offhook errors trigger {name}" in text
    assert recorded["explanation"]["sentence"] in text
    assert "exchange" in recorded or "webhook" in recorded
    for recipe in manual.ways(entry):
        assert f"offhook errors trigger {recipe.id}\n" in text


def test_what_is_kept_is_loaded_and_written(tmp_path: Path) -> None:
    for name, recorded in manual.load(DOCS).items():
        manual.save(tmp_path, name, recorded)
    manual.write(tmp_path)

    assert manual.load(tmp_path) == manual.load(DOCS)
    assert {path.name for path in tmp_path.glob("*.md")} == {p.name for p in DOCS.glob("*.md")}
