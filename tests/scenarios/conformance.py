"""Which cases of the BXML contract have a test, and what the others wait for.

`python -m tests.scenarios.conformance` prints docs/conformance.md. Cases come from the contract
where it lies beside the repository, and from the page itself where it does not; tests are found by
their names, `test_case_083_…`.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from offhook.verbs.registry import NOT_YET

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "conformance.md"
CONTRACT = ROOT / "../shared/contract/bxml.md"
TOTAL = 279

INTRODUCTION = """# BXML conformance

The contract of the call-control language ends in {total} numbered cases. A case with a test is run
by the whole server in virtual time, with real SIP and RTP (`tests/scenarios/`). The others wait for
what they need.

{covered} of {total} cases have a test.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its section, and what is not built yet but needed for it."""

    number: int
    section: str
    needs: str


Tests = Mapping[int, list[str]]  # links to the tests of each case


def in_contract(text: str) -> list[Case]:
    """Return the cases of the contract."""
    section, needs, cases = "", "", []
    for line in text.splitlines():
        if title := re.match(r"### (11\.\d+) (.+)", line):
            section, needs = f"{title[1]} {title[2]}", ""
        elif (row := re.match(r"\| (\d+) \| (\w+) \|(.*)", line)) and section:
            needs = _needs(section, row[3], above=needs)
            cases.append(Case(int(row[1]), section, needs))
        elif line.startswith("## ") and section:
            break
    return cases


def _needs(section: str, row: str, above: str) -> str:
    """Return what a case needs; one that names no verb is about that of the row above it."""
    named = set(re.findall(r"\w+", row)) & NOT_YET
    titled = set(re.findall(r"\w+", section)) & NOT_YET
    if not named and len(titled) > 1 and above:
        return above
    return ", ".join(sorted(named or titled))


def on_page(text: str) -> list[Case]:
    """Return the cases as the page lists them."""
    section, cases = "", []
    for line in text.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif row := re.match(r"\| (\d+) \| (.*) \|", line):
            waits = re.match(r"needs (.*)", row[2])
            cases.append(Case(int(row[1]), section, waits[1] if waits else ""))
    return cases


def tests(folder: Path = ROOT / "tests") -> dict[int, list[str]]:
    """Return the tests of each case, as links from the page."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        text = path.read_text()
        if "def test_case_" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if name := re.fullmatch(r"test_case_(\d{3})_(\w+)", node.name):
                sentence = name[2].replace("_", " ")
                place = path.relative_to(folder.parent)
                found[int(name[1])].append(f"[{sentence}](../{place})")
    return found


def cases() -> list[Case]:
    """Return all cases, from the contract or else from the page."""
    if CONTRACT.exists():
        return in_contract(CONTRACT.read_text())
    return on_page(PAGE.read_text())


def render(known: Iterable[Case], covering: Tests) -> str:
    """Return the page."""
    known = list(known)
    covered = sum(case.number in covering for case in known)
    parts = [INTRODUCTION.format(total=len(known), covered=covered)]
    for section, group in groupby(known, key=lambda case: case.section):
        rows = [f"| {case.number} | {_state(case, covering)} |" for case in group]
        parts.append(f"\n## {section}\n\n| Case | Test |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "".join(parts)


def _state(case: Case, covering: Tests) -> str:
    links = covering.get(case.number)
    return " · ".join(links) if links else f"needs {case.needs or 'a test'}"


def summary(covering: Tests) -> str:
    """Return one line for the end of a test run."""
    missing = [number for number in range(1, TOTAL + 1) if number not in covering]
    count = TOTAL - len(missing)
    return f"bxml conformance: {count} of {TOTAL} cases have a test; missing: {ranges(missing)}"


def ranges(numbers: Iterable[int]) -> str:
    """Return ascending numbers as text: `43-47, 106`."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in runs) or "none"


if __name__ == "__main__":
    print(render(cases(), tests()), end="")
