"""The catalogue against the contract's own table."""

import re
from pathlib import Path

import pytest

from offhook.errors import CATALOGUE, Entry, http

CONTRACT = Path(__file__).parents[2] / "../shared/contract/errors.md"
ROW = re.compile(r"\| (\d{3}) \| `([^`]+)` \| `(.+?)` \| (null|`\"\"`) \|")


def table() -> list[tuple[int, str, str, str | None]]:
    """Rows of section 2: status, type, description, id."""
    if not CONTRACT.exists():
        pytest.skip("the contract is not beside the repository")
    section = CONTRACT.read_text().partition("## 2. Master catalogue")[2].partition("\n---")[0]
    rows = [ROW.match(line) for line in section.splitlines()]
    return [(int(r[1]), r[2], r[3], None if r[4] == "null" else "") for r in rows if r]


def detailed_wordings() -> list[str]:
    """The texts of the switch for 404 (errors.md 3.4), such as `Recording [{id}] not found`."""
    (line,) = [each for each in CONTRACT.read_text().splitlines() if "| `detailed`" in each]
    return re.findall(r"`(\w+ \[\{id\}\] not found)`", line)


def says(entry: Entry, description: str) -> bool:
    """Whether the entry's pattern, its placeholders filled in somehow, is the description."""
    literals = re.split(r"\{\w+\}", entry.description)
    return re.fullmatch(".+".join(map(re.escape, literals)), description) is not None


def test_every_row_of_the_contract_is_said_by_exactly_one_entry() -> None:
    rows = table()

    assert len(rows) == 29
    for status, kind, description, wire_id in rows:
        found = [
            (entry.status, entry.type, entry.wire_id)
            for entry in CATALOGUE.values()
            if entry.status is not None and says(entry, description)
        ]
        assert found == [(status, kind, wire_id)], description


def test_every_entry_of_the_catalogue_is_a_row_of_the_contract() -> None:
    rows = table()

    rows += [(404, "validation", text, None) for text in detailed_wordings()]
    for entry in http.ENTRIES:
        named = r"\{(call|conference|recording|transcription)Id\}"
        description = re.sub(named, "{id}", entry.description)
        told = {entry.description, description}
        assert any((entry.status, entry.type, text, entry.wire_id) in rows for text in told)


@pytest.mark.parametrize("entry", http.ENTRIES, ids=lambda entry: entry.id)
def test_types_are_a_closed_set_and_only_409_and_429_have_an_empty_id(entry: Entry) -> None:
    assert entry.type in {
        "validation",
        "authentication-error",
        "authorization-error",
        "error",
        "internal-error",
        "system-overloaded",
    }
    assert (entry.wire_id == "") == (entry.status in (409, 429))
