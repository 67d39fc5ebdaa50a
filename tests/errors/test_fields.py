"""Field texts against the contract's sections 4.2 and 4.3."""

import re
from pathlib import Path

import pytest
from tests.errors.test_http import says

from offhook.errors import fields

CONTRACT = Path(__file__).parents[2] / "../shared/contract/errors.md"
# Rows of operations that are not there yet.
LATER = re.compile(r"updateCallRecording|transcribeCall")


def messages() -> list[str]:
    """The message cells of both tables that show a text for an operation we have."""
    if not CONTRACT.exists():
        pytest.skip("the contract is not beside the repository")
    text = CONTRACT.read_text()
    section = text.partition("### 4.2")[2].partition("## 5.")[0]
    cells = []
    for line in section.splitlines():
        row = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(row) >= 4 and not LATER.match(row[0]):
            cells += re.findall(r"`((?:Invalid|Missing|Could not|\w+ must)[^`]+)`", row[2])
    return cells


def test_every_message_of_the_contract_is_said_by_an_entry() -> None:
    found = messages()

    assert len(found) > 30
    for message in found:
        text = re.sub(r"…$", "Supported methods: [POST, GET]", message)
        assert [e.id for e in fields.ENTRIES if says(e, text)], message


def test_all_field_texts_are_400_validation_without_an_id() -> None:
    assert {(e.status, e.type, e.wire_id) for e in fields.ENTRIES} == {(400, "validation", None)}
