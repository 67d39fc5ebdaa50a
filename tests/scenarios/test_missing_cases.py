"""The page of conformance tells the truth, and no case of the contract is forgotten."""

import pytest
from tests.scenarios import conformance
from tests.scenarios.conformance import CONTRACT, PAGE, TOTAL, Case


def test_the_page_is_up_to_date() -> None:
    """If not: `python -m tests.scenarios.conformance > docs/conformance.md`."""
    known = conformance.on_page(PAGE.read_text())

    assert PAGE.read_text() == conformance.render(known, conformance.tests())


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not beside the repository")
def test_the_page_lists_the_cases_of_the_contract() -> None:
    known = conformance.in_contract(CONTRACT.read_text())

    assert [case.number for case in known] == list(range(1, TOTAL + 1))
    assert PAGE.read_text() == conformance.render(known, conformance.tests())


def test_the_page_lists_every_case_once() -> None:
    known = conformance.on_page(PAGE.read_text())

    assert [case.number for case in known] == list(range(1, TOTAL + 1))


def test_tests_name_cases_that_exist() -> None:
    assert set(conformance.tests()) <= set(range(1, TOTAL + 1))


def test_a_case_waits_for_the_verbs_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """All verbs of the language run; one that comes to it later will not at first."""
    monkeypatch.setattr(conformance, "NOT_YET", frozenset({"Connect"}))
    text = """### 11.4 Gather
| # | Ctx | BXML / setup | Stimulus | Expected |
|---|---|---|---|---|
| 1 | A | `<Gather/>` | - | ends |
| 3 | A | Connect, Gather | `1` | no event |
### 11.12 Redirect, Connect
| 5 | A | `tracks="both"` | - | two tracks |
## 12 Next
| 6 | A | no case | - | - |
"""
    assert conformance.in_contract(text) == [
        Case(1, "11.4 Gather", ""),
        Case(3, "11.4 Gather", "Connect"),
        Case(5, "11.12 Redirect, Connect", "Connect"),
    ]


def test_a_page_can_be_read_back() -> None:
    known = [Case(1, "11.1 One", ""), Case(2, "11.1 One", "Bridge"), Case(3, "11.2 Two", "")]
    page = conformance.render(known, {1: ["[it runs](x.py)"]})

    assert conformance.on_page(page) == [known[0], known[1], Case(3, "11.2 Two", "a test")]
    assert "1 of 3 cases" in page


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], "none"), ([4], "4"), ([1, 2, 3, 7, 9, 10], "1-3, 7, 9-10")],
)
def test_runs_of_numbers_are_short(numbers: list[int], text: str) -> None:
    assert conformance.ranges(numbers) == text


def test_the_summary_counts() -> None:
    line = conformance.summary({number: ["x"] for number in range(1, 279)})

    assert line == "bxml conformance: 278 of 279 cases have a test; missing: 279"
