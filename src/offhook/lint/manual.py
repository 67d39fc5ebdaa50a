"""The table of rules in docs/lint.md.

`python -m offhook.lint.manual docs/lint.md` writes it between its marks; a test keeps it true.
"""

import re
import sys
from pathlib import Path
from typing import Final

from offhook.lint import rules
from offhook.verbs import faults
from offhook.verbs.faults import Rule, Severity

RULES: Final = tuple(
    each for module in (faults, rules) for each in vars(module).values() if isinstance(each, Rule)
)
_MARKED: Final = re.compile(r"(?<=<!-- rules -->\n).*(?=<!-- end of rules -->)", re.DOTALL)


def tables() -> str:
    """Return the rules, errors first."""
    return "\n".join(_table(severity) for severity in Severity)


def _table(severity: Severity) -> str:
    rows = [
        f"| `{each.id}` | {_cell(each.about)} | {_cell(each.fix)} |"
        for each in RULES
        if each.severity is severity
    ]
    head = [f"### {severity.capitalize()}s", "", "| Rule | What it finds | Cure |", "|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _cell(text: str) -> str:
    """Return a text as Markdown: tags as code, pages as links."""
    text = re.sub(r"(?<!`)(</?[A-Za-z]+/?>)", r"`\1`", text)
    return re.sub(r"docs/verbs(?:/(\w+)\.md)?", _link, text)


def _link(page: re.Match[str]) -> str:
    return f"[{page[1] or 'docs/verbs'}](verbs/{page[1] or 'README'}.md)"


def written(page: str) -> str:
    """Return the page with the tables in their place."""
    return _MARKED.sub(lambda _: tables(), page)


def main(path: Path) -> None:
    """Bring the page up to date."""
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
