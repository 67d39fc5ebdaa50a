"""Our own entries keep to the contract's form."""

import pytest

from offhook.errors import Entry, additions


@pytest.mark.parametrize("entry", additions.ENTRIES, ids=lambda entry: entry.id)
def test_they_have_the_contracts_types_and_ids(entry: Entry) -> None:
    assert entry.status in (400, 409)
    assert entry.type == "validation"
    assert (entry.wire_id == "") == (entry.status == 409)
