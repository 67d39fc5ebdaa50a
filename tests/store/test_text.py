"""JSON for a column."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from offhook.store.text import as_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES))
def test_what_utf_8_can_hold_is_kept(data: dict[str, Any]) -> None:
    assert json.loads(as_json(data)) == data


def test_stray_bytes_become_question_marks() -> None:
    assert as_json({"text": "a\udcffb"}) == '{"text": "a?b"}'
