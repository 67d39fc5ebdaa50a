"""Recordings of failures are found, packaged or beside a checkout, for every entry."""

import tomllib
from pathlib import Path

import pytest

from offhook.console.recorded import CHECKOUT, PACKAGED, pretty, recorded
from offhook.errors import CATALOGUE, Kind

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entry_has_its_recording_and_its_recipe(name: str) -> None:
    found = recorded(name)

    assert found is not None
    assert found.recipe
    assert "```" not in found.recipe
    assert found.sentence
    titles = [each.title for each in found.listings]
    if CATALOGUE[name].kind is Kind.HTTP:
        assert titles[:2] == ["The request", "The response"]
        assert f"HTTP/1.1 {CATALOGUE[name].status} " in found.listings[1].text
    else:
        assert titles[-1] == "The webhook that tells it"


def test_the_pages_are_packaged_where_they_are_looked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert included == {"docs/errors": "offhook/console/errors"}
    assert PACKAGED.relative_to(ROOT / "src").as_posix() == included["docs/errors"]
    assert CHECKOUT == ROOT / "docs" / "errors"


def test_without_pages_there_is_nothing(tmp_path: Path) -> None:
    assert recorded("bad-request", [tmp_path]) is None


def test_a_body_that_is_no_json_stays_as_it_is() -> None:
    assert pretty('{"a":1}') == '{\n  "a": 1\n}'
    assert pretty("{") == "{"
