"""Looking for calls: tests/console/test_call_list.py tries what it finds."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from tests.store.samples import FULL

from offhook.requests import CallSearch
from offhook.store import browsing, calls
from offhook.store.tables import metadata


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (FULL.to[-4:], True),
        (FULL.from_.upper(), True),
        (f"{FULL.call_id} {FULL.from_}", True),
        (f"{FULL.call_id} nothing", False),
        ("_", False),
        ("callback", False),
        ("version", False),
    ],
)
def test_all_words_have_to_be_in_what_people_know_of_a_call(text: str, found: bool) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        calls.upsert(engine.dialect).write(connection, [calls.to_row(FULL)])
        result = browsing.search(connection, FULL.account_id, CallSearch(text))

    assert result == ([FULL] if found else [])


def test_the_same_search_is_made_for_postgresql() -> None:
    dialect = make_url("postgresql://").get_dialect()()
    (condition,) = browsing._texts("postgresql", "order")
    text = str(condition.compile(dialect=dialect))

    assert "json_extract_path_text(CAST(calls.document AS JSON)" in text
    assert "ILIKE" in text
